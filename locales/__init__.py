"""Every word a person reads, by language: `locales/<language>/<subject>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def words(language: str) -> Mapping[str, str]:
    """All words of `language` by dotted key: subject file, tables, name (`errors.NEG.message`)."""
    found: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / language).glob("*.toml")):
        _flatten(path.stem, tomllib.loads(path.read_text(encoding="utf-8")), found)
    return found


def text(language: str, key: str, /, **facts: Any) -> str:
    """The words of `key` with `facts` put in. Raises KeyError where the catalogue lacks the key."""
    return words(language)[key].format_map(facts)


def error_text(language: str, rule: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """What happened and what to do about it, for the rule of an error."""
    known = words(language)
    if f"errors.{rule}.message" not in known:
        return text(language, "errors.UNKNOWN.message", rule=rule), text(language, "errors.UNKNOWN.remedy")
    shown = _Facts(facts)
    return known[f"errors.{rule}.message"].format_map(shown), known[f"errors.{rule}.remedy"].format_map(shown)


class _Facts(dict[str, Any]):
    """Facts of an error; one that the raiser did not give is left blank rather than hiding the error."""

    def __missing__(self, key: str) -> str:
        return ""


def _flatten(prefix: str, tree: Mapping[str, Any], found: dict[str, str]) -> None:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            _flatten(f"{prefix}.{name}", value, found)
        else:
            found[f"{prefix}.{name}"] = str(value)
