"""What the page on delivery asks: sample and AdventureWorks against plain pandas, and a line at each stage by hand."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.imports import import_files
from data.kpi import KpiSettings, figures, trend
from data.store import Store
from data.tables import TABLES
from tests.pages.conftest import AS_OF as SAMPLE_DAY
from tests.pages.planned_factory import AS_OF, FIRST_DAY, at, day, fill, insert, plan

ADVENTUREWORKS = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "adventureworks"
KEYS = {"lines": "on_time_delivery_lines", "quantity": "on_time_delivery_quantity"}
STATES = ("on_time", "at_risk", "late", "unplanned")
PERIOD = {"since": SAMPLE_DAY - dt.timedelta(days=29), "until": SAMPLE_DAY}
BOTH_DATES = pytest.mark.parametrize("by_due_date", [False, True])
BOTH_MEASURES = pytest.mark.parametrize("measure", list(KEYS))


# plain pandas


def due_lines(tables: dict[str, pd.DataFrame], by_due_date: bool, as_of: dt.date) -> pd.DataFrame:
    """Every order line that can be due, with what left by its date, and the day its last piece left."""
    lines = tables["sales_order"].copy()
    lines["status"] = lines["status"].fillna("confirmed")
    lines = lines[~lines["status"].isin(["draft", "reviewing", "cancelled"])]
    lines["date"] = lines["due_date"] if by_due_date else lines["promised_date"].fillna(lines["due_date"])
    for name in ("qty", "unit_price", "qty_shipped"):
        lines[name] = lines[name].fillna(0).astype(float)
    shipments = tables["shipment"]
    shipments = shipments[shipments["ship_date"] <= pd.Timestamp(as_of)].sort_values("ship_date", kind="stable")
    sent: dict[tuple[str, int], list[tuple[pd.Timestamp, float]]] = {}
    for row in shipments.itertuples():
        line = (row.sales_order_no, int(row.sales_order_line_no))
        sent.setdefault(line, []).append((row.ship_date, float(row.qty)))
    by_date, shipped, completed = [], [], []
    for row in lines.itertuples():
        parts = sent.get((row.sales_order_no, int(row.line_no)), [])
        by_date.append(row.qty_shipped + sum(qty for when, qty in parts if when <= row.date))
        so_far, last = row.qty_shipped, pd.NaT
        for when, qty in parts:
            if so_far < row.qty <= so_far + qty:
                last = when
            so_far += qty
        shipped.append(so_far)
        completed.append(last)
    lines = lines.assign(by_date=by_date, shipped=shipped, completed=completed)
    lines["on_time"] = (lines["by_date"] >= lines["qty"]).astype(float)
    lines["on_time_qty"] = lines[["by_date", "qty"]].min(axis=1)
    lines["missed_value"] = (lines["qty"] - lines["on_time_qty"]) * lines["unit_price"]
    return lines


def between(lines: pd.DataFrame, since: dt.date, until: dt.date) -> pd.DataFrame:
    return lines[lines["date"].between(pd.Timestamp(since), pd.Timestamp(until))]


def parts(lines: pd.DataFrame, measure: str) -> tuple[float, float]:
    """Numerator and denominator of on-time delivery."""
    if measure == "lines":
        return lines["on_time"].sum(), float(len(lines))
    return lines["on_time_qty"].sum(), lines["qty"].sum()


def check_weeks(store: Store, lines: pd.DataFrame, as_of: dt.date, measure: str, by_due_date: bool) -> int:
    """Compare each of the twelve weeks; returns how many lines were due in them."""
    weeks = trend(store, KEYS[measure], as_of, 12, 7, KpiSettings(by_due_date=by_due_date))
    assert len(weeks) == 12
    count = 0
    for number, row in enumerate(weeks.itertuples()):
        until = as_of - dt.timedelta(days=7 * (11 - number))
        mine = between(lines, until - dt.timedelta(days=6), until)
        assert (row.numerator, row.denominator) == parts(mine, measure)
        count += len(mine)
    return count


# the sample factory


@pytest.fixture(scope="module")
def sample(
    planned_sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, dict[str, pd.DataFrame]]]:
    """The sample factory with a plan, and its tables as frames."""
    path = tmp_path_factory.mktemp("delivery") / "paichan.duckdb"
    shutil.copyfile(planned_sample, path)
    with Store.open(path) as store, store.read() as cursor:
        yield store, {name: cursor.execute(f"SELECT * FROM {name}").df() for name in TABLES}


def ask(sample: tuple[Store, dict[str, pd.DataFrame]], name: str, **more: object) -> pd.DataFrame:
    store = sample[0]
    run = store.query("today/plan").iloc[0]
    usual = {
        "as_of": SAMPLE_DAY,
        "run_no": run["run_no"],
        "first_day": run["first_day"].date(),
        "by_due_date": False,
        "measure": "lines",
        "customer": "",
        "item": "",
        "weeks": 12,
        "days": 60,
    }
    return store.query(f"delivery/{name}", **{**usual, **PERIOD, **more})


@BOTH_DATES
@BOTH_MEASURES
def test_weeks_of_the_sample_are_those_of_plain_pandas(sample, by_due_date, measure):
    lines = due_lines(sample[1], by_due_date, SAMPLE_DAY)
    assert check_weeks(sample[0], lines, SAMPLE_DAY, measure, by_due_date) > 1000


@BOTH_DATES
@BOTH_MEASURES
@pytest.mark.parametrize(("cut", "column"), [("customer", "customer_no"), ("item", "item_no")])
def test_customers_and_items_of_the_sample_are_those_of_plain_pandas(sample, by_due_date, measure, cut, column):
    lines = between(due_lines(sample[1], by_due_date, SAMPLE_DAY), **PERIOD)
    groups = ask(sample, "groups", by_due_date=by_due_date, measure=measure)
    groups = groups[groups["cut"] == cut]
    wanted = {subject: parts(mine, measure) for subject, mine in lines.groupby(column)}
    assert set(groups["subject"]) == set(wanted)
    for row in groups.itertuples():
        assert (row.on_time, row.due) == wanted[row.subject]
        assert row.rate == wanted[row.subject][0] / wanted[row.subject][1]
    assert groups["missed"].is_monotonic_decreasing
    assert groups["share_so_far"].tolist() == pytest.approx(
        (groups["missed"].cumsum() / groups["missed"].sum()).tolist()
    )
    assert groups["subjects"].iloc[0] == (groups["missed"] > 0).sum()
    values = lines.groupby(column)["missed_value"].sum()
    assert groups.set_index("subject")["missed_value"].to_dict() == pytest.approx(values.to_dict())


def test_customers_of_the_sample_agree_with_the_figures(sample):
    groups = ask(sample, "groups")
    groups = groups[groups["cut"] == "customer"].set_index("subject")
    found = [figure for figure in figures(sample[0], SAMPLE_DAY, keys=(KEYS["lines"],)) if figure.cut]
    assert groups["rate"].to_dict() == {figure.cut["customer_no"]: figure.value for figure in found}


def test_who_costs_most_is_who_missed_most_money(sample):
    lines = between(due_lines(sample[1], False, SAMPLE_DAY), **PERIOD)
    groups = ask(sample, "groups", measure="value")
    first = groups[groups["place"] == 1].set_index("cut")
    for cut, column in (("customer", "customer_no"), ("item", "item_no")):
        values = lines.groupby(column)["missed_value"].sum()
        assert first.loc[cut, "subject"] == values.idxmax()
        assert first.loc[cut, "share_so_far"] == pytest.approx(values.max() / values.sum())


def test_what_is_chosen_narrows_the_other_kind_only(sample):
    lines = between(due_lines(sample[1], False, SAMPLE_DAY), **PERIOD)
    customer, item = lines["customer_no"].iloc[0], lines["item_no"].iloc[0]
    groups = ask(sample, "groups", customer=customer, item=item)
    due = groups.groupby("cut")["due"].sum()
    assert due["customer"] == (lines["item_no"] == item).sum()
    assert due["item"] == (lines["customer_no"] == customer).sum()


@BOTH_DATES
def test_days_off_of_the_sample_are_those_of_plain_pandas(sample, by_due_date):
    lines = between(due_lines(sample[1], by_due_date, SAMPLE_DAY), **PERIOD)
    days = (lines["completed"] - lines["date"]).dt.days
    bands = ask(sample, "timing", by_due_date=by_due_date).set_index("band")
    wanted = {
        ">7 early": days < -7,
        "1-7 early": days.between(-7, -1),
        "0": days == 0,
        "1-3": days.between(1, 3),
        "4-7": days.between(4, 7),
        "8-14": days.between(8, 14),
        ">14": days > 14,
        "open": lines["shipped"] < lines["qty"],
        "unknown": (lines["shipped"] >= lines["qty"]) & days.isna(),
    }
    assert bands.index.tolist() == list(wanted)
    assert bands["lines"].to_dict() == {band: mine.sum() for band, mine in wanted.items()}
    assert bands["qty"].to_dict() == {band: lines.loc[mine, "qty"].sum() for band, mine in wanted.items()}
    missed = bands[bands["timing"].isin(["late", "open"])]["lines"].sum()
    assert (bands["lines"].sum(), missed) == (len(lines), len(lines) - lines["on_time"].sum())


@BOTH_DATES
def test_missed_lines_of_the_sample_are_those_of_plain_pandas(sample, by_due_date):
    lines = between(due_lines(sample[1], by_due_date, SAMPLE_DAY), **PERIOD)
    wanted = lines[lines["on_time"] == 0].set_index(["sales_order_no", "line_no"])
    rows = ask(sample, "missed", by_due_date=by_due_date)
    assert rows["complete"].is_monotonic_increasing  # what is still owed comes first
    rows = rows.set_index(["sales_order_no", "line_no"])
    assert set(rows.index) == set(wanted.index)
    wanted = wanted.loc[rows.index]
    assert rows["missed_value"].tolist() == pytest.approx(wanted["missed_value"].tolist())
    late = (wanted["completed"].fillna(pd.Timestamp(SAMPLE_DAY)) - wanted["date"]).dt.days
    assert rows["days_late"].tolist() == late.tolist()
    assert rows.loc[rows["complete"], "planned_date"].isna().all()
    assert rows.loc[~rows["complete"], "planned_date"].notna().all()
    one = wanted["customer_no"].iloc[0]
    assert len(ask(sample, "missed", by_due_date=by_due_date, customer=one)) == (wanted["customer_no"] == one).sum()


def test_promises_that_differ_from_wishes_are_counted(sample):
    lines = between(due_lines(sample[1], False, SAMPLE_DAY), **PERIOD)
    later = (lines["promised_date"] - lines["due_date"]).dt.days
    row = ask(sample, "dates").iloc[0]
    assert (row["lines"], row["promised_later"], row["promised_earlier"]) == (
        len(lines),
        (later > 0).sum(),
        (later < 0).sum(),
    )
    assert row["days_later"] == later[later > 0].median()


@pytest.fixture(scope="module")
def open_lines(sample: tuple[Store, dict[str, pd.DataFrame]]) -> pd.DataFrame:
    """Open order lines by hand, their state as the plan gives it, and the week they are due in."""
    lines = due_lines(sample[1], False, SAMPLE_DAY)
    lines = lines[lines["status"].isin(["confirmed", "in_production", "ready"]) & (lines["shipped"] < lines["qty"])]
    run_no = sample[0].query("today/plan")["run_no"].iloc[0]
    states = sample[0].query("schedule/line_states", run_no=run_no)
    lines = lines.merge(
        states[["sales_order_no", "line_no", "state", "days_late"]], on=["sales_order_no", "line_no"], how="left"
    )
    monday = lines["date"] - pd.to_timedelta(lines["date"].dt.day_of_week, unit="D")
    this_week = pd.Timestamp(SAMPLE_DAY + dt.timedelta(days=1)).to_period("W").start_time
    overdue = lines["date"] < pd.Timestamp(SAMPLE_DAY)
    return lines.assign(
        pieces=lines["qty"] - lines["shipped"],
        value=(lines["qty"] - lines["shipped"]) * lines["unit_price"],
        bucket=monday.dt.strftime("%Y-%m-%d")
        .where(monday < this_week + pd.Timedelta(weeks=12), "later")
        .where(~overdue, "overdue"),
        soon=~overdue & (monday < this_week + pd.Timedelta(weeks=4)),
    )


@pytest.mark.parametrize(
    ("measure", "key"), [("lines", "backlog_lines"), ("pieces", "backlog_quantity"), ("value", "backlog_value")]
)
def test_what_is_owed_by_week_and_state_is_that_of_plain_pandas(sample, open_lines, measure, key):
    weeks = ask(sample, "owed_weeks", measure=measure)
    amounts = open_lines.assign(lines=1.0)
    table = amounts.pivot_table(index="bucket", columns="state", values=measure, aggfunc="sum", fill_value=0)
    assert set(weeks["bucket"]) == set(table.index)
    assert weeks["bucket"].tolist()[0] == "overdue"
    for row in weeks.to_dict("records"):
        assert [row[state] for state in STATES] == pytest.approx(
            [table.loc[row["bucket"]].get(state, 0) for state in STATES]
        )
    assert weeks[weeks["soon"]]["bucket"].tolist() == sorted(open_lines[open_lines["soon"]]["bucket"].unique())
    total = next(figure for figure in figures(sample[0], SAMPLE_DAY, keys=(key,)) if figure.cut is None)
    assert weeks["amount"].sum() == pytest.approx(total.value)


def test_weeks_beyond_the_last_are_put_together(sample, open_lines):
    weeks = ask(sample, "owed_weeks", weeks=2)
    assert weeks["bucket"].tolist()[-1] == "later"
    assert len(weeks) == 4
    assert weeks["lines"].sum() == len(open_lines)


def test_lines_of_the_next_four_weeks_are_those_of_plain_pandas(sample, open_lines):
    coming = open_lines[open_lines["soon"]]
    counts = coming["state"].value_counts()
    row = ask(sample, "soon_totals").iloc[0]
    assert row["lines"] == len(coming)
    assert [row[state] for state in ("late", "at_risk", "on_time")] == [
        counts.get(state, 0) for state in ("late", "at_risk", "on_time")
    ]
    assert row["overdue"] == (open_lines["bucket"] == "overdue").sum()
    assert row["late_value"] == pytest.approx(coming.loc[coming["state"] == "late", "value"].sum())


def test_the_list_of_risks_holds_late_and_at_risk_lines_the_longest_late_first(sample, open_lines):
    wanted = open_lines[open_lines["soon"] | (open_lines["bucket"] == "overdue")]
    rows = ask(sample, "soon", due="", state="risk")
    risky = wanted[wanted["state"].isin(["late", "at_risk"])]
    assert set(rows["line"]) == set(risky["sales_order_no"] + "/" + risky["line_no"].astype(str))
    late = rows[rows["state"] == "late"]
    assert late["days_late"].is_monotonic_decreasing
    assert rows["state"].tolist() == ["late"] * len(late) + ["at_risk"] * (len(rows) - len(late))
    assert set(rows.loc[rows["state"] == "at_risk", "days_left"]) <= {0, 1}
    assert late["detail"].str.len().gt(0).all()
    week = wanted.loc[wanted["soon"], "bucket"].max()
    assert len(ask(sample, "soon", due=week, state="")) == (wanted["bucket"] == week).sum()
    assert len(ask(sample, "soon", due="", state="")) == len(wanted)


def test_every_line_of_the_sample_that_is_not_done_is_followed_once(sample, open_lines):
    """Owed, in review, on hold, or left and not signed for or not invoiced."""
    rows = ask(sample, "tracking")
    sold = rows[rows["line"] != ""]
    assert sold["line"].is_unique
    tables = sample[1]
    orders, shipments = tables["sales_order"], tables["shipment"]
    counts = sold["stage"].value_counts()
    assert counts["reviewing"] == (orders["status"] == "reviewing").sum()
    assert counts["on_hold"] == (orders["status"] == "on_hold").sum()
    assert counts["received"] == (orders["status"] == "draft").sum()
    owed = set(open_lines["sales_order_no"] + "/" + open_lines["line_no"].astype(str))
    at_work = sold[~sold["stage"].isin(["received", "reviewing", "on_hold", "shipped", "signed"])]
    assert set(at_work["line"]) == owed
    unsigned = shipments[shipments["delivered_date"].isna()]
    left = set(unsigned["sales_order_no"] + "/" + unsigned["sales_order_line_no"].astype(str)) - owed
    assert set(sold.loc[sold["stage"] == "shipped", "line"]) == left
    invoiced = set(tables["settlement"]["sales_order_no"])
    delivered = orders[(orders["status"] == "delivered") & ~orders["sales_order_no"].isin(invoiced)]
    assert set(sold.loc[sold["stage"] == "signed", "line"]) == set(
        delivered["sales_order_no"] + "/" + delivered["line_no"].astype(str)
    )
    started = set(tables["work_order"].loc[tables["work_order"]["status"] == "started", "work_order_no"])
    assert set(sold.loc[sold["stage"].isin(["producing", "inspecting", "packing"]), "work_order_no"]) <= started


def test_the_station_of_a_line_in_production_is_that_of_its_last_handover(sample):
    rows = ask(sample, "tracking")
    rows = rows[rows["stage"] == "producing"]
    moves = sample[1]["handover"].sort_values(["handover_time", "from_step_no"]).groupby("work_order_no").last()
    items = sample[1]["work_order"].set_index("work_order_no")["item_no"]
    steps = sample[1]["routing_step"].sort_values("alt_rank").groupby(["item_no", "step_no"])["station_no"].first()
    checked = 0
    for row in rows[rows["work_order_no"].isin(moves.index)].itertuples():
        move = moves.loc[row.work_order_no]
        step = move["from_step_no"] if pd.isna(move["to_step_no"]) else move["to_step_no"]
        assert row.station_no == steps[items[row.work_order_no], int(step)]
        assert row.since == move["handover_time"].normalize()
        checked += 1
    assert checked > 5


def test_counts_of_stages_are_those_of_the_rows(sample):
    rows = ask(sample, "tracking")
    one = rows["customer_no"].value_counts().index[0]
    counts = ask(sample, "tracking_counts", customer=one, owner="pmc")
    chosen = rows[(rows["customer_no"] == one) & (rows["owner"] == "pmc")]
    for choice, column in (("stage", "stage"), ("customer", "customer_no"), ("owner", "owner")):
        mine = counts[counts["choice"] == choice].set_index("value")
        assert mine["all_lines"].to_dict() == rows[column].value_counts().to_dict()
        assert mine.loc[mine["lines"] > 0, "lines"].to_dict() == chosen[column].value_counts().to_dict()
        assert (mine["lines"] == mine[["late", "at_risk", "on_time", "unplanned"]].sum(axis=1)).all()
    narrowed = ask(sample, "tracking_rows", customer=one, owner="pmc", stage="")
    assert sorted(narrowed["line"]) == sorted(chosen["line"])


# AdventureWorks


@pytest.mark.skipif(not ADVENTUREWORKS.is_dir(), reason="the AdventureWorks tables are not beside the project")
@BOTH_DATES
@BOTH_MEASURES
def test_weeks_of_adventureworks_are_those_of_plain_pandas(adventureworks, by_due_date, measure):
    store, tables = adventureworks
    as_of = dt.date(2014, 8, 8)
    lines = due_lines(tables, by_due_date, as_of)
    assert check_weeks(store, lines, as_of, measure, by_due_date) > 300


@pytest.fixture(scope="module")
def adventureworks(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Store, dict[str, pd.DataFrame]]]:
    """AdventureWorks' orders imported, and its own files as frames."""
    with Store.open(tmp_path_factory.mktemp("delivery") / "adventureworks.duckdb") as store:
        assert import_files(store, [ADVENTUREWORKS], author="test").saved
        orders = pd.read_csv(ADVENTUREWORKS / "sales_order.csv", parse_dates=["due_date", "promised_date"])
        shipments = pd.read_csv(ADVENTUREWORKS / "shipment.csv", parse_dates=["ship_date"])
        yield store, {"sales_order": orders, "shipment": shipments}


