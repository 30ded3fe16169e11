"""The sales side of the sample factory: customer orders, sales orders, changes, shipments, settlements, feedback."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sample.clock import Clock, Floats, Ints
from data.sample.demand import CANCELLED, DEMAND, DRAFT, ON_HOLD, REVIEWING, Demand
from data.sample.design import Design
from data.sample.floor import Floor
from data.sample.lots import Lots
from data.sample.masters import customer_numbers
from data.sample.rows import group_numbers, numbers, table, where_date, where_text
from data.sample.stock import Moves
from data.sample.words import CARRIERS, CHANGE_REASONS, COMPLAINTS, SURVEYS, people, word, words

CLOSED_AFTER = 25  # working days from shipping to closing
SPLIT = 0.05  # share of lines that leave in two deliveries


@dataclass(frozen=True, slots=True)
class Shipped:
    """Shipments by the as-of date: order line, working day, pieces."""

    line: Ints
    day: Ints
    qty: Ints


def ship(demand: Demand, random: np.random.Generator) -> Shipped:
    """What has left the house: lines on the day meant for them, a few in two deliveries."""
    lines = demand.lines
    leaves = (lines.state == DEMAND) & (lines.ship_day <= 0)
    room = (lines.ship_day < lines.promised_day) | (lines.late_days > 0)
    split = leaves & room & (lines.qty >= 200) & (random.random(len(lines)) < 3 * SPLIT)
    first = np.where(split, np.round(lines.qty * 0.6 / 10) * 10, lines.qty).astype(np.int64)
    again = np.flatnonzero(split & (lines.ship_day + 1 <= 0))
    here = np.flatnonzero(leaves)
    line = np.concatenate([here, again])
    day = np.concatenate([lines.ship_day[here], lines.ship_day[again] + 1])
    qty = np.concatenate([first[here], (lines.qty - first)[again]])
    order = np.lexsort((line, day))
    return Shipped(line[order], day[order], qty[order])


def shipped_moves(demand: Demand, shipped: Shipped) -> Moves:
    """Shipments as movements of finished goods."""
    return Moves(demand.lines.good[shipped.line], shipped.day, shipped.qty.astype(float), shipped.line)


def order_heads(demand: Demand, clock: Clock) -> pd.DataFrame:
    """Number, line and promised day of every order line, and the item it is for."""
    lines = demand.lines
    return pd.DataFrame(
        {
            "sales_order_no": group_numbers("SO", clock.date(lines.order_day), lines.order),
            "line_no": lines.line_no,
            "promised_day": lines.promised_day,
            "item": lines.good,
        }
    )


def sales_tables(
    plan: Design,
    demand: Demand,
    heads: pd.DataFrame,
    shipped: Shipped,
    lots: Lots,
    floor: Floor,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    item_name: npt.NDArray[np.object_],
    terms_days: Ints,
    language: str,
    random: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """All forms between the customer and the house."""
    lines = demand.lines
    price = np.round(plan.cost[: len(plan.part_of)] * random.uniform(1.35, 1.75, len(plan.part_of)), 2)
    delivered = shipped.day + random.integers(1, 4, len(shipped.day))
    gone = np.bincount(shipped.line, shipped.qty, len(lines))
    complete = gone >= lines.qty
    delivered_day = np.full(len(lines), -(10**6))
    np.maximum.at(delivered_day, shipped.line, delivered)
    status = _statuses(plan, demand, complete, delivered_day, lots, floor)
    tables = {
        "sales_order": _sales_orders(demand, heads, price, status, clock, item_no, language),
        "customer_order": _customer_orders(demand, heads, price, clock, item_no, item_name, language),
        "shipment": _shipments(demand, heads, shipped, delivered, clock, language),
        "order_change": _changes(demand, heads, complete, clock, language, random),
    }
    settled = _settled(demand, complete, delivered_day)
    tables["settlement"] = _settlements(demand, heads, price, delivered_day, settled, terms_days, clock, random)
    tables["customer_feedback"] = _feedback(demand, heads, settled, delivered_day, clock, language, random)
    return tables


def _statuses(
    plan: Design, demand: Demand, complete: npt.NDArray[np.bool_], delivered_day: Ints, lots: Lots, floor: Floor
) -> npt.NDArray[np.object_]:
    lines = demand.lines
    own = lots.line >= 0
    made, begun = np.zeros(len(lines), dtype=bool), np.zeros(len(lines), dtype=bool)
    made[lots.line[own]] = floor.finished[own]
    begun[lots.line[own]] = floor.started[own]
    from_stock = plan.to_stock[lines.good] & (lines.promised_day <= 3)
    found: npt.NDArray[np.object_] = np.select(
        [
            lines.state == DRAFT,
            lines.state == REVIEWING,
            lines.state == ON_HOLD,
            lines.state == CANCELLED,
            complete & (delivered_day <= -CLOSED_AFTER),
            complete & (delivered_day <= 0),
            complete,
            made | from_stock,
            begun,
        ],
        ["draft", "reviewing", "on_hold", "cancelled", "closed", "delivered", "shipped", "ready", "in_production"],
        "confirmed",
    ).astype(object)
    return found


def _sales_orders(
    demand: Demand,
    heads: pd.DataFrame,
    price: Floats,
    status: npt.NDArray[np.object_],
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    language: str,
) -> pd.DataFrame:
    lines = demand.lines
    promised = ~np.isin(lines.state, (DRAFT, REVIEWING)) & (np.arange(len(lines)) % 23 > 0)
    promised |= lines.promised_day != lines.due_day
    promised &= ~np.isin(lines.state, (DRAFT, REVIEWING))
    remark = np.full(len(lines), None, dtype=object)
    remark[demand.rush] = word(language, ("加急插单，客户展会用", "rush order, for the customer's trade fair"))
    remark[lines.state == ON_HOLD] = word(language, ("客户要求暂停", "on hold at the customer's wish"))
    orders = table(
        "sales_order",
        {
            "sales_order_no": heads["sales_order_no"].to_numpy(),
            "line_no": lines.line_no,
            "customer_no": customer_numbers(lines.customer),
            "customer_order_no": customer_order_numbers(demand, clock),
            "item_no": item_no[lines.good],
            "qty": lines.qty.astype(float),
            "unit_price": price[lines.good],
            "order_date": clock.date(lines.order_day),
            "due_date": clock.date(lines.due_day),
            "promised_date": where_date(promised, clock.date(lines.promised_day)),
            "priority": where_text(lines.priority > 0, lines.priority),
            "qty_shipped": 0.0,
            "status": status,
            "owner": people(language, 60 + lines.customer % 4),
            "remark": remark,
        },
    )
    return orders.sort_values(["sales_order_no", "line_no"], ignore_index=True)


def customer_order_numbers(demand: Demand, clock: Clock) -> npt.NDArray[np.object_]:
    """The customers' own numbers, such as C003-26-0712, one an order."""
    lines = demand.lines
    year = pd.Series(clock.date(lines.order_day)).dt.strftime("%y").to_numpy(dtype=object)
    serial = pd.Series(100 + lines.order * 3).astype(str).str.zfill(4).to_numpy(dtype=object)
    found: npt.NDArray[np.object_] = customer_numbers(lines.customer) + "-" + year + "-" + serial
    return found


