"""The user's guides: a chapter and a picture for every page, and no picture that is missing or unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from locales import text
from ui.navigation import PAGES

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PICTURES = DOCS / "pictures"
LANGUAGES = ["zh", "en"]
MOST_BYTES = 4_000_000  # of all pictures together
PNG = b"\x89PNG\r\n\x1a\n"
GUIDES = {language: (DOCS / f"guide.{language}.md").read_text(encoding="utf-8") for language in LANGUAGES}


def chapters(language: str) -> dict[str, str]:
    """The text of each chapter on a page, by its heading."""
    parts = re.split(r"^#{2,3} (.+)$", GUIDES[language], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def linked(language: str) -> list[str]:
    return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", GUIDES[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_chapter_with_its_picture_and_its_answer(language, name):
    chapter = chapters(language)[text(language, f"shell.pages.{name}.title")]
    assert f"(pictures/{name}_{language}.png)" in chapter
    assert {"zh": "**回答：**", "en": "**Answers:**"}[language] in chapter


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_that_is_linked_exists(language):
    for path in linked(language):
        assert (DOCS / path).read_bytes().startswith(PNG), path
        assert path.endswith(f"_{language}.png")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_inside_a_guide_leads_to_a_heading(language):
    headings = re.findall(r"^#+ (.+)$", GUIDES[language], flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(#([^)]+)\)", GUIDES[language]):
        assert target in anchors, target


def test_both_guides_have_the_same_chapters_and_pictures():
    levels = [re.findall(r"^(#+) ", GUIDES[language], flags=re.MULTILINE) for language in LANGUAGES]
    assert levels[0] == levels[1]
    zh, en = ([path.removesuffix(f"_{language}.png") for path in linked(language)] for language in LANGUAGES)
    assert zh == en


def test_no_picture_is_left_over_and_all_together_are_small():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    used = {Path(path).name for language in LANGUAGES for path in linked(language)}
    used |= {Path(path).name for path in re.findall(r"!\[[^\]]+\]\(docs/pictures/([^)]+)\)", readme)}
    there = {path.name: path.stat().st_size for path in PICTURES.glob("*.png")}
    assert set(there) == used
    assert sum(there.values()) < MOST_BYTES


def test_the_pictures_are_made_by_one_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pictured = re.search(r"^PICTURED = ((?:.*\\\n)*.*)$", makefile, flags=re.MULTILINE)
    assert pictured is not None
    names = set(re.findall(r"(?:^|[\s'=])([a-z]+)(?=[\s'?]|$)", pictured[1]))
    assert set(PAGES) <= names


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_readme_leads_to_the_guide(language):
    assert f"](docs/guide.{language}.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
