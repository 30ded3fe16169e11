"""Column generation: the linear model whose value no plan can beat, solved with PuLP and HiGHS.

One row per order line (its shares of columns make one), one row per window of a station that binds (minutes taken <=
minutes there), and one per arrival of a scarce part. Ahead of an arrival no more of a part can be taken than was there;
the model says it by what is taken since the arrival before and what is left over, so that a column stands in one row of
a part and not in all later ones too. Columns come from `columns.Columns.price` at the model's own prices, at a mix with
the best prices so far (Wentges 1997 smoothing), and at 0.85 and 1.15 times them. Each pricing proves a bound, whatever
the prices, so the model may be stopped at any time.

Prices that are good already, such as those of the plan before, prove nearly all there is to prove at once, but they do
not bring the model's value down: at them most lines have many columns that cost the same, of which one pricing finds
one. A few subgradient steps from them (Held, Wolfe and Crowder 1974), dearer where the columns just found take more
than there is and cheaper where they leave some, find others; one solve whose prices are held near them (du Merle and
others 1999) says which are still missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pulp

from planning.schedule.columns import HOUR, Chosen, Columns
from planning.schedule.problem import Placement
from planning.schedule.timeline import Floats, Ints

SEEDS = 6  # pricings at made-up prices before the first solve
STEPS, STEP = 10, 0.05  # near given prices: how many, and how much they shall prove more
SPARE = 0.1  # of the bound, that a station's spare hours cost before its prices are doubted
NEAR = 0.03  # how near prices are held, as a part of each and of their mean
SMALL = 1e-7


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What the linear model says.

    objective: its value so far (no plan is promised at it; infinite where no solve came to its end). bound: proven for
    every plan; by a tightened model only for those that use no more than its share of each window. prices: weight x
    days per minute of each window, and per piece ahead of each arrival of a scarce part, at which the bound was proven.
    node, start, share: where its solution starts each
    step of each tree; the shares of one node add up to the part of the line that is delivered inside the days looked
    at.
    """

    objective: float
    bound: float
    prices: Floats
    node: Ints
    start: Ints
    share: Floats
    rounds: int
    seconds: float

    @property
    def gap(self) -> float:
        """(objective - bound) / objective."""
        if not np.isfinite(self.objective):
            return 1.0
        return 0.0 if self.objective <= 1e-9 else max(self.objective - self.bound, 0.0) / self.objective


@dataclass(slots=True)
class _Pool:
    """Columns in the model: per column its line, cost, the pricing it came from and its minutes by window."""

    line: list[int] = field(default_factory=list)
    cost: list[float] = field(default_factory=list)
    pricing: list[int] = field(default_factory=list)
    entries: list[tuple[Ints, Floats]] = field(default_factory=list)
    variables: list[pulp.LpVariable] = field(default_factory=list)
    alive: list[bool] = field(default_factory=list)
    known: set[tuple[int, float, bytes]] = field(default_factory=set)
    starts: list[Ints] = field(default_factory=list)  # per pricing: start of each node


