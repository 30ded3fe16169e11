"""Bills of material: levels, cycles, effectivity, pieces started per step, explosion.

Everything works on whole arrays and never recurses, so a BOM may be as deep as it likes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.errors import BomCycleError, InputError
from planning.model import PlanInput, Settings

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_DAYS = np.int64(1) << 32  # more than any number of days: item x _DAYS + day sorts by item, then day
_OPEN_END = np.int64(2**31)


def low_level_codes(plan_input: PlanInput) -> pd.Series:
    """Each item's low-level code: the length of the longest way down to it from an item nothing uses.

    Index item_no in order of item_no, int64. All BOM lines count, whatever their dates, so that every item
    comes after all its parents on every day. Raises BomCycleError, naming the way round.
    Source: Orlicky, Material Requirements Planning (2nd ed.), chapter 5, "low-level coding".
    """
    names = pd.Index(np.sort(plan_input.item["item_no"].to_numpy(dtype=object)))
    parent = names.get_indexer(plan_input.bom_line["parent_item_no"])
    component = names.get_indexer(plan_input.bom_line["component_item_no"])
    return pd.Series(levels(names, parent, component), index=pd.Index(names, name="item_no"), name="low_level_code")


def check_acyclic(lines: pd.DataFrame) -> None:
    """Raise BomCycleError where following `lines` (parent_item_no, component_item_no) leads in a circle."""
    names = pd.Index(np.unique(np.concatenate([lines["parent_item_no"], lines["component_item_no"]]).astype(object)))
    levels(names, names.get_indexer(lines["parent_item_no"]), names.get_indexer(lines["component_item_no"]))


def levels(names: pd.Index, parent: Ints, component: Ints) -> Ints:
    """Low-level codes of `names` under the edges `parent` -> `component` (positions in `names`).

    Kahn's algorithm, one round per level. Raises BomCycleError, naming the way round.
    """
    order = np.argsort(parent, kind="stable")
    child = component[order]
    first = np.searchsorted(parent[order], np.arange(len(names) + 1))
    uses = np.bincount(component, minlength=len(names))
    code = np.full(len(names), -1, dtype=np.int64)
    ready = np.flatnonzero(uses == 0)
    level = 0
    while len(ready):
        code[ready] = level
        reached = child[ranges(first[ready], first[ready + 1] - first[ready])]
        found, count = np.unique(reached, return_counts=True)
        uses[found] -= count
        ready = found[uses[found] == 0]
        level += 1
    left = code < 0
    if left.any():
        raise BomCycleError(_way_round(names, parent, component, left))
    return code


def _way_round(names: pd.Index, parent: Ints, component: Ints, left: npt.NDArray[np.bool_]) -> list[str]:
    """One cycle among the items `left` over: every one of them still has a parent, so walking up must return."""
    inside = left[parent] & left[component]
    smallest: dict[int, int] = {}
    for up, down in zip(parent[inside].tolist(), component[inside].tolist(), strict=True):
        smallest[down] = min(up, smallest.get(down, up))
    here = int(np.flatnonzero(left)[0])
    seen: dict[int, int] = {}
    walk: list[int] = []
    while here not in seen:
        seen[here] = len(walk)
        walk.append(here)
        here = smallest[here]
    ring = walk[seen[here] :][::-1]
    start = ring.index(min(ring))
    ring = ring[start:] + ring[:start]
    return [str(names[position]) for position in [*ring, ring[0]]]


def ranges(first: Ints, count: Ints) -> Ints:
    """The numbers first[0] .. first[0]+count[0]-1, then those of the next, one after the other."""
    total = int(count.sum())
    before = np.cumsum(count) - count
    numbers: Ints = np.arange(total, dtype=np.int64) + np.repeat(first - before, count)
    return numbers


def scrap_factor(scrap_rate: Floats, settings: Settings) -> Floats:
    """Pieces used per piece wanted: 1 + r, or 1 / (1 - r) by setting. Raises InputError where r leaves nothing."""
    if settings.bom_scrap == "multiply":
        return 1.0 + scrap_rate
    if (scrap_rate >= 1.0).any():
        raise InputError("PLAN-SCRAP-RATE", value=float(scrap_rate.max()))
    factor: Floats = 1.0 / (1.0 - scrap_rate)
    return factor


@dataclass(frozen=True, slots=True)
class Steps:
    """The preferred routing of every item, a row per item and step in order; one row where there is no routing.

    Per good piece out of the last step, `good` pieces come out of the step and `started` are started in it:
    started(s) = good(s) / yield(s), good(s) = started(s + 1), good(last) = 1, and the item's own scrap is
    charged to its first step. `source` is the row in plan_input.routing_step, -1 where there is no routing.
    Item i's rows are first[i] .. first[i + 1] - 1.
    """

    first: Ints
    item: Ints
    step_no: Floats  # NaN where there is no routing
    source: Ints
    yield_rate: Floats
    good: Floats
    started: Floats

    @classmethod
    def of(cls, plan_input: PlanInput, names: pd.Index) -> Steps:
        """The steps of the items `names`; of alternative stations the lowest alt_rank, then station_no."""
        routing = plan_input.routing_step
        owner = names.get_indexer(routing["item_no"])
        order = np.lexsort(
            (
                pd.factorize(routing["station_no"], sort=True)[0],
                routing["alt_rank"].to_numpy(),
                routing["step_no"].to_numpy(),
                owner,
            )
        )
        owner, number = owner[order], routing["step_no"].to_numpy()[order]
        keep = np.ones(len(order), dtype=bool)
        keep[1:] = (owner[1:] != owner[:-1]) | (number[1:] != number[:-1])
        without = np.setdiff1d(np.arange(len(names)), owner)
        item = np.concatenate([owner[keep], without]).astype(np.int64)
        step_no = np.concatenate([number[keep].astype(np.float64), np.full(len(without), np.nan)])
        source = np.concatenate([order[keep], np.full(len(without), -1)]).astype(np.int64)
        order = np.lexsort((step_no, item))
        item, step_no, source = item[order], step_no[order], source[order]
        first = np.searchsorted(item, np.arange(len(names) + 1)).astype(np.int64)
        rate = np.ones(len(item))
        rate[source >= 0] = routing["yield_rate"].to_numpy()[source[source >= 0]]
        if (rate <= 0).any():
            raise InputError("PLAN-YIELD", value=str(names[item[np.flatnonzero(rate <= 0)[0]]]))
        started = tail_products(1.0 / rate, first)
        good = started * rate
        scrap = plan_input.item.set_index("item_no")["scrap_rate"].reindex(names).to_numpy()
        started[first[:-1]] *= 1.0 + scrap
        return cls(first, item, step_no, source, rate, good, started)

    def find(self, item: Ints, step_no: Floats) -> Ints:
        """The row of each item and step; the item's first row where the step is empty or unknown."""
        number = np.unique(self.step_no[~np.isnan(self.step_no)])
        base = len(number) + 1  # a step's number becomes its place among all numbers, 0 for none
        key = self.item * base + np.where(np.isnan(self.step_no), 0, np.searchsorted(number, self.step_no) + 1)
        place = np.searchsorted(number, step_no)
        known = place < len(number)
        known[known] = number[place[known]] == step_no[known]
        wanted = item * base + place + 1
        row = np.minimum(np.searchsorted(key, wanted), len(key) - 1) if len(key) else wanted
        known &= key[row] == wanted if len(key) else False
        return np.where(known, row, self.first[item]).astype(np.int64)


