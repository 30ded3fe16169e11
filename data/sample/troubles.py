"""The troubles planted in the sample factory; docs/sample-factory.md says where a planner finds each."""

from __future__ import annotations

import datetime as dt

from data.sample.orders import Books, arrive
from data.sample.products import FINISHES, PRODUCTS, Good, Row

SLIPPING_SUPPLIER = "S003"
SLIPPING_ITEM = "RM-BRASS"
SLIPPED_ORDER = "PO-SLIP-1"
BOTTLENECK = "ST30"
RUSH_ORDER = "SO-RUSH-1"
CONCESSION = "CN-0001"
SUPPLEMENT = "SR-0001"
MISSED_STATION = "ST40"
EXPIRED_LOT = "EXP-0001"
EXPIRED_ITEM = "CH-BR"
PENDING_ARRIVAL = "PO-INSP-1"


def plant(books: Books, goods: list[Good], open_lines: list[Row], usage: dict[str, float]) -> None:
    """Plant every trouble."""
    _slipping_supplier(books, usage)
    _rush_order(books, goods, open_lines)
    _concession(books)
    _supplement(books)
    _missed_days(books)
    _expired_lot(books)
    _pending_inspection(books, usage)


def _slipping_supplier(books: Books, usage: dict[str, float]) -> None:
    """Brass strip is nearly used up; the open order is eight days overdue and now promised in twelve."""
    orders = books.tables["purchase_order"]
    for row in orders:
        if row["item_no"] == SLIPPING_ITEM and row["status"] == "open":
            row["status"] = "cancelled"
    for row in books.tables["stock_balance"]:
        if row["item_no"] == SLIPPING_ITEM and row["as_of_date"] == books.as_of:
            row["on_hand_qty"] = round(usage[SLIPPING_ITEM] * 3, 2)
    books.add(
        "purchase_order",
        purchase_order_no=SLIPPED_ORDER,
        line_no=1,
        supplier_no=SLIPPING_SUPPLIER,
        item_no=SLIPPING_ITEM,
        qty=round(usage[SLIPPING_ITEM] * 30),
        unit_price=58,
        order_date=books.day(-30),
        due_date=books.day(-8),
        confirmed_date=books.day(12),
        qty_received=0,
        status="open",
    )


def _rush_order(books: Books, goods: list[Good], open_lines: list[Row]) -> None:
    """The first customer wants five times an ordinary quantity of a chromed good in six days, before all others."""
    good = next(
        one for one in goods if FINISHES[one.finish][2] == "CHROME" and PRODUCTS[one.product][2] != SLIPPING_ITEM
    )
    qty = 5 * round(sum(row["qty"] for row in open_lines) / len(open_lines) / 10) * 10
    books.add(
        "sales_order",
        sales_order_no=RUSH_ORDER,
        line_no=1,
        customer_no="C009",
        item_no=good.item_no,
        qty=qty,
        unit_price=good.price,
        order_date=books.as_of,
        due_date=books.day(6),
        promised_date=books.day(6),
        priority=1,
        qty_shipped=0,
        status="confirmed",
        owner="李娜" if books.zh else "Li Na",
    )


def _concession(books: Books) -> None:
    """A lot of adhesive pads is rejected, conceded to production, and received with the mark."""
    day = books.day(-3)
    order = "PO-CONC-1"
    books.add(
        "purchase_order",
        purchase_order_no=order,
        line_no=1,
        supplier_no="S012",
        item_no="HW-PAD",
        qty=5000,
        unit_price=0.11,
        order_date=books.day(-14),
        due_date=day,
        confirmed_date=day,
        qty_received=0,
        status="closed",
    )
    books.add(
        "material_arrival",
        arrival_no="AR-CONC-1",
        purchase_order_no=order,
        line_no=1,
        item_no="HW-PAD",
        qty=5000,
        arrival_date=day,
        lot_no="CONC-LOT",
        inspection="rejected",
        inspected_date=day,
        inspector="IQC",
        defect_qty=600,
    )
    books.add(
        "concession",
        concession_no=CONCESSION,
        arrival_no="AR-CONC-1",
        item_no="HW-PAD",
        qty=4400,
        requested_date=day,
        requested_by="组装" if books.zh else "Assembly",
        reason="厚度偏差，可挑选使用" if books.zh else "thickness off, can be sorted",
        approved_by="品质经理" if books.zh else "Quality manager",
        status="approved",
    )
    books.add(
        "goods_receipt",
        receipt_no="GR-CONC-1",
        arrival_no="AR-CONC-1",
        item_no="HW-PAD",
        qty=4400,
        receipt_date=books.past(day + dt.timedelta(days=1)),
        location="A01",
        lot_no="CONC-LOT",
    )
    books.add(
        "material_return",
        return_no="RT-CONC-1",
        arrival_no="AR-CONC-1",
        item_no="HW-PAD",
        qty=600,
        return_date=books.as_of,
        reason="无法使用" if books.zh else "not usable",
    )


