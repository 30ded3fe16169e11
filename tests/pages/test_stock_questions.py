"""What the page on stock asks: by hand on a small factory, and in plain pandas on the whole sample factory."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.kpi import figures
from data.plans import latest_run
from data.store import Store
from tests.pages.conftest import AS_OF
from tests.pages.planned_factory import AS_OF as SMALL_AS_OF
from tests.pages.planned_factory import FIRST_DAY as SMALL_FIRST_DAY
from tests.pages.planned_factory import day, fill, insert, plan

EVERY = {"week": "", "day": "", "category": "", "cover": "", "age": "", "days": 0}
FIRST_DAY = dt.date(2026, 11, 24)
KIT_WINDOW = {"kit_since": FIRST_DAY, "kit_until": AS_OF + dt.timedelta(days=28)}
EXACT = 1e-12  # relative: what two orders of adding floats may differ by


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Store, dict[str, object]]]:
    """The small factory with its plan, and what every question of it is asked with."""
    with Store.open(tmp_path / "paichan.duckdb") as store:
        fill(store)
        yield store, {"run_no": plan(store), "as_of": SMALL_AS_OF, "first_day": SMALL_FIRST_DAY, **EVERY}


@pytest.fixture(scope="module")
def sample(planned_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    copy = tmp_path_factory.mktemp("stock") / "paichan.duckdb"
    shutil.copyfile(planned_sample, copy)
    with Store.open(copy) as store:
        yield store


def ask(store: Store, name: str, **more: object) -> pd.DataFrame:
    asked = {"run_no": latest_run(store), "as_of": AS_OF, "first_day": FIRST_DAY, **EVERY, **KIT_WINDOW}
    return store.query(f"stock/{name}", **{**asked, **more})


def table(store: Store, name: str, run_no: str | None = None) -> pd.DataFrame:
    """A table as it stands, decimals as floats."""
    with store.read() as cursor:
        found = cursor.execute(f"SELECT * FROM {name}").df()
    return found if run_no is None else found[found["run_no"] == run_no]


def short_rows(store: Store) -> pd.DataFrame:
    """Rows of the ledger whose supply comes after their need, in pandas: item_no, demand, needed, available, qty."""
    run_no = latest_run(store)
    ledger = table(store, "plan_allocation", run_no)
    starts = table(store, "plan_order", run_no).set_index("order_ref")["start_date"]
    ledger["needed_on"] = ledger["need_date"].clip(lower=pd.Timestamp(FIRST_DAY))
    start = ledger["supply_ref"].map(starts)
    chased = ledger["supply_kind"].isin(["inspection", "firm_buy"]) | (
        (ledger["supply_kind"] == "planned_buy") & (start <= pd.Timestamp(FIRST_DAY))
    )
    late = ledger["available_date"] > ledger["needed_on"]
    return ledger[chased & late & (ledger["demand_kind"] != "safety_stock")]


def waiting_lines(store: Store) -> pd.DataFrame:
    """Order lines with the first day a part is missing, the day the last is there, their value and whether late."""
    run_no = latest_run(store)
    short = short_rows(store)
    pegs = table(store, "plan_pegging", run_no)
    pegs = pegs[pegs["supply_kind"].isin(["firm_make", "planned_make"])]
    pegs = pegs[["supply_ref", "sales_order_no", "line_no"]].drop_duplicates()
    parts = short[["item_no", "demand_kind", "demand_ref", "demand_line_no", "needed_on", "available_date"]]
    direct = parts[parts["demand_kind"] == "sales_order"].rename(
        columns={"demand_ref": "sales_order_no", "demand_line_no": "line_no"}
    )
    made = parts[parts["demand_kind"] == "make"].merge(pegs, left_on="demand_ref", right_on="supply_ref")
    key = ["sales_order_no", "line_no"]
    lines = pd.concat([direct, made]).astype({"line_no": "int64"})
    lines = lines.groupby(key).agg(
        needed_on=("needed_on", "min"), available_date=("available_date", "max"), parts=("item_no", "nunique")
    )
    ledger = table(store, "plan_allocation", run_no)
    open_qty = ledger[ledger["demand_kind"] == "sales_order"].groupby(["demand_ref", "demand_line_no"])["qty"].sum()
    open_qty.index = pd.MultiIndex.from_tuples([(ref, int(line)) for ref, line in open_qty.index], names=key)
    price = table(store, "sales_order").set_index(key)["unit_price"]
    lines["value"] = open_qty.reindex(lines.index) * price.reindex(lines.index)
    late = table(store, "plan_lateness", run_no).set_index(key)["days_late"]
    lines["late"] = late.reindex(lines.index).fillna(0) > 0
    return lines


# what is missing, week by week


def test_a_line_waits_from_the_first_missing_part_to_the_last(small):
    """SO-1 waits for RAW from 11-26 to 11-30 and will be late; SO-2 waits for LABEL from 11-27 to 12-02."""
    store, asked = small
    rows = store.query("stock/waiting_orders", **asked).set_index("sales_order_no")
    assert rows.index.tolist() == ["SO-1", "SO-2"]
    assert rows.loc["SO-1", ["part_no", "needed_on", "available_date"]].tolist() == [
        "RAW",
        pd.Timestamp(day(2)),
        pd.Timestamp(day(6)),
    ]
    assert rows["state"].tolist()[0] == "late"


def test_a_line_counts_in_every_week_in_which_something_is_missing(small):
    """RAW is there on Monday 11-30, so SO-1 waits in the first week only; SO-2 waits in both."""
    store, asked = small
    weeks = store.query("stock/waiting_weeks", **asked)
    orders = weeks[weeks["measure"] == "orders"]
    assert orders["week"].dt.strftime("%m-%d").tolist() == ["11-23", "11-30"]
    assert orders["late_value"].tolist() == [1000, 0]
    assert orders["safe_value"].tolist() == [1000, 1000]


@pytest.mark.parametrize(("week", "left"), [("2026-11-23", ["SO-1", "SO-2"]), ("2026-11-30", ["SO-2"])])
def test_the_lines_of_a_week_are_those_the_chart_counts(small, week, left):
    store, asked = small
    assert store.query("stock/waiting_orders", **{**asked, "week": week})["sales_order_no"].tolist() == left


def test_parts_are_worth_what_they_cost(small):
    store, asked = small
    with store.write("test", "cost") as writer:
        writer.execute("UPDATE item SET unit_cost = 7 WHERE item_no = 'RAW'")
    rows = store.query("stock/waiting_parts", **asked).set_index("item_no")
    assert rows.loc["RAW", ["short_qty", "part_value", "orders_hit", "late_orders"]].tolist() == [60, 420, 1, 1]
    weeks = store.query("stock/waiting_weeks", **asked)
    assert weeks[weeks["measure"] == "parts"]["late_value"].tolist() == [420, 0]


def test_the_weeks_of_the_sample_are_those_of_pandas(sample):
    weeks = ask(sample, "waiting_weeks")
    lines = waiting_lines(sample)
    orders = weeks[weeks["measure"] == "orders"].set_index("week")
    assert len(orders) > 2
    for week in orders.index:
        there = lines[(lines["needed_on"] < week + pd.Timedelta(days=7)) & (lines["available_date"] > week)]
        assert orders.loc[week, "late_value"] == pytest.approx(there[there["late"]]["value"].sum(), rel=EXACT)
        assert orders.loc[week, "safe_value"] == pytest.approx(there[~there["late"]]["value"].sum(), rel=EXACT)
        assert orders.loc[week, "late_count"] == there["late"].sum()
        assert len(ask(sample, "waiting_orders", week=f"{week:%Y-%m-%d}")) == len(there)
    after = orders.index[-1] + pd.Timedelta(days=7)
    assert not (lines["available_date"] > after).any(), "the last week is that of the last missing part"


def test_all_lines_that_wait_are_the_shortages_of_the_shortage_page(sample):
    rows, lines = ask(sample, "waiting_orders"), waiting_lines(sample)
    totals = sample.query(
        "materials/shortage_totals", run_no=latest_run(sample), as_of=AS_OF, first_day=FIRST_DAY
    ).iloc[0]
    assert len(rows) == len(lines) == totals["orders_hit"]
    assert rows["value"].sum() == pytest.approx(totals["value_hit"], rel=EXACT)
    assert rows["value"].sum() == pytest.approx(lines["value"].sum(), rel=EXACT)
    assert (rows["state"] == "late").sum() == totals["orders_late"]


def test_missing_parts_of_the_sample_are_worth_what_pandas_says(sample):
    rows, short = ask(sample, "waiting_parts").set_index("item_no"), short_rows(sample)
    wanted = short.groupby("item_no")["qty"].sum()
    assert rows["short_qty"].to_dict() == pytest.approx(wanted.to_dict(), rel=EXACT)
    cost = unit_costs(sample)
    assert rows["part_value"].sum() == pytest.approx((wanted * cost.reindex(wanted.index)).sum(), rel=EXACT)


def unit_costs(store: Store) -> pd.Series:
    """The price of the preferred supplier, else the item's cost."""
    terms = table(store, "supplier_item")
    terms = terms.assign(rank=terms["rank"].fillna(99)).sort_values(["rank", "supplier_no"])
    price = terms.drop_duplicates("item_no").set_index("item_no")["unit_price"]
    items = table(store, "item").set_index("item_no")
    return price.reindex(items.index).fillna(items["unit_cost"]).fillna(0)