def _rows_from_the_end(first: Ints) -> list[Ints]:
    """Rows of the groups first[i] .. first[i + 1] - 1 by how many rows of the group lie behind: 1, 2, ..."""
    behind = np.repeat(first[1:], np.diff(first)) - np.arange(first[-1]) - 1
    return [np.flatnonzero(behind == count) for count in range(1, int(behind.max(initial=0)) + 1)]


def tail_products(values: Floats, first: Ints) -> Floats:
    """Within each group first[i] .. first[i + 1] - 1, the product of a value and all behind it."""
    products = values.astype(np.float64).copy()
    for rows in _rows_from_the_end(first):
        products[rows] *= products[rows + 1]
    return products


def tail_sums(values: Floats, first: Ints) -> Floats:
    """Within each group first[i] .. first[i + 1] - 1, the sum of a value and all behind it."""
    sums = values.astype(np.float64).copy()
    for rows in _rows_from_the_end(first):
        sums[rows] += sums[rows + 1]
    return sums


@dataclass(frozen=True, slots=True)
class Bom:
    """The BOM lines that hold on a day, alternatives resolved, one row per component and step.

    An item has one period or more, each with a fixed set of lines. usage: component per piece *started* in
    step row `step` (see Steps), with the line's scrap.
    """

    period_key: Ints  # item x _DAYS + first day of the period, sorted
    first: Ints  # lines of period p: first[p] .. first[p + 1] - 1
    component: Ints
    usage: Floats
    step: Ints

    @classmethod
    def of(cls, plan_input: PlanInput, names: pd.Index, steps: Steps) -> Bom:
        """The BOM of the items `names`. Of an alt_group only the line of the lowest alt_rank (then line_no) holds."""
        lines = plan_input.bom_line
        parent = names.get_indexer(lines["parent_item_no"]).astype(np.int64)
        component = names.get_indexer(lines["component_item_no"]).astype(np.int64)
        usage = lines["qty_per"].to_numpy() * scrap_factor(lines["scrap_rate"].to_numpy(), plan_input.settings)
        step = steps.find(parent, lines["step_no"].to_numpy())
        begin = day_numbers(lines["effective_from"], missing=-1)
        end = day_numbers(lines["effective_to"], missing=int(_OPEN_END))
        starts = (parent * _DAYS + np.maximum(begin + 1, 0))[begin >= 0]
        ends = (parent * _DAYS + np.maximum(end + 2, 0))[end < _OPEN_END]
        breaks = np.unique(np.concatenate([np.arange(len(names)) * _DAYS, starts, ends])).astype(np.int64)
        of_item = np.searchsorted(breaks, np.arange(len(names) + 1) * _DAYS)
        count = of_item[parent + 1] - of_item[parent]
        line = np.repeat(np.arange(len(lines)), count)
        period = ranges(of_item[parent], count)
        day = breaks[period] - parent[line] * _DAYS - 1
        holds = (begin[line] <= day) & (day <= end[line])
        line, period = _resolve_alternatives(lines, line[holds], period[holds], component)
        return cls._merged(breaks, period, component[line], usage[line], step[line])

    @classmethod
    def _merged(cls, breaks: Ints, period: Ints, component: Ints, usage: Floats, step: Ints) -> Bom:
        """Adds up lines of the same period, component and step."""
        order = np.lexsort((step, component, period))
        period, component, usage, step = period[order], component[order], usage[order], step[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (np.diff(period) != 0) | (np.diff(component) != 0) | (np.diff(step) != 0)
        if len(order):
            usage = np.add.reduceat(usage, np.flatnonzero(new))
        first = np.searchsorted(period[new], np.arange(len(breaks) + 1)).astype(np.int64)
        return cls(breaks, first, component[new], usage, step[new])

    def lines(self, item: Ints, day: Ints) -> tuple[Ints, Ints]:
        """For lots of `item` whose BOM is that of `day` (days since 1970): (lot, line) of every line they use."""
        key = item * _DAYS + np.clip(day + 1, 0, _DAYS - 1)
        period = np.searchsorted(self.period_key, key, side="right") - 1
        count = self.first[period + 1] - self.first[period]
        return np.repeat(np.arange(len(item)), count), ranges(self.first[period], count)


def _resolve_alternatives(lines: pd.DataFrame, line: Ints, period: Ints, component: Ints) -> tuple[Ints, Ints]:
    group = pd.factorize(lines["alt_group"])[0].astype(np.int64)
    plain = (lines["alt_group"] == "").to_numpy()
    rank, number = lines["alt_rank"].to_numpy(), lines["line_no"].to_numpy()
    order = np.lexsort((component[line], number[line], rank[line], group[line], period))
    line, period = line[order], period[order]
    keep = np.ones(len(line), dtype=bool)
    keep[1:] = (period[1:] != period[:-1]) | (group[line[1:]] != group[line[:-1]])
    keep |= plain[line]
    return line[keep], period[keep]


def day_numbers(dates: pd.Series, missing: int = -1) -> Ints:
    """Days since 1970 of a column of dates; `missing` where there is none."""
    days = dates.to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.where(dates.isna().to_numpy(), missing, days)


def effective_lines(plan_input: PlanInput, on_date: dt.date) -> pd.DataFrame:
    """The BOM lines that hold on `on_date`: parent_item_no, component_item_no, step_no, usage.

    usage: component per piece started in the step, with the line's scrap; step_no NaN where the parent has no
    routing. Lines of one component and step are added up; of an alt_group the lowest alt_rank holds.
    """
    names = pd.Index(np.sort(plan_input.item["item_no"].to_numpy(dtype=object)))
    steps = Steps.of(plan_input, names)
    bom = Bom.of(plan_input, names, steps)
    every = np.arange(len(names), dtype=np.int64)
    parent, line = bom.lines(every, np.full(len(names), _day(on_date)))
    return pd.DataFrame(
        {
            "parent_item_no": names[parent].astype("str"),
            "component_item_no": names[bom.component[line]].astype("str"),
            "step_no": steps.step_no[bom.step[line]],
            "usage": bom.usage[line],
        }
    )


def pieces_per_step(plan_input: PlanInput) -> pd.DataFrame:
    """Per item and step: pieces started and good pieces out for one good piece out of the last step.

    Columns item_no, step_no (NaN where the item has no routing), started, good; the item's own scrap is charged
    to its first step.
    """
    names = pd.Index(np.sort(plan_input.item["item_no"].to_numpy(dtype=object)))
    steps = Steps.of(plan_input, names)
    return pd.DataFrame(
        {
            "item_no": names[steps.item].astype("str"),
            "step_no": steps.step_no,
            "started": steps.started,
            "good": steps.good,
        }
    )


def explode(plan_input: PlanInput, item_no: str, qty: float, on_date: dt.date) -> pd.DataFrame:
    """Gross requirement of every component, at any depth, for `qty` good pieces of `item_no` with the BOM of a day.

    Columns item_no, low_level_code, qty, in that order of levels; the item itself comes first. Stock is not
    looked at. Raises KeyError for an unknown item and BomCycleError.
    """
    code = low_level_codes(plan_input)
    names = code.index
    steps = Steps.of(plan_input, names)
    bom = Bom.of(plan_input, names, steps)
    need = np.zeros(len(names))
    need[names.get_loc(item_no)] = qty
    for level in range(int(code.max()) + 1):
        parents = np.flatnonzero((code.to_numpy() == level) & (need > 0))
        lot, line = bom.lines(parents, np.full(len(parents), _day(on_date)))
        used = need[parents[lot]] * steps.started[bom.step[line]] * bom.usage[line]
        np.add.at(need, bom.component[line], used)
    found = np.flatnonzero(need > 0)
    rows = pd.DataFrame({"item_no": names[found].astype("str"), "low_level_code": code.to_numpy()[found]})
    rows["qty"] = need[found]
    return rows.sort_values(["low_level_code", "item_no"], ignore_index=True)


def _day(date: dt.date) -> int:
    return int(np.datetime64(date, "D").astype(np.int64))
