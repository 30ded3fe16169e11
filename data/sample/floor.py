"""What happened on the floor: work orders, daily dispatch, hand-overs, misses and reports, picking, issues."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sample.clock import Bools, Clock, Ints, repeated
from data.sample.design import PLT, PNT, Design
from data.sample.lots import RELEASED_BEFORE, LotParts, Lots, LotSteps
from data.sample.rows import group_numbers, numbers, table, where_date, where_text
from data.sample.stock import Moves
from data.sample.words import EXCEPTIONS, OVEN, STATIONS, people, word, words

MISS = 0.2  # share of a station's days that miss their plan
OVEN_DAYS = (-4, -3)  # working days on which the paint oven failed
DISPATCHED_AHEAD = 3
CLOSED_AFTER = 25  # working days from finish to closing


@dataclass(frozen=True, slots=True)
class DayRows:
    """One row per lot, step and day: pieces planned, made that day, and made up for the next morning."""

    row: Ints  # the lot step
    day: Ints
    planned: Ints
    made: Ints
    rest: Ints
    scrap: Ints
    scrap_rest: Ints
    first: Bools


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor's tables, and what it moved. `output.row` is the lot; `issues`: rows of `issue`, lots not named yet."""

    tables: dict[str, pd.DataFrame]
    work_order_no: npt.NDArray[np.object_]
    finished: Bools
    started: Bools
    output: Moves
    issues: Moves
    issue: pd.DataFrame


def run_floor(
    plan: Design,
    lots: Lots,
    steps: LotSteps,
    parts: LotParts,
    sales: pd.DataFrame,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    language: str,
    random: np.random.Generator,
) -> Floor:
    """The floor's forms for lots that are work orders. `sales`: number, line and due day of every order line."""
    day = steps.day + lots.delay[steps.lot]
    extra = _supplements(plan, lots, steps, day, random)
    good, scrap, complete = _yields(plan, lots, steps, day, extra, random)
    rows = _day_rows(plan, steps, day, good, scrap, random)
    finished = _finished(lots, steps, rows, complete)
    started = (day[steps.first[:-1]] <= 0) & ~lots.cancelled
    number = numbers("WO", clock.date(lots.start - RELEASED_BEFORE))
    tables = {
        "work_order": _work_orders(plan, lots, steps, number, finished, started, sales, clock, item_no),
        "dispatch": _dispatch(plan, lots, steps, rows, number, clock, language),
        "handover": _handovers(plan, lots, steps, rows, number, clock, language, random),
        "exception_report": _exceptions(plan, lots, steps, rows, number, clock, language, random),
    }
    tables["picking_list"], tables["supplement_request"], issue = _materials(
        plan, lots, parts, extra, number, clock, item_no, language, day[steps.first[:-1]]
    )
    return Floor(
        tables,
        number,
        finished,
        started,
        _output(plan, lots, steps, rows),
        Moves(issue["item"].to_numpy(), issue["day"].to_numpy(), issue["qty"].to_numpy(), np.arange(len(issue))),
        issue,
    )


def _supplements(plan: Design, lots: Lots, steps: LotSteps, day: Ints, random: np.random.Generator) -> Ints:
    """Pieces of the main part asked for beyond the list: now and then, and once in plating for certain."""
    first = steps.first[:-1]
    part = np.isin(lots.item, plan.kinds.of("part")) & ~lots.cancelled
    begun = part & (day[first] <= -1)
    asked = begun & (random.random(len(lots)) < 0.03)
    plated = plan.routing.station[steps.step[steps.first[1:] - 1]] == PLT
    recent = begun & plated & (day[first] >= -6)
    if recent.any():
        asked[np.flatnonzero(recent)[np.argmax(lots.qty[recent])]] = True
    return np.where(asked, np.ceil(steps.started[first] * 0.04), 0).astype(np.int64)