def _customer_orders(
    demand: Demand,
    heads: pd.DataFrame,
    price: Floats,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    item_name: npt.NDArray[np.object_],
    language: str,
) -> pd.DataFrame:
    """Every order as it came, then those of the last days that nobody could accept yet."""
    lines = demand.lines
    accepted = ~np.isin(lines.state, (DRAFT, REVIEWING))
    known = table(
        "customer_order",
        {
            "customer_order_no": customer_order_numbers(demand, clock),
            "line_no": lines.line_no,
            "customer_no": customer_numbers(lines.customer),
            "customer_item_no": customer_item_numbers(lines.customer, lines.good),
            "item_no": item_no[lines.good],
            "description": item_name[lines.good],
            "qty": lines.qty.astype(float),
            "unit_price": price[lines.good],
            "requested_date": clock.date(lines.due_day),
            "received_date": clock.date(lines.order_day),
            "delivery_address": word(language, ("见客户档案", "as in the customer's record")),
            "status": np.where(accepted, "accepted", "received"),
            "sales_order_no": where_text(accepted, heads["sales_order_no"].to_numpy()),
        },
    )
    count = np.arange(min(10, len(price)))
    good, customer = (count * 7) % len(price), count % (int(lines.customer.max()) + 1)
    unclear = table(
        "customer_order",
        {
            "customer_order_no": customer_numbers(customer) + "-N" + (count + 1).astype(str).astype(object),
            "line_no": 1,
            "customer_no": customer_numbers(customer),
            "customer_item_no": np.array([f"NEW-{number:02d}" for number in count + 1], dtype=object),
            "item_no": where_text(count % 3 == 0, item_no[good]),
            "description": item_name[good],
            "qty": 200.0 + 50 * count,
            "unit_price": where_text(count % 2 == 0, price[good]),
            "requested_date": clock.date(20 + count),
            "received_date": clock.date(-(count % 3)),
            "status": np.array(["queried", "received", "rejected"], dtype=object)[np.where(count == 9, 2, count % 2)],
        },
    )
    known = known.sort_values(["received_date", "customer_order_no", "line_no"], ignore_index=True)
    return pd.concat([known, unclear], ignore_index=True)


