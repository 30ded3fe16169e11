"""Every figure against an independent reading of the same records in plain pandas, on random small factories."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data.kpi import Figure, KpiSettings, figures, rows
from data.plans import read_input
from data.store import Store
from tests.data.filled_store import fill
from tests.data.random_factory import AS_OF, HORIZON_END, day, random_factory

SEEDS = range(6)
SINCE, UNTIL = day(-29), AS_OF
USUAL = KpiSettings()
OPENED: dict[Path, Store] = {}


@pytest.fixture(scope="module", params=SEEDS)
def factory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, dict[str, pd.DataFrame]]]:
    tables = random_factory(request.param)
    with Store.open(tmp_path_factory.mktemp("kpi") / "factory.duckdb") as store:
        fill(store, **tables)
        OPENED[store.path] = store
        yield store, {name: pd.DataFrame(records) for name, records in tables.items()}


@cache
def every(path: Path, settings: KpiSettings) -> list[Figure]:
    """All figures of a factory, worked out once: nothing changes it."""
    return figures(OPENED[path], AS_OF, settings=settings)


def found(store: Store, key: str, cut: dict[str, Any] | None = None, settings: KpiSettings = USUAL) -> Figure:
    matching = [figure for figure in every(store.path, settings) if figure.key == key and figure.cut == cut]
    assert len(matching) == 1, f"{key} {cut} stands there {len(matching)} times"
    return matching[0]


def promised(order: pd.Series, by_due_date: bool) -> dt.date:
    return order["due_date"] if by_due_date or pd.isna(order["promised_date"]) else order["promised_date"]


def shipped(tables: dict[str, pd.DataFrame], order: pd.Series, until: dt.date) -> float:
    moves = tables["shipment"]
    mine = (moves["sales_order_no"] == order["sales_order_no"]) & (moves["sales_order_line_no"] == order["line_no"])
    return float(order["qty_shipped"] + moves[mine & (moves["ship_date"] <= min(until, AS_OF))]["qty"].sum())


@pytest.mark.parametrize("by_due_date", [False, True])
def test_on_time_delivery_counts_lines_and_pieces_shipped_by_their_date(factory, by_due_date):
    store, tables = factory
    on_time = lines = pieces = due = 0.0
    for _, order in tables["sales_order"].iterrows():
        date = promised(order, by_due_date)
        if order["status"] in ("draft", "reviewing", "cancelled") or not SINCE <= date <= UNTIL:
            continue
        by_date = shipped(tables, order, date)
        lines += 1
        due += order["qty"]
        on_time += by_date >= order["qty"]
        pieces += min(by_date, order["qty"])
    settings = KpiSettings(by_due_date=by_due_date)
    line = found(store, "on_time_delivery_lines", settings=settings)
    quantity = found(store, "on_time_delivery_quantity", settings=settings)
    assert (line.numerator, line.denominator) == (on_time, lines)
    assert (quantity.numerator, quantity.denominator) == (pytest.approx(pieces), pytest.approx(due))
    assert line.value == pytest.approx(on_time / lines)


def test_backlog_is_what_open_lines_still_owe_and_ages_from_their_date(factory):
    store, tables = factory
    totals: dict[tuple[str, str | None], float] = defaultdict(float)
    for _, order in tables["sales_order"].iterrows():
        owed = order["qty"] - shipped(tables, order, AS_OF)
        if order["status"] not in ("confirmed", "in_production", "ready") or owed <= 0:
            continue
        value = owed * (0 if pd.isna(order["unit_price"]) else order["unit_price"])
        days = (AS_OF - promised(order, False)).days
        if days <= 0:
            age = "not overdue"
        else:
            age = "1-7" if days <= 7 else "8-14" if days <= 14 else "15-30" if days <= 30 else ">30"
        for cut in (None, age):
            totals["backlog_lines", cut] += 1
            totals["backlog_quantity", cut] += owed
            totals["backlog_value", cut] += value
            if days > 0:
                totals["overdue_lines", cut] += 1
                totals["overdue_value", cut] += value
    for key in ("backlog_lines", "backlog_quantity", "backlog_value", "overdue_lines", "overdue_value"):
        for age in ("not overdue", "1-7", "8-14", "15-30", ">30"):
            if key.startswith("backlog") or age != "not overdue":
                assert found(store, key, {"age": age}).value == pytest.approx(totals[key, age]), (key, age)
        assert found(store, key).value == pytest.approx(totals[key, None]), key


def day_output(tables: dict[str, pd.DataFrame]) -> dict[tuple[Any, ...], list[float]]:
    """Planned and actual pieces by item, step, station and day."""
    item_of = tables["work_order"].set_index("work_order_no")["item_no"].to_dict()
    dispatch = tables["dispatch"].assign(item_no=tables["dispatch"]["work_order_no"].map(item_of))
    dispatch = dispatch[(dispatch["work_date"] >= SINCE) & (dispatch["work_date"] <= UNTIL)]
    output: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for _, row in dispatch.iterrows():
        output[row["item_no"], row["step_no"], row["station_no"], row["work_date"]][0] += row["planned_qty"]
    for _, row in tables["handover"].iterrows():
        date, step_no = row["handover_time"].date(), row["from_step_no"]
        if not SINCE <= date <= AS_OF:
            continue
        item_no = item_of[row["work_order_no"]]
        same_day = dispatch[(dispatch["work_date"] == date) & (dispatch["step_no"] == step_no)]
        own = same_day[same_day["work_order_no"] == row["work_order_no"]]
        candidates = own if len(own) else same_day[same_day["item_no"] == item_no]
        if candidates.empty:
            output[item_no, step_no, "SAW" if step_no == 10 else "GLUE", date][1] += row["good_qty"]
            continue
        plan = candidates.groupby("station_no")["planned_qty"].sum()
        share = plan / plan.sum() if plan.sum() else plan * 0 + 1 / len(plan)
        for station_no, part in share.items():
            output[item_no, step_no, station_no, date][1] += row["good_qty"] * part
    return {key: value for key, value in output.items() if value[0] > 0 or value[1] > 0}


def test_attainment_earns_nothing_for_the_wrong_thing(factory):
    store, tables = factory
    output = day_output(tables)
    plan = sum(planned for planned, _ in output.values())
    capped = found(store, "plan_attainment")
    assert capped.denominator == pytest.approx(plan)
    assert capped.numerator == pytest.approx(sum(min(planned, actual) for planned, actual in output.values()))
    uncapped = found(store, "plan_attainment_uncapped")
    assert uncapped.value == pytest.approx(sum(actual for _, actual in output.values()) / plan)
    for station_no in ("SAW", "GLUE"):
        mine = [(p, a) for (_, _, station, _), (p, a) in output.items() if station == station_no]
        cut = found(store, "plan_attainment", {"station_no": station_no})
        assert cut.numerator == pytest.approx(sum(min(p, a) for p, a in mine))
    behind = rows(store, "plan_attainment", AS_OF)
    assert len(behind) == len(output)


def test_shortfall_is_explained_by_exceptions_up_to_what_they_state(factory):
    store, tables = factory
    item_of = tables["work_order"].set_index("work_order_no")["item_no"].to_dict()
    expected: dict[str, float] = defaultdict(float)
    for (item_no, step_no, station_no, date), (planned, actual) in day_output(tables).items():
        left = planned - actual
        for _, report in tables["exception_report"].sort_values("exception_no").iterrows():
            fits = (
                report["report_date"] == date
                and report["reason"].strip()
                and (pd.isna(report["work_order_no"]) or item_of[report["work_order_no"]] == item_no)
                and (pd.isna(report["step_no"]) or report["step_no"] == step_no)
                and (pd.isna(report["station_no"]) or report["station_no"] == station_no)
            )
            if fits and left > 0:
                stated = report["planned_qty"] - report["actual_qty"]
                taken = left if pd.isna(stated) else min(left, max(stated, 0))
                expected[report["category"]] += taken
                left -= taken
        expected["unexplained"] += max(left, 0)
    assert found(store, "shortfall").value == pytest.approx(sum(expected.values()))
    cuts = {figure.cut["category"]: figure.value for figure in every(store.path, USUAL) if is_cut(figure, "shortfall")}
    assert cuts == pytest.approx({category: qty for category, qty in expected.items() if qty > 1e-9})


def is_cut(figure: Figure, key: str) -> bool:
    return figure.key == key and figure.cut is not None


def test_shortfall_hours_and_value_follow_the_pieces(factory):
    store, tables = factory
    orders = tables["work_order"].set_index("work_order_no")
    prices = tables["sales_order"].set_index(["sales_order_no", "line_no"])
    dispatch = tables["dispatch"].assign(item_no=tables["dispatch"]["work_order_no"].map(orders["item_no"]))
    hours = value = 0.0
    for (item_no, step_no, station_no, date), (planned, actual) in day_output(tables).items():
        if planned <= actual:
            continue
        mine = dispatch[
            (dispatch["item_no"] == item_no)
            & (dispatch["step_no"] == step_no)
            & (dispatch["station_no"] == station_no)
            & (dispatch["work_date"] == date)
        ]
        standard = mine["planned_hours"].sum(min_count=1)
        hours += (planned - actual) * (1 / 8 if pd.isna(standard) else standard / planned)
        worth = 0.0
        for _, row in mine.iterrows():
            order = orders.loc[row["work_order_no"]]
            line = (order["sales_order_no"], order["sales_order_line_no"])
            if not pd.isna(line[0]) and prices.loc[line]["item_no"] == item_no and prices.loc[line]["unit_price"] > 0:
                worth += row["planned_qty"] * prices.loc[line]["unit_price"]
        value += (planned - actual) * worth / planned
    assert found(store, "shortfall_hours").value == pytest.approx(hours)
    assert found(store, "shortfall_value").value == pytest.approx(value)


def latest(tables: dict[str, pd.DataFrame], name: str, run_no: str = "P-2") -> pd.DataFrame:
    return tables[name][tables[name]["run_no"] == run_no]


def last_working_day(count: int) -> dt.date:
    """The last of `count` working days after the as-of date; the random factory works from Monday to Friday."""
    return [day(number) for number in range(1, 60) if day(number).isoweekday() < 6][count - 1]


@pytest.mark.parametrize("kit_days", [3, 12])
def test_kit_rate_counts_the_starts_of_the_window_of_the_latest_plan(factory, kit_days):
    store, tables = factory
    settings, until = KpiSettings(kit_days=kit_days), last_working_day(kit_days)
    started = set(tables["work_order"].query("status == 'started'")["work_order_no"])
    starts = latest(tables, "plan_order").merge(latest(tables, "plan_kit"), on="order_ref")
    starts = starts[(starts["start_date"] > AS_OF) & (starts["start_date"] <= until)]
    starts = starts[~starts["order_ref"].isin(started)]
    figure = found(store, "kit_rate", settings=settings)
    assert (figure.numerator, figure.denominator) == ((starts["status"] == "full").sum(), len(starts))
    assert len(starts) > 0 or kit_days == 3

    purchases = tables["purchase_order"]
    lines = purchases["purchase_order_no"] + "/" + purchases["line_no"].astype(str)
    confirmed = dict(zip(lines, purchases["confirmed_date"].fillna(purchases["due_date"]), strict=True))
    used = latest(tables, "plan_allocation").query("demand_kind == 'make'").set_index("demand_ref")
    full = 0
    for ref, start in zip(starts["order_ref"], starts["start_date"], strict=True):
        parts = used.loc[used.index == ref]
        full += all(
            kind not in ("planned_buy", "planned_make")
            and available <= start
            and not (kind == "firm_buy" and confirmed[supply] <= AS_OF)
            for kind, available, supply in zip(
                parts["supply_kind"], parts["available_date"], parts["supply_ref"], strict=True
            )
        )
    at_start = found(store, "kit_rate_at_start", settings=settings)
    assert (at_start.numerator, at_start.denominator) == (full, len(starts))


def test_kit_rate_by_line_counts_the_lines_that_are_due_in_the_window(factory):
    store, tables = factory
    kits = latest(tables, "plan_kit").set_index("order_ref")["status"]
    states = [
        kits[f"{order['sales_order_no']}/{order['line_no']}"]
        for _, order in tables["sales_order"].iterrows()
        if order["status"] in ("confirmed", "in_production", "ready")
        and order["qty"] > shipped(tables, order, AS_OF)
        and AS_OF < promised(order, False) <= last_working_day(3)
    ]
    lines = found(store, "kit_rate", {"of": "order_line"})
    assert (lines.numerator, lines.denominator) == (states.count("full"), len(states))


def test_load_is_planned_hours_over_calendar_hours(factory):
    store, tables = factory
    exception = tables["calendar_day"].iloc[0]
    available: dict[str, float] = {}
    for _, station in tables["station"].iterrows():
        for number in range(1, 15):
            date = day(number)
            calendar = 8.0 if date.isoweekday() < 6 else 0.0
            calendar = exception["hours"] if exception["work_date"] == date else calendar
            hours = calendar * station["parallel_units"] * station["efficiency"]
            available[station["station_no"]] = available.get(station["station_no"], 0) + hours
    schedule = latest(tables, "plan_schedule")
    schedule = schedule[(schedule["work_date"] > AS_OF) & (schedule["work_date"] <= day(14))]
    assert found(store, "load").value == pytest.approx(schedule["hours"].sum() / sum(available.values()))
    for station_no, hours in available.items():
        needed = schedule[schedule["station_no"] == station_no]["hours"].sum()
        assert found(store, "load", {"station_no": station_no}).value == pytest.approx(needed / hours)


def test_yield_is_good_over_made_per_step_and_rolls_over_the_steps(factory):
    store, tables = factory
    moves = tables["handover"].merge(tables["work_order"][["work_order_no", "item_no"]], on="work_order_no")
    moves = moves[moves["handover_time"].dt.date.between(SINCE, AS_OF)]
    moves = moves.assign(made=moves["good_qty"] + moves["scrap_qty"])
    steps = moves.groupby(["item_no", "from_step_no"])[["good_qty", "made"]].sum()
    steps = steps[steps["made"] > 0]
    assert found(store, "first_pass_yield").value == pytest.approx(steps["good_qty"].sum() / steps["made"].sum())
    for (item_no, step_no), row in steps.iterrows():
        cut = found(store, "first_pass_yield", {"item_no": item_no, "step_no": step_no})
        assert cut.value == pytest.approx(row["good_qty"] / row["made"])
    for item_no, mine in steps.groupby(level=0):
        rolled = found(store, "first_pass_yield", {"rolled": True, "item_no": item_no})
        assert rolled.value == pytest.approx((mine["good_qty"] / mine["made"]).prod())
        assert rolled.denominator == mine["made"].iloc[0]


def test_a_purchase_line_is_on_time_when_all_of_it_arrived_by_its_date(factory):
    store, tables = factory
    counts: dict[str | None, list[int]] = defaultdict(lambda: [0, 0])
    for _, line in tables["purchase_order"].iterrows():
        date = line["due_date"] if pd.isna(line["confirmed_date"]) else line["confirmed_date"]
        if line["status"] in ("draft", "cancelled") or not SINCE <= date <= UNTIL:
            continue
        arrivals = tables["material_arrival"]
        arrivals = arrivals[arrivals["purchase_order_no"] == line["purchase_order_no"]]
        arrived = line["qty_received"] + arrivals[arrivals["arrival_date"] <= date]["qty"].sum()
        for supplier_no in (None, line["supplier_no"]):
            counts[supplier_no][0] += int(arrived >= line["qty"])
            counts[supplier_no][1] += 1
    for supplier_no, (on_time, lines) in counts.items():
        figure = found(store, "supplier_on_time", {"supplier_no": supplier_no} if supplier_no else None)
        assert (figure.numerator, figure.denominator) == (on_time, lines)


def test_supplier_quality_counts_defects_of_inspected_arrivals(factory):
    store, tables = factory
    supplier_of = tables["purchase_order"].set_index("purchase_order_no")["supplier_no"]
    approved = tables["concession"].query("status == 'approved'").set_index("arrival_no")["qty"]
    sums: dict[str | None, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for _, arrival in tables["material_arrival"].iterrows():
        date = arrival["arrival_date"] if pd.isna(arrival["inspected_date"]) else arrival["inspected_date"]
        if arrival["inspection"] == "pending" or not SINCE <= date <= AS_OF:
            continue
        defects = arrival["defect_qty"]
        if arrival["inspection"] == "rejected" and not defects:
            defects = arrival["qty"]
        for supplier_no in (None, supplier_of[arrival["purchase_order_no"]]):
            sums[supplier_no][0] += arrival["qty"] - defects
            sums[supplier_no][1] += arrival["qty"]
            sums[supplier_no][2] += approved.get(arrival["arrival_no"], 0)
    for supplier_no, (good, qty, conceded) in sums.items():
        cut = {"supplier_no": supplier_no} if supplier_no else None
        quality = found(store, "supplier_quality", cut)
        assert (quality.numerator, quality.denominator) == (pytest.approx(good), pytest.approx(qty))
        assert found(store, "supplier_concessions", cut).numerator == conceded


def on_hand(store: Store) -> pd.Series:
    """What the planner takes as stock; that reading of stock has tests of its own."""
    return read_input(store, AS_OF).stock.groupby("item_no")["qty"].sum()


def costs(tables: dict[str, pd.DataFrame]) -> pd.Series:
    cost = tables["item"].set_index("item_no")["unit_cost"].copy()
    cost["WOOD"] = 3  # the preferred supplier's price
    return cost


def test_stock_cover_and_excess_compare_stock_with_the_plans_requirement(factory):
    store, tables = factory
    plan_input = read_input(store, AS_OF)
    ledger = latest(tables, "plan_allocation")
    ledger = ledger[(ledger["demand_kind"] != "safety_stock") & (ledger["need_date"] <= HORIZON_END)]
    requirement = ledger.groupby("item_no")["qty"].sum()
    supply = pd.concat([plan_input.firm_buy, plan_input.inspection, plan_input.firm_make])
    supply = supply.groupby("item_no")["qty"].sum()
    cost = costs(tables)
    stock_value = daily_value = excess = 0.0
    for item_no in tables["item"]["item_no"]:
        stock = on_hand(store).get(item_no, 0.0)
        daily = requirement.get(item_no, 0.0) / 30
        if daily:
            assert found(store, "stock_cover_days", {"item_no": item_no}).value == pytest.approx(stock / daily)
        stock_value += stock * cost[item_no]
        daily_value += daily * cost[item_no]
        excess += max(stock + supply.get(item_no, 0.0) - requirement.get(item_no, 0.0), 0) * cost[item_no]
    cover = found(store, "stock_cover_days")
    assert cover.value == (pytest.approx(stock_value / daily_value) if daily_value else None)
    assert found(store, "excess_value").value == pytest.approx(excess)


@pytest.mark.parametrize("days", [90, 180])
def test_slow_stock_is_what_lies_that_long_without_an_issue(factory, days):
    store, tables = factory
    item_of = tables["sales_order"].set_index(["sales_order_no", "line_no"])["item_no"]
    outgoing = [(row["item_no"], row["issue_date"]) for _, row in tables["goods_issue"].iterrows()]
    outgoing += [
        (item_of[row["sales_order_no"], row["sales_order_line_no"]], row["ship_date"])
        for _, row in tables["shipment"].iterrows()
        if row["ship_date"] <= AS_OF
    ]
    made = tables["work_order"].set_index("work_order_no")["item_no"]
    incoming = [(row["item_no"], row["receipt_date"], row["qty"]) for _, row in tables["goods_receipt"].iterrows()]
    incoming += [
        (made[row["work_order_no"]], row["handover_time"].date(), row["good_qty"])
        for _, row in tables["handover"].iterrows()
        if pd.isna(row["to_step_no"])
    ]
    expected = 0.0
    for item_no, stock in on_hand(store).items():
        if any(item == item_no and (AS_OF - date).days < days for item, date in outgoing):
            continue
        young = sum(qty for item, date, qty in incoming if item == item_no and 0 <= (AS_OF - date).days < days)
        expected += max(stock - young, 0) * costs(tables)[item_no]
    assert found(store, "slow_stock_value", {"days": days}).value == pytest.approx(expected)


def test_stability_compares_the_frozen_days_of_the_latest_plan_with_the_plan_before(factory):
    store, tables = factory
    off = tables["calendar_day"].iloc[0]
    working = [day(n) for n in range(1, 20) if day(n).isoweekday() < 6]
    working = [date for date in working if date != off["work_date"] or off["hours"] > 0]

    def work(run_no: str) -> dict[tuple[Any, ...], float]:
        placed: dict[tuple[Any, ...], float] = defaultdict(float)
        for _, row in latest(tables, "plan_schedule", run_no).iterrows():
            if AS_OF < row["work_date"] <= working[2]:
                name = row["item_no"] if row["order_ref"].startswith("PM") else row["order_ref"]
                placed[name, row["step_no"], row["station_no"], row["work_date"]] += row["qty"]
        return placed

    before, now = work("P-1"), work("P-2")
    planned = sum(before.values())
    moved = sum(max(qty - now.get(key, 0), 0) for key, qty in before.items())
    figure = found(store, "plan_stability")
    assert figure.denominator == pytest.approx(planned)
    assert figure.value == (pytest.approx(1 - moved / planned) if planned else None)


def test_the_rows_behind_add_up_to_every_figure_and_every_cut(factory):
    store, _ = factory
    checked = 0
    for figure in every(store.path, USUAL):
        behind = rows(store, figure.key, AS_OF, cut=figure.cut)
        assert behind["numerator"].sum() == pytest.approx(figure.numerator), figure
        if figure.denominator is not None:
            assert behind["denominator"].sum() == pytest.approx(figure.denominator), figure
        checked += 1
    assert checked > 60


def test_cuts_that_partition_a_figure_add_up_to_it(factory):
    store, _ = factory
    total_and_cuts = every(store.path, USUAL)
    for key, name in (
        ("on_time_delivery_lines", "customer_no"),
        ("backlog_value", "age"),
        ("plan_attainment", "work_date"),
        ("shortfall_hours", "category"),
        ("load", "station_no"),
        ("supplier_quality", "supplier_no"),
    ):
        total = next(figure for figure in total_and_cuts if figure.key == key and figure.cut is None)
        parts = [figure for figure in total_and_cuts if figure.key == key and figure.cut and set(figure.cut) == {name}]
        assert sum(part.numerator or 0 for part in parts) == pytest.approx(total.numerator)
