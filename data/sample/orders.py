"""What the sample factory has sold, bought and made so far, and what it still owes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.sample.products import BOUGHT, CUSTOMERS, FINISHES, STATIONS, Good, Row

LINES = 1000
HISTORY_DAYS = 90
OPEN_DAYS = 60
PLATING_SPEED = 150.0
PEAK = 0.72  # the orders crowd in the third week, so the mean is lower than the load there


@dataclass(slots=True)
class Books:
    """The tables as they fill, with a counter for each kind of number."""

    as_of: dt.date
    zh: bool
    random: np.random.Generator
    tables: dict[str, list[Row]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> Row:
        """Put a row into a table."""
        self.tables.setdefault(table, []).append(row)
        return row

    def number(self, prefix: str, day: dt.date) -> str:
        """The next number of a series, by year and month: SO2611-0001."""
        key = f"{prefix}{day:%y%m}"
        self.counters[key] = self.counters.get(key, 0) + 1
        return f"{key}-{self.counters[key]:04d}"

    def day(self, offset: int) -> dt.date:
        """The working day `offset` calendar days from the as-of date; a Sunday becomes the Monday after."""
        found = self.as_of + dt.timedelta(days=int(offset))
        return found + dt.timedelta(days=1) if found.isoweekday() == 7 else found

    def past(self, day: dt.date) -> dt.date:
        """`day`, but not after the as-of date."""
        return min(day, self.as_of)


def sell(books: Books, goods: list[Good], scale: float, load: float) -> list[Row]:
    """Open and shipped order lines. Returns the open ones that have to be made or taken from stock."""
    random, count = books.random, round(LINES * scale)
    plated = sum(FINISHES[good.finish][3] == "ST30" for good in goods) / len(goods)
    units = max(1, round(2 * scale))
    hours = units * 22 * 0.92 * OPEN_DAYS * 6 / 7
    mean = hours * load * PEAK * PLATING_SPEED / (count * plated)
    open_lines = []
    for _ in range(count):
        offset = int(random.triangular(-2, 16, OPEN_DAYS))
        open_lines.append(_line(books, goods, _pieces(random, mean), offset, "confirmed"))
    statuses = ("closed", "delivered", "shipped")
    for _ in range(round(600 * scale)):
        offset = -int(random.integers(1, HISTORY_DAYS))
        row = _line(books, goods, _pieces(random, mean), offset, statuses[int(random.integers(3))])
        late = random.random() < 0.08
        ship = books.past(row["promised_date"] + dt.timedelta(days=int(random.integers(1, 6)) if late else 0))
        _ship(books, row, row["qty"], ship, delivered=row["status"] != "shipped")
        if row["status"] == "closed":
            _settle(books, row, ship)
    for status in ("draft", "reviewing", "on_hold", "cancelled"):
        for _ in range(max(1, round(6 * scale))):
            _line(books, goods, _pieces(random, mean), int(random.integers(10, OPEN_DAYS)), status)
    for number, row in enumerate(open_lines[:: max(1, len(open_lines) // 12)]):
        books.add(
            "order_change",
            change_no=books.number("OC", books.as_of),
            sales_order_no=row["sales_order_no"],
            line_no=row["line_no"],
            field=("qty", "due_date")[number % 2],
            old_value=str((row["qty"], row["due_date"])[number % 2]),
            new_value=str((row["qty"] + 50, row["due_date"] + dt.timedelta(days=3))[number % 2]),
            requested_date=books.day(-4),
            requested_by="王敏" if books.zh else "Wang Min",
            status=("requested", "approved")[number % 2],
        )
    return open_lines


def _pieces(random: np.random.Generator, mean: float) -> int:
    return max(20, round(float(random.gamma(3.0, mean / 3.0)) / 10) * 10)


def _line(books: Books, goods: list[Good], qty: int, offset: int, status: str) -> Row:
    random = books.random
    good = goods[int(random.integers(len(goods)))]
    customer = int(random.integers(len(CUSTOMERS)))
    due = books.day(offset)
    ordered = books.past(books.day(offset - int(random.integers(18, 40))))
    order_no, customer_order_no = books.number("SO", ordered), books.number("CO", ordered)
    promised = books.day((due - books.as_of).days + int(random.integers(0, 3))) if random.random() < 0.7 else due
    accepted = status not in ("draft", "reviewing")
    books.add(
        "customer_order",
        customer_order_no=customer_order_no,
        line_no=1,
        customer_no=f"C{customer + 1:03d}",
        customer_item_no=f"{customer + 1:02d}-{good.item_no[3:]}",
        item_no=good.item_no,
        qty=qty,
        unit_price=good.price,
        requested_date=due,
        received_date=ordered,
        status="accepted" if accepted else "queried",
        delivery_address=f"{'佛山市仓' if books.zh else 'Foshan warehouse '}{customer + 1}",
        sales_order_no=order_no if accepted else None,
    )
    return books.add(
        "sales_order",
        sales_order_no=order_no,
        line_no=1,
        customer_no=f"C{customer + 1:03d}",
        customer_order_no=customer_order_no,
        item_no=good.item_no,
        qty=qty,
        unit_price=good.price,
        order_date=ordered,
        due_date=due,
        promised_date=promised if accepted else None,
        priority=None,
        qty_shipped=0,
        status=status,
        owner=("李娜", "陈杰", "周婷")[customer % 3] if books.zh else ("Li Na", "Chen Jie", "Zhou Ting")[customer % 3],
    )


def _ship(books: Books, row: Row, qty: float, day: dt.date, delivered: bool) -> None:
    arrived = day + dt.timedelta(days=2)
    books.add(
        "shipment",
        shipment_no=books.number("SH", day),
        line_no=1,
        sales_order_no=row["sales_order_no"],
        sales_order_line_no=row["line_no"],
        qty=qty,
        ship_date=day,
        carrier="顺丰" if books.zh else "SF Express",
        delivered_date=arrived if delivered and arrived <= books.as_of else None,
    )


def _settle(books: Books, row: Row, day: dt.date) -> None:
    amount = round(row["qty"] * row["unit_price"], 2)
    books.add(
        "settlement",
        invoice_no=books.number("INV", day),
        sales_order_no=row["sales_order_no"],
        amount=amount,
        invoice_date=day,
        due_date=day + dt.timedelta(days=30),
        paid_amount=amount if books.random.random() < 0.6 else 0,
    )
    if books.random.random() < 0.1:
        books.add(
            "customer_feedback",
            feedback_no=books.number("FB", day),
            sales_order_no=row["sales_order_no"],
            feedback_date=books.past(day + dt.timedelta(days=5)),
            kind="survey",
            score=int(books.random.integers(3, 6)),
            status="closed",
        )


def buy(books: Books, usage: dict[str, float]) -> None:
    """Purchases: three months of arrivals, and what is on order. `usage`: pieces a day by item."""
    random = books.random
    terms = {row[0]: row for row in BOUGHT}
    for item_no, daily in usage.items():
        _, _, _, category, _, cost, lead, moq, multiple, supplier = terms.get(
            item_no, (item_no, "", "", "label", "pcs", 0.05, 5, 500, 100, 17)
        )
        every = 14 if category != "label" else 30
        qty = max(moq, int(np.ceil(daily * every / multiple)) * multiple)
        for offset in range(-HISTORY_DAYS + int(random.integers(every)), 24, every):
            if category == "label" and offset < -30:
                continue
            due = books.day(offset)
            late = random.random() < 0.1 and offset < 0
            supplier_no = f"S{supplier:03d}"
            ordered = books.past(books.day(offset - lead - 3))
            requisition, order = books.number("PR", ordered), books.number("PO", ordered)
            arrived = books.day(offset + int(random.integers(1, 6))) if late else due
            done = arrived <= books.as_of
            books.add(
                "purchase_requisition",
                requisition_no=requisition,
                line_no=1,
                item_no=item_no,
                qty=qty,
                need_date=due,
                requested_date=ordered,
                status="ordered",
                purchase_order_no=order,
            )
            books.add(
                "purchase_order",
                purchase_order_no=order,
                line_no=1,
                supplier_no=supplier_no,
                item_no=item_no,
                qty=qty,
                unit_price=cost,
                order_date=ordered,
                due_date=due,
                confirmed_date=due,
                qty_received=0,
                status="closed" if done else "open",
                requisition_no=requisition,
            )
            if done:
                arrive(books, order, item_no, qty, arrived)


def arrive(
    books: Books, order: str, item_no: str, qty: float, day: dt.date, defect: float | None = None, pending: bool = False
) -> Row:
    """An arrival with its inspection, receipt and return. `defect` None: now and then a few pieces."""
    random = books.random
    arrival = books.number("AR", day)
    if defect is None:
        defect = round(qty * 0.03) if random.random() < 0.06 else 0
    row = books.add(
        "material_arrival",
        arrival_no=arrival,
        purchase_order_no=order,
        line_no=1,
        item_no=item_no,
        qty=qty,
        arrival_date=day,
        lot_no=f"L{day:%y%m%d}-{arrival[-4:]}",
        inspection="pending" if pending else "accepted",
        inspected_date=None if pending else day,
        inspector=None if pending else "IQC",
        defect_qty=defect,
    )
    if not pending:
        books.add(
            "goods_receipt",
            receipt_no=books.number("GR", day),
            arrival_no=arrival,
            item_no=item_no,
            qty=qty - defect,
            receipt_date=day,
            location="A01",
            lot_no=row["lot_no"],
        )
        if defect:
            books.add(
                "material_return",
                return_no=books.number("RT", day),
                arrival_no=arrival,
                item_no=item_no,
                qty=defect,
                return_date=day,
                reason="外观不良" if books.zh else "surface defects",
            )
    return row


def make(
    books: Books, line: Row, bom: dict[str, list[Row]], routing: dict[str, list[Row]], start: dt.date, through: int
) -> Row:
    """A work order for an order line, with dispatch, picking, issue and hand-over; `through`: steps done by now."""
    random = books.random
    item_no, qty = line["item_no"], float(line["qty"])
    steps = routing[item_no]
    finished = through >= len(steps)
    number = books.number("WO", start)
    good = qty
    outs = []
    for step in reversed(steps):
        outs.append(good)
        good = round(good / step["yield_rate"], 4)
    outs.reverse()
    order = books.add(
        "work_order",
        work_order_no=number,
        sales_order_no=line["sales_order_no"],
        sales_order_line_no=line["line_no"],
        item_no=item_no,
        qty=qty,
        planned_start=start,
        planned_finish=start + dt.timedelta(days=len(steps)),
        due_date=line["promised_date"],
        status="finished" if finished else "started" if through else "released",
        released_date=books.past(start - dt.timedelta(days=2)),
    )
    picking = books.number("PL", start)
    for position, part in enumerate(bom[item_no], 1):
        need = round(good * part["qty_per"] * (1 + (part.get("scrap_rate") or 0)), 4)
        books.add(
            "picking_list",
            picking_no=picking,
            line_no=position,
            work_order_no=number,
            item_no=part["component_item_no"],
            required_qty=need,
            need_date=start,
            status="issued" if through else "open",
        )
        if through:
            books.add(
                "goods_issue",
                issue_no=f"IS{picking[2:]}",
                line_no=position,
                item_no=part["component_item_no"],
                qty=need,
                issue_date=books.past(start),
                issue_type="production",
                work_order_no=number,
                picking_no=picking,
                location="A01",
            )
    day = start
    for position, (step, out) in enumerate(zip(steps, outs, strict=True)):
        books.add(
            "dispatch",
            work_order_no=number,
            step_no=step["step_no"],
            station_no=step["station_no"],
            work_date=day,
            planned_qty=round(out),
            planned_hours=round(out / step["units_per_hour"], 2),
        )
        if position < through:
            following = steps[position + 1]["step_no"] if position + 1 < len(steps) else None
            short = round(out * 0.15) if random.random() < 0.25 and day < books.as_of else 0
            before = outs[position - 1] if position else good
            for late, (pieces, scrap) in enumerate(((out - short, before - out), (short, 0.0))):
                if pieces > 0:
                    when = dt.datetime.combine(books.past(day + dt.timedelta(days=late)), dt.time(17, 30))
                    books.add(
                        "handover",
                        handover_no=books.number("HO", day),
                        work_order_no=number,
                        from_step_no=step["step_no"],
                        to_step_no=following,
                        good_qty=round(pieces, 4),
                        scrap_qty=round(max(scrap, 0), 4),
                        handover_time=when,
                    )
            if short and random.random() < 0.7:
                _report(books, number, step, day, round(out), round(out - short), ("manpower", "machine", "material"))
        day = books.day((day - books.as_of).days + 1)
    return order


def _report(
    books: Books, number: str, step: Row, day: dt.date, planned: float, actual: float, categories: tuple[str, ...]
) -> None:
    category = categories[int(books.random.integers(len(categories)))]
    words = {
        "manpower": ("人员请假", "people on leave"),
        "machine": ("设备故障停机", "machine breakdown"),
        "material": ("待料", "waiting for material"),
    }
    books.add(
        "exception_report",
        exception_no=books.number("EX", day),
        report_date=day,
        work_order_no=number,
        step_no=step["step_no"],
        station_no=step["station_no"],
        planned_qty=planned,
        actual_qty=actual,
        category=category,
        reason=words[category][0 if books.zh else 1],
        department=category,
        lost_hours=2,
        status="closed" if day < books.as_of - dt.timedelta(days=3) else "open",
        closed_date=day + dt.timedelta(days=2) if day < books.as_of - dt.timedelta(days=3) else None,
    )


def station_word(number: str, zh: bool) -> str:
    """The name of a station."""
    return next((cn if zh else en) for no, cn, en, *_ in STATIONS if no == number)