def customer_item_numbers(customer: Ints, good: Ints) -> npt.NDArray[np.object_]:
    """The customers' part numbers."""
    goods = np.array([f"{7100 + 13 * count}" for count in range(int(np.max(good, initial=0)) + 1)], dtype=object)
    found: npt.NDArray[np.object_] = customer_numbers(customer) + "-" + goods[good]
    return found


def _shipments(
    demand: Demand, heads: pd.DataFrame, shipped: Shipped, delivered: Ints, clock: Clock, language: str
) -> pd.DataFrame:
    customer = demand.lines.customer[shipped.line]
    group = np.unique(shipped.day * 1_000_000 + customer, return_inverse=True)[1].astype(np.int64)
    order = np.argsort(group, kind="stable")
    line, day, group, customer = shipped.line[order], shipped.day[order], group[order], customer[order]
    signed = delivered[order] <= 0
    number = group_numbers("SH", clock.date(day), group)
    return table(
        "shipment",
        {
            "shipment_no": number,
            "line_no": 1 + np.arange(len(group)) - np.searchsorted(group, group),
            "sales_order_no": heads["sales_order_no"].to_numpy()[line],
            "sales_order_line_no": demand.lines.line_no[line],
            "qty": shipped.qty[order].astype(float),
            "ship_date": clock.date(day),
            "carrier": words(language, CARRIERS, customer),
            "tracking_no": "T" + pd.Series(700_000_000 + 1_237 * group).astype(str).to_numpy(dtype=object),
            "delivered_date": where_date(signed, clock.date(delivered[order])),
            "confirmed_by": where_text(signed, people(language, customer + 50)),
        },
    )


