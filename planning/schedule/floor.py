"""A problem as plain lists, for loops that ask about one step at a time."""

from __future__ import annotations

from copy import copy

import numpy as np

from planning.schedule.pool import Pool
from planning.schedule.problem import Problem
from planning.schedule.timeline import Ints


class Floor:
    """A Problem as plain lists, made once for many passes."""

    def __init__(self, problem: Problem) -> None:
        steps, ways, stations, lots = problem.steps, problem.ways, problem.stations, problem.lots
        self.problem = problem
        self.pool: Pool | None = problem.pool
        self.release: list[int] = steps.release.tolist()
        self.lot: list[int] = steps.lot.tolist()
        self.next: list[int] = steps.next.tolist()
        self.wait: list[int] = steps.wait.tolist()
        self.kind: list[int] = steps.kind.tolist()
        self.pinned: list[int] = steps.pinned.tolist()
        self.lead: list[int] = steps.lead.tolist()
        self.good: list[float] = steps.good.tolist()
        self.started: list[float] = steps.started.tolist()
        self.transfer: list[float] = steps.transfer.tolist()
        has_way = np.diff(steps.first_way) > 0
        followed = (steps.next >= 0) & np.append(has_way, False)[steps.next]
        overlaps = followed & (steps.transfer > 0) & (steps.transfer < steps.good)
        self.overlaps: list[bool] = overlaps.tolist()
        # kept by `overlap` as far as it was asked: by way, and by way and way of the next step
        self.transfer_lots: dict[int, list[tuple[int, float]]] = {}
        self.lags: dict[tuple[int, int], int] = {}
        self.first_step: list[int] = lots.first_step.tolist()
        self.first_way: list[int] = steps.first_way.tolist()
        self.station: list[int] = ways.station.tolist()
        self.step: list[int] = ways.step.tolist()
        self.process: list[int] = ways.process.tolist()
        self.setup: list[int] = ways.setup.tolist()
        self.setup_hours: list[float] = ways.setup_hours.tolist()
        is_alternative = np.diff(steps.first_way)[ways.step] > 1
        self.alternatives: list[bool] = is_alternative.tolist()
        shared = np.zeros(len(stations.numbers), bool)  # stations with steps that could be done elsewhere
        shared[ways.station[is_alternative]] = True
        self.shared: list[bool] = shared.tolist()
        waits_for = np.zeros(len(steps), np.int64)
        waits_for[steps.next[steps.next >= 0]] += 1
        np.add.at(waits_for, lots.supplied_step, 1)
        self.waits_for: list[int] = waits_for.tolist()
        self.consumers: list[list[int]] = [[] for _ in range(len(lots))]
        for lot, step in zip(lots.supplier.tolist(), lots.supplied_step.tolist(), strict=True):
            self.consumers[lot].append(step)
        self.first_unit = stations.first_unit
        self.unit_station = [
            s for s in range(len(stations.numbers)) for _ in range(stations.first_unit[s], stations.first_unit[s + 1])
        ]
        needs_setup = np.zeros(len(stations.numbers), bool)
        needs_setup[ways.station[ways.setup > 0]] = True
        self.needs_setup = [
            bool(needs) or bool(matrix) for needs, matrix in zip(needs_setup, stations.changeover, strict=True)
        ]
        # per station, the changeover classes to which a changeover is declared, by the class before
        self.followers: list[dict[int, list[int]]] = [{} for _ in stations.numbers]
        for followers, matrix in zip(self.followers, stations.changeover, strict=True):
            for before, after in sorted(matrix):
                if before != after:
                    followers.setdefault(before, []).append(after)
        self.has_frozen = bool((lots.fixed_start >= 0).any())
        self.has_reserved = [False] * len(stations.numbers)
        for u, reserved in enumerate(stations.reserved):
            self.has_reserved[self.unit_station[u]] |= bool(reserved)
        for step, unit in enumerate(self.pinned):
            if unit >= 0 and self.first_way[step + 1] > self.first_way[step]:
                self.has_reserved[self.unit_station[unit]] = True

    def dealt_by(self, key: Ints) -> Floor:
        """The same floor with scarce parts dealt beforehand, to the steps with the smallest `key` first."""
        if self.pool is None:
            return self
        floor = copy(self)
        floor.release, floor.pool = self.pool.release_by(key).tolist(), None
        return floor

    def without_parts(self) -> Floor:
        """The same floor as if every step found the scarce parts that it takes."""
        floor = copy(self)
        floor.pool = None
        return floor

    def steps_of(self, lot: int) -> range:
        """The steps of a lot."""
        return range(self.first_step[lot], self.first_step[lot + 1])
