"""What an hour and an earlier part are worth: by hand, and against solving again with the hour or the day more."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.shops import Shop, lots_to_order, make_shop
from planning.model import RESULT_COLUMNS, MaterialPlan, PlanInput, Settings, frame
from planning.mrp import plan_materials
from planning.plan import make_plan
from planning.schedule import prices, search
from planning.schedule.bins import day_edges
from planning.schedule.build import make_problem
from planning.schedule.columns import Columns
from planning.schedule.ladder import Ladder
from planning.schedule.master import Master
from planning.schedule.problem import Problem
from planning.schedule.timeline import DAY
from tests.planning.factories import bought, buy, day, factory, made, order, step, uses
from tests.planning.schedule.random_shops import swept
from tests.planning.schedule.test_sweep import shuffled, shuffled_input

NO_LATENESS = frame(RESULT_COLUMNS["plan_lateness"])
CROWDED = Shop(lines=30, products=6, stations=3, steps=2, days=8, horizon_days=40, load=1.4)


def three_lots(hours: float = 8.0, **settings: Any) -> PlanInput:
    """Three lots of eight hours, all wanted on day 1; a line's weight is 5. `hours` of the first day.

    The model lets what may begin at the end of day 1 take the hours of day 2 and still counts it to day 1. So of 24
    hours wanted 16 are there, and a third of the work is a day late.
    """
    return factory(
        Settings(horizon_days=20, **settings),
        item=[made("FG")],
        routing_step=[step("FG", 10)],
        calendar_day=[{"calendar_no": "C", "work_date": day(1), "hours": hours}],
        demand=[order(f"SO-{k}", "FG", 1, 8, priority=1) for k in range(3)],
    )


def solved(problem: Problem, days: int) -> Ladder:
    """The first rung's plan with the model solved to its end."""
    best = swept(problem, 0.2)
    edges = day_edges(days, days)
    found = Master(Columns(problem, edges=edges)).run(
        time.perf_counter() + 20, gap=1e-7, absolute=1e-7, plans=[best.placement]
    )
    return Ladder(problem, [("dispatch", best)], bound=found.bound, relaxed=found, edges=edges)


def priced(plan_input: PlanInput, lots: MaterialPlan, ladder: Ladder) -> pd.DataFrame:
    """The rows of prices of its plan, without parts."""
    rows = ladder.schedule(ladder.best).rows
    return prices.plan_prices(plan_input, lots, ladder, rows, NO_LATENESS, time.perf_counter())


def test_an_hour_on_a_crowded_day_saves_an_eighth_of_a_lot():
    """With nine hours on day 1, seven of 24 wanted are missing: an hour brings 1/8 of a lot of weight 5."""
    plan_input = three_lots(9.0)
    lots = plan_materials(plan_input)
    ladder = solved(make_problem(plan_input, lots), 8)
    rows = priced(plan_input, lots, ladder).set_index("work_date")
    assert ladder.relaxed.objective == pytest.approx(5 * 7 / 8, abs=1e-3)
    assert rows.loc[day(1), "available_hours"] == 9
    assert rows["load_hours"].sum() == 24
    assert rows.loc[[day(1), day(2)], "price"].tolist() == pytest.approx([5 / 8, 5 / 8], abs=1e-3)
    assert rows.loc[day(3) :, "price"].abs().max() < 1e-3  # these days have hours to spare
    assert (rows["unit"] == "hour").all()


def test_the_price_is_what_the_model_saves_with_the_hour_more():
    values = []
    for hours in (8.0, 9.0, 10.0):
        plan_input = three_lots(hours)
        lots = plan_materials(plan_input)
        ladder = solved(make_problem(plan_input, lots), 8)
        values.append((ladder.relaxed.objective, priced(plan_input, lots, ladder)["price"].iloc[0]))
    (at_8, price_8), (at_9, price_9), (at_10, _) = values
    assert at_9 - at_10 == pytest.approx(price_9, abs=1e-3)
    assert (
        at_8 - at_9 <= price_8 + 1e-3
    )  # eight hours are a break point: an hour less would cost more than one more saves


