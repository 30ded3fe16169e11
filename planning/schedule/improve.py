"""Ruin and recreate, then pull: the last rungs.

Ruin and recreate (Schrimpf et al. 2000): a late order and the few lots that stand in its way are taken out and put in
again, the late one first, some of the others backwards from their due date; simulated annealing decides. Pull: each
lot is put in again as late as it fits without its order being late or at risk, or more so than it is, the latest
first, so that less waits in stock.
"""

from __future__ import annotations

import math
import random
import time
from bisect import bisect_left
from collections.abc import Callable

import numpy as np

from planning.schedule.board import Board, last_minute, movable_lots
from planning.schedule.dues import batches, least_days
from planning.schedule.floor import Floor
from planning.schedule.problem import Placement, Problem
from planning.schedule.timeline import NEVER

WARM, COLD = 0.3, 0.03  # temperature, in days of the line that weighs least: a good plan forgives no more
BLOCKERS = 4
SLOT = 2
SPARE_DAYS = 2  # before its line's date a lot moved later ends: planned any later a line would be at risk
TREE_SHARE, MOST_OWN = 0.8, 16  # how often sub-assemblies are moved with their order, and how many lots at most


class _Orders:
    """Order lines and the lots that serve them, for changes of the objective by lot."""

    def __init__(self, floor: Floor, board: Board) -> None:
        lines = floor.problem.lines
        self.board, self.first_day = board, floor.problem.first_day
        self.weight: list[float] = lines.weight.tolist()
        self.target: list[int] = lines.target.tolist()
        self.need: list[int] = floor.problem.lots.need.tolist()
        self.fixed: list[int] = lines.fixed.tolist()
        self.lots_of: list[list[int]] = [[] for _ in self.weight]
        self.lines_of: list[list[int]] = [[] for _ in range(len(floor.problem.lots))]
        for line, lot in zip(lines.line.tolist(), lines.lot.tolist(), strict=True):
            self.lots_of[line].append(lot)
            self.lines_of[lot].append(line)

    def cost(self, line: int) -> float:
        """Weight x whole days late of a line as the board stands."""
        day = max([self.fixed[line], *(max(self.board.lot_day[lot], self.first_day) for lot in self.lots_of[line])])
        return self.weight[line] * max(day - self.target[line], 0)

    def costs(self, lots: list[int]) -> float:
        """Cost of all lines that the lots serve."""
        return sum(self.cost(line) for line in {line for lot in lots for line in self.lines_of[lot]})

    def due(self, lot: int) -> int:
        """The minute by which a lot must end for its lines to have days to spare and nothing that waits for it to move.

        One that nothing wants is due when MRP wants it.
        """
        due = min((last_minute(self.target[line] - SPARE_DAYS) for line in self.lines_of[lot]), default=NEVER)
        due = min(due, self.board.latest_end(lot))
        return due if due < NEVER else self.need[lot]


def ruin_and_recreate(
    floor: Floor,
    placement: Placement,
    deadline: float,
    improved: Callable[[float], None],
    cancelled: Callable[[], bool],
    iterations: int | None = None,
    seed: int = 5,
) -> Placement:
    """A plan at most as late as `placement`, by as many changes as fit before `deadline` (or `iterations`)."""
    board = Board(floor, placement)
    orders = _Orders(floor, board)
    movable = movable_lots(floor.problem)
    draw = random.Random(seed)  # noqa: S311 a search needs no secrets
    least = least_costs(floor.problem)
    current = best = floor.problem.objective(np.array(placement.lot_day, np.int64))
    best_placement, began, count = placement, time.perf_counter(), 0
    late = _late_lines(orders, movable, least)
    scale = min((weight for weight in orders.weight if weight > 0), default=1.0)
    while late and (iterations is None or count < iterations):
        count += 1
        if count % 64 == 0:
            if time.perf_counter() >= deadline or cancelled():
                break
            late = _late_lines(orders, movable, least)
            continue
        passed = count / iterations if iterations else (time.perf_counter() - began) / max(deadline - began, 1e-9)
        temperature = scale * WARM * (COLD / WARM) ** min(passed, 1.0)
        change = _try_change(orders, board, movable, draw, draw.choice(late), temperature)
        if change is not None:
            current += change
            if current < best - 1e-6:
                best, best_placement = current, board.placement()
                improved(best)
    return best_placement


def least_costs(problem: Problem) -> list[float]:
    """Per line what it costs with every station to itself: no plan has it for less."""
    day, lines = least_days(problem, batches(problem)), problem.lines
    least: list[float] = (lines.weight * np.maximum(problem.delivery_days(day) - lines.target, 0)).tolist()
    return least


