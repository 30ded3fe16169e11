"""What the page on attainment asks: a floor small enough to check by hand, and the sample against plain pandas."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.kpi import figures
from data.sample import build_sample
from data.sample.troubles import find_troubles
from data.store import Store
from data.tables import TABLES
from tests.pages.conftest import AS_OF as SAMPLE_DAY
from tests.pages.planned_factory import AS_OF, at, day, fill, insert

NO_FILTER = {"measure": "pieces", "station": "", "day": "", "item": "", "category": "", "everything": False}
PERIOD = {"as_of": AS_OF, "since": day(-6), "until": AS_OF}
SAMPLE_PERIOD = {"as_of": SAMPLE_DAY, "since": SAMPLE_DAY - dt.timedelta(days=29), "until": SAMPLE_DAY}
MEASURES = ("pieces", "hours", "value")

# W-1 is 100 x FG1 for SO-1/1 at 10 a piece, cut and plated at 10 an hour
DISPATCH = (("W-1", 10, "CUT", -2, 60, 6), ("W-1", 10, "CUT", -1, 40, 4), ("W-1", 20, "PLATE", -1, 30, None))
HANDOVERS = (("W-1", 10, -2, 40, 5), ("W-1", 10, -1, 45, 0), ("W-1", 20, -1, 30, 1), ("W-1", 20, 0, 12, 3))
REPORTS = (
    ("E-1", -2, "machine", "刀具崩刃", 60, 52, "closed", 0, "设备部"),
    ("E-2", -2, "manpower", "请假", 60, 55, "in_progress", None, "生产部"),
    ("E-0", -30, "quality", "麻点", None, None, "open", None, "品质部"),
)


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The planned factory with two days of dispatch, hand-overs and exceptions."""
    with Store.open(Path(tmp_path_factory.mktemp("store")) / "paichan.duckdb") as store:
        fill(store)
        with store.write("test", "floor") as writer:
            for order, step, station, when, qty, hours in DISPATCH:
                row = {"work_order_no": order, "step_no": step, "station_no": station, "work_date": day(when)}
                insert(writer, "dispatch", {**row, "planned_qty": qty, "planned_hours": hours})
            for number, (order, step, when, good, scrap) in enumerate(HANDOVERS):
                row = {"handover_no": f"H-{number}", "work_order_no": order, "from_step_no": step}
                insert(
                    writer,
                    "handover",
                    {**row, "good_qty": good, "scrap_qty": scrap, "handover_time": at(when, "17:00")},
                )
            for number, when, category, reason, planned, actual, status, closed, owner in REPORTS:
                row = {"exception_no": number, "report_date": day(when), "category": category, "reason": reason}
                insert(
                    writer,
                    "exception_report",
                    {
                        **row,
                        "work_order_no": "W-1",
                        "step_no": 10,
                        "station_no": "CUT",
                        "planned_qty": planned,
                        "actual_qty": actual,
                        "status": status,
                        "closed_date": None if closed is None else day(closed),
                        "department": owner,
                        "lost_hours": 1.5,
                    },
                )
            insert(
                writer,
                "supplement_request",
                {
                    "supplement_no": "S-1",
                    "work_order_no": "W-1",
                    "item_no": "RAW",
                    "qty": 7,
                    "reason": "over_consumption",
                    "requested_date": day(-1),
                },
            )
        yield store


def ask(store: Store, name: str, **more: object) -> pd.DataFrame:
    return store.query(f"attainment/{name}", **{**PERIOD, **NO_FILTER, **more})


def waterfall(store: Store, **more: object) -> dict[str, float]:
    steps = ask(store, "waterfall", **more)
    names = steps["category"].where(steps["step"] == "lost", steps["step"])
    return dict(zip(names, steps["amount"], strict=True))


def test_the_plan_less_what_is_explained_and_what_is_not_is_what_was_attained(floor):
    """Of 60 cut 40 were made: 8 are the machine's, 5 the crew's, 7 nobody's; 17 were not asked for."""
    assert waterfall(floor) == {
        "planned": 130,
        "machine": -8,
        "manpower": -5,
        "unexplained": -7,
        "attained": 110,
        "beyond": 17,
        "actual": 127,
    }