def _yields(
    plan: Design, lots: Lots, steps: LotSteps, day: Ints, extra: Ints, random: np.random.Generator
) -> tuple[Ints, Ints, Bools]:
    """Good and scrapped pieces of every step, and whether the lot's days are all over.

    A lot that still runs has lost no more than its standard, else every step would owe a few pieces.
    """
    counts = np.diff(steps.first)
    last = steps.first[1:] - 1
    over = (day[last] + steps.days[last] <= 0) & ~lots.cancelled
    good, taken = np.zeros(len(steps.lot), dtype=np.int64), np.zeros(len(steps.lot), dtype=np.int64)
    yields = plan.routing.yield_rate[steps.step]
    drawn = np.minimum(yields + random.normal(0, 1, len(yields)) * 0.4 * (1 - yields), 1.0)
    for place in range(int(counts.max(initial=0))):
        here = np.flatnonzero(counts > place)
        row = steps.first[here] + place
        taken[row] = steps.started[row] if place == 0 else good[row - 1]
        made = np.round(taken[row] * drawn[row]).astype(np.int64)
        good[row] = np.where(over[here], made, np.clip(made, steps.out[row], taken[row]))
        taken[row] += extra[here] if place == 0 else 0
    return good, taken - good, over


def _day_rows(
    plan: Design, steps: LotSteps, day: Ints, good: Ints, scrap: Ints, random: np.random.Generator
) -> DayRows:
    row, place = repeated(steps.days)
    share = (place + 1) / steps.days[row], place / steps.days[row]

    def split(pieces: Ints) -> Ints:
        upper, lower = (np.round(pieces[row] * part).astype(np.int64) for part in share)
        return np.asarray(upper - lower, dtype=np.int64)

    work_day = day[row] + place
    pieces, waste = split(good), split(scrap)
    reached = np.where(random.random(len(row)) < MISS, random.uniform(0.4, 0.92, len(row)), 1.0)
    station = plan.routing.station[steps.step[row]]
    oven = (station == PNT) & np.isin(work_day, OVEN_DAYS)
    reached = np.where(oven, random.uniform(0.35, 0.55, len(row)), reached)
    made = np.floor(pieces * reached).astype(np.int64)
    scrapped = np.floor(waste * reached).astype(np.int64)
    return DayRows(row, work_day, split(steps.out), made, pieces - made, scrapped, waste - scrapped, place == 0)


def _finished(lots: Lots, steps: LotSteps, rows: DayRows, over: Bools) -> Bools:
    """Lots whose last piece was handed over by the as-of date."""
    last = np.isin(rows.row, steps.first[1:] - 1)
    late = last & (rows.day + (rows.rest > 0) > 0)
    waiting = np.zeros(len(lots), dtype=bool)
    waiting[steps.lot[rows.row[late]]] = True
    return over & ~waiting


def _work_orders(
    plan: Design,
    lots: Lots,
    steps: LotSteps,
    number: npt.NDArray[np.object_],
    finished: Bools,
    started: Bools,
    sales: pd.DataFrame,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
) -> pd.DataFrame:
    of_line = lots.line >= 0
    line = np.where(of_line, lots.line, 0)
    status = np.select(
        [lots.cancelled, finished & (lots.finish < -CLOSED_AFTER), finished, started],
        ["cancelled", "closed", "finished", "started"],
        "released",
    )
    due = np.where(of_line, sales["promised_day"].to_numpy()[line], lots.finish + 1)
    return table(
        "work_order",
        {
            "work_order_no": number,
            "sales_order_no": where_text(of_line, sales["sales_order_no"].to_numpy()[line]),
            "sales_order_line_no": where_text(of_line, sales["line_no"].to_numpy()[line]),
            "item_no": item_no[lots.item],
            "qty": lots.qty.astype(float),
            "planned_start": clock.date(lots.start),
            "planned_finish": clock.date(lots.finish),
            "due_date": clock.date(due),
            "status": status,
            "released_date": clock.date(lots.start - RELEASED_BEFORE),
        },
    )


def _dispatch(
    plan: Design,
    lots: Lots,
    steps: LotSteps,
    rows: DayRows,
    number: npt.NDArray[np.object_],
    clock: Clock,
    language: str,
) -> pd.DataFrame:
    kept = np.flatnonzero((rows.day <= DISPATCHED_AHEAD) & ~lots.cancelled[steps.lot[rows.row]] & (rows.planned > 0))
    row = rows.row[kept]
    step = steps.step[row]
    hours = rows.planned[kept] / plan.routing.yield_rate[step] / plan.routing.per_hour[step]
    hours += np.where(rows.first[kept], plan.routing.setup[step], 0.0)
    station = plan.routing.station[step]
    return table(
        "dispatch",
        {
            "work_order_no": number[steps.lot[row]],
            "step_no": plan.routing.step_no[step],
            "station_no": np.array([code for code, _, _ in STATIONS], dtype=object)[station],
            "work_date": clock.date(rows.day[kept]),
            "planned_qty": rows.planned[kept].astype(float),
            "planned_hours": np.round(hours, 2),
            "team": words(language, [team for _, _, team in STATIONS], station),
        },
    )