def improvable_lines(floor: Floor, placement: Placement) -> list[int]:
    """Late lines that could be less late as far as anybody knows."""
    orders = _Orders(floor, Board(floor, placement))
    return _late_lines(orders, movable_lots(floor.problem), least_costs(floor.problem))


def _late_lines(orders: _Orders, movable: list[bool], least: list[float]) -> list[int]:
    return [
        line
        for line, lots in enumerate(orders.lots_of)
        if any(movable[lot] for lot in lots) and orders.cost(line) > least[line] + 1e-9
    ]


def _try_change(
    orders: _Orders, board: Board, movable: list[bool], draw: random.Random, line: int, temperature: float
) -> float | None:
    """Take a late line's lots and some that block them out and put them in again; None where it was taken back."""
    own = _own_lots(orders, board, movable, draw, line)
    others = _blockers(board, movable, draw, own)
    lots = own + others
    before = orders.costs(lots)
    remembered = board.memory(lots)
    for lot in lots:
        board.take(lot)
    draw.shuffle(others)
    overtime = board.problem.overtime
    done: list[int] = []
    ok = True
    for lot in own:
        ok = ok and board.put_early(lot, overtime)
        done.append(lot)
        if not ok:
            break
    if ok:
        for lot in sorted(others, key=lambda other: orders.due(other) + draw.random() * 4 * 1440):
            placed = draw.random() < 0.4 and board.put_late(lot, orders.due(lot))
            ok = placed or board.put_early(lot)
            done.append(lot)
            if not ok:
                break
    if ok and board.keeps_changeovers():
        change = orders.costs(lots) - before
        if change <= 0 or (temperature > 0 and draw.random() < math.exp(-change / temperature)):
            return change
    for lot in done:
        board.take(lot)
    board.recall(remembered)
    board.keeps_changeovers()  # everything stands as it did
    return None


def _own_lots(orders: _Orders, board: Board, movable: list[bool], draw: random.Random, line: int) -> list[int]:
    """The lots by which a line is late, with what they wait for, those first; now and then only the last ones."""
    lots = [lot for lot in orders.lots_of[line] if movable[lot]]
    if draw.random() < TREE_SHARE:
        tree = dict.fromkeys(part for lot in lots for part in board.tree(lot) if movable[part])
        if len(tree) <= MOST_OWN:
            return list(tree)
    return lots


def _blockers(board: Board, movable: list[bool], draw: random.Random, own: list[int]) -> list[int]:
    """Lots that stand on the units of the late lots' steps shortly before them."""
    found: list[int] = []
    for lot in own:
        for step in board.lot_steps(lot):
            if board.way[step] < 0:
                continue
            steps = board.steps[board.unit[step]]
            starts = board.starts[board.unit[step]]
            at = _position(starts, steps, board.start[step], step)
            for back in range(1, 1 + draw.randint(1, 2 * SLOT + 2)):
                if at - back < 0 or steps[at - back] < 0:
                    break
                other = board.floor.lot[steps[at - back]]
                if movable[other] and other not in own and other not in found:
                    found.append(other)
    draw.shuffle(found)
    return found[: draw.randint(1, 2 * BLOCKERS)]


def _position(starts: list[int], steps: list[int], start: int, step: int) -> int:
    at = bisect_left(starts, start)
    while steps[at] != step:
        at += 1
    return at


def pull(floor: Floor, placement: Placement) -> Placement:
    """The plan with every movable lot as late as it fits without a line being late, at risk, or more so than it is."""
    board = Board(floor, placement)
    orders = _Orders(floor, board)
    movable = movable_lots(floor.problem)
    horizon = floor.problem.horizon
    lots = [lot for lot in range(len(movable)) if movable[lot] and board.lot_day[lot] < horizon]
    for lot in sorted(lots, key=lambda lot: (-board.lot_end[lot], lot)):
        remembered = board.memory([lot])
        limit = max(orders.due(lot), board.lot_end[lot])
        before, day = orders.costs([lot]), board.lot_day[lot]
        start = board.lot_start[lot]
        board.take(lot)
        if not board.put_late(lot, limit):
            board.recall(remembered)
        elif (
            not board.keeps_changeovers()
            or orders.costs([lot]) > before
            or (board.lot_day[lot] < day)
            or board.lot_start[lot] < start
        ):
            board.take(lot)
            board.recall(remembered)
        board.keeps_changeovers()  # what stands now is sound
    return board.placement()