def test_hours_are_those_dispatched_else_those_of_standard_capacity(floor):
    """Ten pieces an hour at every step, dispatched or not."""
    assert waterfall(floor, measure="hours") == pytest.approx(
        {
            "planned": 13,
            "machine": -0.8,
            "manpower": -0.5,
            "unexplained": -0.7,
            "attained": 11,
            "beyond": 1.7,
            "actual": 12.7,
        }
    )


def test_what_was_made_without_a_dispatch_has_the_price_of_the_order_it_serves(floor):
    """12 pieces plated on the as-of date, when nothing was dispatched, and 5 cut beyond the plan, at 10 each."""
    assert waterfall(floor, measure="value")["beyond"] == 170


def test_the_waterfall_follows_the_choice_of_station_day_and_item(floor):
    assert waterfall(floor, station="PLATE") == {"planned": 30, "attained": 30, "beyond": 12, "actual": 42}
    assert waterfall(floor, day=day(-1).isoformat())["planned"] == 70
    assert waterfall(floor, item="连接")["planned"] == 130
    assert waterfall(floor, item="nothing") == {}


def test_the_map_knows_days_with_a_plan_only(floor):
    cells = ask(floor, "map", measure="hours")
    assert cells[["station_no", "rate"]].to_numpy().tolist() == [
        ["CUT", pytest.approx(40 / 60)],
        ["CUT", 1],
        ["PLATE", 1],
    ]
    assert cells["station_short_hours"].tolist() == [pytest.approx(2.0), pytest.approx(2.0), 0]


def test_groups_keep_days_in_order_and_put_the_greatest_shortfall_first_else(floor):
    days = ask(floor, "groups", by="day", most=99)
    assert days["subject"].tolist() == [day(number).isoformat() for number in (-2, -1, 0)]
    assert days[["planned", "attained", "beyond"]].to_numpy().tolist() == [[60, 40, 0], [70, 70, 5], [0, 0, 12]]
    assert ask(floor, "groups", by="station", most=99)["subject"].tolist() == ["CUT", "PLATE"]
    assert ask(floor, "groups", by="station", most=1)["subjects"].tolist() == [2]


def test_a_gap_has_a_row_for_each_exception_and_one_for_the_rest(floor):
    rows = ask(floor, "rows")
    assert rows[["exception_no", "category", "short_qty"]].sort_values("exception_no").to_numpy().tolist() == [
        ["", "unexplained", 7],
        ["E-1", "machine", 8],
        ["E-2", "manpower", 5],
    ]
    assert ask(floor, "rows", category="machine")["department"].tolist() == ["设备部"]
    assert len(ask(floor, "rows", everything=True)) == 6


def worst(store: Store, **more: object) -> pd.DataFrame:
    """The worst cell of the map."""
    cells = ask(store, "map", **{"measure": "hours", **more})
    return cells[cells["is_worst"]]


def test_a_bad_day_is_told_with_the_reason_that_explains_most_of_it(floor):
    """The report states 8 pieces and 1.5 hours lost."""
    cell = worst(floor).iloc[0]
    assert (cell["station_no"], cell["work_date"]) == ("CUT", pd.Timestamp(day(-2)))
    span = {"since": day(-2), "until": day(-2), "from_date": day(-6), "to_date": AS_OF}
    row = ask(floor, "worst", station="CUT", **span).iloc[0]
    assert (row["category"], row["reason"]) == ("machine", "刀具崩刃")
    assert row[["exceptions", "days", "lost_qty", "lost_hours"]].tolist() == [1, 1, 8, 1.5]


def test_a_day_with_hardly_a_plan_is_not_the_worst(floor):
    """One piece of ten missed on a day of one hour stands behind a third of a usual day."""
    with floor.write("test", "small") as writer:
        insert(
            writer,
            "dispatch",
            {
                "work_order_no": "W-1",
                "step_no": 10,
                "station_no": "CUT",
                "work_date": day(-5),
                "planned_qty": 10,
                "planned_hours": 1,
            },
        )
    try:
        assert worst(floor)["work_date"].tolist() == [pd.Timestamp(day(-2))]
    finally:
        with floor.write("test", "back") as writer:
            writer.execute("DELETE FROM dispatch WHERE work_date = ?", [day(-5)])