class Master:
    """The linear model over the columns found so far; `run` finds more until it is good enough."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        lines = columns.problem.lines
        self.model = pulp.LpProblem("master", pulp.LpMinimize)
        self.model.setObjective(pulp.LpAffineExpression.empty())
        empty = pulp.LpAffineExpression.empty
        self.share, self.is_seeded = np.ones(len(columns.capacity)), False
        self.line_rows = [self.model.addConstraint(empty() >= 1, f"line_{k}") for k in range(len(lines.weight))]
        self.unit: list[float] = columns.unit.tolist()
        self.capacity_rows = [
            self.model.addConstraint(empty() <= capacity, f"capacity_{k}")
            for k, capacity in enumerate(self._limits().tolist())
        ]
        self.pool = _Pool()
        self._leave_over()
        for k, cost in enumerate(columns.outside.tolist()):
            self.model.add_column(f"outside_{k}", 0, None, obj=cost, coefficients={self.line_rows[k]: 1.0})
        self.bound = -np.inf
        self.best_prices = np.zeros(len(columns.capacity))
        self.objective = np.inf
        self.values: Floats = np.zeros(0)

    def _limits(self) -> Floats:
        """Right-hand sides: a window's capacity, and what comes in of a part with an arrival, in units."""
        limits: Floats = self.share * self.columns.capacity / self.columns.unit
        supply = limits[self.columns.windows :]
        before = np.concatenate([[0.0], supply[:-1]])[: len(supply)]
        limits[self.columns.windows :] = supply - np.where(self.columns.part_opens, 0.0, before)
        return limits

    def _leave_over(self) -> None:
        """What is left of a part ahead of an arrival may be taken after it."""
        first = self.columns.windows
        for k in np.flatnonzero(~self.columns.part_opens).tolist():
            before, after = self.capacity_rows[first + k - 1], self.capacity_rows[first + k]
            self.model.add_column(f"left_{k}", 0, None, obj=0.0, coefficients={before: 1.0, after: -1.0})

    def tighten(self, share: float | Floats, of_parts: float = 1.0) -> None:
        """Leave the lines only this share of each window and of each scarce part; the columns found so far stay."""
        columns = self.columns
        self.share[: columns.windows], self.share[columns.windows :] = share, of_parts
        for row, capacity in zip(self.capacity_rows, self._limits().tolist(), strict=True):
            row.changeRHS(capacity)
        self.bound, self.objective = -np.inf, np.inf

    def run(
        self,
        deadline: float,
        gap: float = 0.01,
        absolute: float = 0.5,
        heard: Callable[[float, float], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        plans: Sequence[Placement] = (),
        most_rounds: int | None = None,
    ) -> Relaxation:
        """Solve until the gap is closed to `gap` (or to `absolute`), or `deadline` (time.perf_counter) is there.

        At most `most_rounds` solves.

        `plans` that are known already give the model a value to begin with. May be called again, with the columns
        found so far, after `tighten`.
        """
        began = time.perf_counter()
        for plan in plans:
            self._add(self.columns.of_placement(plan), None, None)
        if not self.is_seeded:
            self._seed()
        patience, last_bound, rounds = 0.5, -np.inf, 0
        while time.perf_counter() < deadline and rounds != most_rounds and not (cancelled and cancelled()):
            rounds += 1
            tolerance = 1e-2 if rounds < 4 else 1e-3
            solved = self._solve(tolerance, deadline - time.perf_counter())
            if solved is None:
                break
            prices, line_prices = solved
            found = False
            for at in self._points(prices):
                chosen, _ = self._price(at)
                found |= self._add(chosen, prices, line_prices) > 0
                if time.perf_counter() > deadline:
                    break
            if heard:
                heard(self.objective, max(self.bound, 0.0))
            room = self.objective - self.bound
            if room <= max(gap * abs(self.objective), absolute) or not found:
                break
            if self.bound <= last_bound + 0.02 * room:
                patience *= 2
            last_bound = self.bound
            self._prune(prices, line_prices, patience * room)
        return self._relaxation(rounds, time.perf_counter() - began)

    def _points(self, prices: Floats) -> list[Floats]:
        mixed = 0.5 * prices + 0.5 * self.best_prices if np.isfinite(self.bound) else prices
        return [prices, mixed, 0.85 * prices, 1.15 * prices]

    def _seed(self) -> None:
        """Columns at no price and at falling made-up prices."""
        columns = self.columns
        scale = _price_scale(columns)
        random = np.random.default_rng(7)
        decay = np.zeros(len(columns.capacity))  # parts are free at first
        decay[: columns.windows] = np.exp(-columns.day / max(columns.days / 3, 1))
        points = [np.zeros(len(columns.capacity))]
        points += [
            scale * factor * decay * random.uniform(0.5, 1.5, len(columns.capacity))
            for factor in np.geomspace(0.03, 1.0, SEEDS)
        ]
        for at in points:
            self._look(at)
        self.is_seeded = True

    def prove(self, prices: Floats, deadline: float) -> None:
        """Columns and a bound at prices per minute of each window that are good already, and near them: no solve."""
        self.is_seeded = True
        self._look(np.zeros(len(prices)))
        capacity, at = self.share * self.columns.capacity, self._relieved(prices)
        for _ in range(STEPS):
            if time.perf_counter() > deadline:
                return
            chosen, bound = self._look(at)
            missing = _taken(chosen, len(capacity)) - capacity
            missing[(at <= 0.0) & (missing < 0.0)] = 0.0
            wanted = self.bound + STEP * abs(self.bound) + 1.0
            length = (wanted - bound) / max(float(missing @ missing), SMALL)
            at = np.maximum(0.5 * (at + self.best_prices) + length * missing, 0.0)

    def _relieved(self, prices: Floats) -> Floats:
        """Prices with less at stations that have time to spare at them: what a change that brings hours calls for."""
        columns = self.columns
        chosen, best_bound = self._look(prices)
        best = prices
        spare = prices * (self.share * columns.capacity - _taken(chosen, len(prices)))
        windows = columns.windows
        by_station = np.bincount(columns.station, weights=spare[:windows])
        for station in np.flatnonzero(by_station > SPARE * max(abs(best_bound), 1.0)).tolist():
            before = best
            for factor in (0.5, 0.0):
                at = before.copy()
                at[:windows][columns.station == station] *= factor
                _, bound = self._look(at)
                if bound > best_bound:
                    best, best_bound = at, bound
        return best

    def start_near(self, prices: Floats, deadline: float) -> None:
        """Columns that the model misses at good prices: one solve in which hours may be bought and sold near them."""
        if not (prices > 0.0).any() or time.perf_counter() > deadline:
            return
        slack = NEAR * float(prices[prices > 0.0].mean())
        held = []
        for k, (row, price) in enumerate(
            zip(self.capacity_rows, prices[: self.columns.windows].tolist(), strict=False)
        ):
            dear, cheap = (1.0 + NEAR) * price + slack, (1.0 - NEAR) * price - slack
            held.append(self.model.add_column(f"bought_{k}", 0, None, obj=dear * HOUR, coefficients={row: -1.0}))
            if cheap > 0.0:
                held.append(self.model.add_column(f"sold_{k}", 0, None, obj=-cheap * HOUR, coefficients={row: 1.0}))
        solved = self._solve(1e-2, deadline - time.perf_counter())
        self.objective, self.values = np.inf, np.zeros(0)  # not the model's own
        self.model.remove_variables(held)
        for at in self._points(solved[0]) if solved else ():
            self._add(self._price(at)[0], *(solved or (None, None)))

    def _look(self, at: Floats) -> tuple[Chosen, float]:
        """The cheapest columns at prices, now in the model, and what they prove."""
        chosen, bound = self._price(at)
        self._add(chosen, None, None)
        return chosen, bound

    def _price(self, at: Floats) -> tuple[Chosen, float]:
        """The cheapest columns at prices, and what they prove for the share of each window that is left."""
        chosen, bound = self.columns.price(at)
        bound += float(((1.0 - self.share) * at * self.columns.capacity).sum())
        if bound > self.bound:
            self.bound, self.best_prices = bound, at
        return chosen, bound

    def _add(self, chosen: Chosen, prices: Floats | None, line_prices: Floats | None) -> int:
        """Put the lines' columns into the model, those with a negative reduced cost where prices are given."""
        pool, number = self.pool, len(self.pool.starts)
        pool.starts.append(chosen.start.astype(np.int32))
        cuts = np.searchsorted(chosen.line, np.arange(len(chosen.cost) + 1))
        wanted = chosen.inside > 0
        if prices is not None and line_prices is not None:
            paid = np.bincount(chosen.line, weights=chosen.minutes * prices[chosen.window], minlength=len(chosen.cost))
            wanted &= chosen.cost + paid < line_prices - SMALL
        added = 0
        for line in np.flatnonzero(wanted).tolist():
            window, minutes = chosen.window[cuts[line] : cuts[line + 1]], chosen.minutes[cuts[line] : cuts[line + 1]]
            cost = float(chosen.cost[line])
            key = (line, cost, window.tobytes() + minutes.round(3).tobytes())
            if key in pool.known:
                continue
            pool.known.add(key)
            taken = self._since_arrival(window, minutes)
            coefficients = {
                self.capacity_rows[w]: m / self.unit[w]
                for w, m in zip(window.tolist(), taken.tolist(), strict=True)
                if m
            }
            coefficients[self.line_rows[line]] = 1.0
            variable = self.model.add_column(f"c{len(pool.line)}", 0, None, obj=cost, coefficients=coefficients)
            pool.line.append(line)
            pool.cost.append(cost)
            pool.pricing.append(number)
            pool.entries.append((window, minutes))
            pool.variables.append(variable)
            pool.alive.append(True)
            added += 1
        return added

    def _since_arrival(self, window: Ints, taken: Floats) -> Floats:
        """Entries of one line, its parts' as what is taken since the arrival before."""
        columns = self.columns
        if len(window) < 2 or window[-1] < columns.windows:
            return taken
        follows = window[1:] > columns.windows
        follows[follows] = ~columns.part_opens[window[1:][follows] - columns.windows]
        since = taken.copy()
        since[1:] -= np.where(follows & (window[1:] == window[:-1] + 1), taken[:-1], 0.0)
        return since

    def _solve(self, tolerance: float, seconds: float) -> tuple[Floats, Floats] | None:
        """Prices per minute of each window and per line; None where the solver had no answer."""
        solver = pulp.HiGHS(
            msg=False,
            threads=1,
            timeLimit=max(seconds, 1.0),
            solver="ipm",
            run_crossover="off",
            ipm_optimality_tolerance=tolerance * 1e-3,
        )
        stats = self.model.solve(solver)
        if stats.status != pulp.LpSolveStatus.Optimal:
            return None
        highs: Any = self.model.solverModel
        solution = highs.getSolution()
        self.objective = float(highs.getObjectiveValue())
        self.values = np.array(solution.col_value)
        duals = np.array(solution.row_dual)
        lines, parts = len(self.line_rows), self.columns.windows
        prices = np.maximum(-duals[lines:], 0.0) / self.columns.unit
        # of a row: what a piece taken ahead of its arrival costs more than one taken after it
        later = np.concatenate([prices[parts:][1:], [0.0]])[: len(prices) - parts]
        closes = np.append(self.columns.part_opens[1:], True)[: len(later)]
        prices[parts:] = np.maximum(prices[parts:] - np.where(closes, 0.0, later), 0.0)
        return prices, np.maximum(duals[:lines], 0.0)

    def _prune(self, prices: Floats, line_prices: Floats, threshold: float) -> None:
        """Take columns out whose reduced cost is so large that they will hardly come back."""
        pool = self.pool
        alive = [k for k, is_alive in enumerate(pool.alive) if is_alive]
        if len(alive) < 8 * len(self.line_rows):
            return
        sizes = np.array([len(pool.entries[k][0]) for k in alive])
        windows = np.concatenate([pool.entries[k][0] for k in alive])
        minutes = np.concatenate([pool.entries[k][1] for k in alive])
        paid = np.add.reduceat(prices[windows] * minutes, np.cumsum(sizes) - sizes)
        lines = np.array([pool.line[k] for k in alive])
        reduced = np.array([pool.cost[k] for k in alive]) + paid - line_prices[lines]
        gone = [alive[k] for k in np.flatnonzero(reduced > threshold)]
        for k in gone:
            pool.alive[k] = False
            window, minute = pool.entries[k]
            pool.known.discard((pool.line[k], pool.cost[k], window.tobytes() + minute.round(3).tobytes()))
        self.model.remove_variables([pool.variables[k] for k in gone])

    def _relaxation(self, rounds: int, seconds: float) -> Relaxation:
        """The model's last solution, spread over the nodes of the lines' trees."""
        pool, tree = self.pool, self.columns.tree
        position = {variable.id: k for k, variable in enumerate(self.model.exported_variables())}
        order = np.argsort(tree.line, kind="stable")
        cuts = np.searchsorted(tree.line[order], np.arange(len(self.line_rows) + 1))
        node, start, share = [], [], []
        for k, is_alive in enumerate(pool.alive):
            at = position.get(pool.variables[k].id, -1)
            value = self.values[at] if is_alive and 0 <= at < len(self.values) else 0.0
            if value > 1e-4:
                own = order[cuts[pool.line[k]] : cuts[pool.line[k] + 1]]
                node.append(own)
                start.append(pool.starts[pool.pricing[k]][own])
                share.append(np.full(len(own), value))
        none: Ints = np.zeros(0, np.int64)
        return Relaxation(
            self.objective,
            max(self.bound, 0.0),
            self.best_prices,
            np.concatenate(node) if node else none,
            np.concatenate(start).astype(np.int64) if start else none,
            np.concatenate(share) if share else np.zeros(0),
            rounds,
            seconds,
        )


def _taken(chosen: Chosen, windows: int) -> Floats:
    """Minutes that the lines' columns take from each window together."""
    return np.bincount(chosen.window, weights=chosen.minutes, minlength=windows).astype(np.float64)


def _price_scale(columns: Columns) -> float:
    """Weight x days that a minute is worth where a line's work stands in the way of another."""
    problem = columns.problem
    ways = problem.steps.first_way[:-1][np.diff(problem.steps.first_way) > 0]
    work = float(problem.ways.process[ways].mean()) if len(ways) else 1.0
    return float(problem.lines.weight.mean()) / max(work, 1.0) * 3.0
