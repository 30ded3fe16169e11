"""Whole-order columns: what one order line may do to the stations, and its cheapest way at given prices.

A column of an order line is the working time that all its steps take from each station's windows (a window is
a station's working time in one bin of time, see `bins`: a day, a part of it, or several days), with the weighted
days by which its last piece is late. `Columns.price` finds every line's cheapest column at prices per minute of each
window.

The bound and why it holds for plans in minutes. Let S_k(g) be the earliest start of step k if nothing of the order
starts before the beginning of bin g and every step has the stations to itself: S_k(g) is the latest of its material's
release, of bin g itself, and of F_p(S_p(g)) + wait over the steps p that it waits for, where F_p(t) is the end of step
p on its fastest way when it may start at t. F_p does not decrease in t, so neither does S_k in g.
For a step that starts at t in some plan, let its anchor be the greatest g with S_k(g) <= t, so that t < S_k(g + 1).
For each step p that it waits for, F_p(S_p(g_p)) + wait <= F_p(t_p) + wait <= t_k < S_k(g_k + 1): under a step with
anchor g a step it waits for may have no anchor but those with F_p(S_p(g_p)) + wait < S_k(g + 1). (Several parts of one
lot may have anchors later than the lot's own, so they must not be compared on one scale.)
Hence every plan gives each line a choice of anchors of this kind, each step starting in [S_k(g), S_k(g + 1)) and
running on through its unit's windows. Between two starts at which neither end of the run crosses a window's edge, the
minutes taken from each window are linear in the start, so the cheapest start lies at such a crossing or at an end of
the interval: these are the ways listed here. Day of delivery >= day of F_k(S_k(g)).
So the cheapest choice of anchors and starts costs no more than what any plan does with this line. With prices p >= 0
of the windows' capacity c, the sum over lines of their cheapest cost less p . c bounds every plan's objective from
below (weak duality), whatever p is. Changeovers count at the least they can be. A lot that several lines or lots share
is counted in each line's tree: it takes its whole time from start to end, and of the stations its line's share of the
minutes; each window's part of the real run is then one of the ways listed, and the mixture of them takes exactly what
the share takes.
Scarce parts (`pool`) are rows like windows, one for the time ahead of each arrival: steps that start before it take
together no more than has come in until then, which every plan keeps. A step with anchor g counts only where even the
end of [S_k(g), S_k(g + 1)) lies ahead of the arrival, so that a column takes no more of such a row than the plan does.

Source: Lagrangian bounds by decomposition, Luh and Hoitomt (1993), "Scheduling of manufacturing systems using the
Lagrangian relaxation technique"; weak duality of column generation, Lasdon (1970).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planning.schedule.bins import day_edges, most_bins, refined
from planning.schedule.problem import Bools, Placement, Problem
from planning.schedule.timeline import DAY, NEVER, Floats, Ints, Timeline, TimelineArrays

HOUR = 60.0
SMALL = 1e-9
_STRIDE = 1 << 42  # more than any minute: keeps the rows apart in one sorted array

WHOLE = 1 - 1e-9
MOVES = 0.01  # of what all hours of the dearest bin are worth: prices that change by less stand still


@dataclass(frozen=True, slots=True)
class Tree:
    """Every line's steps, sub-assemblies included. A node is a step of a lot in the tree of one line.

    share: the part of the lot's pieces that this line takes. before, after: pairs of nodes of which the second waits
    for the first. root, root_line: last nodes of the lots that serve a line directly. order: nodes by level, each level
    after all it waits for; level_starts: where each begins, and one entry more.
    """

    line: Ints
    step: Ints
    share: Floats
    before: Ints
    after: Ints
    handed_on: Ints  # per pair: 1 where `after` is the lot's own next step (wait and transfer count)
    root: Ints
    root_line: Ints
    level: Ints


def make_tree(problem: Problem, limit: int = 400_000) -> Tree:
    """The tree of every line. Nodes beyond `limit` are left out, deepest first: the bound gets weaker, not wrong."""
    lots, lines = problem.lots, problem.lines
    uses = np.bincount(lots.supplier, minlength=len(lots)) + np.bincount(lines.lot, minlength=len(lots))
    direct_share = np.where(uses[lines.lot] == 1, 1.0, lines.share)
    supply_share = np.where(uses[lots.supplier] == 1, 1.0, lots.share)
    by_consumer = np.argsort(lots.supplied_step, kind="stable")
    first_supply = np.searchsorted(lots.supplied_step[by_consumer], np.arange(len(problem.steps) + 1))

    parts: list[tuple[Ints, Ints, Floats]] = []
    before, after, handed = [], [], []
    roots: Ints = np.zeros(0, np.int64)
    line, lot, share = lines.line.copy(), lines.lot.copy(), direct_share.copy()
    consumer = np.full(len(line), -1, np.int64)
    count = 0
    while len(line) and count + len(line) <= limit:
        steps = np.diff(lots.first_step)[lot]
        owner = np.repeat(np.arange(len(line)), steps)
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(steps) - steps, steps)
        node = count + np.arange(len(owner))
        step = lots.first_step[lot][owner] + offset
        parts.append((line[owner], step, share[owner]))
        chained = np.flatnonzero(offset > 0)
        before.append(node[chained] - 1)
        after.append(node[chained])
        handed.append(np.ones(len(chained), np.int64))
        last = node[np.cumsum(steps) - 1]
        if consumer[0] < 0:
            roots = last
        else:
            before.append(last)
            after.append(consumer)
            handed.append(np.zeros(len(last), np.int64))
        count += len(owner)
        supplies = np.diff(first_supply)[step]
        taker = np.repeat(np.arange(len(step)), supplies)
        which = np.arange(len(taker)) - np.repeat(np.cumsum(supplies) - supplies, supplies)
        pair = by_consumer[first_supply[step][taker] + which]
        line, lot, consumer = line[owner][taker], lots.supplier[pair], node[taker]
        share = share[owner][taker] * supply_share[pair]
    joined = [np.concatenate(list(column)) if parts else np.zeros(0) for column in zip(*parts, strict=True)] or [
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        np.zeros(0),
    ]
    pairs = (
        [np.concatenate(column).astype(np.int64) for column in (before, after, handed)]
        if before
        else [np.zeros(0, np.int64)] * 3
    )
    return Tree(
        joined[0].astype(np.int64),
        joined[1].astype(np.int64),
        joined[2].astype(np.float64),
        pairs[0],
        pairs[1],
        pairs[2],
        roots,
        lines.line.copy() if len(roots) else np.zeros(0, np.int64),
        _levels(count, pairs[0], pairs[1]),
    )


def _levels(nodes: int, before: Ints, after: Ints) -> Ints:
    level = np.zeros(nodes, np.int64)
    frontier = np.arange(len(before))
    while len(frontier):
        wanted = level[before] + 1
        raised = level.copy()
        np.maximum.at(raised, after, wanted)
        frontier = np.flatnonzero(raised != level)
        level = raised
    return level


def of_lines(tree: Tree, lines: Ints) -> Tree:
    """The part of a tree that belongs to some of its lines."""
    kept = np.isin(tree.line, lines)
    number = np.cumsum(kept) - 1
    pair = kept[tree.before]
    root = kept[tree.root]
    return Tree(
        tree.line[kept],
        tree.step[kept],
        tree.share[kept],
        number[tree.before[pair]],
        number[tree.after[pair]],
        tree.handed_on[pair],
        number[tree.root[root]],
        tree.root_line[root],
        tree.level[kept],
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """One column per line: cost in weight x days, lines outside the horizon marked, and minutes by window.

    line, window, minutes: entries of the columns, one per line and window.
    """

    cost: Floats
    inside: Ints  # per line: 1 where it is delivered inside the days looked at
    line: Ints
    window: Ints
    minutes: Floats
    start: Ints  # per node: the start that was chosen, in minutes; -1 outside


class Columns:
    """The columns of a Problem over its first days.

    edges: minutes at which the bins of time begin, and the end of the last day looked at; unless given one a day of the
    whole horizon, or fewer where the problem is large.
    capacity: minutes of each window over all units, overtime included, less what is fixed; behind them what has come
    in of a scarce part ahead of each of its arrivals, in pieces. unit: what counts as one of each in a model.
    outside: what each line costs at least if it is not delivered in these days.
    """

    def __init__(self, problem: Problem, tree: Tree | None = None, edges: Ints | None = None) -> None:
        self.problem = problem
        self.tree = tree or make_tree(problem)
        self.edges = day_edges(problem.horizon, most_bins(len(self.tree.step))) if edges is None else edges
        self.count = len(self.edges) - 1
        self.days = int(self.edges[-1]) // DAY
        pieces = [_cut(line, self.edges) for line in problem.stations.lines]
        self.clock = TimelineArrays.of([_with_overtime(line) for line in pieces], problem.horizon)
        self.regular_ends = TimelineArrays.of(pieces, problem.horizon).regular_ends
        self._make_windows()
        lines = problem.lines
        self.outside = lines.weight * np.maximum(np.maximum(lines.fixed, self.days) - lines.target, 0)
        self._anchor()
        self._list_parts()
        self._list_ways()

    # windows: working time of each station, bin by bin; what lies behind the days looked at is one more bin. A shift
    # that runs past midnight is its own day's to the end.

    def _make_windows(self) -> None:
        clock, stations = self.clock, len(self.clock.first) - 1
        shift_station = np.repeat(np.arange(stations), np.diff(clock.first))
        shift_bin = np.searchsorted(self.edges, clock.starts, side="right") - 1
        key = shift_station * (self.count + 1) + shift_bin
        fresh = np.append(True, key[1:] != key[:-1])[: len(key)]
        self.window_of_shift = np.cumsum(fresh) - 1
        first = np.flatnonzero(fresh)
        last = np.append(first[1:], len(key))[: len(first)] - 1
        self.before, self.through = clock.before[first], clock.through[last]
        self.length = (self.through - self.before).astype(np.float64)
        self.station, self.day = shift_station[first], clock.days[first]
        self.first = np.searchsorted(self.station, np.arange(stations + 1)).astype(np.int64)
        self.through_keys = self.through + self.station * _STRIDE
        by_shift = _capacity(self.problem, clock)
        shifts = self.problem.stations.arrays
        shift_station = np.repeat(np.arange(stations), np.diff(shifts.first))
        self._overtime = np.zeros(stations, np.int64)
        np.maximum.at(self._overtime, shift_station, shifts.ends - shifts.regular_ends)
        shortest = np.full(stations, NEVER)
        np.minimum.at(shortest, shift_station, shifts.regular_ends - shifts.starts)
        self._shortest_shift = np.maximum(shortest, 1)
        self.capacity = np.bincount(self.window_of_shift, weights=by_shift, minlength=len(first))

    def finer_edges(self, prices: Floats, most: int) -> Ints:
        """The edges with the days about which `prices` move in parts, as far as `most` bins go."""
        clock, windows = self.clock, self.windows
        units = np.diff(np.array(self.problem.stations.first_unit))[self.station]
        worth = prices[:windows] * self.length * units
        window_bin = np.searchsorted(self.edges, clock.starts, side="right") - 1
        in_bin = np.zeros(windows, np.int64)
        in_bin[self.window_of_shift] = window_bin
        step = np.abs(np.diff(worth)) * (np.diff(self.station) == 0)
        change = np.zeros(self.count + 1)
        np.add.at(change, in_bin[:-1], step)
        np.add.at(change, in_bin[1:], step)
        change[change < MOVES * np.bincount(in_bin, weights=worth).max(initial=0.0)] = 0.0
        opens, closes = np.full(self.count + 1, NEVER), np.zeros(self.count + 1, np.int64)
        np.minimum.at(opens, window_bin, clock.starts)
        np.maximum.at(closes, window_bin, clock.ends)
        return refined(self.edges, change[:-1], opens[:-1], closes[:-1], most)

    # anchors: earliest starts and ends by bin

    def _anchor(self) -> None:
        tree, steps = self.tree, self.problem.steps
        nodes = len(tree.step)
        start = np.maximum(steps.release[tree.step][:, None], self.edges[None, :])
        end = np.zeros_like(start)
        out = np.zeros_like(start)  # when the lot's next step may begin, but for the wait
        by_level = np.argsort(tree.level, kind="stable")
        cuts = np.searchsorted(tree.level[by_level], np.arange(tree.level.max() + 2 if nodes else 1))
        edge_level = tree.level[tree.after]
        by_edge = np.argsort(edge_level, kind="stable")
        edge_cuts = np.searchsorted(edge_level[by_edge], np.arange(len(cuts)))
        for level in range(len(cuts) - 1):
            edge = by_edge[edge_cuts[level] : edge_cuts[level + 1]]
            if len(edge):
                before, after = tree.before[edge], tree.after[edge]
                own = tree.handed_on[edge] == 1
                ready = np.where(own[:, None], out[before] + steps.wait[tree.step[before]][:, None], end[before])
                np.maximum.at(start, after, ready)
            batch = by_level[cuts[level] : cuts[level + 1]]
            end[batch], out[batch] = self._run(batch, start[batch])
        self.start, self.end = start, end
        self.allowed = self._allowed(start, end, out)
        self.levels = [by_level[cuts[k] : cuts[k + 1]] for k in range(len(cuts) - 1)]
        self.level_edges = [by_edge[edge_cuts[k] : edge_cuts[k + 1]] for k in range(len(cuts) - 1)]

    def _allowed(self, start: Ints, end: Ints, out: Ints) -> Ints:
        """Per pair of nodes and anchor of the second: the last anchor that the first may have; -1 for none."""
        tree, pairs, count = self.tree, len(self.tree.before), self.count
        wait = self.problem.steps.wait[tree.step[tree.before]][:, None]
        own = (tree.handed_on == 1)[:, None]
        ready = np.where(own, out[tree.before, :count] + wait, end[tree.before, :count])
        row = np.arange(pairs)[:, None] * _STRIDE
        limit = np.searchsorted((ready + row).ravel(), (start[tree.after, 1:] + row).ravel(), side="left")
        allowed: Ints = limit.reshape(pairs, count) - 1 - np.arange(pairs)[:, None] * count
        return allowed

    def _run(self, batch: Ints, start: Ints) -> tuple[Ints, Ints]:
        """Ends of the batch's steps on their fastest way, and when their first transfer lot is out."""
        steps, ways = self.problem.steps, self.problem.ways
        step = self.tree.step[batch]
        first, count = steps.first_way[step], np.diff(steps.first_way)[step]
        lead = np.maximum(steps.lead[step], 0)[:, None] * DAY
        end = np.where((steps.lead[step] >= 0)[:, None], start + lead, NEVER)
        out = end.copy()
        transfer, good = steps.transfer[step], np.maximum(steps.good[step], 1e-9)
        part = np.where((transfer > 0) & (steps.next[step] >= 0), np.minimum(transfer / good, 1.0), 1.0)
        for k in range(int(count.max()) if len(count) else 0):
            has = np.flatnonzero(count > k)
            way = first[has] + k
            station = np.broadcast_to(ways.station[way][:, None], (len(has), start.shape[1]))
            worked = self.clock.worked(station, start[has])
            minutes = np.floor(ways.process[way] + self.least_setup[way])[:, None]
            done = self.clock.clock(station, worked + minutes.astype(np.int64))
            end[has] = np.minimum(end[has], done)
            some = np.floor(ways.process[way] * part[has])[:, None]
            out[has] = np.minimum(out[has], self.clock.clock(station, worked + some.astype(np.int64)))
        return np.minimum(end, NEVER), np.minimum(out, NEVER)

    def _minutes(self, way: Ints, share: Floats) -> Floats:
        """Clock minutes that a share of a step takes at least: its changeover may be saved where kinds recur."""
        return (self.problem.ways.process[way] + self.least_setup[way]) * share

    @property
    def least_setup(self) -> Floats:
        """Changeover minutes that no order of the lots can save, per way."""
        ways, steps, stations = self.problem.ways, self.problem.steps, self.problem.stations
        if not hasattr(self, "_least_setup"):
            kind = steps.kind[ways.step]
            key = ways.station * (kind.max() + 1 if len(kind) else 1) + kind
            _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
            alone = counts[inverse] == 1
            least = np.where(alone, ways.setup, 0).astype(np.float64)
            for station, matrix in enumerate(stations.changeover):
                for (_, to), (minutes, _hours) in matrix.items():
                    hit = (ways.station == station) & (kind == to)
                    least[hit] = np.minimum(least[hit], minutes)
            reserved = {stations_of(self.problem)[u] for u, rows in enumerate(stations.reserved) if rows}
            least[np.isin(ways.station, sorted(reserved))] = 0.0  # a fixed lot of the same kind may stand before it
            self._least_setup = least
        return self._least_setup

    # scarce parts: who takes how much ahead of which arrival

    def _list_parts(self) -> None:
        """Rows of arrivals that somebody may have to wait for; per taker and anchor the first of them it counts in.

        part_arrival: the arrival in the pool that each row begins with. part_opens: whether it is its part's first row.
        """
        self.windows, pool = len(self.length), self.problem.pool
        self.unit = np.full(self.windows, HOUR)
        none: Ints = np.zeros(0, np.int64)
        self.part_node, self.part_of, self.part_qty = none, none, np.zeros(0)
        self.part_first, self.part_last, self.part_keys, self.part_arrival = none, none, none, none
        self.part_from, self.part_opens = np.zeros((0, self.count), np.int64), np.zeros(0, bool)
        if pool is None or not len(pool.step):
            return
        first, arrivals, minute = [0], [], []
        release = self.problem.steps.release[pool.step]
        for own, (low, high) in enumerate(zip(pool.first[:-1], pool.first[1:], strict=True)):
            ahead = np.minimum(np.append(pool.day[low + 1 : high] * DAY, NEVER), self.days * DAY)
            mine = np.flatnonzero(pool.part == own)
            order = mine[np.argsort(release[mine], kind="stable")]
            wanted = np.concatenate([[0.0], np.cumsum(pool.qty[order])])
            could = wanted[np.searchsorted(release[order], ahead)]
            wanting = pool.counted[low:high] & (could > pool.supply[low:high])
            row = np.flatnonzero(wanting & np.append(True, ahead[1:] > ahead[:-1]))
            first.append(first[-1] + len(row))
            arrivals.append(low + row)
            minute.append(ahead[row] + own * _STRIDE)
        firsts = np.array(first, np.int64)
        self.part_arrival = np.concatenate(arrivals).astype(np.int64)
        self.part_keys = np.concatenate(minute).astype(np.int64)
        self.part_opens = np.diff(self.part_keys // _STRIDE, prepend=-1) > 0
        by_step = np.searchsorted(pool.step, np.arange(len(self.problem.steps) + 1))
        takes = np.diff(by_step)[self.tree.step]
        node = np.repeat(np.arange(len(self.tree.step)), takes)
        which = np.arange(len(node)) - np.repeat(np.cumsum(takes) - takes, takes) + by_step[self.tree.step][node]
        last_minute = np.append(-1, self.part_keys)[firsts[1:]] % _STRIDE  # of each part with a row
        some = (np.diff(firsts)[pool.part[which]] > 0) & (self.start[node, 1] <= last_minute[pool.part[which]])
        node, which = node[some], which[some]
        part = pool.part[which]
        self.part_node, self.part_of, self.part_qty = node, part, pool.qty[which] * self.tree.share[node]
        self.part_first, self.part_last = firsts[:-1][part], firsts[1:][part]
        counted = np.searchsorted(self.part_keys, self.start[node, 1:] + part[:, None] * _STRIDE)
        self.part_from = np.clip(counted, self.part_first[:, None], self.part_last[:, None]).astype(np.int32)
        self.part_cuts = np.flatnonzero(np.diff(node, prepend=-1))
        self.capacity = np.concatenate([self.capacity, pool.supply[self.part_arrival]])
        takers = np.bincount(pool.part, minlength=len(firsts) - 1)
        each = np.bincount(pool.part, weights=pool.qty, minlength=len(takers)) / np.maximum(takers, 1)
        self.unit = np.concatenate([self.unit, np.repeat(np.maximum(each, SMALL), np.diff(firsts))])

    def _parts_taken(self, pair: Ints, begin: Ints, line: Ints) -> tuple[Ints, Ints, Floats]:
        """Entries of takers `pair` from row `begin` of their part on: line, row behind the windows, pieces."""
        number = self.part_last[pair] - begin
        which = np.repeat(np.arange(len(pair)), number)
        row = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + begin[which]
        return line[which], self.windows + row, self.part_qty[pair][which]

    # ways: starts worth looking at, per node and anchor

    def _list_ways(self) -> None:
        tree, steps, ways = self.tree, self.problem.steps, self.problem.ways
        limit = self.days * DAY
        count = np.diff(steps.first_way)[tree.step]
        node = np.repeat(np.arange(len(tree.step)), count)
        way = np.arange(len(node)) - np.repeat(np.cumsum(count) - count, count) + steps.first_way[tree.step][node]
        start, following = self.start[node, :-1], self.start[node, 1:]
        useful = (start < following) & (self.end[node, :-1] <= limit + DAY)
        at, anchor = np.nonzero(useful)
        node, way = node[at], way[at]
        begin, last = start[at, anchor], following[at, anchor] - 1
        key = node * self.count + anchor
        station = ways.station[way]
        share = tree.share[node]
        minutes = self._minutes(way, share)
        whole = (share >= WHOLE) & (self._overtime[station] == 0)
        first_worked, last_worked = self.clock.worked(station, begin), self.clock.worked(station, last)
        pieces = [
            self._runs(key[whole], way[whole], first_worked[whole], last_worked[whole], minutes[whole]),
            self._shares(
                key[~whole], way[~whole], first_worked[~whole], last_worked[~whole], minutes[~whole], share[~whole]
            ),
        ]
        key, first, self.first_offset, last, self.last_offset, self.scale = (
            np.concatenate([piece[k] for piece in pieces]) for k in range(6)
        )
        order = np.argsort(key, kind="stable")
        key, self.first_window, self.last_window = key[order], first[order], last[order]
        self.first_offset, self.last_offset = self.first_offset[order], self.last_offset[order]
        self.scale = self.scale[order]
        fresh = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
        self.segment, self.segment_key = fresh, key[fresh] if len(key) else key
        # steps without a station take no window but may be anchored anywhere
        self.free = np.flatnonzero(np.diff(steps.first_way)[tree.step] == 0)
        self._deliver()

    def _runs(self, key: Ints, way: Ints, first: Ints, last: Ints, minutes: Floats) -> list[Any]:
        """Runs of whole lots: from both ends of the interval and wherever an end of the run meets a window's edge."""
        station, run = self.problem.ways.station[way], minutes.astype(np.int64)
        index = np.arange(len(key), dtype=np.int32)
        choice, starts = [index, index], [first, last]
        for shift in (np.zeros(len(key), np.int64), run):
            low = self._window_after(station, first + shift)
            high = self._window_after(station, last + shift)
            number = np.maximum(high - low, 0)
            which = np.repeat(index, number)
            edge = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + low[which]
            choice.append(which)
            starts.append(self.through[edge] - shift[which])
        which, worked = np.concatenate(choice), np.concatenate(starts)
        fits = worked + run[which] <= self.clock.total[station[which]]
        which, worked = which[fits], worked[fits]
        own = station[which]
        first_window, first_offset = self._locate(own, worked, "right")
        last_window, last_offset = self._locate(own, worked + run[which], "left")
        return [key[which], first_window, first_offset, last_window, last_offset, np.ones(len(which))]

    def _shares(self, key: Ints, way: Ints, first: Ints, last: Ints, minutes: Floats, share: Floats) -> list[Any]:
        """All in one window, for each window that a run of the whole lot could touch.

        For shares of lots, and where overtime may be left out: then a run's minutes in two windows are no single run on
        the clock with overtime, but each split of them is a mixture of these ways.
        """
        station = self.problem.ways.station[way]
        low = self._window_after(station, first)
        run = np.ceil(minutes / np.maximum(share, 1e-12)).astype(np.int64)
        run += self._overtime[station] * (run // self._shortest_shift[station] + 2)  # as much may be left out
        high = np.minimum(self._window_after(station, last + run), self.first[station + 1] - 1)
        number = np.maximum(high - low + 1, 0)
        which = np.repeat(np.arange(len(key), dtype=np.int32), number)
        window = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + low[which]
        length = self.length[window]
        whole = length.astype(np.int32)
        small = window.astype(np.int32)
        return [key[which], small, np.zeros(len(which), np.int32), small, whole, minutes[which] / length]

    def _window_after(self, station: Ints, worked: Ints) -> Ints:
        """The window in which the working minute after `worked` lies."""
        return self._search(station, worked, "right")

    def _search(self, station: Ints, worked: Ints, side: str) -> Ints:
        window = np.searchsorted(self.through_keys, worked + station * _STRIDE, side=side)  # type: ignore[call-overload]
        result: Ints = np.clip(window, self.first[station], self.first[station + 1])
        return result

    def _locate(self, station: Ints, worked: Ints, side: str) -> tuple[Any, Any]:
        window = np.minimum(self._search(station, worked, side), self.first[station + 1] - 1)
        return window.astype(np.int32), (worked - self.before[window]).astype(np.int32)

    def _deliver(self) -> None:
        """Per root and day: the last anchor with which its lot is finished by that day; -1 where none is."""
        tree, end = self.tree, self.end[:, :-1]
        last_step_lot = self.problem.steps.lot[tree.step[tree.root]]
        day = self._day_of(tree.step[tree.root], end[tree.root])
        day = np.maximum(day, self.problem.lots.fixed_day[last_step_lot][:, None])
        days = np.arange(self.days)
        self.last_anchor = np.stack(
            [np.searchsorted(row, days, side="right") - 1 for row in day]
            if len(day)
            else [np.zeros(self.days, np.int64)]
        )[: len(day)]

    def _day_of(self, step: Ints, finish: Ints) -> Ints:
        """The earliest work day that an end at `finish` can belong to on any way of the step."""
        steps, ways = self.problem.steps, self.problem.ways
        calendar = np.maximum(finish - 1, 0) // DAY
        day = np.where(finish >= NEVER, self.problem.horizon, calendar)
        count = np.diff(steps.first_way)[step]
        for k in range(int(count.max()) if len(count) else 0):
            has = np.flatnonzero(count > k)
            station = np.broadcast_to(ways.station[steps.first_way[step[has]] + k][:, None], finish[has].shape)
            window = self.clock.window_before(station, finish[has])
            inside = window >= self.clock.first[station]
            begun = np.where(inside, self.clock.days[np.maximum(window, 0)], 0)
            day[has] = np.minimum(day[has], np.where(finish[has] >= NEVER, day[has], begun))
        return np.maximum(day, self.problem.first_day)

    # pricing

    def price(self, prices: Floats) -> tuple[Chosen, float]:
        """Every line's cheapest column at `prices` per minute of each window, and the bound that they prove."""
        tree, lines = self.tree, self.problem.lines
        nodes, count = len(tree.step), self.count
        ahead = np.concatenate([[0.0], np.cumsum(prices[: self.windows] * self.length)])
        cost = (
            ahead[self.last_window]
            + prices[self.last_window] * self.last_offset
            - ahead[self.first_window]
            - prices[self.first_window] * self.first_offset
        ) * self.scale
        flat = np.full(nodes * count, np.inf)
        if len(self.segment):
            flat[self.segment_key] = np.minimum.reduceat(cost, self.segment)
        value: Any = flat.reshape(nodes, count)
        value[self.free] = np.where(self.end[self.free, :-1] < NEVER, 0.0, np.inf)
        if len(self.part_node):
            through = np.concatenate([[0.0], np.cumsum(prices[self.windows :])])
            paid = through[self.part_last][:, None] - through[self.part_from]
            paid *= self.part_qty[:, None]
            value[self.part_node[self.part_cuts]] += np.add.reduceat(paid, self.part_cuts, axis=0)
        reached = np.empty_like(value)
        for batch, edge in zip(self.levels, self.level_edges, strict=True):
            if len(edge):
                limit = self.allowed[edge]
                least = np.take_along_axis(reached[tree.before[edge]], np.maximum(limit, 0), axis=1)
                np.add.at(value, tree.after[edge], np.where(limit >= 0, least, np.inf))
            reached[batch] = np.minimum.accumulate(value[batch], axis=1)
        by_day = self._line_values(reached)
        best_day = _last_least(by_day)
        best = by_day[np.arange(len(lines.weight)), best_day]
        inside = best < self.outside
        bound = float(np.where(inside, best, self.outside).sum() - (prices * self.capacity).sum())
        return self._choose(value, cost, best_day, inside), bound

    def of_placement(self, placement: Placement) -> Chosen:
        """The columns that a plan uses; lines that it delivers after the days looked at have none."""
        tree, problem, clock = self.tree, self.problem, self.clock
        start, end = np.array(placement.start, np.int64), np.array(placement.end, np.int64)
        day = problem.delivery_days(np.array(placement.lot_day, np.int64))
        inside = day < self.days
        own_way = np.array(placement.way, np.int64)
        node = np.flatnonzero(inside[tree.line] & (own_way[tree.step] >= 0))
        step = tree.step[node]
        station = problem.ways.station[own_way[step]]
        low, high = clock.window_at(station, start[step]), clock.window_before(station, end[step])
        number = np.maximum(high - low + 1, 0)
        which = np.repeat(np.arange(len(node)), number)
        window = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + low[which]
        in_overtime = np.array(placement.overtime, bool)[step][which]
        until = np.where(in_overtime, clock.ends[window], self.regular_ends[window])
        minutes = np.minimum(until, end[step][which]) - np.maximum(clock.starts[window], start[step][which])
        taken = np.maximum(minutes, 0) * tree.share[node][which]
        begin = np.full(len(tree.step), -1, np.int64)
        begin[node] = start[step]
        pair = np.flatnonzero(begin[self.part_node] >= 0)
        own_line, rows, pieces = self._parts_taken(
            pair, self._counted_from(pair, begin[self.part_node[pair]]), tree.line[self.part_node[pair]]
        )
        line, window, minutes = self._sum_by_line(
            np.concatenate([tree.line[node][which], own_line]),
            np.concatenate([self.window_of_shift[window], rows]),
            np.concatenate([taken, pieces]),
        )
        late = np.where(inside, problem.lines.weight * np.maximum(day - problem.lines.target, 0), self.outside)
        return Chosen(late, inside.astype(np.int64), line, window, minutes, begin)

    def _counted_from(self, pair: Ints, start: Ints) -> Ints:
        """The first row of each taker's part whose arrival comes after it starts."""
        found: Ints = np.searchsorted(self.part_keys, start + self.part_of[pair] * _STRIDE, side="right")
        return np.clip(found, self.part_first[pair], self.part_last[pair])

    def _sum_by_line(self, line: Ints, window: Ints, taken: Floats) -> tuple[Ints, Ints, Floats]:
        rows = len(self.capacity)
        unique, inverse = np.unique(line * rows + window, return_inverse=True)
        minutes = np.bincount(inverse, weights=taken, minlength=len(unique))
        kept = minutes > 1e-9
        return unique[kept] // rows, unique[kept] % rows, minutes[kept]

    def _line_values(self, reached: Floats) -> Floats:
        """Per line and day of delivery: what the windows it takes cost, plus its weighted days late."""
        lines, tree, days = self.problem.lines, self.tree, np.arange(self.days)
        late = lines.weight[:, None] * np.maximum(days[None, :] - lines.target[:, None], 0)
        late = np.where(days[None, :] < np.maximum(lines.fixed, self.problem.first_day)[:, None], np.inf, late)
        anchor = self.last_anchor
        taken = np.where(anchor >= 0, np.take_along_axis(reached[tree.root], np.maximum(anchor, 0), axis=1), np.inf)
        np.add.at(late, tree.root_line, taken)
        return late

    def _choose(self, value: Floats, cost: Floats, best_day: Ints, inside: Bools) -> Chosen:
        """The columns behind the values: anchors from the roots down, then the start that was cheapest."""
        tree, lines = self.tree, self.problem.lines
        nodes = len(tree.step)
        limit = np.full(nodes, -1, np.int64)
        limit[tree.root] = self.last_anchor[np.arange(len(tree.root)), best_day[tree.root_line]]
        limit[~inside[tree.line]] = -1
        anchor = np.full(nodes, -1, np.int64)
        for batch, edge in zip(reversed(self.levels), reversed(self.level_edges), strict=True):
            here = batch[limit[batch] >= 0]
            masked = np.where(np.arange(self.count)[None, :] <= limit[here][:, None], value[here], np.inf)
            anchor[here] = _last_least(masked)
            known = edge[limit[tree.after[edge]] >= 0]
            limit[tree.before[known]] = self.allowed[known, anchor[tree.after[known]]]
        used = np.flatnonzero(anchor >= 0)
        key = used * self.count + anchor[used]
        position = np.searchsorted(self.segment_key, key)
        position = np.minimum(position, max(len(self.segment_key) - 1, 0))
        staffed = self.segment_key[position] == key if len(self.segment_key) else np.zeros(len(key), bool)
        used, position = used[staffed], position[staffed]
        entry = self._cheapest(cost, position)
        start = np.full(nodes, -1, np.int64)
        start[used] = self._begin(entry)
        line, window, taken = self._minutes_by_window(tree.line[used], entry)
        pair = np.flatnonzero(anchor[self.part_node] >= 0)
        node = self.part_node[pair]
        own_line, rows, pieces = self._parts_taken(pair, self.part_from[pair, anchor[node]], tree.line[node])
        line, window, minutes = self._sum_by_line(
            np.concatenate([line, own_line]), np.concatenate([window, rows]), np.concatenate([taken, pieces])
        )
        late = np.where(inside, lines.weight * np.maximum(best_day - lines.target, 0), self.outside)
        return Chosen(late, inside.astype(np.int64), line, window, minutes, start)

    def _cheapest(self, cost: Floats, position: Ints) -> Ints:
        begin = self.segment[position]
        stop = np.append(self.segment, len(cost))[position + 1]
        number = stop - begin
        which = np.repeat(np.arange(len(position)), number)
        entry = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + begin[which]
        order = np.lexsort((-self._begin(entry), cost[entry].round(9), which))
        first = np.cumsum(number) - number
        result: Ints = entry[order[first]]
        return result

    def _begin(self, entry: Ints) -> Ints:
        """The minute at which a way listed begins."""
        window = self.first_window[entry]
        return self.clock.clock(self.station[window], self.before[window] + self.first_offset[entry], side="right")

    def _minutes_by_window(self, line: Ints, entry: Ints) -> tuple[Ints, Ints, Floats]:
        """Minutes that the chosen runs take, by line and window."""
        first, last = self.first_window[entry], self.last_window[entry]
        number = last - first + 1
        which = np.repeat(np.arange(len(entry)), number)
        window = np.arange(len(which)) - np.repeat(np.cumsum(number) - number, number) + first[which]
        taken = self.length[window].copy()
        starts_here, ends_here = window == first[which], window == last[which]
        taken[ends_here] = self.last_offset[entry][which[ends_here]]
        taken[starts_here] -= self.first_offset[entry][which[starts_here]]
        taken *= self.scale[entry][which]
        return line[which], window, taken


def windows_alone(problem: Problem, edges: Ints) -> Columns:
    """The windows and the rows of parts that columns would have, without any lines."""
    return Columns(problem, make_tree(problem, 0), edges)


def _last_least(values: Floats) -> Ints:
    """Per row the last column that holds its least value: of starts that cost the same, the latest."""
    least = values.min(axis=1, keepdims=True)
    hit = values <= least + 1e-9 * (1.0 + np.abs(least))
    result: Ints = values.shape[1] - 1 - np.argmax(hit[:, ::-1], axis=1)
    return result


def stations_of(problem: Problem) -> list[int]:
    """The station of each unit."""
    first = problem.stations.first_unit
    return [s for s in range(len(first) - 1) for _ in range(first[s], first[s + 1])]


def _cut(line: Timeline, edges: Ints) -> Timeline:
    """The windows of a station in pieces, cut at the edges on their own day."""
    starts, days = np.array(line.starts, np.int64), np.array(line.days, np.int64)
    ends, regular_ends = np.array(line.ends, np.int64), np.array(line.regular_ends, np.int64)
    window = np.searchsorted(starts, edges, side="left") - 1
    inside = (window >= 0) & (edges < ends[window]) & (edges // DAY == days[window]) if len(starts) else edges < 0
    if not inside.any():
        return line
    own = np.concatenate([np.arange(len(starts)), window[inside]])
    begin = np.concatenate([starts, edges[inside]])
    order = np.argsort(begin, kind="stable")
    own, begin = own[order], begin[order]
    end = np.append(begin[1:], NEVER)
    end = np.minimum(end, ends[own])
    regular_end = np.clip(regular_ends[own], begin, end)
    regular, through = np.cumsum(regular_end - begin), np.cumsum(end - begin)
    return Timeline(
        days[own].tolist(),
        begin.tolist(),
        regular_end.tolist(),
        end.tolist(),
        (regular - (regular_end - begin)).tolist(),
        regular.tolist(),
        (through - (end - begin)).tolist(),
        through.tolist(),
    )


def _with_overtime(line: Timeline) -> Timeline:
    """The same windows as if overtime were regular time."""
    return Timeline(
        line.days,
        line.starts,
        line.ends,
        line.ends,
        line.before_overtime,
        line.through_overtime,
        line.before_overtime,
        line.through_overtime,
    )


def _capacity(problem: Problem, clock: TimelineArrays) -> Floats:
    """Minutes of each shift over all units, less the fixed work in it."""
    units = np.diff(np.array(problem.stations.first_unit))
    station = np.repeat(np.arange(len(units)), np.diff(clock.first))
    capacity = (clock.ends - clock.starts).astype(np.float64) * units[station]
    for unit, rows in enumerate(problem.stations.reserved):
        own = stations_of(problem)[unit]
        windows = slice(clock.first[own], clock.first[own + 1])
        for start, end, _kind, _lot in rows:
            overlap = np.minimum(clock.ends[windows], end) - np.maximum(clock.starts[windows], start)
            capacity[windows] -= np.maximum(overlap, 0)
    return np.maximum(capacity, 0.0)