def test_an_exception_from_before_the_period_counts_while_it_is_open(floor):
    totals = ask(floor, "exception_totals").iloc[0]
    assert (totals["exceptions"], totals["closed"], totals["open"], totals["median_days"]) == (2, 1, 2, 2)
    assert (totals["oldest_no"], totals["oldest_days"]) == ("E-0", 30)
    listed = ask(floor, "exceptions", open_only=False)
    assert listed["exception_no"].tolist() == ["E-0", "E-2", "E-1"]  # open ones first, the oldest on top
    assert listed["lost_qty"].fillna(-1).tolist() == [-1, 5, 8]
    assert ask(floor, "exceptions", open_only=True)["exception_no"].tolist() == ["E-0", "E-2"]


def test_the_pareto_takes_exceptions_of_the_period_only(floor):
    rows = ask(floor, "pareto", lost="pieces")
    assert rows[["category", "lost", "open"]].to_numpy().tolist() == [["machine", 8, 0], ["manpower", 5, 1]]
    assert rows["share_so_far"].tolist() == [pytest.approx(8 / 13), 1]
    assert ask(floor, "pareto", lost="hours")["lost"].tolist() == [1.5, 1.5]


def test_days_to_close_and_ages_fall_into_bands(floor):
    bands = ask(floor, "closing").set_index("band")
    assert bands["closed"].to_dict() == {"0": 0, "1": 0, "2": 1, "3": 0, "4-7": 0, "8-14": 0, ">14": 0}
    assert bands["open"].to_dict() == {"0": 0, "1": 0, "2": 1, "3": 0, "4-7": 0, "8-14": 0, ">14": 1}


def test_a_step_that_loses_more_than_its_standard_stands_first(floor):
    """Without a standard yield every scrapped piece is beyond it."""
    steps = ask(floor, "yield_steps")
    assert steps[["step_no", "extra_qty"]].to_numpy().tolist() == [[10, 5], [20, 4]]
    rolled = ask(floor, "yield_items").iloc[0]
    assert rolled["yield_rate"] == pytest.approx(85 / 90 * 42 / 46)
    assert rolled["extra_qty"] == pytest.approx(90 * (1 - 85 / 90 * 42 / 46))


def test_a_supplement_stands_at_the_step_that_uses_its_part(floor):
    orders = ask(floor, "yield_orders", item="", step=0).set_index("step_no")
    assert orders["supplement_no"].to_dict() == {10: "S-1", 20: ""}
    assert ask(floor, "yield_orders", item="FG1", step=20)["scrap_qty"].tolist() == [4]


# the sample factory


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, dict[str, pd.DataFrame]]]:
    """The sample factory and its tables as frames."""
    with Store.open(Path(tmp_path_factory.mktemp("sample")) / "paichan.duckdb") as store:
        build_sample(store, SAMPLE_DAY, "zh")
        with store.read() as cursor:
            yield store, {name: cursor.execute(f"SELECT * FROM {name}").df() for name in TABLES}


def asked(sample: tuple[Store, dict[str, pd.DataFrame]], name: str, **more: object) -> pd.DataFrame:
    return ask(sample[0], name, **{**SAMPLE_PERIOD, **more})


def in_period(days: pd.Series) -> pd.Series:
    return days.between(pd.Timestamp(SAMPLE_PERIOD["since"]), pd.Timestamp(SAMPLE_DAY))