# one line for each stage, by hand


def order(number: int, status: str = "confirmed", item: str = "FG1", **more: object) -> dict[str, object]:
    return {
        "sales_order_no": f"T-{number:02}",
        "line_no": 1,
        "customer_no": "C2",
        "item_no": item,
        "qty": 10,
        "unit_price": 5,
        "order_date": day(-15),
        "due_date": day(5),
        "status": status,
        **more,
    }


def work(number: int, status: str, item: str = "FG1") -> dict[str, object]:
    return {
        "work_order_no": f"TW-{number:02}",
        "sales_order_no": f"T-{number:02}",
        "sales_order_line_no": 1,
        "item_no": item,
        "qty": 10,
        "status": status,
        "released_date": day(-8),
    }


def move(number: int, when: int, from_step: int, to_step: int | None, item_qty: int = 10) -> dict[str, object]:
    return {
        "handover_no": f"TH-{number:02}-{from_step}",
        "work_order_no": f"TW-{number:02}",
        "from_step_no": from_step,
        "to_step_no": to_step,
        "good_qty": item_qty,
        "handover_time": at(when, "15:00"),
    }


def shipment(number: int, when: int, signed: int | None, qty: int = 10) -> dict[str, object]:
    return {
        "shipment_no": f"TS-{number:02}",
        "line_no": 1,
        "sales_order_no": f"T-{number:02}",
        "sales_order_line_no": 1,
        "qty": qty,
        "ship_date": day(when),
        "delivered_date": None if signed is None else day(signed),
    }


