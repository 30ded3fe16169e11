"""Pictures of pages: `python -m tests.browser.screenshots DATABASE FOLDER [--lang zh en] [--dark] [--small] [PAGE...]`.

A PAGE is a page's name, with its filters where it needs some (`backlog?late=1`) and another name for its file where it
is to have one (`first_use=today`). The file is `<name>_<language>.png`.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from PIL import Image

from tests.browser.running_app import browser_page, running_app, settle
from ui.navigation import standing

HEIGHT = 900
COLOURS = 128  # what a small picture needs of the 16 million; it takes a third of the room


def main() -> None:
    """Write one PNG per page and language into FOLDER."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pages", nargs="*", help="names of pages, with their filters: backlog?late=1")
    parser.add_argument("--lang", nargs="+", default=["zh", "en"])
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--full", action="store_true", help="the whole page, not only what fits on the screen")
    parser.add_argument("--small", action="store_true", help="few colours, for documents")
    options = parser.parse_intermixed_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = options.pages or [entry.name for entry in standing()]
    with running_app(options.database) as address, browser_page(width=options.width, dark=options.dark) as page:
        for language in options.lang:
            for target in wanted:
                file, name, query = parted(target)
                path = "" if name == "today" else name
                page.goto(f"{address}/{path}?lang={language}&{query}")
                settle(page)
                if options.full:
                    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": options.width, "height": int(tall) + 20})
                    settle(page)
                page.wait_for_selector('[data-testid="stSkeleton"]', state="detached")
                page.wait_for_timeout(400)
                picture = page.screenshot()
                picture = smaller(picture) if options.small else picture
                (options.folder / f"{file}_{language}{'_dark' if options.dark else ''}.png").write_bytes(picture)
                page.set_viewport_size({"width": options.width, "height": HEIGHT})


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
