"""The one root of every error that a user may see."""

from __future__ import annotations

from typing import Any


class PaichanError(Exception):
    """An error with a stable code and the facts its words need.

    The words, with the remedy, are in `locales/*.toml` under `[error."<rule>"]`; `rule` is the code
    itself unless it is given (`SO-QTY-NEG` has the rule `NEG`, whose words fit every column).
    """

    def __init__(self, code: str, rule: str | None = None, **facts: Any) -> None:
        super().__init__(f"{code} {facts}" if facts else code)
        self.code = code
        self.rule = rule or code
        self.facts = facts


class InputError(PaichanError):
    """The data cannot be planned as it is."""


class BomCycleError(InputError):
    """An item is, through its parts, a part of itself. `facts["path"]` names the way round."""

    def __init__(self, path: list[str]) -> None:
        super().__init__("BOM-CYCLE", path=" → ".join(path))
        self.path = path