def _handovers(
    plan: Design,
    lots: Lots,
    steps: LotSteps,
    rows: DayRows,
    number: npt.NDArray[np.object_],
    clock: Clock,
    language: str,
    random: np.random.Generator,
) -> pd.DataFrame:
    """What a station made is handed over in the evening; what it missed, the next morning."""
    row = np.concatenate([rows.row, rows.row])
    day = np.concatenate([rows.day, rows.day + 1])
    good, scrap = np.concatenate([rows.made, rows.rest]), np.concatenate([rows.scrap, rows.scrap_rest])
    half = len(rows.row)
    minute = np.concatenate([random.integers(990, 1290, half), random.integers(500, 660, half)])
    kept = np.flatnonzero((day <= 0) & (good + scrap > 0) & ~lots.cancelled[steps.lot[row]])
    kept = kept[np.lexsort((row[kept], minute[kept], day[kept]))]
    row, day, minute = row[kept], day[kept], minute[kept]
    last = row + 1 == steps.first[steps.lot[row] + 1]
    following = plan.routing.step_no[steps.step[np.minimum(row + 1, len(steps.step) - 1)]]
    station = plan.routing.station[steps.step[row]]
    time = clock.date(day).astype("datetime64[m]") + minute.astype("timedelta64[m]")
    return table(
        "handover",
        {
            "handover_no": numbers("HO", clock.date(day), 5),
            "work_order_no": number[steps.lot[row]],
            "from_step_no": plan.routing.step_no[steps.step[row]],
            "to_step_no": where_text(~last, following),
            "good_qty": good[kept].astype(float),
            "scrap_qty": scrap[kept].astype(float),
            "handover_time": time.astype("datetime64[us]"),
            "handed_by": people(language, station * 7 + row % 5),
            "received_by": people(language, station * 7 + 9 + row % 4),
        },
    )


def _exceptions(
    plan: Design,
    lots: Lots,
    steps: LotSteps,
    rows: DayRows,
    number: npt.NDArray[np.object_],
    clock: Clock,
    language: str,
    random: np.random.Generator,
) -> pd.DataFrame:
    """A report for every miss of more than a tenth, but for a few that nobody wrote."""
    missed = rows.planned - rows.made
    told = random.random(len(missed)) < 0.93
    station = plan.routing.station[steps.step[rows.row]]
    oven = (station == PNT) & np.isin(rows.day, OVEN_DAYS)
    kinds = random.choice(len(EXCEPTIONS), len(missed), p=[0.24, 0.22, 0.2, 0.18, 0.08, 0.08])
    real = (rows.day <= 0) & ~lots.cancelled[steps.lot[rows.row]] & (missed > 0.1 * rows.planned) & (told | oven)
    kept = np.flatnonzero(real)
    kept = kept[np.argsort(rows.day[kept], kind="stable")]
    kind = np.where(oven, len(EXCEPTIONS), kinds)[kept]
    known = (*EXCEPTIONS, OVEN)
    day, step = rows.day[kept], steps.step[rows.row[kept]]
    closed = np.where(oven[kept], day <= -10, day <= -4)
    return table(
        "exception_report",
        {
            "exception_no": numbers("EX", clock.date(day)),
            "report_date": clock.date(day),
            "work_order_no": number[steps.lot[rows.row[kept]]],
            "step_no": plan.routing.step_no[step],
            "station_no": np.array([code for code, _, _ in STATIONS], dtype=object)[station[kept]],
            "planned_qty": rows.planned[kept].astype(float),
            "actual_qty": rows.made[kept].astype(float),
            "category": np.array([row[0] for row in known], dtype=object)[kind],
            "reason": words(language, [row[1] for row in known], kind),
            "department": words(language, [row[3] for row in known], kind),
            "action": where_text(day <= -2, words(language, [row[2] for row in known], kind)),
            "lost_hours": np.round(missed[kept] / plan.routing.per_hour[step], 1),
            "status": np.select([closed, day <= -2], ["closed", "in_progress"], "open"),
            "closed_date": where_date(closed, clock.date(np.minimum(day + 1 + kept % 3, 0))),
        },
    )