# kits by start day


def test_kit_days_are_the_lots_of_the_kit_rate(sample):
    days = ask(sample, "kit_days")
    rate = figures(sample, AS_OF, KIT_WINDOW["kit_since"], KIT_WINDOW["kit_until"], keys=("kit_rate_at_start",))[0]
    assert days[["in_hand", "arriving", "missing"]].sum().sum() == rate.denominator
    assert days[["in_hand", "arriving"]].sum().sum() == rate.numerator


def test_kit_days_of_the_sample_are_those_of_pandas(sample):
    """Full at start: every part of the lot comes from supply that exists and is usable by its start."""
    run_no = latest_run(sample)
    lots = table(sample, "plan_order", run_no)
    status = table(sample, "work_order").set_index("work_order_no")["status"]
    lots = lots[
        lots["kind"].isin(["firm_make", "planned_make"])
        & lots["start_date"].between(pd.Timestamp(KIT_WINDOW["kit_since"]), pd.Timestamp(KIT_WINDOW["kit_until"]))
        & (lots["order_ref"].map(status) != "started")
        & lots["order_ref"].isin(table(sample, "plan_kit", run_no)["order_ref"])
    ].set_index("order_ref")
    bought = table(sample, "purchase_order")
    promised = bought["confirmed_date"].fillna(bought["due_date"])
    refs = bought["purchase_order_no"] + "/" + bought["line_no"].astype(str)
    overdue = set(refs[promised <= pd.Timestamp(AS_OF)])
    taken = table(sample, "plan_allocation", run_no)
    taken = taken[(taken["demand_kind"] == "make") & taken["demand_ref"].isin(lots.index)]
    there = (
        ~taken["supply_kind"].isin(["planned_buy", "planned_make"])
        & (taken["available_date"] <= taken["demand_ref"].map(lots["start_date"]))
        & ~((taken["supply_kind"] == "firm_buy") & taken["supply_ref"].isin(overdue))
    )
    full = there.groupby(taken["demand_ref"]).all().reindex(lots.index).fillna(True).astype(bool)
    now = table(sample, "plan_kit", run_no).set_index("order_ref")["status"].reindex(lots.index) == "full"
    days = ask(sample, "kit_days").set_index("start_date")
    assert days["in_hand"].to_dict() == (full & now).groupby(lots["start_date"]).sum().to_dict()
    assert days["arriving"].to_dict() == (full & ~now).groupby(lots["start_date"]).sum().to_dict()
    assert days["missing"].to_dict() == (~full).groupby(lots["start_date"]).sum().to_dict()


