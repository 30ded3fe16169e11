"""Figures on AdventureWorks' three years of purchases, against plain pandas on the CSV files themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.imports import import_files
from data.kpi import Figure, figures
from data.store import Store

FOLDER = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "adventureworks"
AS_OF = dt.date(2014, 8, 8)
SINCE = dt.date(2011, 1, 1)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the AdventureWorks tables are not beside the project")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Figure]]:
    with Store.open(tmp_path_factory.mktemp("kpi") / "adventureworks.duckdb") as store:
        report = import_files(store, [FOLDER], author="test")
        assert report.saved
        yield figures(store, AS_OF, SINCE, AS_OF)


def read(table_name: str, *dates: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{table_name}.csv", parse_dates=list(dates))


def value_by(found: list[Figure], key: str, cut: str | None = None) -> dict[object, float | None]:
    """Values by the cut's value; the total under None."""
    return {
        figure.cut[cut] if figure.cut and cut else None: figure.value
        for figure in found
        if figure.key == key and (figure.cut is None if cut is None else set(figure.cut or ()) == {cut})
    }


def test_suppliers_are_on_time_as_often_as_their_lines_arrived_in_full(found):
    lines = read("purchase_order", "due_date", "confirmed_date")
    arrivals = read("material_arrival", "arrival_date")
    lines["date"] = lines["confirmed_date"].fillna(lines["due_date"])
    lines = lines[lines["status"].isin(["open", "closed"]) & lines["date"].between("2011-01-01", "2014-08-08")]
    key = ["purchase_order_no", "line_no"]
    arrivals = arrivals.merge(lines[[*key, "date"]], on=key)
    in_time = arrivals[arrivals["arrival_date"] <= arrivals["date"]].groupby(key)["qty"].sum()
    arrived = in_time.reindex(pd.MultiIndex.from_frame(lines[key])).fillna(0).to_numpy()
    lines["on_time"] = arrived + lines["qty_received"].to_numpy() >= lines["qty"].to_numpy()
    assert len(lines) > 8000
    assert value_by(found, "supplier_on_time")[None] == pytest.approx(lines["on_time"].mean())
    assert value_by(found, "supplier_on_time", "supplier_no") == pytest.approx(
        lines.groupby("supplier_no")["on_time"].mean().to_dict()
    )


def test_supplier_quality_is_the_good_share_of_what_was_inspected(found):
    arrivals = read("material_arrival", "inspected_date").merge(
        read("purchase_order")[["purchase_order_no", "line_no", "supplier_no"]], on=["purchase_order_no", "line_no"]
    )
    arrivals = arrivals[arrivals["inspected_date"].between("2011-01-01", "2014-08-08")]
    sums = arrivals.groupby("supplier_no")[["qty", "defect_qty"]].sum()
    quality = 1 - arrivals["defect_qty"].sum() / arrivals["qty"].sum()
    assert 0.9 < quality < 1
    assert value_by(found, "supplier_quality")[None] == pytest.approx(quality)
    assert value_by(found, "supplier_quality", "supplier_no") == pytest.approx(
        (1 - sums["defect_qty"] / sums["qty"]).to_dict()
    )


def test_delivery_is_on_time_as_often_as_its_shipments_say(found):
    lines = read("sales_order", "due_date", "promised_date")
    lines["date"] = lines["promised_date"].fillna(lines["due_date"])
    lines = lines[
        lines["date"].between("2011-01-01", "2014-08-08")
        & ~lines["status"].fillna("confirmed").isin(["draft", "reviewing", "cancelled"])
    ]
    shipments = read("shipment", "ship_date").drop(columns="line_no")
    shipments = shipments.rename(columns={"sales_order_line_no": "line_no", "qty": "shipped"})
    key = ["sales_order_no", "line_no"]
    shipments = shipments[shipments["ship_date"] <= "2014-08-08"].merge(lines[[*key, "date"]], on=key)
    in_time = shipments[shipments["ship_date"] <= shipments["date"]].groupby(key)["shipped"].sum()
    by_date = in_time.reindex(pd.MultiIndex.from_frame(lines[key])).fillna(0).to_numpy() + lines["qty_shipped"]
    assert value_by(found, "on_time_delivery_lines")[None] == pytest.approx((by_date >= lines["qty"]).mean())
    pieces = by_date.clip(upper=lines["qty"]).sum() / lines["qty"].sum()
    assert value_by(found, "on_time_delivery_quantity")[None] == pytest.approx(pieces)
