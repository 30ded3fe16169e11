"""What the sample factory buys: suppliers' terms, requisitions, purchase orders, arrivals, inspection, receipts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sample.clock import Clock, Floats, Ints, within
from data.sample.design import BRASS, Design
from data.sample.rows import group_numbers, numbers, table, where_date, where_text
from data.sample.stock import Moves
from data.sample.words import CONCESSION_REASON, RETURN_REASONS, STATIONS, people, word, words

SUPPLIERS = 25
BUFFER = 6  # working days from arrival to first use
# kind: suppliers, lead time, days put together, share of a period that is the minimum order, unit to round to
TERMS: dict[str, tuple[tuple[int, ...], tuple[int, int], int, float]] = {
    "raw": ((0, 1, 2, 3, 4, 19, 20), (8, 20), 8, 0.4),
    "chemical": ((5, 6, 7, 8, 21), (5, 10), 10, 0.5),
    "auxiliary": ((9, 10), (3, 6), 10, 0.5),
    "hardware": ((11, 12, 22), (6, 12), 8, 0.4),
    "carton": ((15, 16, 23), (3, 6), 5, 0.3),
    "bag": ((16, 23, 24), (3, 6), 8, 0.4),
    "foam": ((16, 24), (3, 6), 6, 0.3),
    "box": ((14, 23), (6, 10), 10, 0.4),
    "label": ((17, 18), (4, 7), 10, 0.4),
}
SLIPPING_SUPPLIER = 3
SLIPPED_FROM = -13  # working days from which no sheet of the slipping supplier has arrived
SLIPPED_UNTIL = 14  # its word now


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of the preferred supplier, by item; items that are made have none (supplier -1)."""

    supplier: Ints
    second: Ints  # -1: none
    lead: Ints
    period: Ints
    minimum: Floats
    multiple: Floats


@dataclass(frozen=True, slots=True)
class Purchases:
    """The forms of buying, and the receipts as movements (`row`: the receipt)."""

    tables: dict[str, pd.DataFrame]
    receipts: Moves
    receipt_lots: npt.NDArray[np.object_]
    pending: pd.DataFrame  # item, qty, lot_no of arrivals that wait for inspection


def supplier_count(scale: float) -> int:
    """How many suppliers a factory of this size has."""
    return SUPPLIERS * max(1, round(float(np.sqrt(scale))))


def slipping_raw(plan: Design) -> int:
    """The sheet whose supplier slips: the first brass sheet."""
    return plan.kinds.first["raw"] + BRASS