def _materials(
    plan: Design,
    lots: Lots,
    parts: LotParts,
    extra: Ints,
    number: npt.NDArray[np.object_],
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    language: str,
    start: Ints,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Picking lists, supplement requests, and issues before their stock lots are named."""
    release = clock.date(lots.start - RELEASED_BEFORE)
    picking = group_numbers("PL", release[parts.lot], parts.lot)
    issued = (parts.day + lots.delay[parts.lot] <= 0) & ~lots.cancelled[parts.lot]
    lists = table(
        "picking_list",
        {
            "picking_no": picking,
            "line_no": 1 + np.arange(len(parts.lot)) - np.searchsorted(parts.lot, parts.lot),
            "work_order_no": number[parts.lot],
            "item_no": item_no[parts.component],
            "required_qty": parts.qty,
            "need_date": clock.date(parts.day),
            "status": np.select([lots.cancelled[parts.lot], issued], ["cancelled", "issued"], "open"),
        },
    )
    supplements, asked = _supplement_forms(plan, lots, parts, extra, number, clock, item_no, language, start)
    of_list = np.flatnonzero(issued)
    issue = pd.DataFrame(
        {
            "item": np.concatenate([parts.component[of_list], asked["item"]]),
            "day": np.concatenate([(parts.day + lots.delay[parts.lot])[of_list], asked["day"]]),
            "qty": np.concatenate([parts.qty[of_list], asked["qty"]]),
            "lot": np.concatenate([parts.lot[of_list], asked["lot"]]),
            "picking_no": np.concatenate([picking[of_list], np.full(len(asked), None)]),
            "supplement": np.concatenate([np.zeros(len(of_list), dtype=bool), np.ones(len(asked), dtype=bool)]),
        }
    )
    issue["work_order_no"] = number[issue["lot"].to_numpy()]
    return lists, supplements, issue.sort_values(["day", "lot", "supplement", "item"], ignore_index=True)


def _supplement_forms(
    plan: Design,
    lots: Lots,
    parts: LotParts,
    extra: Ints,
    number: npt.NDArray[np.object_],
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    language: str,
    start: Ints,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Requests that were issued, then some that PMC has yet to decide on, and one that it refused."""
    issued = np.flatnonzero(extra)
    fresh = np.flatnonzero((start == 0) & np.isin(lots.item, plan.kinds.of("part")) & (extra == 0))[:3]
    lot = np.concatenate([issued, fresh])
    day = np.concatenate([start[issued], np.zeros(len(fresh), dtype=np.int64)])
    main = plan.bom.component[plan.bom.first[lots.item[lot]]]
    qty = np.concatenate([extra[issued], np.ceil(lots.qty[fresh] * 0.03)]).astype(float)
    status = np.array(["issued"] * len(issued) + ["requested", "approved", "rejected"][: len(fresh)], dtype=object)
    station = plan.routing.station[plan.routing.first[lots.item[lot]]]
    forms = table(
        "supplement_request",
        {
            "supplement_no": numbers("SR", clock.date(day)),
            "work_order_no": number[lot],
            "item_no": item_no[main],
            "qty": qty,
            "reason": np.array(["over_consumption", "process_scrap", "material_defect"], dtype=object)[
                np.where(day >= -6, 0, np.arange(len(lot)) % 3)
            ],
            "requested_date": clock.date(day),
            "requested_by": words(language, [team for _, _, team in STATIONS], station),
            "approved_by": where_text(
                np.isin(status, ("issued", "approved")), np.full(len(lot), "PMC " + _pmc(language))
            ),
            "status": status,
        },
    )
    asked = pd.DataFrame({"item": main, "day": np.minimum(day + 1, 0), "qty": qty, "lot": lot})[: len(issued)]
    return forms, asked


def _pmc(language: str) -> str:
    return word(language, ("陈志强", "Chen Zhiqiang"))


def _output(plan: Design, lots: Lots, steps: LotSteps, rows: DayRows) -> Moves:
    """Good pieces that came into stock: hand-overs of last steps."""
    last = np.flatnonzero(np.isin(rows.row, steps.first[1:] - 1) & ~lots.cancelled[steps.lot[rows.row]])
    lot = np.concatenate([steps.lot[rows.row[last]]] * 2)
    day = np.concatenate([rows.day[last], rows.day[last] + 1])
    qty = np.concatenate([rows.made[last], rows.rest[last]]).astype(float)
    kept = (day <= 0) & (qty > 0)
    return Moves(lots.item[lot[kept]], day[kept], qty[kept], lot[kept])