def test_the_lots_of_a_day_are_those_of_its_bar(sample):
    days = ask(sample, "kit_days")
    first = days.iloc[0]
    rows = ask(sample, "kit_lots", day=f"{first['start_date']:%Y-%m-%d}")
    counts = rows["readiness"].value_counts()
    for state in ("in_hand", "arriving", "missing"):
        assert counts.get(state, 0) == first[state]
    assert rows[rows["readiness"] == "missing"]["missing_at_start"].str.len().min() > 0


# cover and excess


def test_cover_and_excess_are_the_rows_of_their_figures(sample):
    found = figures(sample, AS_OF, keys=("stock_cover_days", "excess_value"))
    totals = {figure.key: figure for figure in found if not figure.cut}
    by_item = {figure.cut["item_no"]: figure.value for figure in found if figure.cut}
    rows = ask(sample, "cover").set_index("item_no")
    assert rows["on_hand_value"].sum() == pytest.approx(totals["stock_cover_days"].numerator, rel=EXACT)
    assert {item_no: days for item_no, days in rows["cover_days"].items() if pd.notna(days)} == pytest.approx(
        {item_no: days for item_no, days in by_item.items() if days is not None}, rel=EXACT
    )
    excess = ask(sample, "excess")
    assert excess["excess_value"].sum() == pytest.approx(totals["excess_value"].value, rel=EXACT)
    assert (excess["cut_qty"] <= excess["supply_qty"]).all()


