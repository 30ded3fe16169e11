"""Levels, cycles, effectivity, alternatives, yield and explosion."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest

from planning.bom import effective_lines, explode, low_level_codes, pieces_per_step
from planning.errors import BomCycleError, InputError
from planning.model import Settings
from planning.mrp import plan_materials
from tests.planning.factories import AS_OF, bought, factory, made, step, uses, wants


def test_low_level_code_is_the_longest_way_down() -> None:
    tables = {
        "item": [made(item_no) for item_no in "ABCDE"],
        "bom_line": [uses("A", "B"), uses("A", "D"), uses("B", "C"), uses("C", "D")],
    }
    assert low_level_codes(factory(**tables)).to_dict() == {"A": 0, "B": 1, "C": 2, "D": 3, "E": 0}


def test_a_cycle_is_named_with_its_path() -> None:
    lines = [uses("TOP", "C"), uses("C", "A"), uses("A", "B"), uses("B", "C"), uses("B", "BOLT")]
    tables = {"item": [made(item_no) for item_no in ("TOP", "A", "B", "C", "BOLT")], "bom_line": lines}
    with pytest.raises(BomCycleError) as error:
        low_level_codes(factory(**tables))
    assert error.value.path == ["A", "B", "C", "A"]
    with pytest.raises(BomCycleError):
        plan_materials(factory(demand=wants("TOP", (3, 1)), **tables))


def test_an_item_that_is_its_own_part_is_a_cycle() -> None:
    with pytest.raises(BomCycleError) as error:
        low_level_codes(factory(item=[made("A")], bom_line=[uses("A", "A")]))
    assert error.value.path == ["A", "A"]


def test_a_thousand_levels_are_planned() -> None:
    names = [f"L{level:04d}" for level in range(1001)]
    plan_input = factory(
        item=[made(name) for name in names[:-1]] + [bought(names[-1])],
        bom_line=[uses(up, down) for up, down in pairwise(names)],
        demand=wants(names[0], (5, 7)),
    )
    assert low_level_codes(plan_input)[names[-1]] == 1000
    materials = plan_materials(plan_input)
    assert len(materials.make) == 1000
    assert materials.buy["qty"].tolist() == [7.0]
    assert set(materials.make["weight"]) == {3.0}
    assert explode(plan_input, names[0], 7, AS_OF)["qty"].tolist() == [7.0] * 1001


def test_a_cycle_of_a_thousand_levels_is_found() -> None:
    names = [f"L{level:04d}" for level in range(1000)]
    lines = [uses(up, down) for up, down in zip(names, names[1:] + names[:1], strict=True)]
    with pytest.raises(BomCycleError) as error:
        low_level_codes(factory(item=[made(name) for name in names], bom_line=lines))
    assert error.value.path == [*names, names[0]]


DATED = [
    uses("A", "OLD", effective_to=dt.date(2026, 11, 30)),
    uses("A", "NEW", effective_from=dt.date(2026, 12, 1)),
    uses("A", "SHORT", effective_from=dt.date(2026, 11, 29), effective_to=dt.date(2026, 12, 2)),
    uses("A", "ALWAYS"),
]


@pytest.mark.parametrize(
    ("on_date", "parts"),
    [
        (dt.date(2026, 11, 28), ["ALWAYS", "OLD"]),
        (dt.date(2026, 11, 29), ["ALWAYS", "OLD", "SHORT"]),
        (dt.date(2026, 11, 30), ["ALWAYS", "OLD", "SHORT"]),  # the last day counts
        (dt.date(2026, 12, 1), ["ALWAYS", "NEW", "SHORT"]),  # so does the first
        (dt.date(2026, 12, 2), ["ALWAYS", "NEW", "SHORT"]),
        (dt.date(2026, 12, 3), ["ALWAYS", "NEW"]),
    ],
)
def test_lines_hold_from_their_first_to_their_last_day(on_date: dt.date, parts: list[str]) -> None:
    items = [made("A"), *(bought(item_no) for item_no in ("OLD", "NEW", "SHORT", "ALWAYS"))]
    found = effective_lines(factory(item=items, bom_line=DATED), on_date)
    assert sorted(found["component_item_no"]) == parts


def test_of_alternatives_the_lowest_rank_that_holds_is_used() -> None:
    items = [made("A"), *(bought(item_no) for item_no in ("FIRST", "SECOND", "THIRD", "GLUE"))]
    lines = [
        uses("A", "THIRD", alt_group="steel", alt_rank=3),
        uses("A", "FIRST", alt_group="steel", alt_rank=1, effective_from=dt.date(2027, 1, 1)),
        uses("A", "SECOND", alt_group="steel", alt_rank=2),
        uses("A", "GLUE"),
    ]
    plan_input = factory(item=items, bom_line=lines)
    assert sorted(effective_lines(plan_input, dt.date(2026, 12, 31))["component_item_no"]) == ["GLUE", "SECOND"]
    assert sorted(effective_lines(plan_input, dt.date(2027, 1, 1))["component_item_no"]) == ["FIRST", "GLUE"]


def test_alternatives_of_one_rank_are_settled_by_line_number() -> None:
    lines = [uses("A", "X", line_no=2, alt_group="g"), uses("A", "Y", line_no=1, alt_group="g")]
    plan_input = factory(item=[made("A"), bought("X"), bought("Y")], bom_line=lines)
    assert effective_lines(plan_input, AS_OF)["component_item_no"].tolist() == ["Y"]


@pytest.mark.parametrize(("scrap", "usage"), [("multiply", 2.5), ("divide", 2 / 0.75)])
def test_scrap_of_a_line_multiplies_or_divides_by_setting(scrap: str, usage: float) -> None:
    settings = Settings(bom_scrap=scrap)  # type: ignore[arg-type]
    plan_input = factory(settings, item=[made("A"), bought("X")], bom_line=[uses("A", "X", 2, scrap_rate=0.25)])
    assert effective_lines(plan_input, AS_OF)["usage"].tolist() == pytest.approx([usage])


def test_scrap_that_leaves_nothing_cannot_be_divided_by() -> None:
    plan_input = factory(
        Settings(bom_scrap="divide"), item=[made("A"), bought("X")], bom_line=[uses("A", "X", scrap_rate=1.0)]
    )
    with pytest.raises(InputError) as error:
        effective_lines(plan_input, AS_OF)
    assert error.value.code == "PLAN-SCRAP-RATE"


def test_yield_is_a_chain_and_the_items_scrap_is_charged_to_its_first_step() -> None:
    routing = [step("A", 10, 0.8), step("A", 20, 0.5), step("A", 30), step("A", 20, 0.9, alt_rank=2)]
    rows = pieces_per_step(factory(item=[made("A", scrap_rate=0.1)], routing_step=routing))
    assert rows["step_no"].tolist() == [10, 20, 30]
    assert rows["good"].tolist() == pytest.approx([2.0, 1.0, 1.0])
    assert rows["started"].tolist() == pytest.approx([2.5 * 1.1, 2.0, 1.0])


def test_a_part_is_used_by_the_pieces_its_step_starts() -> None:
    plan_input = factory(
        item=[made("A", scrap_rate=0.1), bought("X"), bought("Y"), bought("Z")],
        routing_step=[step("A", 10, 0.8), step("A", 20, 0.5)],
        bom_line=[uses("A", "X", 3), uses("A", "Y", 3, step_no=20), uses("A", "Z", 3, step_no=99)],
    )
    qty = explode(plan_input, "A", 10, AS_OF).set_index("item_no")["qty"]
    # 20 pieces start in step 20, 25 in step 10, and a tenth more for the item's own scrap
    assert qty["Y"] == pytest.approx(60)
    assert qty["X"] == pytest.approx(82.5)
    assert qty["Z"] == pytest.approx(82.5)  # a step the routing does not know is its first
    steps = effective_lines(plan_input, AS_OF).set_index("component_item_no")["step_no"]
    assert steps.to_dict() == {"X": 10, "Y": 20, "Z": 10}


def test_an_item_without_routing_starts_its_scrap_as_well() -> None:
    plan_input = factory(item=[made("A", scrap_rate=0.2), bought("X")], bom_line=[uses("A", "X", 2)])
    assert explode(plan_input, "A", 10, AS_OF)["qty"].tolist() == pytest.approx([10, 24])


def test_lines_of_one_part_and_step_are_added_up() -> None:
    lines = [uses("A", "X", 1, line_no=1), uses("A", "X", 2, line_no=2)]
    plan_input = factory(item=[made("A"), bought("X")], bom_line=lines)
    assert effective_lines(plan_input, AS_OF)["usage"].tolist() == [3.0]


def test_a_step_that_yields_nothing_cannot_be_planned() -> None:
    plan_input = factory(item=[made("A")], routing_step=[step("A", 10, 0.0)], demand=wants("A", (3, 1)))
    with pytest.raises(InputError) as error:
        plan_materials(plan_input)
    assert (error.value.code, error.value.facts["value"]) == ("PLAN-YIELD", "A")