def asked_for(number: str, status: str, sales_order: str | None = None) -> dict[str, object]:
    return {
        "customer_order_no": number,
        "line_no": 1,
        "customer_no": "C1",
        "qty": 7,
        "requested_date": day(20),
        "received_date": day(-1),
        "status": status,
        "sales_order_no": sales_order,
    }


FORMS = {
    "item": [{"item_no": "FG3", "name": "插座", "category": "finished", "source": "make", "uom": "pcs"}],
    "routing_step": [
        {"item_no": "FG3", "step_no": step, "station_no": "CUT", "name": name, "units_per_hour": 10}
        for step, name in ((10, "组装"), (20, "最终检验"), (30, "Packing"))
    ],
    "customer_order": [
        asked_for("CO-1", "received"),
        asked_for("CO-2", "queried"),
        asked_for("CO-3", "accepted", "SO-1"),
        asked_for("CO-4", "rejected"),
        asked_for("CO-5", "received"),  # T-01 is made from it
    ],
    "sales_order": [
        order(1, "draft", customer_order_no="CO-5"),
        order(2, "reviewing"),
        order(3, "on_hold"),
        order(4),
        order(5),
        order(6, item="FG3"),
        order(7, item="FG3"),
        order(8, "ready"),
        order(9, "shipped"),
        order(10, "delivered"),
        order(11, "delivered"),
        order(12, "delivered", order_date=day(-90)),
        order(13, "cancelled"),
        order(14),
        order(15),
        order(16),
        order(17, "in_production"),
    ],
    "order_change": [
        {"change_no": "OC-1", "sales_order_no": "T-03", "line_no": 1, "field": "qty", "status": "applied"}
        | {"requested_date": day(-3)},
        {"change_no": "OC-2", "sales_order_no": "T-02", "line_no": 1, "field": "qty", "status": "requested"}
        | {"requested_date": day(-2)},
    ],
    "work_order": [
        work(4, "started"),
        work(5, "started"),
        work(6, "started", "FG3"),
        work(7, "started", "FG3"),
        work(8, "finished"),
        work(14, "released"),
        work(15, "released"),
    ],
    "picking_list": [
        {"picking_no": f"TP-{number}", "line_no": 1, "work_order_no": f"TW-{number}", "item_no": "RAW"}
        | {"required_qty": 10, "need_date": day(1), "status": status}
        for number, status in ((14, "issued"), (15, "open"))
    ],
    "goods_issue": [
        {"issue_no": f"TI-{number}", "line_no": 1, "item_no": "RAW", "qty": 10, "issue_date": day(when)}
        | {"work_order_no": f"TW-{number}"}
        for number, when in (("04", -4), ("14", -2))
    ],
    "handover": [
        move(5, -1, 10, 20),
        move(6, 0, 10, 20),
        move(7, -2, 10, 20),
        move(7, -1, 20, 30),
        move(8, -3, 10, 20),
        move(8, -2, 20, None),
    ],
    "shipment": [
        shipment(9, -2, None),
        shipment(10, -6, -3),
        shipment(11, -6, -3),
        shipment(12, -61, None),
        shipment(16, -5, None, 4),
    ],
    "settlement": [{"invoice_no": "INV-1", "sales_order_no": "T-11", "amount": 50, "invoice_date": day(-1)}],
}

