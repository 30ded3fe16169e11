"""What the page on capacity asks: a factory small enough to check by hand, and the sample against plain pandas."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.exports import table_bytes
from data.imports import import_uploads
from data.imports.read import Upload
from data.plans import read_input, read_plan, restore_plan, save_plan
from data.sample import build_sample
from data.store import Store
from data.tables import TABLES
from planning.model import RESULT_COLUMNS, Settings, frame
from tests.pages.conftest import AS_OF as SAMPLE_DAY
from tests.pages.planned_factory import AS_OF, FIRST_DAY, at, day, fill, insert, result
from ui.tables import as_csv

RULE = {"least_days": 10, "least_deviation": 0.1}
PERIOD = {"as_of": SAMPLE_DAY, "since": SAMPLE_DAY - dt.timedelta(days=89), "until": SAMPLE_DAY}

# station, day, load, available, worth of an hour
PRICES = (
    ("CUT", 1, 5.0, 8.0, 0.0),
    ("CUT", 6, 8.0, 8.0, 1.25),
    ("PLATE", 3, 3.0, 14.4, 0.5),
    ("PLATE", 8, 16.2, 14.4, 2.5),
    ("PLATE", 9, 3.4, 14.4, 2.0),
)
QUEUED = '{"kind":"capacity","station_no":"PLATE","unit_no":1,"order_ref":"W-1","from":"2026-12-01","to":"2026-12-02"}'


def priced() -> pd.DataFrame:
    """What hours at both stations and RAW a day earlier are worth."""
    stations = [
        {
            "kind": "station",
            "resource_no": station,
            "work_date": day(number),
            "load_hours": load,
            "available_hours": available,
            "price": worth,
            "unit": "hour",
        }
        for station, number, load, available, worth in PRICES
    ]
    part = {"kind": "part", "resource_no": "RAW", "work_date": day(6), "price": 5.0, "unit": "day"}
    return frame(RESULT_COLUMNS["plan_price"], pd.DataFrame([*stations, part]))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The planned factory with prices; plating costs 50 an hour of overtime, and SO-1/1 queues there."""
    with Store.open(Path(tmp_path_factory.mktemp("store")) / "paichan.duckdb") as store:
        fill(store)
        with store.write("test", "cost") as writer:
            writer.execute("UPDATE station SET overtime_cost = 50 WHERE station_no = 'PLATE'")
        made = result()
        lateness = made.plan_lateness.assign(cause="capacity", detail=QUEUED)
        plan = replace(made, plan_price=priced(), plan_lateness=lateness)
        save_plan(store, plan, read_input(store, AS_OF, Settings(horizon_days=60)), "test")
        yield store


def ask(store: Store, name: str, **more: object) -> pd.DataFrame:
    asked = {"run_no": "P-000001", "as_of": AS_OF, "first_day": FIRST_DAY, "from_date": day(1), "to_date": day(14)}
    return store.query(f"capacity/{name}", **{**asked, **more})


# what is kept with a plan


def test_prices_are_kept_read_back_exported_and_restored_with_their_plan(shop):
    kept = read_plan(shop, "P-000001").plan_price.sort_values(["kind", "resource_no", "work_date"], ignore_index=True)
    wanted = priced().sort_values(["kind", "resource_no", "work_date"], ignore_index=True)
    pd.testing.assert_frame_equal(kept, wanted)
    header, *lines = table_bytes(shop, "plan_price", "csv", "zh").decode("utf-8-sig").splitlines()
    assert header.split(",")[:3] == ["运算号", "资源类别", "资源编号"]
    assert "P-000001,物料,RAW,2026-11-30,,,5,天" in lines
    assert len(lines) == len(PRICES) + 1
    again = restore_plan(shop, "P-000001", "test")
    try:
        assert len(read_plan(shop, again).plan_price) == len(PRICES) + 1
    finally:
        with shop.write("test", "back") as writer:
            for table in TABLES.values():
                if table.kind == "plan":
                    writer.execute(f"DELETE FROM {table.name} WHERE run_no = ?", [again])


# bottleneck and overtime