def _supplement(books: Books) -> None:
    """A work order used more screws than the standard; PMC approved the supplement and the warehouse issued it."""
    order = next(row for row in books.tables["work_order"] if row["status"] in ("started", "finished"))
    books.add(
        "supplement_request",
        supplement_no=SUPPLEMENT,
        work_order_no=order["work_order_no"],
        item_no="HW-M4",
        qty=120,
        reason="over_consumption",
        requested_date=books.day(-2),
        requested_by="组装" if books.zh else "Assembly",
        approved_by="PMC",
        status="issued",
    )
    books.add(
        "goods_issue",
        issue_no="IS-SUPP-1",
        line_no=1,
        item_no="HW-M4",
        qty=120,
        issue_date=books.as_of,
        issue_type="supplement",
        work_order_no=order["work_order_no"],
        location="A01",
    )


def _missed_days(books: Books) -> None:
    """Painting made less than half of its plan on two days of last week, and says why."""
    order = next(row for row in books.tables["work_order"] if row["status"] == "finished")
    for number, offset in enumerate((-6, -5), 1):
        day = books.day(offset)
        work = f"WO-PAINT-{number}"
        part = next(row["item_no"] for row in books.tables["routing_step"] if row["station_no"] == MISSED_STATION)
        books.add(
            "work_order",
            work_order_no=work,
            item_no=part,
            qty=1200,
            planned_start=day,
            planned_finish=day,
            due_date=order["due_date"],
            status="closed",
            released_date=day,
        )
        books.add(
            "dispatch",
            work_order_no=work,
            step_no=10,
            station_no=MISSED_STATION,
            work_date=day,
            planned_qty=1200,
            planned_hours=7.1,
        )
        books.add(
            "handover",
            handover_no=f"HO-PAINT-{number}",
            work_order_no=work,
            from_step_no=10,
            to_step_no=None,
            good_qty=520,
            scrap_qty=60,
            handover_time=dt.datetime.combine(day, dt.time(20, 0)),
        )
        books.add(
            "exception_report",
            exception_no=f"EX-PAINT-{number}",
            report_date=day,
            work_order_no=work,
            step_no=10,
            station_no=MISSED_STATION,
            planned_qty=1200,
            actual_qty=520,
            category="machine",
            reason="烤炉温控故障" if books.zh else "oven temperature control failed",
            department="设备" if books.zh else "Maintenance",
            action="更换温控器" if books.zh else "controller replaced",
            lost_hours=4,
            status="in_progress",
        )


def _expired_lot(books: Books) -> None:
    """A lot of brightener is past its shelf life and is no supply."""
    books.add(
        "stock_balance",
        as_of_date=books.as_of,
        item_no=EXPIRED_ITEM,
        location="A01",
        lot_no=EXPIRED_LOT,
        on_hand_qty=60,
        quality_status="available",
        expiry_date=books.as_of - dt.timedelta(days=5),
    )


def _pending_inspection(books: Books, usage: dict[str, float]) -> None:
    """A lot of nickel electrolyte has arrived and waits for its inspection."""
    books.add(
        "purchase_order",
        purchase_order_no=PENDING_ARRIVAL,
        line_no=1,
        supplier_no="S005",
        item_no="CH-NI",
        qty=round(usage["CH-NI"] * 10),
        unit_price=41,
        order_date=books.day(-12),
        due_date=books.as_of,
        confirmed_date=books.as_of,
        qty_received=0,
        status="open",
    )
    arrive(books, PENDING_ARRIVAL, "CH-NI", round(usage["CH-NI"] * 10), books.as_of, defect=0, pending=True)
