"""What the checker says when a plan breaks a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

# A plan that is wrong everywhere is told so by its first faults of each kind.
FAULTS_PER_CHECK = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule broken by one thing: `code` names the rule, `subject` the order, line, unit or figure.

    `detail` holds the facts as they stand in the plan and as they should be; `message` says it in English.
    """

    code: str
    subject: str
    message: str
    detail: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.code} {self.subject}: {self.message}"


def faults_of(code: str, subject: str, message: str, rows: pd.DataFrame) -> list[Fault]:
    """A fault for each of `rows`; `subject` and `message` are format strings over the rows' columns.

    At most FAULTS_PER_CHECK of them, and then one that says how many more there are.
    """
    found: list[Fault] = []
    if not len(rows):
        return found
    for row in rows.head(FAULTS_PER_CHECK).to_dict("records"):
        facts = {str(key): value for key, value in row.items()}
        words = {key: _in_words(value) for key, value in facts.items()}
        found.append(Fault(code, subject.format(**words), message.format(**words), facts))
    rest = len(rows) - len(found)
    if rest > 0:
        found.append(Fault(code, "", f"{rest} more of the same kind", {"count": rest}))
    return found


def _in_words(value: object) -> object:
    """Dates and times as a person writes them; numbers without the noise of their last digits."""
    if value is pd.NaT:
        return "(none)"
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    return round(value, 6) if isinstance(value, float) else value
