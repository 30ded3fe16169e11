"""The app as a server: `python -m ui.serve`, with the options of `streamlit run` behind it.

Streamlit takes a folder called `pages` beside the script for its older kind of multipage app until the first script has
run, and greets whoever opens the first link to a page with "Page not found". Here that folder is never taken for it.
What pages are made with is loaded before anybody comes.
"""

from __future__ import annotations

import sys

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web import cli

import data.kpi
import data.runs  # noqa: F401
from ui.navigation import ROOT


def main(options: list[str]) -> None:
    """Run the app until it is stopped."""
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", str(ROOT / "app.py"), *options]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