def test_the_bottleneck_is_where_an_hour_is_worth_most(shop):
    rows = ask(shop, "stations").set_index("station_no")
    assert rows.index.tolist() == ["PLATE", "CUT"]
    plate, cut = rows.loc["PLATE"], rows.loc["CUT"]
    assert (plate["worth"], plate["worth_date"], plate["worth_days"]) == (2.5, pd.Timestamp(day(8)), 3)
    assert (cut["worth"], cut["worth_days"]) == (1.25, 1)
    assert (plate["late_lines"], plate["days_late"]) == (1, 2)
    assert (cut["late_lines"], cut["days_late"]) == (0, 0)
    assert plate["load_hours"] == pytest.approx(22.6)
    assert plate["available_hours"] == pytest.approx(9.5 * 8 * 2 * 0.9)  # ten working days, one of them of four hours
    assert plate["days_over"] == 1
    assert plate["fullest"] == (plate["load_rate"] > cut["load_rate"])


def test_days_for_overtime_are_the_dearest_on_which_some_is_left(shop):
    """On day 8 1.8 of 3.6 standard hours are worked, so that two clock hours are left; all three days have some."""
    assert [found.date() for found in map(pd.Timestamp, ask(shop, "stations")["best_dates"].iloc[0])] == [
        day(8),
        day(9),
        day(3),
    ]
    with shop.write("test", "full") as writer:
        writer.execute("UPDATE plan_schedule SET overtime_hours = 3.5 WHERE work_date = ? AND unit_no = 1", [day(8)])
    try:
        best = ask(shop, "stations")["best_dates"].iloc[0]
        assert [pd.Timestamp(found).date() for found in best] == [day(9), day(3)]
    finally:
        with shop.write("test", "back") as writer:
            writer.execute(
                "UPDATE plan_schedule SET overtime_hours = 1.8 WHERE work_date = ? AND unit_no = 1", [day(8)]
            )


def test_where_no_price_is_known_the_lateness_of_its_queue_decides(shop):
    with shop.write("test", "unknown") as writer:
        writer.execute("UPDATE plan_price SET price = NULL WHERE kind = 'station'")
    try:
        rows = ask(shop, "stations")
        assert rows["station_no"].tolist() == ["PLATE", "CUT"]
        assert rows["worth"].isna().all()
        assert [list(found) for found in rows["best_dates"]] == [[], []]
    finally:
        with shop.write("test", "back") as writer:
            for station, number, _, _, worth in PRICES:
                writer.execute(
                    "UPDATE plan_price SET price = ? WHERE resource_no = ? AND work_date = ?",
                    [worth, station, day(number)],
                )


def test_overtime_is_paid_by_the_clock(shop):
    """1.8 standard hours at an efficiency of 0.9 are two hours on the clock, at 50 each."""
    row = ask(shop, "overtime").iloc[0]
    assert (row["station_no"], row["work_date"]) == ("PLATE", pd.Timestamp(day(8)))
    assert row[
        ["overtime_hours", "overtime_available_hours", "overtime_left", "overtime_rate", "overtime_cost"]
    ].tolist() == (pytest.approx([1.8, 3.6, 1.8, 0.5, 100.0]))
    totals = ask(shop, "overtime_totals").iloc[0]
    assert totals[["overtime_hours", "overtime_cost", "unpriced_hours", "stations"]].tolist() == pytest.approx(
        [1.8, 100.0, 0.0, 1]
    )
    assert totals["overtime_available_hours"] == pytest.approx(10 * 3.6)  # on working days only


def test_overtime_without_a_price_is_named_and_not_counted(shop):
    with shop.write("test", "free") as writer:
        writer.execute("UPDATE station SET overtime_cost = NULL")
    try:
        totals = ask(shop, "overtime_totals").iloc[0]
        assert (totals["overtime_cost"], totals["unpriced_hours"]) == (0, pytest.approx(1.8))
    finally:
        with shop.write("test", "back") as writer:
            writer.execute("UPDATE station SET overtime_cost = 50 WHERE station_no = 'PLATE'")


def test_orders_that_wait_are_named_with_their_weight(shop):
    row = ask(shop, "waiting", station="PLATE").iloc[0]
    assert (row["line"], row["days_late"], row["priority"], row["weighted_days"]) == ("SO-1/1", 2, 1, 10)
    assert (row["queue_from"], row["queue_to"]) == (pd.Timestamp("2026-12-01"), pd.Timestamp("2026-12-02"))
    assert ask(shop, "waiting", station="CUT").empty


def test_a_part_is_told_with_its_supplier_and_worth(shop):
    row = ask(shop, "parts").iloc[0]
    assert (row["item_no"], row["worth"], row["supplier_no"]) == ("RAW", 5, "S1")
    assert row["comes_date"] == pd.Timestamp(day(6))


# standard capacity


