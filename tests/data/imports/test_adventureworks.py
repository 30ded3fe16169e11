"""The whole of AdventureWorks goes in without one rejected row, and comes out again exactly."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.imports import import_files, undo
from data.store import Store
from tests.data.imports.files import dump

FOLDER = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "adventureworks"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="AdventureWorks is not beside the project")


def test_adventureworks_goes_in_and_out(store: Store):
    before = dump(store)
    report = import_files(store, [FOLDER], author="planner")
    assert report.saved
    assert {file.table: file.new for file in report.files} == {
        "bom_line": 2576,
        "calendar": 49,
        "calendar_day": 7,
        "customer": 12,
        "goods_receipt": 8169,
        "item": 504,
        "material_arrival": 8169,
        "material_return": 399,
        "purchase_order": 8845,
        "routing_step": 569,
        "sales_order": 742,
        "shipment": 319,
        "station": 7,
        "stock_balance": 1069,
        "supplier": 104,
        "supplier_item": 460,
    }
    assert all(file.rejected == 0 and not file.issues for file in report.files)
    again = import_files(store, [FOLDER], author="planner")
    assert sum(file.same for file in again.files) == 32_000
    assert sum(file.new + file.changed for file in again.files) == 0
    assert report.batch is not None
    undo(store, report.batch, author="planner")
    assert dump(store) == before