def test_cover_of_the_sample_is_that_of_pandas(sample):
    """On hand ÷ (what the plan takes ÷ its days); the snapshot is of the as-of date, so no movement follows it."""
    run = table(sample, "plan_run").set_index("run_no").loc[latest_run(sample)]
    days = (run["horizon_end"] - run["as_of_date"]).days
    balance = table(sample, "stock_balance")
    balance = balance[(balance["as_of_date"] == pd.Timestamp(AS_OF)) & (balance["quality_status"] == "available")]
    usable = balance[~(balance["expiry_date"] < pd.Timestamp(AS_OF))].groupby("item_no")["on_hand_qty"].sum()
    ledger = table(sample, "plan_allocation", latest_run(sample))
    taken = ledger[(ledger["demand_kind"] != "safety_stock") & (ledger["need_date"] <= run["horizon_end"])]
    daily = taken.groupby("item_no")["qty"].sum() / days
    rows = ask(sample, "cover").set_index("item_no")
    wanted = (usable.reindex(rows.index).fillna(0) / daily.reindex(rows.index)).dropna()
    assert rows["cover_days"].dropna().to_dict() == pytest.approx(wanted.to_dict(), rel=EXACT)
    value = usable.reindex(rows.index).fillna(0) * unit_costs(sample).reindex(rows.index)
    bins = pd.cut(
        rows["cover_days"], [-1, 7, 30, 90, 1e9], right=False, labels=["under_7", "under_30", "under_90", "over_90"]
    )
    categories = table(sample, "item").set_index("item_no")["category"].reindex(rows.index)
    classes = ask(sample, "cover_classes")
    found = classes.set_index(["category", "cover"])["value"]
    wanted = value.groupby([categories, bins.astype(object).fillna("none")]).sum()
    assert found.to_dict() == pytest.approx(wanted.to_dict(), rel=EXACT)


def test_cover_can_be_asked_by_category_and_class(sample):
    rows = ask(sample, "cover", category="raw", cover="over_90")
    classes = ask(sample, "cover_classes").set_index(["category", "cover"]).loc[("raw", "over_90")]
    assert len(rows) == classes["items"] > 0
    assert rows["on_hand_value"].sum() == pytest.approx(classes["value"], rel=EXACT)


