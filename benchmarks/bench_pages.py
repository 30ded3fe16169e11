"""Seconds from a click in the menu to a page that stands still, in a real browser.

Run by hand: `python -m benchmarks.bench_pages [DATABASE] [--rounds 9] [--pages today gantt]`. Without a database the
sample factory is built ten times its size and planned. First: nobody has opened the page since data or plan changed.
Warm: it is opened again from another page; the best of the rounds, their median and 95th percentile. Seconds are those
on the clock, so run it on a quiet machine; the processor's, of the app and of the browser, hardly care (Linux only).
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from locales import text
from planning.plan import make_plan
from tests.browser.running_app import browser_page, running_app, settle
from ui.navigation import PAGES, standing

AS_OF = dt.date(2026, 11, 23)
LANGUAGE = "en"
START = "imports"  # asks next to nothing of the store
QUIET_MS = 400  # without any change in the page, after which it stands still

# clicks the link to the page and gives the milliseconds to the last change of what the reader looks at
CLICK = """
async ([path, title, quiet]) => {
  // what runs beside the page, and the description of a table that a screen reader gets later
  const unseen = '[data-testid="stStatusWidget"], [data-testid="stSidebar"], [data-testid="stHeader"], head, canvas';
  const ours = (node) => {
    const at = node.nodeType === 1 ? node : node.parentElement;
    return at && !at.closest(unseen);
  };
  const link = [...document.querySelectorAll('[data-testid="stSidebarNavLink"]')]
    .find((found) => new URL(found.href).pathname === path);
  const began = performance.now();
  let last = began;
  const watcher = new MutationObserver((changes) => {
    if (changes.some((change) => ours(change.target))) last = performance.now();
  });
  watcher.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
  link.click();
  const still = () => {
    const app = document.querySelector('[data-testid="stApp"]');
    const shown = document.querySelector('[data-testid="stMain"] h1');
    return app.dataset.testScriptState === 'notRunning' && shown && shown.textContent.trim() === title
      && !document.querySelector('[data-testid="stSkeleton"]') && performance.now() - last > quiet;
  };
  while (!still()) {
    if (performance.now() - began > 60000) throw new Error('the page never stood still');
    await new Promise((resume) => setTimeout(resume, 20));
  }
  watcher.disconnect();
  return last - began;
}
"""


def main() -> None:
    """Print one row per page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pages", nargs="+", default=[entry.name for entry in standing()])
    options = parser.parse_args()
    with planned_factory(options.database) as database, running_app(database) as address, browser_page() as page:
        page.goto(f"{address}/{START}?lang={LANGUAGE}")
        settle(page)
        rounds = [[measured(page, name) for name in options.pages] for _ in range(options.rounds + 1)]
    print(f"{'page':12} first s  best s  warm s   p95 s  app cpu s  browser cpu s")
    for name, ((first, *_), *warm) in zip(options.pages, zip(*rounds, strict=True), strict=True):
        clock, app, browser = zip(*warm, strict=True)
        print(
            f"{name:12} {first:7.2f} {min(clock):7.2f} {statistics.median(clock):7.2f} {p95(clock):7.2f} "
            f"{statistics.median(app):10.2f} {statistics.median(browser):14.2f}"
        )


@contextmanager
def planned_factory(given: Path | None) -> Iterator[Path]:
    """The database to look at: the one given, else the sample factory at ten times its size with a plan."""
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paichan.duckdb"
        with Store.open(path) as store:
            build_sample(store, AS_OF, LANGUAGE, scale=10)
            plan_input = read_input(store)
            save_plan(store, make_plan(plan_input), plan_input, "benchmark")
        yield path


def opened(page: Page, name: str) -> float:
    """Seconds from the click on the page's link until the page stands still."""
    path = "/" if PAGES[name].default else f"/{name}"
    return float(page.evaluate(CLICK, [path, text(LANGUAGE, f"shell.pages.{name}.title"), QUIET_MS])) / 1000


def measured(page: Page, name: str) -> tuple[float, float, float]:
    """Seconds on the clock to open the page, and those of the processor that the app and the browser took for it."""
    before = processor_seconds()
    clock = opened(page, name)
    app, browser = (after - seconds for after, seconds in zip(processor_seconds(), before, strict=True))
    return clock, app, browser


def processor_seconds() -> tuple[float, float]:
    """What the app and the browser, the children of this process, have taken of the processor so far."""
    parents: dict[int, int] = {}
    taken: dict[int, float] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, _, rest = status.read_text().partition(" ")
        except OSError:  # it has just ended
            continue
        fields = rest.rpartition(")")[2].split()
        parents[int(pid)] = int(fields[1])
        taken[int(pid)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    ours = {os.getpid()}
    while grown := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= grown
    app = {pid for pid in ours if b"ui.serve" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    return sum(taken[pid] for pid in app), sum(taken[pid] for pid in ours - app - {os.getpid()})


def p95(seconds: Sequence[float]) -> float:
    """The 95th percentile, by the nearest rank."""
    return sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)]


if __name__ == "__main__":
    main()
