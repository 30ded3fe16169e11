"""Pictures of every page: `python -m tests.browser.screenshots DATABASE FOLDER [--lang zh en] [--dark] [PAGE...]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.browser.running_app import browser_page, running_app, settle
from ui.navigation import standing


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
    options = parser.parse_intermixed_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    wanted = options.pages or [entry.name for entry in standing()]
    with running_app(options.database) as address, browser_page(width=options.width, dark=options.dark) as page:
        for language in options.lang:
            for target in wanted:
                name, _, query = target.partition("?")
                path = "" if name == "today" else name
                page.goto(f"{address}/{path}?lang={language}&{query}")
                settle(page)
                if options.full:
                    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
                    page.set_viewport_size({"width": options.width, "height": int(tall) + 20})
                    settle(page)
                page.screenshot(path=options.folder / f"{name}_{language}{'_dark' if options.dark else ''}.png")
                page.set_viewport_size({"width": options.width, "height": 900})


if __name__ == "__main__":
    main()
