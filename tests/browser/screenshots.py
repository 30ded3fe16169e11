"""Pictures of pages: `python -m tests.browser.screenshots DATABASE FOLDER [--lang zh en] [--theme dark] [PAGE...]`.

A PAGE is a page's name, with its filters where it needs some (`backlog?late=1`) and another name for its file where it
is to have one (`first_use=today`). The file is `<name>_<language>.png`; a narrow or a dark picture says so in its name
(`today_zh_1024_dark.png`).
"""

from __future__ import annotations

import argparse
import io
import itertools
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.browser.running_app import browser_page, running_app, settle
from ui.navigation import standing

HEIGHTS = {1440: 900, 1024: 768}  # of the screens that planners sit at
WIDE = 1440
COLOURS = 128  # what a small picture needs of the 16 million; it takes a third of the room


def main() -> None:
    """Write one PNG per page, language, width and theme into FOLDER."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", nargs="*", help="names of pages, with their filters: backlog?late=1")
    parser.add_argument("--lang", nargs="+", default=["zh", "en"])
    parser.add_argument("--theme", nargs="+", default=["light"], choices=["light", "dark"])
    parser.add_argument("--width", nargs="+", type=int, default=[WIDE])
    parser.add_argument("--full", action="store_true", help="the whole page, not only what fits on the screen")
    parser.add_argument("--small", action="store_true", help="few colours, for documents")
    options = parser.parse_intermixed_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = options.pages or [entry.name for entry in standing()]
    with running_app(options.database) as address, browser_page() as page:
        for language, target in itertools.product(options.lang, wanted):
            file, page_name, query = parted(target)
            page.goto(f"{address}/{'' if page_name == 'today' else page_name}?lang={language}&{query}")
            for width, theme in itertools.product(options.width, options.theme):
                picture = pictured(page, width, theme, options.full)
                picture = smaller(picture) if options.small else picture
                narrow, dark = [str(width)] * (width != WIDE), ["dark"] * (theme == "dark")
                name = "_".join((file, language, *narrow, *dark))
                (options.folder / f"{name}.png").write_bytes(picture)


def pictured(page: Page, width: int, theme: str, full: bool) -> bytes:
    """The open page as PNG, `width` pixels wide, in the light or the dark `theme`; `full`: down to its end."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": HEIGHTS.get(width, HEIGHTS[WIDE])})
    settle(page)
    if full:
        tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": int(tall) + 20})
        settle(page)
    page.wait_for_selector('[data-testid="stSkeleton"]', state="detached")
    page.wait_for_timeout(400)
    return page.screenshot()


def parted(target: str) -> tuple[str, str, str]:
    """The name of the file, the page and its filters."""
    page, _, query = target.partition("?")
    file, _, name = page.rpartition("=")
    return file or name, name, query


def smaller(picture: bytes) -> bytes:
    """The same PNG in few colours."""
    small = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        small, "PNG", optimize=True
    )
    return small.getvalue()


if __name__ == "__main__":
    main()
