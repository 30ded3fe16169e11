"""A batch is taken back exactly, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from data.imports import UndoReport, undo
from data.store import Store
from locales import error_text
from planning.errors import InputError
from tests.data.imports.files import MASTERS, SO_HEADER, dump, load, orders


@pytest.fixture
def factory(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "factory.duckdb") as store:
        assert load(store, MASTERS).saved
        yield store


def status(store: Store, batch: str) -> str:
    with store.read() as cursor:
        row = cursor.execute("SELECT status FROM import_batch WHERE batch_no = ?", [batch]).fetchone()
    assert row is not None
    return str(row[0])


def refused(store: Store, batch: str) -> InputError:
    """The error of an undo that is refused and changes nothing."""
    before = dump(store)
    with pytest.raises(InputError) as error:
        undo(store, batch, author="planner")
    assert dump(store) == before
    for language in ("en", "zh"):
        message, remedy = error_text(language, error.value.rule, error.value.facts)
        assert batch in message
        assert remedy
        assert "{" not in message + remedy
    return error.value


def test_undo_puts_values_and_traces_back_as_they_were(factory: Store):
    before = dump(factory)
    changed = f"{SO_HEADER},unit_price,status\n"
    changed += "SO-1,1,C2,FG-200,12.345678,2026-01-06,2026-02-07,0.000001,on_hold\n"  # every kind of value changes
    changed += "SO-9,1,C1,FG-100,1,2026-01-05,2026-02-05,,\n"
    report = load(factory, {"sales_order.csv": changed, "customer.csv": "customer_no,name,active\nC1,华兴新,no\n"})
    assert dump(factory) != before
    assert undo(factory, report.batch, author="planner") == UndoReport("B-000002", removed=1, restored=2)
    assert dump(factory) == before
    assert status(factory, "B-000002") == "undone"


def test_the_first_import_can_be_undone_to_nothing(factory: Store):
    undo(factory, "B-000001", author="planner")
    assert not any(dump(factory).values())


def test_batches_are_undone_one_after_the_other(factory: Store):
    states = [dump(factory)]
    for qty in (11, 12, 13):
        load(factory, orders(f"SO-1,1,C1,FG-100,{qty},2026-01-05,2026-02-05"))
        states.append(dump(factory))
    for number in (4, 3, 2):
        undo(factory, f"B-00000{number}", author="planner")
        assert dump(factory) == states[number - 2]


def test_an_import_that_changed_nothing_is_undone_to_the_same(factory: Store):
    before = dump(factory)
    report = load(factory, MASTERS)
    assert undo(factory, report.batch, author="planner") == UndoReport("B-000002", 0, 0)
    assert dump(factory) == before


def test_undo_is_told_in_the_audit_and_backed_up(factory: Store):
    undo(factory, "B-000001", author="night shift")
    with factory.read() as cursor:
        told = cursor.execute("SELECT author, subject FROM audit WHERE action = 'undo'").fetchall()
    assert told == [("night shift", "B-000001")]
    assert any("before-undo" in path.name for path in factory.backup_folder.iterdir())


def test_an_unknown_batch_is_refused(factory: Store):
    assert refused(factory, "B-000099").code == "UNDO-UNKNOWN"


def test_a_batch_is_undone_only_once(factory: Store):
    undo(factory, "B-000001", author="planner")
    assert refused(factory, "B-000001").code == "UNDO-DONE"


def test_a_later_import_of_the_same_rows_is_named(factory: Store):
    load(factory, orders("SO-1,1,C1,FG-100,12,2026-01-05,2026-02-05"))
    load(factory, orders("SO-1,1,C1,FG-100,13,2026-01-05,2026-02-05"))
    error = refused(factory, "B-000002")
    assert error.code == "UNDO-LATER"
    message, remedy = error_text("en", error.rule, error.facts)
    assert "SO-1/1" in message
    assert "B-000003" in message
    assert remedy == "Undo B-000003 first."
    assert "销售订单有 1 行后来被 B-000003 改过" in error_text("zh", error.rule, error.facts)[0]


def test_a_change_by_hand_is_noticed_even_without_a_trace(factory: Store):
    load(factory, orders("SO-9,1,C1,FG-100,12,2026-01-05,2026-02-05"))
    with factory.write("somebody", "form") as writer:
        writer.execute("UPDATE sales_order SET qty = ? WHERE sales_order_no = 'SO-9'", [Decimal(14)])
    error = refused(factory, "B-000002")
    assert (error.code, error.rule) == ("UNDO-LATER", "UNDO-EDITED")


def test_a_row_deleted_since_is_noticed(factory: Store):
    load(factory, orders("SO-9,1,C1,FG-100,12,2026-01-05,2026-02-05"))
    with factory.write("somebody", "form") as writer:
        writer.execute("DELETE FROM sales_order WHERE sales_order_no = 'SO-9'")
    assert refused(factory, "B-000002").code == "UNDO-LATER"


def test_rows_that_others_need_by_now_are_not_taken_out(factory: Store):
    load(factory, {"customer.csv": "customer_no,name\nC9,New\n"})
    load(factory, orders("SO-9,1,C9,FG-100,12,2026-01-05,2026-02-05"))
    error = refused(factory, "B-000002")
    assert error.code == "UNDO-NEEDED"
    message = error_text("en", error.rule, error.facts)[0]
    assert "SO-9/1" in message
    assert "C9" in message
    undo(factory, "B-000003", author="planner")
    undo(factory, "B-000002", author="planner")


def test_what_led_nowhere_before_does_not_stand_in_the_way(factory: Store):
    load(factory, orders("SO-9,1,C1,FG-100,12,2026-01-05,2026-02-05"))
    with factory.write("somebody", "repair") as writer:
        writer.execute("DELETE FROM customer WHERE customer_no = 'C2'")
        writer.execute("UPDATE item SET supplier_no = 'GONE' WHERE item_no = 'RM-1'")
    undo(factory, "B-000002", author="planner")
    assert status(factory, "B-000002") == "undone"


def test_a_batch_from_before_a_column_came_can_be_undone(factory: Store):
    """The journal knows only the columns of its day; the others keep what they have."""
    report = load(factory, orders("SO-1,1,C1,FG-100,12,2026-01-05,2026-02-05"))
    with factory.write("somebody", "a journal of the time before sales_order.owner") as writer:
        for side in ("row_before", "row_after"):
            without = f"json_merge_patch({side}, '{{\"owner\": null}}')"
            writer.execute(f"UPDATE import_row SET {side} = {without} WHERE batch_no = 'B-000002'")
        writer.execute("UPDATE sales_order SET owner = 'Li' WHERE line_no = 1")
    undo(factory, report.batch, author="planner")
    with factory.read() as cursor:
        row = cursor.execute("SELECT qty, owner FROM sales_order WHERE line_no = 1").fetchone()
    assert row == (Decimal(10), "Li")
