"""Prices from a sample of the order lines, for problems too large to solve as one model from nothing.

Every n-th line in the order of their targets, with its own part of each station, is a small shop that is crowded where
and when the whole one is: its prices are nearly the whole one's. The whole model starts from them; where even that is
too large they are all there is, and that is enough for two things. Any prices prove a bound (`columns`), whatever they
come from. And the cheapest columns at prices a little lower and a little higher say when each step should start, as the
model's solution would.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from planning.schedule.bins import MOST_ANCHORS
from planning.schedule.columns import Columns, Tree, of_lines
from planning.schedule.master import Master, Relaxation
from planning.schedule.problem import Lines, Problem
from planning.schedule.timeline import Floats, Ints

LINES = 800  # of one sample
SAMPLES = 3  # whose prices are averaged where they are all there is
GAP = 0.03  # to which a sample is solved
FACTORS = (0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2)  # of the prices, at which columns are looked at


def sampled_prices(
    problem: Problem, tree: Tree, edges: Ints, samples: int, deadline: float, cancelled: Callable[[], bool]
) -> Floats | None:
    """Prices per minute of each window of the bins between `edges`: the mean of those of `samples` samples.

    None where not one was solved before `deadline` (on the clock of time.perf_counter).
    """
    count = len(problem.lines.weight)
    stride = max(-(-count // LINES), 1)
    by_target = np.argsort(problem.lines.target, kind="stable")
    found: list[Floats] = []
    for number in range(min(samples, stride)):
        if time.perf_counter() >= deadline or cancelled():
            break
        chosen = np.sort(by_target[(2 * number + 1) * stride // (2 * samples) :: stride])
        part, part_tree = _part(problem, tree, chosen)
        master = Master(Columns(part, part_tree, edges))
        share = _work(problem, part_tree) / max(_work(problem, tree), 1e-9)
        master.tighten(share, of_parts=share)
        solved = master.run(deadline, gap=GAP, cancelled=cancelled)
        if np.isfinite(solved.objective):
            found.append(solved.prices)
    return np.mean(found, axis=0) if found else None


def at_prices(
    problem: Problem, tree: Tree, edges: Ints, prices: Floats, is_over: Callable[[], bool]
) -> Relaxation | None:
    """What prices say of all lines: the bound that they prove, and where they would start each node of the tree.

    Lines are looked at a part at a time, so that memory does not grow with their number. None where it
    was over before all were.
    """
    began = time.perf_counter()
    nodes_of = np.bincount(tree.line, minlength=len(problem.lines.weight))
    group = (np.cumsum(nodes_of) * (len(edges) - 1) - 1) // MOST_ANCHORS
    value, spent = np.zeros(len(FACTORS)), 0.0
    node, start = [], []
    for lines in np.split(np.arange(len(group)), np.flatnonzero(np.diff(group)) + 1):
        if is_over():
            return None
        part, part_tree = _part(problem, tree, lines)
        columns = Columns(part, part_tree, edges)
        spent = float((prices * columns.capacity).sum())
        own = np.flatnonzero(np.isin(tree.line, lines))
        for k, factor in enumerate(FACTORS):
            chosen, bound = columns.price(factor * prices)
            value[k] += bound + factor * spent
            placed = chosen.start >= 0
            node.append(own[placed])
            start.append(chosen.start[placed])
    bounds = value - np.array(FACTORS) * spent
    best = int(np.argmax(bounds))
    nodes = np.concatenate(node)
    return Relaxation(
        np.inf,
        max(float(bounds[best]), 0.0),
        FACTORS[best] * prices,
        nodes,
        np.concatenate(start),
        np.full(len(nodes), 1.0 / len(FACTORS)),
        0,
        time.perf_counter() - began,
    )


def _part(problem: Problem, tree: Tree, lines: Ints) -> tuple[Problem, Tree]:
    """The problem with some of its lines, numbered anew, and their tree."""
    every = problem.lines
    number = np.full(len(every.weight), -1)
    number[lines] = np.arange(len(lines))
    kept = number[every.line] >= 0
    some = Lines(
        every.weight[lines],
        every.target[lines],
        every.fixed[lines],
        number[every.line[kept]],
        every.lot[kept],
        every.share[kept],
    )
    own = of_lines(tree, lines)
    own = replace(own, line=number[own.line], root_line=number[own.root_line])
    return replace(problem, lines=some), own


def _work(problem: Problem, tree: Tree) -> float:
    """Clock minutes of all nodes on their preferred ways."""
    first = problem.steps.first_way
    at_station = first[tree.step + 1] > first[tree.step]
    minutes = problem.ways.process[first[tree.step[at_station]]]
    return float((minutes * tree.share[at_station]).sum())
