"""The page on capacity as a reader sees it: with prices, without, and on a floor without history."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from data.plans import latest_run
from data.store import Store
from locales import text
from tests.pages.planned_factory import fill, plan
from tests.pages.reader import open_page, said, table

opened = partial(open_page, "capacity")


def priced(path: Path, price: str, station: str = "PLT", part: float | None = None) -> None:
    """Give the hours of the plan's stations a price: `price` (SQL) at `station`, 0 at the others; and RM-104 one."""
    with Store.open(path) as store:
        run_no = latest_run(store)
        with store.write("test", "price") as writer:
            writer.execute("UPDATE plan_price SET price = 0 WHERE kind = 'station'")
            writer.execute(
                f"UPDATE plan_price SET price = {price} WHERE kind = 'station' AND resource_no = ?", [station]
            )
            writer.execute("DELETE FROM plan_price WHERE kind = 'part'")
            if part is not None:
                writer.execute(
                    "INSERT INTO plan_price (run_no, kind, resource_no, work_date, price, unit) "
                    "VALUES (?, 'part', 'RM-104', DATE '2026-12-01', ?, 'day')",
                    [run_no, part],
                )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_answer_names_the_bottleneck_and_what_an_hour_there_saves(sample_database, language):
    priced(sample_database, "CASE work_date WHEN DATE '2026-11-26' THEN 2.75 ELSE 0 END", "ASM")
    app = opened(language)
    assert "组装" in app.subheader[0].value
    assert "11-26" in app.markdown[0].value
    assert "2.75" in app.markdown[0].value
    rows = table(app, "best_days")
    assert rows["station_name"].iloc[0].startswith("组装")
    assert rows["best_days"].iloc[0].startswith("11-26")
    assert rows["worth"].tolist()[1:] == [0] * (len(rows) - 1)
    assert len(app.get("plotly_chart")) == 3


def test_hours_worth_nothing_are_said_with_the_part_that_is_worth_chasing(sample_database):
    priced(sample_database, "0", part=144.0)
    app = opened()
    assert text("zh", "capacity.worth.zero") in app.markdown[0].value
    assert "RM-104" in app.markdown[0].value
    assert "144" in app.markdown[0].value
    assert not [found for found in app.dataframe if "best_days" in found.value]
    assert table(app, "comes_date")["item_no"].tolist() == ["RM-104 ›"]


def test_hours_whose_worth_is_not_known_are_not_called_worthless(sample_database):
    priced(sample_database, "NULL")
    with Store.open(sample_database) as store, store.write("test", "price") as writer:
        writer.execute("UPDATE plan_price SET price = NULL")
    words = opened().markdown[0].value
    assert text("zh", "capacity.worth.unknown") in words
    assert text("zh", "capacity.worth.zero") not in words


def test_a_plan_of_an_older_version_without_prices_is_shown_all_the_same(sample_database):
    with Store.open(sample_database) as store, store.write("test", "price") as writer:
        writer.execute("DELETE FROM plan_price")
    app = opened()
    assert text("zh", "capacity.worth.unknown") in app.markdown[0].value
    assert len(app.get("plotly_chart")) == 3


def test_a_station_in_the_url_is_shown_with_the_orders_that_wait_there(sample_database):
    with Store.open(sample_database) as store, store.read() as cursor:
        waiting = cursor.execute(
            "SELECT detail ->> 'station_no', count(*) FROM plan_lateness "
            "WHERE days_late > 0 AND (detail ->> 'kind') IN ('capacity', 'frozen') GROUP BY ALL"
        ).fetchall()
        stations = [row[0] for row in cursor.execute("SELECT station_no FROM station").fetchall()]
    for station, lines in waiting:
        assert len(table(opened(station=station), "weighted_days")) == lines
    quiet = next(station for station in stations if station not in dict(waiting))
    assert text("zh", "capacity.station.waiting_none") in said(opened(station=quiet))


def test_the_window_is_in_the_url_and_changes_the_hours(sample_database):
    short, long = (table(opened(weeks=weeks), "load_rate") for weeks in ("1", "8"))
    assert long["available_hours"].sum() > 4 * short["available_hours"].sum()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_true_standards_are_said_to_be_true(sample_database, language):
    app = opened(language)
    assert "287" in said(app)
    assert not [found for found in app.get("download_button") if found.key == "capacity_correction"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_standard_that_is_off_is_told_with_its_correction_to_download(sample_database, language):
    with Store.open(sample_database) as store, store.write("test", "wrong") as writer:
        writer.execute(
            "UPDATE routing_step SET units_per_hour = units_per_hour * 1.3 "
            "WHERE item_no = 'SF-2003' AND station_no = 'PLT'"
        )
    app = opened(language)
    (words,) = [found.value for found in app.markdown if "SF-2003" in found.value]
    assert "253.5" in words
    assert "196.5" in words
    assert "−22 %" in words
    rows = table(app, "proposed")
    assert rows["proposed"].dropna().tolist() == [196]
    (download,) = [found for found in app.get("download_button") if found.key == "capacity_correction"]
    assert download.proto.label == text(language, "capacity.standards.download", count=1)


def test_a_floor_without_history_says_what_to_import(tmp_path, monkeypatch):
    """The planned factory has work in the window, but nobody has dispatched or handed over anything."""
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        fill(store)
        plan(store)
    monkeypatch.setenv("PAICHAN_DB", str(path))
    app = opened()
    assert text("zh", "capacity.standards.none", period=90) in said(app)
    assert text("zh", "capacity.worth.unknown") in app.markdown[0].value
    assert text("zh", "capacity.overtime.not_allowed") in said(app)  # at CUT
    assert len(app.get("plotly_chart")) == 1
    assert len(opened(station="PLATE").get("plotly_chart")) == 2


def test_a_window_without_work_says_so_and_standards_still_stand(sample_database):
    with Store.open(sample_database) as store, store.write("test", "idle") as writer:
        writer.execute("DELETE FROM plan_schedule")
    app = opened()
    assert text("zh", "capacity.no_work") in said(app)
    assert len(app.get("plotly_chart")) == 1