def _changes(
    demand: Demand,
    heads: pd.DataFrame,
    complete: npt.NDArray[np.bool_],
    clock: Clock,
    language: str,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Applied changes agree with the line as it is now; open ones say what it may become."""
    lines = demand.lines
    usual = np.flatnonzero(lines.state == DEMAND)
    applied = usual[random.random(len(usual)) < 0.02]
    cancelled = np.flatnonzero(lines.state == CANCELLED)
    waiting = usual[~complete[usual] & (lines.promised_day[usual] > 8)][:9]
    line = np.concatenate([applied, cancelled, waiting])
    state = np.repeat(["applied", "applied", "requested"], [len(applied), len(cancelled), len(waiting)]).astype(object)
    state[len(state) - len(waiting) :] = np.array(["requested", "approved", "rejected"], dtype=object)[
        np.arange(len(waiting)) % 3
    ]
    field = np.where(np.arange(len(line)) % 2 == 0, "qty", "due_date").astype(object)
    field[len(applied) : len(applied) + len(cancelled)] = "cancel"
    was_due = pd.Series(clock.date(lines.due_day - 4)).dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    is_due = pd.Series(clock.date(lines.due_day)).dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    new_due = pd.Series(clock.date(lines.due_day + 5)).dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    less, now, more = (
        np.array([str(value) for value in np.maximum(lines.qty + step, 20)], dtype=object) for step in (-50, 0, 100)
    )
    done = state == "applied"
    old = np.where(field == "qty", np.where(done, less[line], now[line]), np.where(done, was_due[line], is_due[line]))
    new = np.where(field == "qty", np.where(done, now[line], more[line]), np.where(done, is_due[line], new_due[line]))
    day = np.where(done, np.minimum(lines.order_day[line] + 5, 0), -(np.arange(len(line)) % 3))
    order = np.argsort(day, kind="stable")
    line, field, old, new, state, day = (one[order] for one in (line, field, old, new, state, day))
    return table(
        "order_change",
        {
            "change_no": numbers("OC", clock.date(day)),
            "sales_order_no": heads["sales_order_no"].to_numpy()[line],
            "line_no": lines.line_no[line],
            "field": field,
            "old_value": where_text(field != "cancel", old),
            "new_value": where_text(field != "cancel", new),
            "requested_date": clock.date(day),
            "requested_by": people(language, 60 + lines.customer[line] % 4),
            "customer_confirmed": np.isin(state, ("applied", "approved")),
            "status": state,
            "reason": words(language, CHANGE_REASONS, np.arange(len(line))),
        },
    )


def _settled(demand: Demand, complete: npt.NDArray[np.bool_], delivered_day: Ints) -> Ints:
    """Orders of which everything was delivered some days ago; the last day of each order, by order, where it is."""
    lines = demand.lines
    done = (complete & (delivered_day <= -3)) | (lines.state == CANCELLED)
    some = np.zeros(int(lines.order.max()) + 1, dtype=bool)
    some[lines.order[complete]] = True
    some[lines.order[~done]] = False
    return np.flatnonzero(some)


def _settlements(
    demand: Demand,
    heads: pd.DataFrame,
    price: Floats,
    delivered_day: Ints,
    settled: Ints,
    terms_days: Ints,
    clock: Clock,
    random: np.random.Generator,
) -> pd.DataFrame:
    lines = demand.lines
    count = int(lines.order.max()) + 1
    sold = lines.state == DEMAND
    amount = np.bincount(lines.order[sold], (lines.qty * price[lines.good])[sold], count)[settled]
    last = np.full(count, -(10**6))
    np.maximum.at(last, lines.order[sold], delivered_day[sold])
    first = np.zeros(count, dtype=np.int64)
    first[lines.order[::-1]] = np.arange(len(lines))[::-1]
    invoiced = last[settled] + 2
    order = np.argsort(invoiced, kind="stable")
    settled, amount, invoiced = settled[order], amount[order], invoiced[order]
    customer = lines.customer[first[settled]]
    date = clock.date(invoiced).astype("datetime64[D]")
    due = date + terms_days[customer].astype("timedelta64[D]")
    paid = (due <= np.datetime64(clock.as_of)) & (random.random(len(due)) < 0.93)
    paid_date = np.minimum(due + random.integers(0, 6, len(due)).astype("timedelta64[D]"), np.datetime64(clock.as_of))
    return table(
        "settlement",
        {
            "invoice_no": numbers("INV", date),
            "sales_order_no": heads["sales_order_no"].to_numpy()[first[settled]],
            "amount": np.round(amount, 2),
            "invoice_date": date,
            "due_date": due,
            "paid_amount": np.where(paid, np.round(amount, 2), 0.0),
            "paid_date": where_date(paid, paid_date),
        },
    )


def _feedback(
    demand: Demand,
    heads: pd.DataFrame,
    settled: Ints,
    delivered_day: Ints,
    clock: Clock,
    language: str,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Surveys of one delivered order in ten, a few complaints and returns."""
    lines = demand.lines
    first = np.zeros(int(lines.order.max()) + 1, dtype=np.int64)
    first[lines.order[::-1]] = np.arange(len(lines))[::-1]
    drawn = random.random(len(settled))
    told = drawn < 0.13
    line, drawn = first[settled[told]], drawn[told]
    kind = np.select([drawn < 0.02, drawn < 0.028], ["complaint", "return"], "survey").astype(object)
    day = np.minimum(np.maximum(delivered_day[line], -200) + 3, 0)
    order = np.argsort(day, kind="stable")
    line, kind, day = line[order], kind[order], day[order]
    closed = (kind == "survey") | (day < -8)
    place = np.arange(len(line))
    return table(
        "customer_feedback",
        {
            "feedback_no": numbers("FB", clock.date(day)),
            "sales_order_no": heads["sales_order_no"].to_numpy()[line],
            "feedback_date": clock.date(day),
            "kind": kind,
            "score": where_text(kind == "survey", 5 - (place % 4 == 3) - (place % 9 == 8)),
            "qty": where_text(kind == "return", np.ceil(lines.qty[line] * 0.05)),
            "description": np.where(
                kind == "survey", words(language, SURVEYS, place), words(language, COMPLAINTS, place)
            ),
            "status": np.where(closed, "closed", "open"),
            "closed_date": where_date(closed, clock.date(np.minimum(day + 3, 0))),
        },
    )
