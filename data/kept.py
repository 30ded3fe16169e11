"""Answers that other questions are made from: computed once, kept in memory while the data stays as it is.

A question of `KEPT` that another one includes is not computed inside of it. Its own answer is, once for each set of
parameters, and whoever asks next reads that. `docs/decisions/answers-that-are-kept.md` says why.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

KEPT = frozenset(
    {
        "attainment/output",
        "delivery/due_lines",
        "delivery/tracking",
        "kpi/day_output",
        "kpi/kit_rate",
        "kpi/shortfall",
        "kpi/stock_cover",
        "kpi/stock_layers",
        "materials/kit_at_start",
        "materials/short",
        "materials/short_lines",
        "orders/backlog_lines",
        "plan_input/stock",
    }
)
LIMIT_BYTES = 256_000_000
Key = tuple[int, str, str]


def key(facts: int, question: str, parameters: Mapping[str, Any]) -> Key:
    """What an answer depends on: the version of the facts, the question and the values it is asked with."""
    return facts, question, repr(sorted(parameters.items()))


class KeptAnswers:
    """Answers by key, the least used dropped first where they are larger than `limit_bytes`. Safe between threads."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._answers: OrderedDict[Key, pa.Table] = OrderedDict()
        self._making: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def answer(self, wanted: Key, make: Callable[[], pa.Table]) -> pa.Table:
        """The answer under `wanted`, by `make` where nobody has asked yet; who asks meanwhile waits for it."""
        with self._lock:
            found = self._find(wanted)
            if found is not None:
                return found
            making = self._making.setdefault(wanted, threading.Lock())
        with making:
            with self._lock:
                found = self._find(wanted)
            if found is not None:
                return found
            try:
                made = make()
                with self._lock:
                    self._keep(wanted, made)
            finally:
                with self._lock:
                    self._making.pop(wanted, None)
        return made

    @property
    def bytes(self) -> int:
        """How much memory the answers take."""
        with self._lock:
            return self._bytes()

    def _find(self, wanted: Key) -> pa.Table | None:
        found = self._answers.get(wanted)
        if found is not None:
            self._answers.move_to_end(wanted)
        return found

    def _keep(self, wanted: Key, made: pa.Table) -> None:
        for old in [key for key in self._answers if key[0] < wanted[0]]:  # of facts that nobody asks about any more
            del self._answers[old]
        self._answers[wanted] = made
        while len(self._answers) > 1 and self._bytes() > self._limit:
            self._answers.popitem(last=False)

    def _bytes(self) -> int:
        return sum(table.nbytes for table in self._answers.values())
