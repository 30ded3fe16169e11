"""Fewer changeovers: blocks of one family on a unit are joined, and a day's families put in the best order.

Dispatch decides step by step and leaves a family often that it comes back to within hours. Two blocks of one family
with others between them are joined where that makes no plan worse, forwards or backwards; then the families of a day
are ordered exactly, which counts where changeovers differ. Everything then starts as early as the new orders allow.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from planning.schedule.floor import Floor
from planning.schedule.problem import Placement
from planning.schedule.sequence import Sequences
from planning.schedule.timeline import DAY

MOST_APART = 2 * DAY  # of two blocks that are joined
MOST_FAMILIES = 7  # of a day that are ordered exactly: the work grows with 2 to their number
TRIES_OF_AN_ORDER = 8  # changes that finding an exact order takes as long as
STEPS_OF_A_TRY = 64  # that are timed again in the time of a change
ROUNDS = 5


def order_families(
    floor: Floor, placement: Placement, tries: int, deadline: float, cancelled: Callable[[], bool]
) -> Placement:
    """A plan no later than `placement` that changes over less, by at most `tries` changes.

    None is tried after `deadline`, on the clock of `time.perf_counter`.
    """
    return _Search(floor, placement, tries, deadline, cancelled).run()


class _Search:
    def __init__(
        self, floor: Floor, placement: Placement, tries: int, deadline: float, cancelled: Callable[[], bool]
    ) -> None:
        self.kind, self.sequences = floor.kind, Sequences(floor, placement)
        self.deadline, self.cancelled, self.left = deadline, cancelled, tries

    def run(self) -> Placement:
        """Unit by unit, from the one that changes over most on, as long as that brings anything."""
        sequences = self.sequences
        if not sequences.settle():
            return sequences.placed()
        for _ in range(ROUNDS):
            before = sequences.score
            changed_over = [sum(sequences.setup[step] for step in steps) for steps in sequences.steps]
            for unit in sorted(range(len(changed_over)), key=lambda unit: (-changed_over[unit], unit)):
                if changed_over[unit] and not self._is_over():
                    self._join(unit)
                    self._order_days(unit)
                    sequences.settle()
                    self.left -= len(sequences.way) // STEPS_OF_A_TRY
            if self._is_over() or not sequences.score < before:
                break
        return sequences.placed()

    def _is_over(self) -> bool:
        return self.left <= 0 or time.perf_counter() >= self.deadline or self.cancelled()

    def _join(self, unit: int) -> None:
        """Join each block with the next one of its family: that one brought forward, or else this one put off."""
        sequences, at = self.sequences, 0
        while at < len(sequences.steps[unit]) and not self._is_over():
            steps = sequences.steps[unit]
            end = self._end_of_block(steps, at)
            again = end
            while again < len(steps) and self.kind[steps[again]] != self.kind[steps[at]]:
                again += 1
            if again < len(steps) and sequences.start[steps[again]] - sequences.end[steps[end - 1]] < MOST_APART:
                last = self._end_of_block(steps, again)
                forward = steps[again:last] + steps[end:again]
                self.left -= 1
                if not sequences.reorder(unit, end, forward):
                    self.left -= 1
                    sequences.reorder(unit, at, steps[end:again] + steps[at:end])
            at = end

    def _end_of_block(self, steps: list[int], at: int) -> int:
        end = at + 1
        while end < len(steps) and self.kind[steps[end]] == self.kind[steps[at]]:
            end += 1
        return end

    def _order_days(self, unit: int) -> None:
        """Put the families that begin on the unit in one day in the order with the least changeover."""
        sequences, first = self.sequences, 0
        while first < len(sequences.steps[unit]) and not self._is_over():
            steps = sequences.steps[unit]
            day, last = sequences.start[steps[first]] // DAY, first
            while last < len(steps) and sequences.start[steps[last]] // DAY == day:
                last += 1
            order = self._best_order(steps[first:last], steps[last] if last < len(steps) else -1)
            if order:
                self.left -= TRIES_OF_AN_ORDER
                sequences.reorder(unit, first, order)
            first = last

    def _best_order(self, steps: list[int], behind: int) -> list[int]:
        """`steps` with each family in one block, in the order with the least changeover; empty where none is saved."""
        sequences = self.sequences
        families: dict[int, list[int]] = {}
        for step in steps:
            families.setdefault(self.kind[step], []).append(step)
        blocks = list(families.values())
        if not 2 <= len(blocks) <= MOST_FAMILIES:
            return []
        ahead = sequences.kind_ahead(steps[0])
        first = [sequences.changeover(ahead, block[0])[0] for block in blocks]
        between = [[sequences.changeover(kind, block[0])[0] for block in blocks] for kind in families]
        last = [sequences.changeover(kind, behind)[0] if behind >= 0 else 0 for kind in families]
        changed_over, minutes, begun = self._inside(steps[0], blocks)
        now = sum(sequences.setup[step] for step in steps) + (sequences.setup[behind] if behind >= 0 else 0)
        least = [
            min(first[at], *(between[other][at] for other in range(len(blocks)) if other != at))
            for at in range(len(blocks))
        ]
        if now <= sum(least) + changed_over + min(last):
            return []
        order = shortest_order(first, between, last, minutes, begun)
        return [step for at in order for step in blocks[at]]

    def _inside(self, first: int, blocks: list[list[int]]) -> tuple[int, list[int], list[list[int]]]:
        """Minutes of changeover inside the blocks; per block its minutes behind its first changeover; `begun`.

        `begun` is that of `shortest_order`, from the start of the step `first` on.
        """
        sequences = self.sequences
        line = sequences.lines[sequences.floor.station[sequences.way[first]]]
        origin = line.worked(sequences.start[first])
        changed_over, minutes, begun = 0, [], []
        for block in blocks:
            through, wanted = 0, []
            for at, step in enumerate(block):
                if at:
                    setup, _ = sequences.changeover(self.kind[step], step)
                    changed_over, through = changed_over + setup, through + setup
                wanted.append(line.worked(sequences.start[step]) - origin - through)
                through += sequences.floor.process[sequences.way[step]]
            minutes.append(through)
            begun.append(wanted)
        return changed_over, minutes, begun


def shortest_order(
    first: list[int], between: list[list[int]], last: list[int], minutes: list[int], begun: list[list[int]]
) -> list[int]:
    """The order of blocks with the least changeover, and among these one that keeps steps waiting little.

    Dynamic programming over subsets (Held and Karp 1962). Minutes of changeover: first[k] into block k from what is
    ahead of all, between[j][k] from block j, last[k] from block k into what is behind all. minutes[k]: how long block
    k takes; begun[k]: per step of it, when block k would have to begin for the step to start when it does now.
    """
    count = len(first)
    full = (1 << count) - 1
    work = [sum(minutes[k] for k in range(count) if subset >> k & 1) for subset in range(full + 1)]
    # per subset and its last block: changeover, minutes that steps start later than now, the block before
    best: list[dict[int, tuple[int, int, int]]] = [{} for _ in range(full + 1)]
    for block in range(count):
        best[1 << block][block] = (first[block], _later(begun[block], first[block]), -1)
    for subset in range(1, full):
        for block, (changeover, late, _) in best[subset].items():
            for following in range(count):
                if subset >> following & 1:
                    continue
                through = changeover + between[block][following]
                found = (through, late + _later(begun[following], work[subset] + through), block)
                known = best[subset | 1 << following]
                if following not in known or found < known[following]:
                    known[following] = found
    subset, block = full, min(best[full], key=lambda k: (best[full][k][0] + last[k], best[full][k][1], k))
    order: list[int] = []
    while block >= 0:
        order.append(block)
        subset, block = subset & ~(1 << block), best[subset][block][2]
    return order[::-1]


def _later(begun: list[int], begin: int) -> int:
    return sum(begin - wanted for wanted in begun if begin > wanted)
