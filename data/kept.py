"""Answers that other questions are made from: computed once, kept in memory while the data stays as it is.

A question of `KEPT` that another one includes is not computed inside of it. Its own answer is, once for each set of
parameters, and whoever asks next reads that. `docs/decisions/answers-that-are-kept.md` says why.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

KEPT = frozenset(
    {
        "attainment/output",
        "delivery/due_lines",
        "delivery/tracking",
        "kpi/backlog",
        "kpi/day_output",
        "kpi/kit_rate",
        "kpi/output_worth",
        "kpi/shortfall",
        "kpi/stock_cover",
        "kpi/stock_layers",
        "kpi/trend/backlog",
        "materials/kit_at_start",
        "materials/short",
        "materials/short_lines",
        "orders/backlog_lines",
        "plan_input/stock",
    }
)
LIMIT_BYTES = 256_000_000
Key = tuple[str, int, Hashable]


class Kept[T]:
    """What was made, by whose it is, the version of the facts and what it is about. Safe between threads.

    size: bytes that one takes. Where all of them are larger than `limit_bytes`, the least used are dropped.
    """

    def __init__(self, size: Callable[[T], int], limit_bytes: int = LIMIT_BYTES) -> None:
        self._size = size
        self._limit = limit_bytes
        self._found: OrderedDict[Key, tuple[T, int]] = OrderedDict()
        self._bytes = 0
        self._making: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, whose: str, facts: int, about: Hashable, make: Callable[[], T]) -> T:
        """What is kept, by `make` where nobody has asked yet; who asks meanwhile waits for it."""
        key = whose, facts, about
        with self._lock:
            if key in self._found:
                return self._used(key)
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._found:
                    return self._used(key)
            try:
                made = make()
                with self._lock:
                    self._keep(key, made)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return made

    @property
    def bytes(self) -> int:
        """How much memory all of it takes."""
        return self._bytes

    def _used(self, key: Key) -> T:
        self._found.move_to_end(key)
        return self._found[key][0]

    def _keep(self, key: Key, made: T) -> None:
        if key in self._found:
            self._drop(key)
        for old in [
            old for old in self._found if old[0] == key[0] and old[1] < key[1]
        ]:  # nobody asks about it any more
            self._drop(old)
        self._found[key] = made, self._size(made)
        self._bytes += self._found[key][1]
        while self._bytes > self._limit and len(self._found) > 1:
            self._drop(next(iter(self._found)))

    def _drop(self, key: Key) -> None:
        self._bytes -= self._found.pop(key)[1]