def test_what_nobody_needs_has_a_class_of_its_own(small):
    """OLD lies there and the plan takes nothing of it: all of it is excess."""
    store, asked = small
    with store.write("test", "more") as writer:
        insert(
            writer,
            "item",
            {"item_no": "OLD", "name": "旧料", "category": "raw", "source": "buy", "uom": "kg", "unit_cost": 3},
        )
        insert(
            writer,
            "stock_balance",
            {"as_of_date": SMALL_AS_OF, "item_no": "OLD", "location": "MAIN", "lot_no": "", "on_hand_qty": 20},
        )
    rows = store.query("stock/cover", **asked).set_index("item_no")
    assert (rows.loc["OLD", "cover"], rows.loc["OLD", "excess_value"]) == ("none", 60)
    assert store.query("stock/excess", **asked)["item_no"].tolist()[0] == "OLD"


# ageing and slow stock


def layers_in_pandas(store: Store) -> dict[tuple[str, dt.date | None], float]:
    """What is left of each day's receipts where the last to come is the last to go."""
    balance = table(store, "stock_balance")
    balance = balance[(balance["as_of_date"] == pd.Timestamp(AS_OF)) & (balance["quality_status"] == "available")]
    receipts = table(store, "goods_receipt")[["item_no", "receipt_date", "qty"]]
    moves = table(store, "handover")
    made = moves[moves["to_step_no"].isna()].merge(
        table(store, "work_order")[["work_order_no", "item_no"]], on="work_order_no"
    )
    made = made.assign(receipt_date=made["handover_time"].dt.normalize(), qty=made["good_qty"])
    incoming = pd.concat([receipts, made[["item_no", "receipt_date", "qty"]]])
    incoming = incoming[incoming["receipt_date"] <= pd.Timestamp(AS_OF)]
    found: dict[tuple[str, dt.date | None], float] = {}
    for item_no, left in balance.groupby("item_no")["on_hand_qty"].sum().items():
        mine = incoming[incoming["item_no"] == item_no].groupby("receipt_date")["qty"].sum()
        for received, qty in mine.sort_index(ascending=False).items():
            part = round(min(qty, left), 6)
            if part > 0:
                found[item_no, received.date()] = part
            left = round(left - part, 6)
        if left > 0:
            found[item_no, None] = left
    return found


def test_the_layers_of_the_sample_are_those_of_pandas(sample):
    rows = ask(sample, "layers")
    found = {
        (row.item_no, None if pd.isna(row.received_date) else row.received_date.date()): row.qty
        for row in rows.itertuples()
    }
    assert len(found) > 300
    assert found == pytest.approx(layers_in_pandas(sample), rel=1e-9)
    cost = unit_costs(sample)
    assert rows["value"].sum() == pytest.approx((rows["qty"] * rows["item_no"].map(cost)).sum(), rel=EXACT)


def test_the_ages_add_up_to_the_stock_and_the_expired_lot(sample):
    layers, ages = ask(sample, "layers"), ask(sample, "ages")
    cover = ask(sample, "cover")["on_hand_value"].sum()
    expired = ask(sample, "lots").query("state == 'expired'")["value"].sum()
    assert ages["value"].sum() == pytest.approx(cover + expired, rel=EXACT)
    days = (pd.Timestamp(AS_OF) - layers["received_date"]).dt.days
    old = layers[days.between(31, 60)]["value"].sum()
    assert ages.set_index("age").loc["to_60", "value"] == pytest.approx(old, rel=EXACT)
    assert ask(sample, "layers", age="to_60")["value"].sum() == pytest.approx(old, rel=EXACT)