def days_made(store: Store, rates: list[float], first: int = -40, hours: float = 4.0) -> None:
    """A work order a day at cutting, dispatched for `hours`, that makes so many an hour; the standard is 10."""
    with store.write("test", "floor") as writer:
        for number, rate in enumerate(rates):
            when, order = first + number, f"X-{number}"
            insert(writer, "work_order", {"work_order_no": order, "item_no": "FG1", "qty": 400, "status": "closed"})
            row = {"work_order_no": order, "step_no": 10, "station_no": "CUT", "work_date": day(when)}
            insert(writer, "dispatch", {**row, "planned_qty": 10 * hours, "planned_hours": hours})
            made = {"handover_no": f"H-{number}", "work_order_no": order, "from_step_no": 10, "scrap_qty": 0}
            good = rate * hours
            insert(writer, "handover", {**made, "good_qty": good, "handover_time": at(when, "17:00")})


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "paichan.duckdb") as store:
        fill(store)
        yield store


def judged(store: Store, **more: object) -> pd.DataFrame:
    asked = {"as_of": AS_OF, "since": day(-89), "until": AS_OF, **RULE, **more}
    return store.query("capacity/standards", **asked)


@pytest.mark.parametrize(
    ("rates", "off"),
    [
        ([8.0] * 10, True),
        ([8.0] * 9, False),  # too few days
        ([9.2] * 12, False),  # too near
        ([8.0] * 7 + [10.5] * 4, False),  # more than a quarter of the days on the other side
        ([8.0] * 9 + [10.5] * 2, True),
        ([13.0] * 10, True),
    ],
)
def test_a_standard_is_off_after_enough_days_far_enough_on_one_side(floor, rates, off):
    days_made(floor, rates)
    row = judged(floor).iloc[0]
    assert (row["item_no"], row["step_no"], row["station_no"]) == ("FG1", 10, "CUT")
    assert (row["days"], row["standard"], bool(row["off"])) == (len(rates), 10, off)
    assert row["achieved"] == pytest.approx(np.median(rates))
    assert math.isnan(row["proposed"]) != off


def test_what_is_achieved_counts_started_pieces_without_the_changeover(floor):
    """36 good of 4 hours less one of changeover, at a yield of 0.9: 40 started in 3 hours."""
    with floor.write("test", "routing") as writer:
        writer.execute(
            "UPDATE routing_step SET yield_rate = 0.9, setup_hours = 1 WHERE item_no = 'FG1' AND station_no = 'CUT'"
        )
    days_made(floor, [9.0] * 10)
    row = judged(floor).iloc[0]
    assert row["achieved"] == pytest.approx(40 / 3)
    assert row["proposed"] == 13.3


def test_the_changeover_is_taken_from_the_first_day_of_a_work_order_only(floor):
    days_made(floor, [8.0])
    with floor.write("test", "second day") as writer:
        writer.execute("UPDATE routing_step SET setup_hours = 1 WHERE item_no = 'FG1' AND station_no = 'CUT'")
        row = {"work_order_no": "X-0", "step_no": 10, "station_no": "CUT", "work_date": day(-39)}
        insert(writer, "dispatch", {**row, "planned_qty": 40, "planned_hours": 4})
    days = floor.query("capacity/achieved", as_of=AS_OF, since=day(-89), until=AS_OF)
    assert days.sort_values("work_date")["run_hours"].tolist() == [3, 4]


@pytest.mark.parametrize(
    ("category", "stopped"), [("machine", 1), ("material", 1), ("planning", 1), ("method", 0), ("other", 0)]
)
def test_days_that_were_stopped_tell_nothing_of_the_standard(floor, category, stopped):
    days_made(floor, [8.0] * 9 + [2.0])
    with floor.write("test", "report") as writer:
        report = {"exception_no": "E-1", "report_date": day(-31), "work_order_no": "X-9", "step_no": 10}
        insert(writer, "exception_report", {**report, "category": category, "reason": "x"})
    row = judged(floor).iloc[0]
    assert (row["stopped_days"], row["days"]) == (stopped, 10 - stopped)


