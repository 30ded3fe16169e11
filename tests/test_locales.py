"""Both catalogues say the same things, and every word that code asks for is there."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.kpi import KEYS
from locales import LANGUAGES, error_text, text, words

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    *(path for part in ("planning", "data", "ui", "pages") for path in sorted((ROOT / part).rglob("*.py"))),
    ROOT / "cli.py",
    ROOT / "app.py",
]
HAS_CJK = re.compile(r"[\u4e00-\u9fff]")
# names of functions whose first argument is the rule of an error, or its code where no rule follows it
RAISERS = re.compile(r"(PaichanError|InputError|StoreError|BadValueError|FormError)$")


def facts(message: str) -> set[str]:
    """Names of the facts in a message; a word that comes in each language ends in _zh in the Chinese one."""
    return {name.removesuffix("_zh") for _, name, _, _ in string.Formatter().parse(message) if name}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def rules(path: Path) -> Iterator[tuple[str, int]]:
    """Rules of errors that a module raises or notes by name, with their line."""
    for name, call in calls(path):
        by_name = {keyword.arg: keyword.value for keyword in call.keywords}
        positional = [literal(argument) for argument in call.args[:2]]
        rule = None
        if RAISERS.search(name):
            rule = literal(by_name.get("rule")) or (positional[1:] or [None])[0] or (positional or [None])[0]
            rule = None if "rule" in by_name and literal(by_name["rule"]) is None else rule
        elif name in ("Issue", "DataFault"):
            rule = (positional[1:] or [None])[0]
        elif name in ("reject", "warn"):
            rule = literal(call.args[2]) if len(call.args) > 2 else None
        elif name == "say":
            rule = (positional or [None])[0]
        if rule and rule.isupper():  # `say` is a word of the pages too
            yield rule, call.lineno


def wanted_words(path: Path) -> Iterator[tuple[str, bool, int]]:
    """Keys that t("…") and text(language, "…") ask for: the key or its beginning, whether it is whole, the line."""
    for name, call in calls(path):
        position = {"t": 0, "text": 1}.get(name)
        if position is None or len(call.args) <= position:
            continue
        key = call.args[position]
        if (whole := literal(key)) is not None:
            yield whole, True, call.lineno
        elif isinstance(key, ast.JoinedStr) and (beginning := literal(key.values[0])) is not None:
            yield beginning, False, call.lineno


def test_both_languages_have_the_same_keys():
    first, second = (set(words(language)) for language in LANGUAGES)
    assert first == second


@pytest.mark.parametrize("key", sorted(words("en")))
def test_both_languages_tell_the_same_facts(key):
    assert facts(words("zh")[key]) == facts(words("en")[key])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty(language):
    # in import templates a blank says "nothing to add"
    blank = ("imports.template.", "imports.meaning.")
    assert [key for key, value in words(language).items() if not value.strip() and not key.startswith(blank)] == []


def test_english_words_hold_no_chinese():
    # a language is named in itself, and a few field words stand beside their translation
    allowed = ("排产", "中文")
    found = {
        key: value
        for key, value in words("en").items()
        if HAS_CJK.search(value) and not any(word in value for word in allowed) and not key.startswith("errors.")
    }
    assert found == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_its_words_and_a_remedy(language):
    known = words(language)
    named = {(rule, f"{path.relative_to(ROOT)}:{line}") for path in SOURCES for rule, line in rules(path)}
    assert len(named) > 60, "the scan of the sources finds hardly any errors"
    missing = sorted(
        f"{rule} ({place})"
        for rule, place in named
        if f"errors.{rule}.message" not in known or f"errors.{rule}.remedy" not in known
    )
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_code_asks_for_is_there(language):
    known = words(language)
    asked = [(key, whole, path, line) for path in SOURCES for key, whole, line in wanted_words(path)]
    assert len(asked) > 100, "the scan of the sources finds hardly any words"
    missing = sorted(
        f"{key} ({path.relative_to(ROOT)}:{line})"
        for key, whole, path, line in asked
        if (key not in known if whole else not any(name.startswith(key) for name in known))
    )
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_every_figure_has_a_name_and_its_formula(language, key):
    assert text(language, f"figures.{key}.name")
    assert text(language, f"figures.{key}.formula")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_error_without_words_is_still_told(language):
    message, remedy = error_text(language, "NO-SUCH-RULE", {})
    assert "NO-SUCH-RULE" in message
    assert remedy
