"""Bought parts that lots share: what comes in when, who takes how much, and who in the end gets what.

Material planning hands supply out before anybody knows when a lot will come to use it, so that a part may lie reserved
for a lot that waits for a station while another stands still for want of it. The pool undoes that: while lots are
placed only the sums count. What lots that have started by some minute take of a part may not exceed what has come in
by then; since nothing is given back, that holds at all times if it holds ahead of each arrival. When the schedule
stands the supply is dealt in the order of the starts, the first to come to the first to start, which serves everybody
in time whenever anything does.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planning.allocate import overlap
from planning.model import MaterialPlan
from planning.schedule.timeline import NEVER, Floats, Ints

Bools = npt.NDArray[np.bool_]

SUPPLY = ["supply_kind", "supply_ref", "available_date"]
_STRIDE = 2 * NEVER  # keeps the parts apart in one sorted array
PIECE = 1e-9  # of a part's whole supply: less is nothing


@dataclass(frozen=True, slots=True)
class Pool:
    """Parts whose supply is dealt as the schedule goes.

    release: per step of the problem the minute before which it cannot start, pooled parts to itself. step, part, qty:
    who takes how much of each scarce part, in order of step. item: of each of these, as in `row_item`. first: first
    arrival of each scarce part, and one entry more; day, minute, supply: of each arrival, its day, the minute from
    which all its takers may use it, and what has come in with it in all. row: rows of the ledger (by position) that may
    be dealt anew, of scarce and of other parts; row_step, row_item, row_minute: who takes it, of what, and from when
    its own supply may be used. counted: per arrival, whether a linear model has a row for the time ahead of it.
    """

    release: Ints
    step: Ints
    part: Ints
    qty: Floats
    item: Ints
    first: Ints
    day: Ints
    minute: Ints
    supply: Floats
    row: Ints
    row_step: Ints
    row_item: Ints
    row_minute: Ints
    counted: Bools

    @classmethod
    def of(
        cls,
        held: Ints,
        row: Ints,
        row_step: Ints,
        item: Ints,
        day: Ints,
        qty: Floats,
        usable: Callable[[Ints, Ints], Ints],
    ) -> Pool:
        """The pool of ledger rows `row` that `row_step` take: item, day of the supply, quantity.

        held: per step the minute before which everything but these parts keeps it. usable: the minute from which steps
        may use what is there on days.
        """
        release = held.copy()
        pairs, at = np.unique(np.stack([row_step, item], axis=1), axis=0, return_inverse=True)
        step, part = pairs.reshape(-1, 2).T
        wanted = np.bincount(at.ravel(), weights=qty, minlength=len(step))
        takers = _groups(part)
        arrivals = [
            _arrivals(day[own], qty[own], step[steps], usable) for own, steps in zip(_groups(item), takers, strict=True)
        ]
        for own, (_, minute, supply) in zip(takers, arrivals, strict=True):
            alone = np.searchsorted(supply, wanted[own] - PIECE * supply[-1])
            np.maximum.at(release, step[own], minute[np.minimum(alone, len(minute) - 1)])
        scarce = [
            k
            for k, (own, (_, minute, supply)) in enumerate(zip(takers, arrivals, strict=True))
            if _is_scarce(release[step[own]], wanted[own], minute, supply)
        ]
        number = np.full(len(arrivals), -1)
        number[scarce] = np.arange(len(scarce))
        of_part = np.zeros(len(step), np.int64)
        for k, own in enumerate(takers):
            of_part[own] = number[k]
        kept = of_part >= 0
        days, minutes, supplies = (
            np.concatenate([np.zeros(0, kind), *[arrivals[k][place] for k in scarce]])
            for place, kind in enumerate((np.int64, np.int64, np.float64))
        )
        return cls(
            release=release,
            step=step[kept],
            part=of_part[kept],
            qty=wanted[kept],
            item=np.unique(item)[scarce].astype(np.int64),
            first=np.cumsum([0, *(len(arrivals[k][0]) for k in scarce)]),
            day=days,
            minute=minutes,
            supply=supplies,
            row=row,
            row_step=row_step,
            row_item=item,
            row_minute=usable(row_step, day),
            counted=np.ones(len(days), bool),
        )

    def overdrawn(self, start: list[int]) -> Bools:
        """Per arrival, whether steps that start at these minutes (-1: not at all) take more ahead of the next one."""
        begin = np.array(start, np.int64)[self.step]
        begin[begin < 0] = NEVER
        order = np.lexsort((begin, self.part))
        key = self.part[order] * _STRIDE + begin[order]
        through = np.append(0.0, np.cumsum(self.qty[order]))
        part = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))
        until = np.append(self.minute[1:], NEVER)[: len(part)]
        until[self.first[1:] - 1] = NEVER
        taken = through[np.searchsorted(key, part * _STRIDE + until)] - through[np.searchsorted(key, part * _STRIDE)]
        result: Bools = taken > self.supply + PIECE * self.supply[self.first[1:] - 1][part]
        return result

    def release_by(self, key: Ints) -> Ints:
        """Per step the minute before which it cannot start where the steps with the smallest `key` are served first."""
        release = self.release.copy()
        order = np.lexsort((self.step, key[self.step], self.part))
        through = np.cumsum(self.qty[order])
        part = self.part[order]
        before = np.append(0.0, through)[np.searchsorted(part, part)]
        for k in range(len(self.first) - 1):
            own = np.flatnonzero(part == k)
            low, high = int(self.first[k]), int(self.first[k + 1])
            supply = self.supply[low:high]
            at = np.searchsorted(supply, through[own] - before[own] - PIECE * supply[-1])
            np.maximum.at(release, self.step[order[own]], self.minute[low:high][np.minimum(at, high - low - 1)])
        return release


def _groups(key: Ints) -> list[Ints]:
    """Positions of each value of `key`, in order of value."""
    order = np.argsort(key, kind="stable")
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    return [part for part in np.split(order, cuts) if len(part)]


def _arrivals(day: Ints, qty: Floats, takers: Ints, usable: Callable[[Ints, Ints], Ints]) -> tuple[Ints, Ints, Floats]:
    """Days of the arrivals of one part, the minute from which all its takers may use each, and what has come in."""
    days, at = np.unique(np.maximum(day, 0), return_inverse=True)
    minute = usable(np.repeat(takers, len(days)), np.tile(days, len(takers))).reshape(len(takers), len(days))
    return days, minute.max(axis=0), np.cumsum(np.bincount(at, weights=qty))


def _is_scarce(release: Ints, qty: Floats, minute: Ints, supply: Floats) -> bool:
    """Whether takers that all start as early as they can would want more than has come in."""
    order = np.argsort(release, kind="stable")
    wanted = np.concatenate([[0.0], np.cumsum(qty[order])])
    ahead = wanted[np.searchsorted(release[order], np.append(minute[1:], NEVER), side="left")]
    return bool((ahead > supply + PIECE * supply[-1]).any())


class Stock:
    """What the placed steps leave of each scarce part."""

    def __init__(self, pool: Pool) -> None:
        cuts = list(zip(pool.first[:-1].tolist(), pool.first[1:].tolist(), strict=True))
        self.minutes: list[list[int]] = [pool.minute[a:b].tolist() for a, b in cuts]
        # per part and arrival: what is left of it ahead of the next one
        self.left: list[list[float]] = [pool.supply[a:b].tolist() for a, b in cuts]
        self.least = [PIECE * max(left[-1], 1.0) for left in self.left]
        self.takes: dict[int, list[tuple[int, float]]] = {}
        for step, part, qty in zip(pool.step.tolist(), pool.part.tolist(), pool.qty.tolist(), strict=True):
            self.takes.setdefault(step, []).append((part, qty))

    def earliest(self, step: int) -> int:
        """The minute from which what a step takes may be taken, none of the others going short; NEVER: not at all."""
        minute = 0
        for part, qty in self.takes.get(step, ()):
            left, wanted = self.left[part], qty - self.least[part]
            at = len(left)
            while at and left[at - 1] >= wanted:
                at -= 1
            if at == len(left):
                return NEVER
            if self.minutes[part][at] > minute:
                minute = self.minutes[part][at]
        return minute

    def take(self, step: int, start: int) -> None:
        """A step takes what it needs from its start on."""
        self._book(step, start, 1.0)

    def give_back(self, step: int, start: int) -> None:
        """Undoes `take`."""
        self._book(step, start, -1.0)

    def _book(self, step: int, start: int, sign: float) -> None:
        for part, qty in self.takes.get(step, ()):
            left = self.left[part]
            for at in range(max(bisect_right(self.minutes[part], start) - 1, 0), len(left)):
                left[at] -= sign * qty


def dealt(materials: MaterialPlan, pool: Pool, start: list[int]) -> MaterialPlan:
    """`materials` with pooled supply dealt in the order of the takers' starts, the first to come to the first to start.

    start: per step the minute of its start, -1 where it is not done: these come last. A part whose takers all start
    when their own supply is there keeps its rows.
    """
    begin = np.array(start, np.int64)[pool.row_step]
    begin[begin < 0] = NEVER
    short = np.unique(pool.row_item[begin < pool.row_minute])
    if not len(short):
        return materials
    ledger = materials.allocation
    taker, source, qty = [np.setdiff1d(np.arange(len(ledger)), pool.row[np.isin(pool.row_item, short)])], [], []
    source.append(taker[0])
    qty.append(ledger["qty"].to_numpy(np.float64)[taker[0]])
    arrival = ledger["available_date"].to_numpy()[pool.row]
    amount = ledger["qty"].to_numpy(np.float64)[pool.row]
    for item in short.tolist():
        own = np.flatnonzero(pool.row_item == item)
        by_start, by_day = (own[np.argsort(key[own], kind="stable")] for key in (begin, arrival))
        one, other, part = overlap(amount[by_start], amount[by_day])
        taker.append(pool.row[by_start[one]])
        source.append(pool.row[by_day[other]])
        qty.append(part)
    taker_row, source_row = np.concatenate(taker), np.concatenate(source)
    order = np.argsort(taker_row, kind="stable")
    new = ledger.iloc[taker_row[order]].reset_index(drop=True)
    new[SUPPLY] = ledger[SUPPLY].iloc[source_row[order]].reset_index(drop=True)
    new["qty"], new["allocation_no"] = np.concatenate(qty)[order], np.arange(1, len(new) + 1)
    return replace(materials, allocation=new)
