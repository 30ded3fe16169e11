"""Every row of the sample factory obeys the declarations."""

import pandas as pd
import pytest

from data.sample import make_tables
from data.tables import TABLES

NAMES = [name for name, table in TABLES.items() if table.kind != "plan"]
SIZES = {
    "tiny": {"scale": 0.1},
    "six_times": {"scale": 6.0, "history": False},
    "overloaded": {"scale": 0.5, "load": 1.2},
}


@pytest.fixture(scope="module", params=["usual", *SIZES])
def tables(request, as_of):
    """The factory at its usual size, and as small, large and loaded ones."""
    return make_tables(as_of, **SIZES.get(request.param, {}))


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_filled_in_the_declared_columns(tables, name):
    assert list(tables[name].columns) == list(TABLES[name].names)
    assert len(tables[name]) > 0


@pytest.mark.parametrize("name", NAMES)
def test_keys_are_unique_and_what_must_be_filled_is_filled(tables, name):
    rows = tables[name]
    assert not rows.duplicated(list(TABLES[name].keys)).any()
    for column in TABLES[name].columns:
        if not column.nullable:
            assert rows[column.name].notna().all(), column.name


@pytest.mark.parametrize("name", NAMES)
def test_values_keep_to_choices_and_bounds(tables, name):
    for column in TABLES[name].columns:
        values = tables[name][column.name].dropna()
        if column.choices:
            assert set(values) <= set(column.choices), column.name
        if column.minimum is not None:
            assert (values > column.minimum if column.exclusive else values >= column.minimum).all(), column.name
        if column.maximum is not None:
            assert (values <= column.maximum).all(), column.name


@pytest.mark.parametrize("name", NAMES)
def test_references_are_found(tables, name):
    for reference in TABLES[name].all_references:
        rows = tables[name][list(reference.columns)].dropna()
        target = pd.MultiIndex.from_frame(tables[reference.table][list(reference.target_columns)].astype(str))
        source = pd.MultiIndex.from_frame(rows.astype(str))
        assert source.isin(target).all(), reference


def test_numbers_that_documents_give_each_other_are_found(tables):
    found = (
        ("customer_order", "sales_order_no", "sales_order", "sales_order_no"),
        ("sales_order", "customer_order_no", "customer_order", "customer_order_no"),
        ("purchase_requisition", "sales_order_no", "sales_order", "sales_order_no"),
        ("purchase_requisition", "purchase_order_no", "purchase_order", "purchase_order_no"),
        ("purchase_order", "requisition_no", "purchase_requisition", "requisition_no"),
        ("goods_issue", "picking_no", "picking_list", "picking_no"),
    )
    for table, column, other, number in found:
        assert set(tables[table][column].dropna()) <= set(tables[other][number]), (table, column)


def test_steps_named_by_forms_are_steps_of_the_item(tables):
    steps = set(zip(tables["routing_step"]["item_no"], tables["routing_step"]["step_no"], strict=True))
    item = tables["work_order"].set_index("work_order_no")["item_no"]
    for name, column in (("dispatch", "step_no"), ("handover", "from_step_no"), ("exception_report", "step_no")):
        rows = tables[name].dropna(subset=[column])
        assert set(zip(rows["work_order_no"].map(item), rows[column], strict=True)) <= steps, name


def test_every_status_that_a_form_can_have_is_seen(as_of):
    tables = make_tables(as_of)
    for name in ("sales_order", "customer_order", "supplement_request", "exception_report"):
        assert set(tables[name]["status"]) == set(TABLES[name].column("status").choices), name