# order: stage, owner of the next step, days since
STAGES = {
    "T-01": ("received", "sales", 15),
    "T-02": ("reviewing", "pmc", 15),
    "T-03": ("on_hold", "sales", 3),
    "T-04": ("producing", "production", 4),
    "T-05": ("producing", "production", 1),
    "T-06": ("inspecting", "quality", 0),
    "T-07": ("packing", "production", 1),
    "T-08": ("ready", "logistics", 2),
    "T-09": ("shipped", "logistics", 2),
    "T-10": ("signed", "sales", 3),
    "T-14": ("released", "production", 2),
    "T-15": ("released", "warehouse", 8),
    "T-16": ("confirmed", "pmc", 15),
    "T-17": ("producing", "production", 15),
    "SO-1": ("released", "purchasing", 20),
    "SO-2": ("confirmed", "pmc", 20),
    "SO-3": ("kitted", "pmc", 20),
}


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The planned factory, and a line at each stage."""
    with Store.open(tmp_path_factory.mktemp("forms") / "paichan.duckdb") as store:
        fill(store)
        run_no = plan(store)
        with store.write("test", "forms") as writer:
            for table, rows in FORMS.items():
                for row in rows:
                    insert(writer, table, row)
            writer.execute(
                "INSERT INTO plan_kit (run_no, order_ref, status, kit_date, can_make_qty) "
                "VALUES (?, 'TW-15', 'full', ?, 10)",
                [run_no, FIRST_DAY],
            )
        yield store


def follow(store: Store, **more: object) -> pd.DataFrame:
    run_no = store.query("today/plan")["run_no"].iloc[0]
    return store.query("delivery/tracking", **{"as_of": AS_OF, "run_no": run_no, "days": 60, **more})


def test_each_line_stands_at_the_stage_its_forms_tell(forms):
    rows = follow(forms)
    sold = rows[rows["line"] != ""].set_index("sales_order_no")
    assert {
        number: (row["stage"], row["owner"], row["days_here"]) for number, row in sold.iterrows()
    } == STAGES  # invoiced, long gone and cancelled lines are not followed
    assert sold.loc[["T-04", "T-05"], "station_name"].tolist() == ["冲压", "电镀"]
    assert sold.loc["T-16", "shipped_qty"] == 4


def test_customer_orders_are_followed_until_they_are_sales_orders(forms):
    rows = follow(forms)
    asked = rows[rows["line"] == ""].sort_values("customer_order_no")
    assert asked[["customer_order_no", "stage", "owner", "days_here"]].to_numpy().tolist() == [
        ["CO-1", "received", "sales", 1],
        ["CO-2", "queried", "sales", 1],
    ]


def test_a_line_without_its_kit_names_the_part_that_comes_last(forms):
    rows = follow(forms).set_index("sales_order_no")
    ordered, wanted = rows.loc["SO-1"], rows.loc["SO-2"]
    assert (ordered["blocked_kind"], ordered["part_no"], ordered["supply_ref"]) == ("firm_buy", "RAW", "PO-1/1")
    assert ordered["available_date"] == pd.Timestamp(day(6))
    assert (wanted["blocked_kind"], wanted["part_no"]) == ("planned_buy", "LABEL")
    assert rows.loc["T-14", "blocked_kind"] == ""


@pytest.mark.parametrize(("status", "owner"), [("draft", "pmc"), ("approved", "purchasing")])
def test_an_approved_requisition_is_for_purchasing_to_order(forms, status, owner):
    with forms.write("test", "requisition") as writer:
        insert(
            writer,
            "purchase_requisition",
            {
                "requisition_no": "PR-1",
                "line_no": 1,
                "item_no": "LABEL",
                "qty": 50,
                "need_date": day(8),
                "requested_date": day(-1),
                "status": status,
            },
        )
    try:
        assert follow(forms).set_index("sales_order_no").loc["SO-2", "owner"] == owner
    finally:
        with forms.write("test", "back") as writer:
            writer.execute("DELETE FROM purchase_requisition")


def test_stages_are_known_without_a_plan_but_for_its_dates(forms):
    rows = follow(forms, run_no="")
    with_plan = follow(forms)
    assert len(rows) == len(with_plan)
    assert rows["planned_date"].isna().all()
    own = ["T-01", "T-04", "T-06", "T-09", "T-10", "T-14"]
    assert rows.set_index("sales_order_no").loc[own, "stage"].tolist() == [STAGES[number][0] for number in own]


def test_a_line_that_left_in_full_before_the_records_is_on_time_without_a_day(forms):
    """And one that left before and after is complete on the day of its last piece."""
    with forms.write("test", "old shipments") as writer:
        insert(writer, "sales_order", order(30, "closed", due_date=day(-1), qty_shipped=10))
        insert(writer, "sales_order", order(31, "closed", due_date=day(-1), qty_shipped=6))
        insert(writer, "shipment", shipment(31, -3, -2, 5))
        insert(writer, "sales_order", order(32, "closed", due_date=day(-1)))  # closed short: nobody waits for it
        insert(writer, "shipment", shipment(32, -5, -4, 9))
    try:
        asked = {"as_of": AS_OF, "since": day(-1), "until": day(-1), "by_due_date": False}
        rows = forms.query("delivery/due_lines", **asked).set_index("sales_order_no")
        assert rows.loc["T-30", ["on_time_line", "complete"]].tolist() == [1, True]
        assert pd.isna(rows.loc["T-30", "days"])
        assert (rows.loc["T-31", "completed_on"], rows.loc["T-31", "days"]) == (pd.Timestamp(day(-3)), -2)
        assert (rows.loc["T-32", "complete"], rows.loc["T-32", "missed_value"]) == (False, 5)
        assert pd.isna(rows.loc["T-32", "days"])
        bands = forms.query("delivery/timing", **asked, customer="", item="").set_index("band")["lines"]
        assert bands[bands > 0].to_dict() == {"1-7 early": 1, "open": 1, "unknown": 1}
    finally:
        with forms.write("test", "back") as writer:
            for table in ("shipment", "sales_order"):
                writer.execute(f"DELETE FROM {table} WHERE sales_order_no IN ('T-30', 'T-31', 'T-32')")
