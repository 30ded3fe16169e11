"""Bins of time that the linear model looks at: days, parts of a day where prices move, several days far ahead.

An order may pass all of its stations within one bin without waiting for any of them, which no floor grants it. In bins
of a day the model therefore promises too much where orders are just done in time: one whose last step but one is done
at the end of a day is not delivered on that day. Parts of a day see that. They are worth their cost where the price of
an hour changes from one day to the next: there it matters when a step is done; where an hour costs the same all along
only the sum counts, and where it costs nothing there is time to spare. The bound holds whatever the bins are.
"""

from __future__ import annotations

import numpy as np

from planning.schedule.timeline import DAY, Floats, Ints

MOST_ANCHORS, LEAST_BINS = 3_000_000, 12  # nodes x bins that are looked at: what is beyond goes into longer bins
PARTS = (8, 4, 2)  # of a day on which prices move, as many as there is room for


def most_bins(nodes: int) -> int:
    """How many bins the columns of a tree of so many nodes may have."""
    return int(max(MOST_ANCHORS // max(nodes, 1), LEAST_BINS))


def day_edges(days: int, most: int) -> Ints:
    """Minutes at which the bins begin, and the end of the last one.

    A bin a day; where that is more than `most`, half of the bins are a day long and the others alike.
    """
    if days <= most:
        return np.arange(days + 1) * DAY
    single = max(most // 2, 1)
    ahead = np.linspace(single, days, max(most - single, 1) + 1).round().astype(np.int64)
    return np.unique(np.concatenate([np.arange(single), ahead])) * DAY


def refined(edges: Ints, change: Floats, opens: Ints, closes: Ints, most: int) -> Ints:
    """`edges` with bins of one day in parts, those of the greatest `change` first, as far as `most` bins go.

    change: per bin, by how much prices move in or next to it (0: not enough to count). opens, closes: minutes
    between which stations work in it.
    """
    moving = np.flatnonzero((np.diff(edges) == DAY) & (change > 0.0) & (closes > opens))
    moving = moving[np.argsort(-change[moving], kind="stable")]
    room = most - len(change)
    parts = next((parts for parts in PARTS if len(moving) * (parts - 1) <= room), PARTS[-1])
    moving = moving[: max(room, 0) // (parts - 1)]
    share = np.arange(1, parts) / parts
    cuts = opens[moving][:, None] + np.floor((closes - opens)[moving][:, None] * share).astype(np.int64)
    inside = (cuts > edges[moving][:, None]) & (cuts < edges[moving + 1][:, None])
    return np.unique(np.concatenate([edges, cuts[inside]]))