def test_no_hour_more_saves_more_than_its_price():
    """The model's value is convex in its hours: one more on any day brings at most the price."""
    plan_input = make_shop(CROWDED)
    lots = lots_to_order(plan_input)
    ladder = solved(make_problem(plan_input, lots), 25)
    rows = priced(plan_input, lots, ladder)
    dear = rows.sort_values("price", ascending=False).head(3)
    assert dear["price"].min() > 0
    for row in [*dear.itertuples(), *rows[rows["price"] == 0].head(1).itertuples()]:
        columns = Columns(ladder.problem, edges=day_edges(25, 25))
        number = ladder.problem.stations.numbers.index(row.resource_no)
        date = (row.work_date - pd.Timestamp(plan_input.as_of_date)).days - 1
        columns.capacity[(columns.station == number) & (columns.day == date)] += 60
        more = Master(columns).run(time.perf_counter() + 20, gap=1e-7, absolute=1e-7, plans=[])
        assert ladder.relaxed.objective - more.objective <= row.price + 1e-3


def test_a_window_over_several_days_gives_its_price_to_each_of_them():
    plan_input = make_shop(CROWDED)
    lots = lots_to_order(plan_input)
    problem = make_problem(plan_input, lots)
    windows = Columns(problem, edges=day_edges(24, 6))
    best = swept(problem, 0.2)
    fake = Master(windows).run(time.perf_counter() + 0.01)
    marked = replace(fake, objective=1.0, bound=1.0, prices=np.arange(len(windows.capacity)) / 60.0)
    rows = priced(plan_input, lots, Ladder(problem, [("dispatch", best)], relaxed=marked, edges=windows.edges))
    station = rows[rows["resource_no"] == "S01"].set_index("work_date")["price"]
    first = windows.first[1]
    for number, (low, high) in enumerate(itertools.pairwise((windows.edges // DAY).tolist())):
        days = pd.Timestamp(plan_input.as_of_date) + pd.to_timedelta(np.arange(low, high) + 1, unit="D")
        assert station.loc[days].tolist() == [float(first + number)] * (high - low)
    assert (station.loc[pd.Timestamp(plan_input.as_of_date) + pd.Timedelta(days=25) :] == 0).all()


def test_where_nothing_is_late_an_hour_is_worth_nothing():
    plan_input = factory(
        item=[made("FG")], routing_step=[step("FG", 10)], demand=[order("SO-1", "FG", 9, 8, priority=1)]
    )
    plan = make_plan(plan_input)
    assert plan.objective == 0
    assert (plan.plan_price["price"] == 0).all()
    assert plan.plan_price["load_hours"].sum() == plan.plan_schedule["hours"].sum() == 8


def test_a_model_that_was_not_solved_closely_has_no_prices():
    plan_input = three_lots()
    lots = plan_materials(plan_input)
    ladder = solved(make_problem(plan_input, lots), 8)
    ladder.relaxed = replace(ladder.relaxed, bound=0.5 * ladder.relaxed.objective)
    assert priced(plan_input, lots, ladder)["price"].isna().all()
    assert priced(plan_input, lots, Ladder(ladder.problem, ladder.plans))["price"].isna().all()


def waiting(*dates: int, **more: Any) -> PlanInput:
    """A lot of four hours wanted on day 2 that takes a part per date, which comes on that day; weight 3."""
    parts = [f"RAW{number}" for number in range(len(dates))]
    return factory(
        Settings(horizon_days=40, time_limit_seconds=20.0),
        item=[made("FG"), *(bought(part, 20) for part in parts)],
        routing_step=[step("FG", 10)],
        bom_line=[uses("FG", part, line_no=number) for number, part in enumerate(parts)],
        firm_buy=[buy(f"PO/{k}", part, date, 4) for k, (part, date) in enumerate(zip(parts, dates, strict=True))],
        demand=[order("SO-1", "FG", 2, 4)],
        **more,
    )


def part_prices(plan_input: PlanInput) -> pd.DataFrame:
    found = make_plan(plan_input).plan_price
    return found[found["kind"] == "part"].reset_index(drop=True)


def test_a_part_a_day_earlier_is_worth_what_planning_again_saves():
    row = part_prices(waiting(6)).iloc[0]
    saved = make_plan(waiting(6)).objective - make_plan(waiting(5)).objective
    assert (row["resource_no"], row["work_date"], row["unit"]) == ("RAW0", day(6), "day")
    assert row["price"] == pytest.approx(saved) == 3.0
    assert pd.isna(row["load_hours"])


def sharing(earlier: int) -> PlanInput:
    """Two orders that take four of a part each, of which four come on day 4 and four on day 7, or `earlier`."""
    return factory(
        Settings(horizon_days=40, time_limit_seconds=20.0),
        item=[made("FG"), made("OTHER"), bought("RAW", 20)],
        routing_step=[step("FG", 10), step("OTHER", 10)],
        bom_line=[uses("FG", "RAW"), uses("OTHER", "RAW")],
        firm_buy=[buy(f"PO/{date}", "RAW", date - earlier, 4) for date in (4, 7)],
        demand=[order("SO-1", "FG", 2, 4, priority=1), order("SO-2", "OTHER", 2, 4, priority=5)],
    )


def test_a_part_that_orders_share_is_worth_what_planning_again_saves():
    row = part_prices(sharing(0)).iloc[0]
    saved = make_plan(sharing(0)).objective - make_plan(sharing(1)).objective
    assert (row["resource_no"], row["unit"]) == ("RAW", "day")
    assert row["price"] == pytest.approx(saved)
    assert saved > 0


def test_a_part_that_is_not_alone_in_the_way_is_worth_nothing_by_itself():
    """Where two parts come on the same day, one of them a day earlier helps nobody: a price by the date would say 3."""
    assert part_prices(waiting(6, 6))["price"].tolist() == [0.0]


def test_a_day_earlier_is_a_working_day():
    """A part that comes on Monday 12-07 comes on the Friday before, three calendar days earlier."""
    week = [{"calendar_no": "C", "weekday": weekday, "hours": 8.0 if weekday < 6 else 0.0} for weekday in range(1, 8)]
    assert day(13).day_of_week == 0
    assert part_prices(waiting(13, calendar=week))["price"].tolist() == [9.0]


def test_parts_are_left_out_where_no_time_is_left():
    plan_input = waiting(6)
    lots = plan_materials(plan_input)
    plan = make_plan(plan_input)
    ladder = search(plan_input, lots)
    asked = (plan_input, lots, ladder, plan.plan_schedule, plan.plan_lateness)
    assert "part" in set(prices.plan_prices(*asked, time.perf_counter() + 5)["kind"])
    assert set(prices.plan_prices(*asked, time.perf_counter() - 1)["kind"]) == {"station"}
    assert set(prices.plan_prices(*asked, time.perf_counter() + 5, lambda: True)["kind"]) == {"station"}


def test_prices_that_fail_cost_nothing_but_themselves(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise MemoryError("no more")

    monkeypatch.setattr(prices, "station_rows", broken)
    plan = make_plan(three_lots())
    assert plan.verified
    assert plan.plan_price.empty
    assert (plan.trail[-1].rung, plan.trail[-1].failed) == ("prices", "MemoryError: no more")


def test_the_same_prices_come_again_from_shuffled_rows():
    plan_input = make_shop(CROWDED)
    lots = lots_to_order(plan_input)
    mixed = MaterialPlan(shuffled(lots.make), shuffled(lots.buy), shuffled(lots.allocation))
    other = shuffled_input(plan_input)
    rows = [
        priced(given, taken, search(given, taken, rungs=("dispatch", "bound")))
        for given, taken in ((plan_input, lots), (other, mixed))
    ]
    assert (rows[0]["price"] > 0).any()
    pd.testing.assert_frame_equal(*rows)