def test_a_day_without_a_piece_is_stopped_and_a_station_stops_all_its_items(floor):
    days_made(floor, [8.0] * 9 + [0.0])
    with floor.write("test", "report") as writer:
        report = {"exception_no": "E-1", "report_date": day(-40), "station_no": "CUT", "category": "machine"}
        insert(writer, "exception_report", {**report, "reason": "停电"})
        insert(writer, "exception_report", {**report, "exception_no": "E-2", "station_no": "PLATE", "reason": "x"})
    assert judged(floor).iloc[0][["stopped_days", "days"]].tolist() == [2, 8]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The sample factory without a plan."""
    with Store.open(Path(tmp_path_factory.mktemp("sample")) / "paichan.duckdb") as store:
        build_sample(store, SAMPLE_DAY, "zh")
        yield store


def read(store: Store, table: str) -> pd.DataFrame:
    with store.read() as cursor:
        return cursor.execute(f"SELECT * FROM {table}").df()


def test_standards_of_the_sample_are_those_of_plain_pandas(sample):
    """Actual pieces are those of the attainment figure; hours, changeovers, stops and medians are worked out again."""
    key = ["item_no", "step_no", "station_no"]
    output = sample.query("kpi/day_output", **PERIOD)
    orders, routing = read(sample, "work_order"), read(sample, "routing_step")
    dispatch = read(sample, "dispatch").merge(orders[["work_order_no", "item_no"]])
    first = dispatch.groupby([*key, "work_order_no"])["work_date"].min().reset_index()
    setup = first.merge(routing[[*key, "setup_hours"]]).groupby([*key, "work_date"])["setup_hours"].sum()
    rows = output[output["planned_hours"].notna()].merge(routing[[*key, "units_per_hour", "yield_rate"]], on=key)
    rows = rows.merge(setup.astype(float).rename("setup").reset_index(), how="left", on=[*key, "work_date"])
    rows["hours"] = rows["planned_hours"] - rows["setup"].fillna(0)
    rows = rows[(rows["hours"] > 0) & (rows["work_date"] <= pd.Timestamp(SAMPLE_DAY))]
    rows["rate"] = rows["actual_qty"] / rows["yield_rate"].fillna(1).astype(float) / rows["hours"]
    reports = read(sample, "exception_report").merge(orders[["work_order_no", "item_no"]])
    reports = reports[~reports["category"].isin(["method", "quality", "other"])]
    stopped = set(reports[[*key, "report_date"]].itertuples(index=False, name=None))
    hit = [row in stopped for row in rows[[*key, "work_date"]].itertuples(index=False, name=None)]
    rows = rows[(rows["actual_qty"] > 0) & ~np.array(hit)]
    wanted = rows.groupby(key)["rate"].agg(
        achieved="median",
        low=lambda rates: rates.quantile(0.25),
        high=lambda rates: rates.quantile(0.75),
        days="size",
    )
    found = sample.query("capacity/standards", **PERIOD, **RULE).set_index(key).sort_index()
    pd.testing.assert_frame_equal(found[wanted.columns], wanted.sort_index(), check_dtype=False, rtol=1e-6)
    assert len(found) > 200
    assert not found["off"].any()  # the sample's floor works by its standards


def test_a_wrong_standard_of_the_sample_is_found_and_the_import_corrects_it(sample):
    wrong = [("SF-2003", 20, "PLT"), ("FG-1013", 20, "ASM")]
    before = read(sample, "routing_step").set_index(["item_no", "step_no", "station_no"]).sort_index()
    with sample.write("test", "wrong") as writer:
        for item, step, station in wrong:
            writer.execute(
                "UPDATE routing_step SET units_per_hour = units_per_hour * 1.3 "
                "WHERE item_no = ? AND step_no = ? AND station_no = ?",
                [item, step, station],
            )
    correction = sample.query("capacity/correction", **PERIOD, **RULE)
    assert tuple(correction.columns) == TABLES["routing_step"].names
    assert set(correction[["item_no", "step_no", "station_no"]].itertuples(index=False, name=None)) == set(wrong)
    for language in ("zh", "en"):
        labels = {name: TABLES["routing_step"].column(name).label(language) for name in correction.columns}
        file = Upload("routing_step.csv", as_csv(correction.rename(columns=labels)))
        (told,) = import_uploads(sample, [file], author="test").files
        # the second time nothing is left to change
        changed = 2 if language == "zh" else 0
        assert (told.table, told.new, told.changed, told.rejected) == ("routing_step", 0, changed, 0)
    after = read(sample, "routing_step").set_index(["item_no", "step_no", "station_no"]).sort_index()
    columns = ["alt_rank", "name", "setup_hours", "yield_rate", "wait_hours", "transfer_qty"]
    pd.testing.assert_frame_equal(after[columns], before[columns])
    ratio = (after["units_per_hour"] / before["units_per_hour"]).astype(float)
    assert ratio.sub(1).abs().max() < 0.02
    assert sample.query("capacity/correction", **PERIOD, **RULE).empty