def draw_terms(plan: Design, usage: Floats, scale: float, random: np.random.Generator) -> Terms:
    """Suppliers, lead times, minimum quantities and multiples of everything bought."""
    count, total = plan.items, supplier_count(scale)
    supplier, second = np.full(count, -1), np.full(count, -1)
    lead, period = np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64)
    minimum, multiple = np.zeros(count), np.zeros(count)
    for kind, (who, (least, most), days, share) in TERMS.items():
        position = plan.kinds.of(kind)
        place = position - plan.kinds.first[kind]
        chosen = np.array(who)
        supplier[position] = chosen[place % len(chosen)] + SUPPLIERS * (place // 40 % (total // SUPPLIERS))
        others = chosen[(place + 1) % len(chosen)]
        second[position] = np.where((place % 3 == 0) & (others != supplier[position]), others, -1)
        lead[position], period[position] = random.integers(least, most + 1, len(position)), days
        size = np.maximum(usage[position] * days * share, 1e-3)
        unit = 10.0 ** np.floor(np.log10(size))
        minimum[position] = np.maximum(np.round(size / unit), 1) * unit
        multiple[position] = np.maximum(minimum[position] / 5, np.where(plan.whole[position], 1, 0))
        minimum[position] = np.maximum(minimum[position], multiple[position])
    raw = plan.kinds.of("raw")
    supplier[raw[(raw - raw[0]) % 5 == BRASS]] = SLIPPING_SUPPLIER
    second[(second == supplier) | (np.arange(count) == slipping_raw(plan))] = -1
    lead[slipping_raw(plan)] = 18
    whole = plan.whole & (supplier >= 0)
    multiple[whole], minimum[whole] = np.ceil(multiple[whole]), np.ceil(minimum[whole])
    return Terms(supplier, second, lead, period, minimum, multiple)


@dataclass(slots=True)
class _Lines:
    """Purchase lines: item, quantity, working days of order, due, supplier's word, arrival and of a second one."""

    item: Ints
    qty: Floats
    order: Ints
    due: Ints
    confirmed: Ints
    arrival: Ints
    second: Ints  # day of the second arrival of a split delivery, NEVER for none
    share: Floats  # of the first arrival

    def take(self, rows: npt.ArrayLike) -> _Lines:
        return _Lines(*(getattr(self, name)[rows] for name in _Lines.__slots__))


NEVER = 10_000


def buy(
    plan: Design,
    terms: Terms,
    used: Moves,
    issues: Moves,
    box: int,
    past: int,
    sales: pd.DataFrame,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    language: str,
    random: np.random.Generator,
) -> Purchases:
    """Everything bought for what is used on each day; `issues` are those of `used` that have happened.

    `box` is the gift box that an order waits for; `sales` has an open order (number) of some items, by position.
    """
    all_lines = _lines(plan, terms, used, past, random)
    lines = all_lines.take((all_lines.order <= 0) & (np.maximum(all_lines.arrival, all_lines.due) >= past))
    lines = _slip(plan, lines, issues)
    lines = _hold_box(terms, lines, used, issues, box)
    lines = lines.take(np.lexsort((lines.item, terms.supplier[lines.item], lines.order)))
    group = _groups(terms.supplier[lines.item] + 1_000_000 * (lines.order - lines.order.min(initial=0)))
    number = group_numbers("PO", clock.date(lines.order), group)
    line_no = 1 + within(group)
    arrivals = _arrivals(plan, lines, number, line_no, box, clock, random)
    tables = _arrival_tables(plan, arrivals, clock, item_no, language)
    requisition = group_numbers("PR", clock.date(lines.order - 1), group)
    tables["purchase_order"] = _orders(plan, terms, lines, arrivals, number, line_no, requisition, clock, item_no)
    soon = all_lines.take((all_lines.order > 0) & (all_lines.order <= 2))
    tables["purchase_requisition"] = _requisitions(
        plan, terms, lines, soon, number, line_no, requisition, sales, clock, item_no, language
    )
    received = arrivals[arrivals["received"] > 0].sort_values("inspected", kind="stable", ignore_index=True)
    waiting = arrivals[arrivals["inspection"] == "pending"]
    pending = waiting[["item", "qty", "lot_no"]].reset_index(drop=True)
    moves = Moves(
        received["item"].to_numpy(),
        received["stocked"].to_numpy(),
        received["received"].to_numpy(),
        np.arange(len(received)),
    )
    return Purchases(tables, moves, received["lot_no"].to_numpy(dtype=object), pending)


def _lines(plan: Design, terms: Terms, used: Moves, past: int, random: np.random.Generator) -> _Lines:
    """Orders slot by slot: each covers what is used from BUFFER days after its arrival until the next one's."""
    bought = np.flatnonzero(terms.supplier >= 0)
    start, end = past - 25, 75
    first = int(bought[0])
    span = end - start + 1
    kept = (used.item >= first) & (used.day >= start) & (used.day <= end)
    flat = (used.item[kept] - first) * span + used.day[kept] - start
    use = np.bincount(flat, used.qty[kept], len(bought) * span).reshape(len(bought), span)
    total = np.concatenate([np.zeros((len(bought), 1)), np.cumsum(use, axis=1)], axis=1)
    period, phase = terms.period[bought], (bought * 5) % terms.period[bought]
    minimum, multiple = terms.minimum[bought], terms.multiple[bought]
    covered = total[np.arange(len(bought)), np.clip(phase + BUFFER, 0, span)]
    rows: list[tuple[Ints, Floats, Ints]] = []
    for slot in range(span // int(period.min()) + 1):
        arrival = start + phase + slot * period
        upto = np.clip(arrival - start + BUFFER + period, 0, span)
        need = total[np.arange(len(bought)), upto] - covered
        qty = np.maximum(np.ceil(need / multiple - 1e-9) * multiple, minimum)
        real = np.flatnonzero((need > 1e-9) & (arrival <= end))
        covered[real] += qty[real]
        rows.append((bought[real], np.round(qty[real], 3), arrival[real]))
    item, qty, arrival = (np.concatenate([row[place] for row in rows]) for place in range(3))
    count = len(item)
    word_late = np.where(random.random(count) < 0.12, random.integers(1, 4, count), 0)
    late = np.where(random.random(count) < 0.065, random.integers(1, 7, count), 0)
    early = np.where((late == 0) & (random.random(count) < 0.25), 1, 0)
    confirmed = arrival + word_late
    there = confirmed + late - early
    split = (random.random(count) < 0.035) & (qty >= 10)
    second = np.where(split, there + random.integers(2, 5, count), NEVER)
    share = np.where(split, 0.6, 1.0)
    return _Lines(item, qty, arrival - terms.lead[item], arrival, confirmed, there, second, share)


def _slip(plan: Design, lines: _Lines, issues: Moves) -> _Lines:
    """The slipping supplier's sheet is used up, what was due is overdue, and its word is a week and a half from now."""
    raw = slipping_raw(plan)
    lines = _used_up(lines, issues, raw, SLIPPED_FROM)
    slipped = (lines.item == raw) & (lines.due > SLIPPED_FROM)
    lines.arrival[slipped], lines.second[slipped], lines.share[slipped] = NEVER, NEVER, 1.0
    rank = within(np.where(slipped, 0, 1))
    lines.confirmed[slipped] = np.maximum(lines.due, SLIPPED_UNTIL + 4 * rank)[slipped]
    return lines


def _hold_box(terms: Terms, lines: _Lines, used: Moves, issues: Moves, box: int) -> _Lines:
    """The gift box is used up; the next delivery came today, two days late, and waits for its inspection."""
    lines = _used_up(lines, issues, box, -NEVER)
    lines = lines.take(lines.item != box)
    need = used.qty[(used.item == box) & (used.day > -6)].sum()
    multiple = terms.multiple[box]
    added = (box, np.ceil(2 * need / multiple) * multiple, -2 - terms.lead[box], -2, -2, 0, NEVER, 1.0)
    return _Lines(
        *(np.append(getattr(lines, name), value) for name, value in zip(_Lines.__slots__, added, strict=True))
    )


def _used_up(lines: _Lines, issues: Moves, item: int, until: int) -> _Lines:
    """The lines without those deliveries of `item` (due by `until`) that would leave some of it in stock now."""
    out = issues.item == item
    while True:
        mine = (lines.item == item) & (lines.due <= until)
        lines.second[mine], lines.share[mine], lines.arrival[mine] = NEVER, 1.0, lines.due[mine]
        day = np.concatenate([lines.due[mine], issues.day[out]])
        change = np.concatenate([lines.qty[mine], -issues.qty[out]])
        balance = np.cumsum(change[np.argsort(day, kind="stable")])
        if not mine.any() or balance[-1] <= balance.min() + 1e-9:
            return lines
        last = np.flatnonzero(mine)[np.argmax(lines.due[mine])]
        lines = lines.take(np.arange(len(lines.item)) != last)


def _groups(key: Ints) -> Ints:
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def _arrivals(
    plan: Design,
    lines: _Lines,
    number: npt.NDArray[np.object_],
    line_no: Ints,
    box: int,
    clock: Clock,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Arrivals by the as-of date: most accepted, some with defects, a few rejected and sent back or conceded."""
    first = np.flatnonzero(lines.arrival <= 0)
    second = np.flatnonzero(lines.second <= 0)
    row = np.concatenate([first, second])
    part = np.where(plan.whole[lines.item], np.round(lines.qty * lines.share), np.round(lines.qty * lines.share, 3))
    frame = pd.DataFrame(
        {
            "row": row,
            "item": lines.item[row],
            "qty": np.concatenate([part[first], (lines.qty - part)[second]]),
            "day": np.concatenate([lines.arrival[first], lines.second[second]]),
            "replaces": False,
        }
    )
    fate = random.random(len(frame))
    held = np.isin(frame["item"], (box, slipping_raw(plan)))
    frame["fate"] = np.select(
        [held, fate < 0.012, fate < 0.018, fate < 0.06], ["good", "returned", "conceded", "defects"], "good"
    )
    sheet = np.isin(frame["item"], plan.kinds.of("raw"))  # only sheet is ever taken on concession
    frame.loc[(frame["fate"] == "conceded") & ~sheet, "fate"] = "defects"
    _plant_concession(plan, frame)
    again = frame[(frame["fate"] == "returned") & (frame["day"] + 4 <= 0)].assign(fate="good", replaces=True)
    again["day"] += 4
    frame = pd.concat([frame, again], ignore_index=True).sort_values(["day", "row"], ignore_index=True)
    inspected = frame["day"] + random.integers(0, 2, len(frame))
    inspected = inspected.where(frame["item"] != slipping_raw(plan), frame["day"])
    inspected = inspected.where(frame["item"] != box, frame["day"] + 1)
    frame["inspected"] = inspected
    frame["inspection"] = np.select(
        [inspected > 0, frame["fate"].isin(["returned", "conceded"])], ["pending", "rejected"], "accepted"
    )
    whole = plan.whole[frame["item"].to_numpy()]
    share = random.uniform(0.01, 0.04, len(frame))
    bad = frame["qty"].to_numpy() * np.select(
        [frame["fate"] == "defects", frame["fate"] == "conceded"], [share, 0.1], 0.0
    )
    bad = np.where(whole, np.ceil(bad - 1e-9), np.round(bad, 3))
    done = (frame["inspection"] != "pending").to_numpy()
    frame["sent_back"] = np.where(done, np.where(frame["fate"] == "returned", frame["qty"], bad), 0.0)
    frame["conceded"] = np.where(done & (frame["fate"] == "conceded"), frame["qty"] - bad, 0.0)
    frame["received"] = np.where(done & (frame["fate"] != "returned"), np.round(frame["qty"] - bad, 3), 0.0)
    frame["stocked"] = np.where(frame["conceded"] > 0, np.minimum(frame["inspected"] + 1, 0), frame["inspected"])
    date = clock.date(frame["day"])
    frame["arrival_no"] = numbers("AR", date)
    stamps = pd.Series(date).dt.strftime("%y%m%d").to_numpy(dtype=object)
    frame["lot_no"] = (
        "L" + stamps + "-" + pd.Series(frame["arrival_no"].to_numpy(dtype=object)).str[-4:].to_numpy(dtype=object)
    )
    rows = frame["row"].to_numpy()
    frame["purchase_order_no"], frame["line_no"] = number[rows], line_no[rows]
    return frame


def _plant_concession(plan: Design, frame: pd.DataFrame) -> None:
    """The biggest arrival of sheet of the last two weeks is rejected and then taken on concession."""
    sheet = frame["item"].isin(plan.kinds.of("raw")) & (frame["item"] != slipping_raw(plan))
    recent = frame[sheet & frame["day"].between(-12, -3)]
    if not recent.empty:
        frame.loc[recent["qty"].idxmax(), "fate"] = "conceded"


def _arrival_tables(
    plan: Design, arrivals: pd.DataFrame, clock: Clock, item_no: npt.NDArray[np.object_], language: str
) -> dict[str, pd.DataFrame]:
    item = item_no[arrivals["item"].to_numpy()]
    done = (arrivals["inspection"] != "pending").to_numpy()
    order = np.arange(len(arrivals))
    tables = {
        "material_arrival": table(
            "material_arrival",
            {
                **{
                    name: arrivals[name].to_numpy() for name in ("arrival_no", "purchase_order_no", "line_no", "lot_no")
                },
                "item_no": item,
                "qty": arrivals["qty"].to_numpy(),
                "arrival_date": clock.date(arrivals["day"]),
                "inspection": arrivals["inspection"].to_numpy(),
                "inspected_date": where_date(done, clock.date(arrivals["inspected"])),
                "inspector": where_text(done, people(language, order % 3 + 20)),
                "defect_qty": arrivals["sent_back"].to_numpy() + arrivals["conceded"].to_numpy(),
            },
        )
    }
    got = arrivals[arrivals["received"] > 0].sort_values("inspected", kind="stable", ignore_index=True)
    stocked = clock.date(got["stocked"])
    tables["goods_receipt"] = table(
        "goods_receipt",
        {
            "receipt_no": numbers("GR", stocked),
            "arrival_no": got["arrival_no"].to_numpy(),
            "item_no": item_no[got["item"].to_numpy()],
            "qty": got["received"].to_numpy(),
            "receipt_date": stocked,
            "location": locations(plan)[got["item"].to_numpy()],
            "lot_no": got["lot_no"].to_numpy(),
        },
    )
    back = arrivals[arrivals["sent_back"] > 0]
    returned = clock.date(np.minimum(back["inspected"] + 1, 0))
    tables["material_return"] = table(
        "material_return",
        {
            "return_no": numbers("RT", returned),
            "arrival_no": back["arrival_no"].to_numpy(),
            "item_no": item_no[back["item"].to_numpy()],
            "qty": back["sent_back"].to_numpy(),
            "return_date": returned,
            "reason": words(language, RETURN_REASONS, np.arange(len(back))),
        },
    )
    tables["concession"] = _concessions(plan, arrivals, clock, item_no, language)
    return tables


def _concessions(
    plan: Design, arrivals: pd.DataFrame, clock: Clock, item_no: npt.NDArray[np.object_], language: str
) -> pd.DataFrame:
    """Sheet taken on concession, and sheet for which that was refused."""
    refused = arrivals["fate"].eq("returned") & (arrivals["sent_back"] > 0)
    asked = arrivals[((arrivals["conceded"] > 0) | refused) & arrivals["item"].isin(plan.kinds.of("raw"))]
    approved = (asked["conceded"] > 0).to_numpy()
    date = clock.date(asked["inspected"])
    return table(
        "concession",
        {
            "concession_no": numbers("CN", date),
            "arrival_no": asked["arrival_no"].to_numpy(),
            "item_no": item_no[asked["item"].to_numpy()],
            "qty": np.where(approved, asked["conceded"], asked["sent_back"]),
            "requested_date": date,
            "requested_by": word(language, STATIONS[0][2]),
            "reason": word(language, CONCESSION_REASON),
            "approved_by": where_text(approved, people(language, np.full(len(asked), 33))),
            "status": np.where(approved, "approved", "rejected"),
        },
    )


def _orders(
    plan: Design,
    terms: Terms,
    lines: _Lines,
    arrivals: pd.DataFrame,
    number: npt.NDArray[np.object_],
    line_no: Ints,
    requisition: npt.NDArray[np.object_],
    clock: Clock,
    item_no: npt.NDArray[np.object_],
) -> pd.DataFrame:
    """A line is closed once all of it has come, was inspected, and what was sent back whole was replaced."""
    count = len(lines.item)
    here = np.bincount(arrivals["row"], arrivals["qty"], count)
    rejected = arrivals["sent_back"].where(arrivals["fate"] == "returned", 0.0)
    gone = np.bincount(arrivals["row"], rejected, count)
    pending = np.bincount(arrivals["row"], (arrivals["inspection"] == "pending").astype(float), count)
    closed = (here - gone >= lines.qty - 1e-6) & (pending == 0)
    known = (lines.order <= -2) & (np.arange(count) % 17 > 0)
    return table(
        "purchase_order",
        {
            "purchase_order_no": number,
            "line_no": line_no,
            "supplier_no": supplier_numbers(terms.supplier[lines.item]),
            "item_no": item_no[lines.item],
            "qty": lines.qty,
            "unit_price": plan.cost[lines.item],
            "order_date": clock.date(lines.order),
            "due_date": clock.date(lines.due),
            "confirmed_date": where_date(known | (lines.confirmed != lines.due), clock.date(lines.confirmed)),
            "status": np.where(closed, "closed", "open"),
            "requisition_no": requisition,
        },
    )


def _requisitions(
    plan: Design,
    terms: Terms,
    lines: _Lines,
    soon: _Lines,
    number: npt.NDArray[np.object_],
    line_no: Ints,
    requisition: npt.NDArray[np.object_],
    sales: pd.DataFrame,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    language: str,
) -> pd.DataFrame:
    """What was ordered, then what waits: approved for tomorrow, drafts for the day after, one cancelled."""
    group = _groups(terms.supplier[soon.item] + 1_000_000 * (soon.order + 1))
    order = np.lexsort((soon.item, group))
    soon, group = soon.take(order), group[order]
    last = np.full(len(group), clock.date(0))
    waiting = group_numbers("PW", last, group)
    status = np.where(soon.order == 1, "approved", "draft").astype(object)
    if len(status) > 2:
        status[group == group[-1]] = "cancelled"
    item = np.concatenate([lines.item, soon.item])
    serves = np.full(plan.items, None, dtype=object)
    serves[sales["item"].to_numpy()] = sales["sales_order_no"].to_numpy()
    return table(
        "purchase_requisition",
        {
            "requisition_no": np.concatenate([requisition, waiting]),
            "line_no": np.concatenate([line_no, 1 + within(group)]),
            "item_no": item_no[item],
            "qty": np.concatenate([lines.qty, soon.qty]),
            "need_date": clock.date(np.concatenate([lines.due, soon.due])),
            "requested_date": clock.date(np.concatenate([lines.order - 1, np.zeros(len(group), dtype=np.int64)])),
            "requested_by": people(language, np.arange(len(item)) % 2 + 40),
            "sales_order_no": np.where(np.isin(np.arange(len(item)) % 3, (0, 1)), serves[item], None),
            "status": np.concatenate([np.full(len(lines.item), "ordered", dtype=object), status]),
            "purchase_order_no": np.concatenate([number, np.full(len(group), None)]),
        },
    )


def supplier_numbers(supplier: Ints) -> npt.NDArray[np.object_]:
    """Numbers of suppliers; nothing for -1."""
    most = int(np.max(supplier, initial=0)) + 1
    names = np.array([*(f"SUP-{count:03d}" for count in range(1, most + 1)), None], dtype=object)
    return names[np.where(supplier < 0, most, supplier)]


def locations(plan: Design) -> npt.NDArray[np.object_]:
    """Where each item is kept."""
    place = np.full(plan.items, "A01", dtype=object)
    by_kind = {"good": "F01", "part": "W02", "blank": "W01", "chemical": "H01", "label": "B02", "auxiliary": "A02"}
    for kind, name in by_kind.items():
        place[plan.kinds.of(kind)] = name
    for kind in ("carton", "bag", "foam", "box"):
        place[plan.kinds.of(kind)] = "B01"
    return place
