"""What an import makes of good rows: new, changed, the same, left out."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from data.imports import Upload, check_uploads, import_files
from data.store import Store
from planning.errors import InputError
from tests.data.imports.files import MASTERS, SO_HEADER, codes, dump, issues, load, orders


def one(store: Store, sql: str) -> tuple:
    with store.read() as cursor:
        row = cursor.execute(sql).fetchone()
    assert row is not None
    return row


def test_all_files_of_a_call_are_one_batch_whatever_their_order(store: Store):
    report = load(store, dict(reversed(MASTERS.items())))
    assert report.saved
    assert report.batch == "B-000001"
    assert [(file.table, file.new, file.changed, file.same) for file in report.files] == [
        ("sales_order", 2, 0, 0),
        ("bom_line", 2, 0, 0),
        ("item", 4, 0, 0),
        ("supplier", 1, 0, 0),
        ("customer", 2, 0, 0),
    ]
    assert one(store, "SELECT recorded_by, batch_no FROM item LIMIT 1") == ("planner", "B-000001")


def test_importing_twice_changes_nothing(factory: Store):
    before = dump(factory)
    report = load(factory, MASTERS)
    assert report.batch == "B-000002"
    assert sum(file.same for file in report.files) == 11
    assert sum(file.new + file.changed for file in report.files) == 0
    assert dump(factory) == before


def test_only_changed_rows_are_traced_to_the_batch(factory: Store):
    report = load(
        factory,
        orders("SO-1,1,C1,FG-100,12,2026-01-05,2026-02-05", "SO-1,2,C1,FG-200,5.50,2026/1/5,2026-02-06"),
        author="night shift",
    )
    assert [(file.changed, file.same) for file in report.files] == [(1, 1)]
    with factory.read() as cursor:
        rows = cursor.execute("SELECT line_no, qty, recorded_by, batch_no FROM sales_order ORDER BY line_no").fetchall()
    assert rows == [(1, Decimal(12), "night shift", "B-000002"), (2, Decimal("5.5"), "planner", "B-000001")]


def test_columns_that_the_file_lacks_keep_their_values(factory: Store):
    load(factory, orders("SO-1,1,C1,FG-100,12,2026-01-05,2026-02-05"))
    assert one(factory, "SELECT qty, remark FROM sales_order WHERE line_no = 1") == (Decimal(12), "first")


def test_empty_cells_take_their_default_or_nothing(factory: Store):
    load(factory, {"sales_order.csv": f"{SO_HEADER},status,priority\nSO-9,1,C1,FG-100,1,2026-01-05,2026-02-05,,-\n"})
    found = one(factory, "SELECT status, qty_shipped, priority FROM sales_order WHERE sales_order_no = 'SO-9'")
    assert found == ("confirmed", Decimal(0), None)


def test_a_key_with_a_default_may_be_left_out(factory: Store):
    load(factory, {"stock_balance.csv": "as_of_date,item_no,on_hand_qty\n2026-01-05,FG-100,7\n"})
    assert one(factory, "SELECT location, lot_no, on_hand_qty FROM stock_balance") == ("MAIN", "", Decimal(7))


def test_decimals_are_kept_to_the_last(factory: Store):
    load(factory, {"item.csv": "item_no,name,category,source,uom,unit_cost\nX,X,raw,buy,EA,123456789012.345678\n"})
    assert one(factory, "SELECT unit_cost FROM item WHERE item_no = 'X'") == (Decimal("123456789012.345678"),)


def test_codes_keep_their_zeros(factory: Store):
    load(factory, {"item.csv": "item_no,name,category,source,uom\n00123,Nut,原材料,外购,EA\n"})
    assert one(factory, "SELECT item_no, category, source FROM item WHERE item_no LIKE '%123'") == (
        "00123",
        "raw",
        "buy",
    )


def test_rounding_is_said_and_does_not_reject(factory: Store):
    text = "item_no,name,category,source,uom,unit_cost\nX,X,raw,buy,EA,0.12345678\nY,Y,raw,buy,EA,0.5\n"
    report = load(factory, {"item.csv": text})
    assert report.saved
    (issue,) = issues(report)
    assert (issue.row, issue.code, issue.severity, issue.facts["count"]) == (2, "ITEM-UNIT-COST-ROUND", "warning", 1)


@pytest.mark.parametrize("total", ["合计,,,,6,,", "Total:,,,,6,,", ",,小 计,,6,,"])
def test_a_row_of_totals_is_skipped_and_said(factory: Store, total: str):
    report = load(factory, orders("SO-9,1,C1,FG-100,6,2026-01-05,2026-02-05", total))
    assert report.saved
    assert codes(report) == [(3, "SO-ROW-TOTAL")]
    assert report.files[0].new == 1


def test_a_header_without_rows_is_said_and_stops_nothing(factory: Store):
    report = load(factory, {"sales_order.csv": SO_HEADER, "customer.csv": "customer_no,name\nC9,New\n"})
    assert report.saved
    assert [file.new for file in report.files] == [0, 1]
    assert [(issue.code, issue.severity) for issue in issues(report)] == [("FILE-NO-ROWS", "warning")]


def test_stock_of_a_day_to_come_is_said(factory: Store):
    text = "as_of_date,item_no,on_hand_qty\n2026-01-05,FG-100,7\n2026-01-06,FG-100,7\n"
    report = load(factory, {"stock_balance.csv": text}, as_of=dt.date(2026, 1, 5))
    assert report.saved
    assert [(issue.row, issue.code) for issue in issues(report)] == [(3, "STK-AS-OF-DATE-AHEAD")]
    assert "2026-01-06" in issues(report)[0].message("zh")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_of_every_usual_kind_is_read(store: Store, encoding: str, separator: str):
    text = "客户编号,客户名称\r\nC1,“华兴”电子\r\n".replace(",", separator)
    assert load(store, {"客户.csv": text.encode(encoding)}).saved
    assert one(store, "SELECT name FROM customer") == ("“华兴”电子",)


def test_the_separator_that_excel_was_told_is_believed(store: Store):
    load(store, {"customer.csv": 'sep=;\ncustomer_no;name\nC1;"A, B, C, D"\n'})
    assert one(store, "SELECT name FROM customer") == ("A, B, C, D",)


def test_a_reference_whose_other_half_is_in_the_store_is_checked(factory: Store):
    order = {"work_order.csv": "work_order_no,item_no,qty,sales_order_no,sales_order_line_no\nWO-1,FG-200,5,SO-1,2\n"}
    assert load(factory, order).saved
    moved = {"work_order.csv": "work_order_no,item_no,qty,sales_order_line_no\nWO-1,FG-200,5,7\n"}
    (issue,) = issues(load(factory, moved))
    assert (issue.row, issue.code, issue.value) == (2, "WO-SALES-ORDER-LINE-NO-REF", "SO-1/7")


class TestSkippingRejectedRows:
    def test_good_rows_are_saved_and_bad_ones_reported(self, factory: Store):
        report = load(
            factory,
            orders("SO-8,1,C1,FG-100,1,2026-01-05,2026-02-05", "SO-9,1,C1,FG-100,-1,2026-01-05,2026-02-05"),
            skip_rejected=True,
        )
        assert report.saved
        assert [(file.new, file.rejected) for file in report.files] == [(1, 1)]
        assert one(factory, "SELECT count(*) FROM sales_order WHERE sales_order_no IN ('SO-8', 'SO-9')") == (1,)

    def test_rows_that_name_a_rejected_row_are_left_out_too(self, store: Store):
        customer = {"customer.csv": "customer_no,name,priority\nC1,华兴,9\nC2,Metro,1\n"}
        header = "shipment_no,line_no,sales_order_no,sales_order_line_no,qty,ship_date"
        shipment = {"shipment.csv": f"{header}\nSH,1,SO-1,1,1,2026-01-06\n"}
        report = load(store, {**shipment, **MASTERS, **customer}, skip_rejected=True)
        assert report.saved
        counts = {file.table: (file.new, file.rejected) for file in report.files}
        assert counts["customer"] == (1, 1)
        assert counts["sales_order"] == (0, 2)
        assert counts["shipment"] == (0, 1)
        assert counts["item"] == (4, 0)

    def test_lines_of_a_circle_are_left_out(self, factory: Store):
        lines = (
            "parent_item_no,component_item_no,line_no,qty_per\n"
            "FG-200,SA-10,1,1\nRM-1,FG-200,1,1\nFG-200,RM-1,2,1\nFG-100,FG-200,2,1\n"
        )
        report = load(factory, {"bom_line.csv": lines}, skip_rejected=True)
        assert report.saved
        assert (report.files[0].new, report.files[0].rejected) == (2, 2)
        again = load(factory, {"bom_line.csv": "parent_item_no,component_item_no,line_no,qty_per\nFG-100,RM-1,9,1\n"})
        assert again.saved

    @pytest.mark.parametrize(
        ("content", "code", "rejected"),
        [
            (b"\x00", "FILE-ENCODING", 0),
            (b"", "FILE-EMPTY", 0),
            (b'item_no,name\nA,"open\n', "FILE-QUOTES", 0),
            (b"item_no,spec\nA,1\n", "ITEM-COLUMN-MISSING", 1),  # its table is known, what it needs is not there
        ],
    )
    def test_a_file_that_cannot_be_read_is_reported_and_the_others_saved(self, factory, content, code, rejected):
        report = load(factory, {"customer.csv": "customer_no,name\nC9,New\n", "item.csv": content}, skip_rejected=True)
        assert report.saved
        customers, items = report.files
        assert (customers.new, customers.issues) == (1, ())
        assert (items.file, items.new, items.rejected) == ("item.csv", 0, rejected)
        assert {issue.code for issue in items.issues} == {code}
        for language in ("zh", "en"):
            assert all(all(issue.words(language)) for issue in items.issues)  # what happened, and what to do

    def test_without_skipping_a_file_that_cannot_be_read_stops_the_batch(self, factory: Store):
        before = dump(factory)
        report = load(factory, {"customer.csv": "customer_no,name\nC9,New\n", "item.csv": b"\x00"})
        assert not report.saved
        assert dump(factory) == before

    def test_rows_that_name_what_stands_in_an_unread_file_are_left_out(self, factory: Store):
        """Nothing may be saved that names an item nobody has."""
        order = orders("SO-8,1,C1,FG-100,1,2026-01-05,2026-02-05", "SO-9,1,C1,FG-900,1,2026-01-05,2026-02-05")
        report = load(factory, {"item.csv": b"\x00", **order}, skip_rejected=True)
        assert [(file.new, file.rejected) for file in report.files] == [(0, 0), (1, 1)]
        assert (3, "SO-ITEM-NO-REF") in codes(report)

    def test_where_no_file_can_be_read_there_is_no_batch(self, factory: Store):
        before = dump(factory)
        assert not load(factory, {"item.csv": b"\x00", "customer.csv": b""}, skip_rejected=True).saved
        assert dump(factory) == before


def test_checking_says_what_would_be_done_and_does_nothing(factory: Store):
    before = dump(factory)
    text = f"{SO_HEADER}\nSO-1,1,C1,FG-100,12,2026-01-05,2026-02-05\nSO-9,1,C1,FG-100,1,2026-01-05,2026-02-05\n"
    report = check_uploads(factory, [Upload("sales_order.csv", text.encode())])
    assert not report.saved
    assert [(file.new, file.changed, file.same) for file in report.files] == [(1, 1, 0)]
    assert dump(factory) == before
    assert one(factory, "SELECT count(*) FROM import_batch") == (1,)


def test_what_was_checked_is_checked_again_when_somebody_wrote_meanwhile(factory: Store, monkeypatch):
    """The customer goes between the check and the save; the order that names it must not go in."""
    backup, calls = factory.backup, []

    def meanwhile(label: str) -> Path:
        calls.append(label)
        with factory.write("somebody", "test") as writer:
            writer.execute("DELETE FROM customer WHERE customer_no = 'C2'")
        return backup(label)

    monkeypatch.setattr(factory, "backup", meanwhile)
    report = load(factory, orders("SO-9,1,C2,FG-100,1,2026-01-05,2026-02-05"))
    assert calls == ["before-import"]
    assert codes(report) == [(2, "SO-CUSTOMER-NO-REF")]
    assert not report.saved


def test_a_batch_is_journalled_and_told_in_the_audit(factory: Store):
    load(factory, orders("SO-1,1,C1,FG-100,12.5,2026-01-05,2026-02-05", "SO-9,1,C1,FG-100,1,2026-01-05,2026-02-05"))
    with factory.read() as cursor:
        rows = cursor.execute(
            "SELECT row_key, row_before, row_after FROM import_row WHERE batch_no = 'B-000002' ORDER BY row_key"
        ).fetchall()
        file = cursor.execute("SELECT * FROM import_file WHERE batch_no = 'B-000002'").fetchall()
        audit = cursor.execute("SELECT author, action, subject FROM audit WHERE subject = 'B-000002'").fetchall()
    (changed, new) = rows
    assert json.loads(changed[0]) == {"sales_order_no": "SO-1", "line_no": "1"}
    assert json.loads(changed[1])["qty"] == "10.000000"
    assert json.loads(changed[2])["qty"] == "12.500000"
    assert json.loads(changed[1])["batch_no"] == "B-000001"
    assert new[1] is None
    assert file == [("B-000002", 1, "sales_order.csv", "sales_order", 1, 1, 0, 0, "[]")]
    assert audit == [("planner", "import", "B-000002")]


def test_a_backup_is_made_before_data_is_changed(store: Store):
    load(store, MASTERS)
    assert not store.backup_folder.exists()
    load(store, orders("SO-9,1,C1,FG-100,-1,2026-01-05,2026-02-05"))
    assert not store.backup_folder.exists()
    load(store, orders("SO-9,1,C1,FG-100,1,2026-01-05,2026-02-05"))
    assert [path.name.rpartition("-")[2] for path in store.backup_folder.iterdir()] == ["import.duckdb"]


class TestPaths:
    def test_a_folder_is_its_tables_and_nothing_else(self, store: Store, tmp_path: Path):
        folder = tmp_path / "drop"
        folder.mkdir()
        for name, text in MASTERS.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "notes.txt").write_text("call C1")
        (folder / "~$item.xlsx").write_bytes(b"lock")
        report = import_files(store, [folder], author="planner")
        assert [file.file for file in report.files] == sorted(MASTERS)
        assert report.saved

    def test_files_and_folders_go_together(self, store: Store, tmp_path: Path):
        (tmp_path / "drop").mkdir()
        (tmp_path / "drop" / "customer.csv").write_text(MASTERS["customer.csv"], encoding="utf-8")
        (tmp_path / "item.csv").write_text(MASTERS["item.csv"], encoding="utf-8")
        report = import_files(store, [tmp_path / "item.csv", str(tmp_path / "drop")], author="planner")
        assert [(file.table, file.new) for file in report.files] == [("item", 4), ("customer", 2)]

    def test_a_path_that_is_not_there_is_named(self, store: Store, tmp_path: Path):
        with pytest.raises(InputError) as error:
            import_files(store, [tmp_path / "gone.csv"], author="planner")
        assert (error.value.code, error.value.facts["file"]) == ("FILE-MISSING", "gone.csv")

    def test_an_empty_folder_is_said(self, store: Store, tmp_path: Path):
        (tmp_path / "drop").mkdir()
        with pytest.raises(InputError) as error:
            import_files(store, [tmp_path / "drop"], author="planner")
        assert error.value.code == "FILE-NONE"
