"""What the page on suppliers asks: by hand, in plain pandas on the sample, and on AdventureWorks' three years."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.imports import import_files
from data.kpi import figures
from data.plans import latest_run
from data.store import Store
from tests.pages.conftest import AS_OF
from tests.pages.planned_factory import AS_OF as SMALL_AS_OF
from tests.pages.planned_factory import FIRST_DAY as SMALL_FIRST_DAY
from tests.pages.planned_factory import day, fill, insert, plan

FIRST_DAY = dt.date(2026, 11, 24)
SINCE = AS_OF - dt.timedelta(days=89)
EVERY = {"supplier_no": "", "state": ""}
LINE = ["purchase_order_no", "line_no"]
EXACT = 1e-12  # relative: what two orders of adding floats may differ by
ADVENTURE = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "adventureworks"
ADVENTURE_AS_OF = dt.date(2014, 8, 8)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[tuple[Store, dict[str, object]]]:
    """The small factory with its plan, and what every question of it is asked with."""
    with Store.open(tmp_path / "paichan.duckdb") as store:
        fill(store)
        yield (
            store,
            {
                "run_no": plan(store),
                "as_of": SMALL_AS_OF,
                "first_day": SMALL_FIRST_DAY,
                "since": day(-89),
                "until": SMALL_AS_OF,
                **EVERY,
            },
        )


@pytest.fixture(scope="module")
def sample(planned_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    copy = tmp_path_factory.mktemp("suppliers") / "paichan.duckdb"
    shutil.copyfile(planned_sample, copy)
    with Store.open(copy) as store:
        yield store


def ask(store: Store, name: str, **more: object) -> pd.DataFrame:
    asked = {"run_no": latest_run(store), "as_of": AS_OF, "first_day": FIRST_DAY, "since": SINCE, "until": AS_OF}
    return store.query(f"suppliers/{name}", **{**asked, **EVERY, **more})


def table(store: Store, name: str, run_no: str | None = None) -> pd.DataFrame:
    """A table as it stands, decimals as floats."""
    with store.read() as cursor:
        found = cursor.execute(f"SELECT * FROM {name}").df()
    return found if run_no is None else found[found["run_no"] == run_no]


def purchase(line_no: int, due: int, status: str = "open", confirmed: int | None = None, **more: object) -> dict:
    """A line of PO-9 at supplier S2 for 100 labels; days count from the as-of date."""
    return {
        "purchase_order_no": "PO-9",
        "line_no": line_no,
        "supplier_no": "S2",
        "item_no": "LABEL",
        "qty": 100,
        "order_date": day(-60),
        "due_date": day(due),
        "confirmed_date": None if confirmed is None else day(confirmed),
        "status": status,
        **more,
    }


def arrival(number: str, line_no: int, qty: float, when: int, **more: object) -> dict:
    return {
        "arrival_no": number,
        "purchase_order_no": "PO-9",
        "line_no": line_no,
        "item_no": "LABEL",
        "qty": qty,
        "arrival_date": day(when),
        **more,
    }


def record(store: Store, table_name: str, *rows: dict) -> None:
    with store.write("test", "more") as writer:
        for row in rows:
            insert(writer, table_name, row)


# how late


def test_days_late_count_to_the_day_on_which_all_of_it_was_there(small):
    store, asked = small
    record(
        store,
        "purchase_order",
        purchase(1, -20, "closed"),  # 60 in time, the rest 5 days late
        purchase(2, -20, "closed"),  # in time
        purchase(3, -20),  # 90 in time, the rest still to come
        purchase(4, -20, "closed"),  # closed with 90: it never came in full
        purchase(5, -20, "closed", confirmed=-12),  # put off and then in time
        purchase(6, -20, "closed", qty_received=40),  # 40 before the books, 60 three days late
    )
    record(
        store,
        "material_arrival",
        arrival("A1", 1, 60, -21),
        arrival("A2", 1, 40, -15),
        arrival("A3", 2, 100, -20),
        arrival("A4", 3, 90, -20),
        arrival("A5", 4, 90, -20),
        arrival("A6", 5, 100, -12),
        arrival("A7", 6, 60, -17),
    )
    rows = store.query("suppliers/promised", **asked)
    rows = rows[rows["purchase_order_no"] == "PO-9"].set_index("line_no")
    assert rows["on_time"].to_dict() == {1: 0, 2: 1, 3: 0, 4: 0, 5: 1, 6: 0}
    days = {line: None if pd.isna(late) else int(late) for line, late in rows["days_late"].items()}
    assert days == {1: 5, 2: 0, 3: 20, 4: None, 5: 0, 6: 3}
    listed = store.query("suppliers/list", **asked).set_index("supplier_no").loc["S2"]
    assert (listed["lines"], listed["on_time"]) == (6, 2 / 6)
    assert listed["days_late"] == pytest.approx((5 + 20 + 3) / 3)


def test_a_line_is_overdue_by_the_day_it_was_wanted_whatever_was_confirmed_since(small):
    store, asked = small
    record(
        store,
        "purchase_order",
        purchase(1, -10, confirmed=5),  # put off
        purchase(2, -4),
        purchase(3, 0),  # due today and not here
        purchase(4, 1),
        purchase(5, -9, "draft"),
        purchase(6, -9),  # here in full
    )
    record(store, "material_arrival", arrival("A1", 6, 100, -9))
    rows = store.query("suppliers/open_lines", **asked)
    rows = rows[rows["purchase_order_no"] == "PO-9"].set_index("line_no")
    assert rows["overdue"].to_dict() == {1: True, 2: True, 3: True, 4: False}
    assert rows["put_off"].to_dict() == {1: True, 2: False, 3: False, 4: False}
    assert rows["days_overdue"].to_dict() == {1: 10, 2: 4, 3: 0, 4: 0}
    listed = store.query("suppliers/list", **asked).set_index("supplier_no").loc["S2"]
    assert listed[["open_lines", "overdue_lines", "put_off_lines", "days_overdue"]].tolist() == [4, 3, 1, 10]


# who holds up orders


def test_an_order_waits_for_the_supplier_whose_line_comes_after_its_need(small):
    """PO-1/1 of S1 comes on 11-30 for what SO-1 needs on 11-26; LABEL is not even ordered, so S2 holds up nobody."""
    store, asked = small
    rows = store.query("suppliers/blocking", **asked)
    assert rows[["supplier_no", "blocked_orders", "blocked_value", "waiting_orders"]].values.tolist() == [
        ["S1", 1, 1000.0, 0]
    ]
    waiting = store.query("suppliers/waiting_orders", **asked)
    assert waiting[["line", "supply_refs", "part_no", "state"]].values.tolist() == [["SO-1/1", "PO-1/1", "RAW", "late"]]
    assert store.query("suppliers/waiting", **{**asked, "supplier_no": "S2"}).empty
    listed = store.query("suppliers/list", **asked)
    assert listed["supplier_no"].iloc[0] == "S1"  # who hurts most comes first


def test_what_arrived_and_waits_for_inspection_is_not_the_suppliers(small):
    store, asked = small
    with store.write("test", "arrived") as writer:
        writer.execute("UPDATE plan_allocation SET supply_kind = 'inspection' WHERE supply_ref = 'PO-1/1'")
    assert store.query("suppliers/blocking", **asked).empty


def test_the_lines_behind_what_the_sample_waits_for_are_those_of_pandas(sample):
    run_no = latest_run(sample)
    ledger = table(sample, "plan_allocation", run_no)
    needed = ledger["need_date"].clip(lower=pd.Timestamp(FIRST_DAY))
    short = ledger[
        (ledger["supply_kind"] == "firm_buy")
        & (ledger["demand_kind"] != "safety_stock")
        & (ledger["available_date"] > needed)
    ]
    pegs = table(sample, "plan_pegging", run_no)
    pegs = pegs[pegs["supply_kind"].isin(["firm_make", "planned_make"])]
    hits = short[short["demand_kind"] == "make"].merge(
        pegs[["supply_ref", "sales_order_no", "line_no"]].drop_duplicates(),
        left_on="demand_ref",
        right_on="supply_ref",
        suffixes=("", "_made"),
    )
    own = short[short["demand_kind"] == "sales_order"]
    own = own.rename(columns={"demand_ref": "sales_order_no", "demand_line_no": "line_no"})
    hits = pd.concat([hits, own]).astype({"line_no": "int64"})
    suppliers = table(sample, "purchase_order")
    suppliers.index = suppliers["purchase_order_no"] + "/" + suppliers["line_no"].astype(str)
    hits["supplier_no"] = hits["supply_ref"].map(suppliers["supplier_no"])
    hits = hits[["supplier_no", "sales_order_no", "line_no"]].drop_duplicates()
    late = table(sample, "plan_lateness", run_no)
    late = late[late["days_late"] > 0].set_index(["sales_order_no", "line_no"]).index
    blocked = hits[pd.MultiIndex.from_frame(hits[["sales_order_no", "line_no"]]).isin(late)]
    wanted = ledger[ledger["demand_kind"] == "sales_order"].groupby(["demand_ref", "demand_line_no"])["qty"].sum()
    price = table(sample, "sales_order").set_index(["sales_order_no", "line_no"])["unit_price"]
    value = [
        wanted[order, line] * price[order, line]
        for order, line in zip(blocked["sales_order_no"], blocked["line_no"], strict=True)
    ]
    rows = ask(sample, "blocking").set_index("supplier_no")
    rows = rows[rows["blocked_orders"] > 0]
    assert rows["blocked_orders"].to_dict() == blocked.groupby("supplier_no").size().to_dict()
    sums = blocked.assign(value=value).groupby("supplier_no")["value"].sum()
    assert rows["blocked_value"].to_dict() == pytest.approx(sums.to_dict(), rel=EXACT)
    listed = ask(sample, "list").set_index("supplier_no")
    assert listed["blocked_orders"].sum() == len(blocked)


def test_the_supplier_that_slips_stands_first_in_the_sample(sample):
    """SUP-004 put off two lines of RM-104 that were overdue; no other holds up as many orders."""
    first = ask(sample, "list").iloc[0]
    assert first["supplier_no"] == "SUP-004"
    assert first["put_off_lines"] == first["overdue_lines"] == 2
    lines = ask(sample, "lines", supplier_no="SUP-004", state="overdue")
    assert sorted(lines["line"]) == ["PO2610-0088/1", "PO2610-0137/1"]
    assert (lines["blocked_orders"] > 0).all()


# the list and its lines


def test_the_list_of_the_sample_gives_the_figures_of_each_supplier(sample):
    found = figures(sample, AS_OF, SINCE, AS_OF, keys=("supplier_on_time", "supplier_quality", "supplier_concessions"))
    rows = ask(sample, "list").set_index("supplier_no")
    for key, column in (
        ("supplier_on_time", "on_time"),
        ("supplier_quality", "quality"),
        ("supplier_concessions", "conceded"),
    ):
        wanted = {figure.cut["supplier_no"]: figure.value for figure in found if figure.key == key and figure.cut}
        assert rows[column].dropna().to_dict() == pytest.approx(wanted, rel=EXACT)
    assert len(rows) > 20


def test_the_list_of_the_sample_is_that_of_pandas(sample):
    bought, arrived = table(sample, "purchase_order"), table(sample, "material_arrival")
    bought["target"] = bought["confirmed_date"].fillna(bought["due_date"])
    counted = bought[bought["status"].isin(["open", "closed"])]
    promised = counted[counted["target"].between(pd.Timestamp(SINCE), pd.Timestamp(AS_OF))].set_index(LINE)
    late_days, on_time = {}, {}
    by_line = dict(list(arrived.sort_values("arrival_date").groupby(LINE)))
    for key, line in promised.iterrows():
        mine = by_line.get(key)
        so_far = (line["qty_received"] if pd.notna(line["qty_received"]) else 0.0) + (
            0.0 if mine is None else mine["qty"].cumsum()
        )
        full = (
            None
            if mine is None or not (so_far >= line["qty"]).any()
            else mine["arrival_date"][so_far >= line["qty"]].min()
        )
        on_time[key] = full is not None and full <= line["target"]
        if not on_time[key]:
            late_days[key] = ((pd.Timestamp(AS_OF) if full is None else full) - line["target"]).days
    rows = ask(sample, "list").set_index("supplier_no")
    supplier = promised["supplier_no"]
    assert rows["lines"][rows["lines"] > 0].to_dict() == supplier.value_counts().to_dict()
    assert rows["on_time"].dropna().to_dict() == pytest.approx(
        pd.Series(on_time).groupby(supplier.to_numpy()).mean().to_dict(), rel=EXACT
    )
    late = pd.Series(late_days)
    assert rows["days_late"].dropna().to_dict() == pytest.approx(
        late.groupby(supplier.loc[list(late_days)].to_numpy()).mean().to_dict(), rel=EXACT
    )

    owner = bought.set_index(LINE)["supplier_no"]
    arrived["supplier_no"] = owner.reindex(pd.MultiIndex.from_frame(arrived[LINE])).to_numpy()
    seen = arrived[
        arrived["inspection"].isin(["accepted", "rejected"])
        & arrived["inspected_date"].between(pd.Timestamp(SINCE), pd.Timestamp(AS_OF))
    ]
    approved = set(table(sample, "concession").query("status == 'approved'")["arrival_no"])
    conceded = seen[seen["arrival_no"].isin(approved)]["supplier_no"].value_counts()
    assert rows["concessions"][rows["concessions"] > 0].to_dict() == conceded.to_dict()
    returns = table(sample, "material_return").merge(seen[["arrival_no", "supplier_no"]], on="arrival_no")
    assert rows["returns"][rows["returns"] > 0].to_dict() == returns["supplier_no"].value_counts().to_dict()

    back = table(sample, "material_return").merge(arrived[["arrival_no", *LINE]], on="arrival_no")
    open_qty = (
        counted[counted["status"] == "open"]
        .set_index(LINE)["qty"]
        .sub(arrived.groupby(LINE)["qty"].sum(), fill_value=0)
        .add(back.groupby(LINE)["qty"].sum(), fill_value=0)
    )
    still = counted[counted["status"] == "open"].set_index(LINE)
    still = still[open_qty.reindex(still.index) > 0]
    assert rows["open_lines"][rows["open_lines"] > 0].to_dict() == still["supplier_no"].value_counts().to_dict()
    overdue = still[still["due_date"] <= pd.Timestamp(AS_OF)]["supplier_no"].value_counts()
    assert rows["overdue_lines"][rows["overdue_lines"] > 0].to_dict() == overdue.to_dict()


def test_the_lines_of_a_supplier_are_those_the_list_counts(sample):
    for row in ask(sample, "list").head(6).itertuples():
        lines = ask(sample, "lines", supplier_no=row.supplier_no)
        assert lines["line"].is_unique
        assert lines["late"].sum() == round(row.lines * (1 - row.on_time))
        assert (
            lines["overdue"].sum()
            == row.overdue_lines
            == len(ask(sample, "lines", supplier_no=row.supplier_no, state="overdue"))
        )
        assert lines["open_qty"].notna().sum() == row.open_lines
        assert len(ask(sample, "lines", supplier_no=row.supplier_no, state="late")) == lines["late"].sum()
        assert (lines["blocked_orders"] > 0).any() == (row.blocked_orders > 0)


def test_a_concession_is_told_of_with_its_arrival_and_its_return(sample):
    """AR2611-0129 of RM-101 was rejected; CN2611-0001 conceded nine tenths of it, the rest went back."""
    lines = ask(sample, "lines", supplier_no="SUP-001", state="quality").set_index("item_no")
    line = lines.loc["RM-101"]
    assert line["arrival_no"] == "AR2611-0129"
    assert line["inspection"] == "rejected"
    assert (line["concession_no"], line["concession_status"]) == ("CN2611-0001", "approved")
    assert line["conceded_qty"] == 0.9 * line["qty"]
    assert line["returned_qty"] == pytest.approx(0.1 * line["qty"], rel=EXACT)
    assert line["lot_no"] == "L261112-0129"


# by month


def test_the_months_add_up_to_the_figures(sample):
    months = ask(sample, "trend")
    found = {
        figure.key: figure
        for figure in figures(sample, AS_OF, SINCE, AS_OF, keys=("supplier_on_time", "supplier_quality"))
        if not figure.cut
    }
    assert months["lines"].sum() == found["supplier_on_time"].denominator
    assert months["on_time_lines"].sum() == found["supplier_on_time"].numerator
    assert months["good_qty"].sum() == pytest.approx(found["supplier_quality"].numerator, rel=EXACT)
    assert months["inspected_qty"].sum() == pytest.approx(found["supplier_quality"].denominator, rel=EXACT)


def test_the_sparkline_of_a_supplier_is_its_months(sample):
    months = ask(sample, "by_month")
    spark = ask(sample, "sparklines").set_index("supplier_no")["on_time"]
    for supplier in spark.index:
        mine = months[(months["supplier_no"] == supplier) & (months["lines"] > 0)]
        assert list(spark[supplier]) == mine["on_time"].tolist()
    assert len(spark["SUP-001"]) == 4
    assert len(spark["SUP-015"]) == 3, (
        "a month without a line of it is left out, and does not look like nothing on time"
    )


@pytest.fixture(scope="module")
def adventure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pd.DataFrame]:
    """Its suppliers by month, 2011 to 2014."""
    with Store.open(tmp_path_factory.mktemp("suppliers") / "adventureworks.duckdb") as store:
        assert import_files(store, [ADVENTURE], author="test").saved
        yield store.query("suppliers/by_month", as_of=ADVENTURE_AS_OF, since=dt.date(2011, 1, 1), until=ADVENTURE_AS_OF)


def read(table_name: str, *dates: str) -> pd.DataFrame:
    return pd.read_csv(ADVENTURE / f"{table_name}.csv", parse_dates=list(dates))


def by_supplier_and_month(found: pd.DataFrame, column: str) -> dict[tuple[str, pd.Timestamp], float]:
    known = found[found[column].notna() & (found["supplier_no"] != "")]
    return dict(zip(zip(known["supplier_no"], known["month"], strict=True), known[column], strict=True))


adventureworks = pytest.mark.skipif(
    not ADVENTURE.is_dir(), reason="the AdventureWorks tables are not beside the project"
)


@adventureworks
def test_three_years_of_deliveries_are_on_time_by_supplier_and_month_as_in_pandas(adventure):
    lines = read("purchase_order", "due_date", "confirmed_date")
    arrivals = read("material_arrival", "arrival_date")
    lines["date"] = lines["confirmed_date"].fillna(lines["due_date"])
    lines = lines[lines["status"].isin(["open", "closed"]) & lines["date"].between("2011-01-01", "2014-08-08")]
    arrivals = arrivals.merge(lines[[*LINE, "date"]], on=LINE)
    in_time = arrivals[arrivals["arrival_date"] <= arrivals["date"]].groupby(LINE)["qty"].sum()
    arrived = in_time.reindex(pd.MultiIndex.from_frame(lines[LINE])).fillna(0).to_numpy()
    lines["on_time"] = arrived + lines["qty_received"].to_numpy() >= lines["qty"].to_numpy()
    lines["month"] = lines["date"].dt.to_period("M").dt.start_time
    wanted = lines.groupby([lines["supplier_no"].astype(str), "month"])["on_time"]
    assert len(wanted) > 1000
    assert by_supplier_and_month(adventure, "on_time") == pytest.approx(wanted.mean().to_dict(), rel=EXACT)
    counted = adventure[adventure["lines"] > 0]
    assert by_supplier_and_month(counted, "lines") == wanted.size().to_dict()
    of_all = adventure[(adventure["supplier_no"] == "") & (adventure["lines"] > 0)].set_index("month")["on_time"]
    assert of_all.to_dict() == pytest.approx(lines.groupby("month")["on_time"].mean().to_dict(), rel=EXACT)


@adventureworks
def test_three_years_of_arrivals_are_good_by_supplier_and_month_as_in_pandas(adventure):
    lines = read("purchase_order")[[*LINE, "supplier_no"]]
    arrivals = read("material_arrival", "inspected_date").merge(lines, on=LINE)
    arrivals = arrivals[arrivals["inspected_date"].between("2011-01-01", "2014-08-08")]
    arrivals["month"] = arrivals["inspected_date"].dt.to_period("M").dt.start_time
    sums = arrivals.groupby([arrivals["supplier_no"].astype(str), "month"])[["qty", "defect_qty"]].sum()
    assert len(sums) > 1000
    assert (sums["defect_qty"] > 0).sum() > 100
    assert by_supplier_and_month(adventure, "quality") == pytest.approx(
        (1 - sums["defect_qty"] / sums["qty"]).to_dict(), rel=EXACT
    )
    of_all = adventure[(adventure["supplier_no"] == "") & (adventure["arrivals"] > 0)].set_index("month")["quality"]
    sums = arrivals.groupby("month")[["qty", "defect_qty"]].sum()
    assert of_all.to_dict() == pytest.approx((1 - sums["defect_qty"] / sums["qty"]).to_dict(), rel=EXACT)