def usual_steps(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The first choice of a station for each item and step."""
    ranked = tables["routing_step"].assign(rank=tables["routing_step"]["alt_rank"].fillna(1))
    return ranked.sort_values("rank", kind="stable").groupby(["item_no", "step_no"]).first()


@pytest.fixture(scope="module")
def output(sample: tuple[Store, dict[str, pd.DataFrame]]) -> pd.DataFrame:
    """Planned and actual by hand: the sample uses usual stations only, so hand-overs are theirs."""
    tables = sample[1]
    item = tables["work_order"].set_index("work_order_no")["item_no"]
    line = tables["sales_order"].set_index(["sales_order_no", "line_no"])
    order = tables["work_order"].set_index("work_order_no")
    price = {
        number: float(line.loc[(row.sales_order_no, row.sales_order_line_no), "unit_price"])
        if pd.notna(row.sales_order_no)
        and line.loc[(row.sales_order_no, row.sales_order_line_no), "item_no"] == row.item_no
        else 0.0
        for number, row in order.iterrows()
    }
    step = usual_steps(tables)
    sent = tables["dispatch"].assign(item_no=tables["dispatch"]["work_order_no"].map(item))
    usual = step["station_no"].reindex(pd.MultiIndex.from_frame(sent[["item_no", "step_no"]]))
    assert (usual.to_numpy() == sent["station_no"].to_numpy()).all()
    cells: dict[tuple, list[float]] = defaultdict(lambda: [0.0] * 6)
    plan = tables["dispatch"][in_period(tables["dispatch"]["work_date"])]
    for row in plan.itertuples():
        cell = cells[item[row.work_order_no], row.step_no, row.work_date]
        cell[0] += float(row.planned_qty)
        cell[1] += float(row.planned_hours)
        cell[2] += float(row.planned_qty) * price[row.work_order_no]
    made = tables["handover"][in_period(tables["handover"]["handover_time"].dt.normalize())]
    for row in made.itertuples():
        cell = cells[item[row.work_order_no], row.from_step_no, row.handover_time.normalize()]
        cell[3] += float(row.good_qty)
        cell[4] += float(row.good_qty) * price[row.work_order_no]
    rows = []
    for (item_no, step_no, work_date), (planned, planned_hours, value, actual, made_value, _) in cells.items():
        routed = step.loc[(item_no, step_no)]
        standard = 1 / float(routed["units_per_hour"]) / float(routed["yield_rate"] or 1)
        rows.append(
            {
                "item_no": item_no,
                "step_no": step_no,
                "station_no": routed["station_no"],
                "work_date": work_date,
                "planned": planned,
                "actual": actual,
                "pieces": 1.0,
                "hours": planned_hours / planned if planned else standard,
                "value": value / planned if planned else made_value / actual if actual else 0.0,
            }
        )
    found = pd.DataFrame(rows)
    found["attained"] = found[["planned", "actual"]].min(axis=1)
    found["short"] = found["planned"] - found["attained"]
    found["beyond"] = found["actual"] - found["attained"]
    return found[(found["planned"] > 0) | (found["actual"] > 0)]


@pytest.fixture(scope="module")
def explained(sample: tuple[Store, dict[str, pd.DataFrame]], output: pd.DataFrame) -> pd.DataFrame:
    """Each short row's pieces by category, exception after exception in the order of their numbers."""
    tables = sample[1]
    item = tables["work_order"].set_index("work_order_no")["item_no"]
    reports = tables["exception_report"].sort_values("exception_no")
    by_cell = defaultdict(list)
    for row in reports.itertuples():
        by_cell[item[row.work_order_no], row.step_no, row.station_no, row.report_date].append(row)
    rows = []
    for row in output[output["short"] > 0].itertuples():
        rest = row.short
        for report in by_cell[row.item_no, row.step_no, row.station_no, row.work_date]:
            told = min(rest, max(float(report.planned_qty - report.actual_qty), 0.0))
            rest -= told
            rows.append((report.category, report.exception_no, told, row.hours, row.value, row.station_no))
        rows.append(("unexplained", "", rest, row.hours, row.value, row.station_no))
    found = pd.DataFrame(rows, columns=["category", "exception_no", "pieces", "per_hour", "price", "station_no"])
    found = found[found["pieces"] > 0]
    return found.assign(hours=found["pieces"] * found["per_hour"], value=found["pieces"] * found["price"])


@pytest.mark.parametrize("measure", MEASURES)
def test_the_waterfall_of_the_sample_closes_and_is_that_of_plain_pandas(sample, output, explained, measure):
    steps = asked(sample, "waterfall", measure=measure)
    amounts = steps.set_index("step")["amount"]
    lost = steps[steps["step"] == "lost"].set_index("category")["amount"]
    for name in ("planned", "attained", "beyond", "actual"):
        assert amounts[name] == pytest.approx((output[name] * output[measure]).sum(), rel=1e-12)
    assert (-lost).to_dict() == pytest.approx(explained.groupby("category")[measure].sum().to_dict(), rel=1e-12)
    assert amounts["planned"] + lost.sum() == pytest.approx(amounts["attained"], rel=1e-12)
    assert amounts["attained"] + amounts["beyond"] == pytest.approx(amounts["actual"], rel=1e-12)
    if measure == "pieces":
        assert amounts["planned"] + lost.sum() == amounts["attained"]


@pytest.mark.parametrize(
    ("measure", "key"), [("pieces", "shortfall"), ("hours", "shortfall_hours"), ("value", "shortfall_value")]
)
def test_the_waterfall_agrees_with_the_figures(sample, measure, key):
    """The hours and prices of attainment/output are those of kpi/shortfall on every row that is short."""
    found = figures(sample[0], SAMPLE_DAY, keys=(key, "plan_attainment", "plan_attainment_uncapped"))
    steps = asked(sample, "waterfall", measure=measure)
    lost = steps[steps["step"] == "lost"].set_index("category")["amount"]
    cuts = {figure.cut["category"]: figure.value for figure in found if figure.key == key and figure.cut}
    assert (-lost).to_dict() == pytest.approx(cuts, rel=1e-12)
    rows = sample[0].query("kpi/shortfall", **SAMPLE_PERIOD)
    cell = ["item_no", "step_no", "station_no", "work_date"]
    worth = asked(sample, "output", measure=measure).set_index(cell)["worth"]
    column = {"pieces": "short_qty", "hours": "short_hours", "value": "short_value"}[measure]
    both = rows.join(worth, on=cell)
    assert (both["short_qty"] * both["worth"] - both[column]).abs().max() < 1e-9
    if measure == "pieces":
        totals = {figure.key: figure for figure in found if not figure.cut}
        amounts = steps.set_index("step")["amount"]
        assert amounts["attained"] == totals["plan_attainment"].numerator
        assert amounts["planned"] == totals["plan_attainment"].denominator
        assert amounts["actual"] == totals["plan_attainment_uncapped"].numerator


def test_the_map_of_the_sample_is_that_of_plain_pandas(sample, output):
    cells = asked(sample, "map", measure="hours").set_index(["station_no", "work_date"])
    planned = output[output["planned"] > 0].assign(hours=lambda rows: rows["short"] * rows["hours"])
    sums = planned.groupby(["station_no", "work_date"])[["planned", "attained", "short", "hours"]].sum()
    both = cells.join(sums, how="outer")
    assert len(both) == len(cells) == len(sums)
    for ours, theirs in (("planned_qty", "planned"), ("attained_qty", "attained"), ("short_qty", "short")):
        assert (both[ours] == both[theirs]).all()
    assert both["short_hours"].to_numpy() == pytest.approx(both["hours"].to_numpy(), rel=1e-12)


@pytest.mark.parametrize(("by", "column"), [("day", "work_date"), ("station", "station_no"), ("item", "item_no")])
def test_groups_of_the_sample_are_those_of_plain_pandas(sample, output, by, column):
    groups = asked(sample, "groups", measure="hours", by=by, most=9999).set_index("subject")
    names = ["planned", "attained", "beyond", "short"]
    wanted = output[names].mul(output["hours"], axis=0).groupby(output[column].astype(str)).sum()
    assert set(groups.index) == set(wanted.index)
    for name in names:
        assert groups[name].to_numpy() == pytest.approx(wanted.loc[groups.index, name].to_numpy(), rel=1e-12)


def test_rows_of_the_sample_add_up_to_the_figures(sample, output, explained):
    rows = asked(sample, "rows")
    assert rows["short_qty"].sum() == output["short"].sum()
    wanted = explained.groupby("exception_no")["pieces"].sum()
    assert rows.groupby("exception_no")["short_qty"].sum().to_dict() == pytest.approx(wanted.to_dict())
    everything = asked(sample, "rows", everything=True)
    cells = everything.drop_duplicates(["item_no", "step_no", "station_no", "work_date"])
    assert (cells["planned_qty"].sum(), cells["actual_qty"].sum()) == (output["planned"].sum(), output["actual"].sum())
    assert cells["beyond_qty"].sum() == output["beyond"].sum()


def test_exceptions_of_the_sample_are_those_of_plain_pandas(sample):
    reports = sample[1]["exception_report"]
    mine = reports[in_period(reports["report_date"])].copy()
    mine["lost"] = (mine["planned_qty"] - mine["actual_qty"]).clip(lower=0).astype(float)
    mine["hours"] = mine["lost_hours"].astype(float)
    closed = mine[mine["status"] == "closed"]
    days = (closed["closed_date"] - closed["report_date"]).dt.days
    ages = (pd.Timestamp(SAMPLE_DAY) - reports[reports["status"] != "closed"]["report_date"]).dt.days
    totals = asked(sample, "exception_totals").iloc[0]
    assert (totals["exceptions"], totals["closed"], totals["open"]) == (len(mine), len(closed), len(ages))
    assert (totals["median_days"], totals["oldest_days"]) == (days.median(), ages.max())
    for lost, column in (("hours", "hours"), ("pieces", "lost")):
        rows = asked(sample, "pareto", lost=lost)
        wanted = mine.groupby("category")[column].sum().sort_values(ascending=False)
        assert rows["category"].tolist() == wanted.index.tolist()
        assert rows["lost"].tolist() == pytest.approx(wanted.tolist(), rel=1e-12)
        assert rows["share_so_far"].tolist() == pytest.approx((wanted.cumsum() / wanted.sum()).tolist(), rel=1e-12)
    cuts = [-1, 0, 1, 2, 3, 7, 14, 10**6]
    bands = asked(sample, "closing")
    assert bands["closed"].tolist() == pd.cut(days, cuts).value_counts(sort=False).tolist()
    assert bands["open"].tolist() == pd.cut(ages, cuts).value_counts(sort=False).tolist()


def test_yields_of_the_sample_are_those_of_plain_pandas(sample):
    tables = sample[1]
    made = tables["handover"][in_period(tables["handover"]["handover_time"].dt.normalize())]
    made = made.merge(tables["work_order"][["work_order_no", "item_no"]], on="work_order_no")
    made = made.assign(good=made["good_qty"].astype(float), scrap=made["scrap_qty"].astype(float))
    steps = made.groupby(["item_no", "from_step_no"])[["good", "scrap"]].sum()
    steps["rate"] = steps["good"] / (steps["good"] + steps["scrap"])
    standard = usual_steps(tables)["yield_rate"].astype(float)
    steps["standard"] = standard.reindex(steps.index).to_numpy()
    ours = asked(sample, "yield_steps").set_index(["item_no", "step_no"])
    assert len(ours) == len(steps)
    wanted = steps.loc[ours.index]
    assert ours["yield_rate"].to_numpy() == pytest.approx(wanted["rate"].to_numpy(), rel=1e-12)
    extra = (wanted["good"] + wanted["scrap"]) * wanted["standard"] - wanted["good"]
    assert ours["extra_qty"].to_numpy() == pytest.approx(extra.to_numpy(), abs=1e-6)
    assert ours["extra_qty"].is_monotonic_decreasing
    rolled = asked(sample, "yield_items").set_index("item_no")
    by_item = steps.groupby(level=0)
    assert rolled["yield_rate"].to_dict() == pytest.approx(by_item["rate"].prod().to_dict(), rel=1e-12)
    assert rolled["standard_yield"].to_dict() == pytest.approx(by_item["standard"].prod().to_dict(), rel=1e-12)
    total = next(figure for figure in figures(sample[0], SAMPLE_DAY, keys=("first_pass_yield",)) if figure.cut is None)
    assert (ours["good_qty"].sum(), ours["made_qty"].sum()) == (total.numerator, total.denominator)


# the troubles planted in the sample


def test_painting_stands_out_by_its_day_and_its_reason(sample):
    """Trouble 6: the oven of painting failed on two days."""
    trouble = find_troubles(sample[1])["missed_plan"]
    cells = asked(sample, "map", measure="hours")
    cell = cells[cells["is_worst"]].iloc[0]
    assert (cell["station_no"], f"{cell['work_date']:%Y-%m-%d}") == (trouble["station"][0], trouble["day"][0])
    assert cell["rate"] == cells["rate"].min()
    span = {"since": cell["work_date"].date(), "until": cell["work_date"].date()}
    whole = {"from_date": SAMPLE_PERIOD["since"], "to_date": SAMPLE_DAY}
    row = asked(sample, "worst", station="PNT", **span, **whole).iloc[0]
    assert row["category"] == "machine"
    assert (row["days"], row["exceptions"]) == (2, len(trouble["exception"]))
    assert row["first_exception_no"] == min(trouble["exception"])
    told = sample[1]["exception_report"].set_index("exception_no").loc[trouble["exception"]]
    assert row["lost_hours"] == pytest.approx(float(told["lost_hours"].sum()))
    assert asked(sample, "exceptions", open_only=True)["station_no"].head(3).tolist() == ["PNT"] * 3


def test_over_consumption_stands_first_among_the_work_orders(sample):
    """Trouble 5: a work order that lost more than the standard, with its supplement request."""
    trouble = find_troubles(sample[1])["over_consumption"]
    row = asked(sample, "yield_orders", item="", step=0).iloc[0]
    assert row["work_order_no"] in trouble["work_order"]
    assert row["supplement_no"] in trouble["supplement"]