@pytest.mark.parametrize("days", [14, 30, 90])
def test_slow_stock_of_the_sample_is_that_of_pandas(sample, days):
    """No issue and no shipment of the item for that many days, and the layer itself that old."""
    lines = table(sample, "sales_order").rename(columns={"line_no": "sales_order_line_no"})
    shipped = table(sample, "shipment").merge(
        lines[["sales_order_no", "sales_order_line_no", "item_no"]], on=["sales_order_no", "sales_order_line_no"]
    )
    issued = table(sample, "goods_issue").rename(columns={"issue_date": "day"})[["item_no", "day"]]
    moves = pd.concat([issued, shipped.rename(columns={"ship_date": "day"})[["item_no", "day"]]])
    moves = moves[moves["day"] <= pd.Timestamp(AS_OF)]
    last = moves.groupby("item_no")["day"].max()
    limit = pd.Timestamp(AS_OF) - pd.Timedelta(days=days)
    cost = unit_costs(sample)
    wanted = sum(
        qty * cost[item_no]
        for (item_no, received), qty in layers_in_pandas(sample).items()
        if not last.get(item_no, pd.NaT) > limit and (received is None or pd.Timestamp(received) <= limit)
    )
    assert ask(sample, "layers", days=days)["value"].sum() == pytest.approx(wanted, rel=1e-9)


def test_slow_stock_is_the_rows_of_its_figure(small):
    """RAW was never issued and came before all receipts: it is slow, and its age is not known."""
    store, asked = small
    with store.write("test", "cost") as writer:
        writer.execute("UPDATE item SET unit_cost = 7 WHERE item_no = 'RAW'")
    rows = store.query("stock/layers", **{**asked, "days": 90})
    assert rows[["item_no", "age", "value"]].values.tolist() == [["RAW", "unknown", 840.0]]
    figure = figures(store, SMALL_AS_OF, keys=("slow_stock_value",))[0]
    assert figure.value == rows["value"].sum()


# lots that cannot be used


def test_the_expired_lot_of_the_sample_is_told_of(sample):
    """40 L of nickel brightener CH-0204, lot L-EXP-N88, expired six days ago."""
    expired = ask(sample, "lots").query("state == 'expired'")
    assert expired[["item_no", "lot_no", "qty", "days"]].values.tolist() == [["CH-0204", "L-EXP-N88", 40.0, 6]]
    assert ask(sample, "lot_states").set_index("state").loc["expired", "lot_no"] == "L-EXP-N88"


def test_held_and_waiting_lots_of_the_sample_are_those_of_its_tables(sample):
    lots = ask(sample, "lots")
    balance = table(sample, "stock_balance")
    balance = balance[balance["as_of_date"] == pd.Timestamp(AS_OF)]
    hold = balance[balance["quality_status"] == "hold"]
    found = lots[lots["state"] == "hold"]
    assert sorted(found["lot_no"]) == sorted(hold["lot_no"])
    assert found["qty"].sum() == hold["on_hand_qty"].sum()
    pending = table(sample, "material_arrival").query("inspection == 'pending'")
    found = lots[lots["state"] == "inspection"]
    assert sorted(found["location"]) == sorted(pending["arrival_no"])  # each once, though the snapshot has them too
    assert found["qty"].sum() == pending["qty"].sum()


def test_lots_are_told_of_by_what_stands_in_their_way(small):
    store, asked = small
    lots = (
        ("GONE", 5, "available", day(-1)),
        ("LAST", 6, "available", day(0)),  # still usable on the day it expires
        ("SOON", 7, "available", day(29)),
        ("LATER", 8, "available", day(30)),
        ("HELD", 9, "hold", None),
        ("IQC", 4, "inspection", None),
    )
    with store.write("test", "lots") as writer:
        for lot_no, qty, quality, expiry in lots:
            insert(
                writer,
                "stock_balance",
                {
                    "as_of_date": SMALL_AS_OF,
                    "item_no": "RAW",
                    "location": "MAIN",
                    "lot_no": lot_no,
                    "on_hand_qty": qty,
                    "quality_status": quality,
                    "expiry_date": expiry,
                },
            )
    rows = store.query("stock/lots", **asked)
    assert dict(zip(rows["lot_no"], rows["state"], strict=True)) == {
        "GONE": "expired",
        "HELD": "hold",
        "IQC": "inspection",
        "LAST": "expiring",
        "SOON": "expiring",
    }
