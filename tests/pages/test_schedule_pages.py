"""The Gantt, load and dispatch as a reader sees them, on a factory small enough to check by hand."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from locales import text
from tests.pages.reader import open_page, said


def app_date(language: str) -> str:
    """2026-12-01 as the reader's language writes it."""
    return "12-01 (周二)" if language == "zh" else "12-01 (Tue)"


def chart(app: AppTest) -> dict[str, object]:
    """The first chart, as it is sent to the browser."""
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def printed_columns(app: AppTest) -> dict[str, list[str]]:
    """The table to be printed, column by column."""
    rows = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        for row in re.findall("<tr>(.*?)</tr>", app.get("html")[0].proto.body)
    ]
    return {head: [row[place] for row in rows[1:]] for place, head in enumerate(rows[0])}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_gantt_says_how_good_the_plan_is(small_database, language):
    app = open_page("gantt", language)
    assert app.subheader[0].value == text(language, "schedule.gantt.lead_late", late="1")
    assert f"**{text(language, 'schedule.gantt.no_bound')}**" in said(app)
    assert "**10**" in said(app)


def test_the_gantt_draws_one_trace_for_each_state(small_database):
    names = [trace["name"] for trace in chart(open_page("gantt"))["data"]]
    for state in ("on_time", "at_risk", "late", "frozen"):
        assert names.count(text("zh", f"schedule.state.{state}")) == 1


def test_a_searched_order_is_found_or_missed_in_words(small_database):
    assert text("zh", "schedule.gantt.found", search="SO-1", lots="1") in said(open_page("gantt", q="SO-1"))
    assert text("zh", "schedule.gantt.not_found", search="SO-9") in said(open_page("gantt", q="SO-9"))


def test_a_searched_order_outside_the_days_in_view_is_one_click_away(small_database):
    """W-1 is worked on from Monday 11-30 to 12-03; the day in view is 11-25."""
    app = open_page("gantt", q="SO-1", days="1")
    words = {"search": "SO-1", "start": "11-30 (周一)", "end": "12-03 (周四)"}
    assert text("zh", "schedule.gantt.elsewhere", **words) in said(app)
    link = next(
        found.proto
        for found in app.get("page_link")
        if found.proto.label == text("zh", "schedule.gantt.go_there", search="SO-1")
    )
    assert link.query_string == "q=SO-1&from=2026-11-30"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_lot_opened_by_link_tells_its_steps_and_neighbours(small_database, language):
    app = open_page("gantt", language, lot="W-1~10")
    parts, steps, around, orders = (table.value for table in app.dataframe)
    assert parts["supply_ref"].tolist() == ["PO-1/1"]
    assert steps["step_no"].tolist() == [10, 20]
    assert around["order_ref"].tolist() == ["PM-00002", "W-1"]
    assert orders["line"].tolist() == ["SO-1/1 ›"]
    assert orders["target_date"].tolist() == [app_date(language)]


def test_a_lot_tells_why_it_stands_where_it_stands(small_database):
    """60 of its 100 RAW come on PO-1 on the day it starts."""
    said_of_it = said(open_page("gantt", lot="W-1~10"))
    why = text("zh", "schedule.why.material", what="RAW", ref="PO-1/1", until="11-30 00:00", start="11-30 08:00")
    assert why in said_of_it


def test_bars_may_have_the_colours_of_orders(small_database):
    app = open_page("gantt", by="order")
    assert text("zh", "schedule.gantt.pick_by_order") in said(app)
    late = next(trace for trace in chart(app)["data"] if trace["name"] == text("zh", "schedule.state.late"))
    assert set(late["text"]) == {"SO-1"}


def test_one_day_is_seen_in_hours(small_database):
    axis = chart(open_page("gantt", days="1", **{"from": "2026-11-30"}))["layout"]["xaxis"]
    assert [str(end)[:16] for end in axis["range"]] == ["2026-11-30T08:00", "2026-11-30T18:00"]


@pytest.mark.parametrize("lot", ["NO-SUCH~10", "W-1", "W-1~x"])
def test_a_link_to_a_lot_that_is_gone_says_so(small_database, lot):
    app = open_page("gantt", lot=lot)
    assert text("zh", "schedule.lot.not_there", ref=lot.rpartition("~")[0]) in said(app)


def test_a_window_without_work_says_what_to_do(small_database):
    app = open_page("gantt", **{"from": "2027-01-04"})
    assert text("zh", "schedule.gantt.empty_window") in said(app)
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_bottleneck_is_the_answer(small_database, language):
    """CUT carries 18 of 76 hours, PLATE 22.6 of 136.8."""
    app = open_page("load", language)
    assert app.subheader[0].value == text(language, "schedule.load.lead", station="冲压", rate="23.7 %")
    assert len(app.get("plotly_chart")) == 2
    assert app.dataframe[0].value["station_name"].tolist() == ["冲压", "电镀"]


def test_load_without_work_is_an_answer(small_database):
    with Store.open(small_database) as store, store.write("test", "nothing planned") as writer:
        writer.execute("DELETE FROM plan_schedule")
    assert text("zh", "schedule.load.no_work") in said(open_page("load"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_dispatch_lists_the_day_in_sequence_and_whole_pieces(small_database, language):
    app = open_page("dispatch", language, station="PLATE", day="2026-12-02")
    printed = printed_columns(app)
    assert printed[text(language, "schedule.columns.qty")] == ["66", "50"]
    assert printed[text(language, "schedule.columns.sequence")] == ["1", "1"]
    assert "112.5 %" in said(app)
    assert "B组" in said(app)


def test_a_day_without_work_names_the_next_one(small_database):
    app = open_page("dispatch", station="PLATE", day="2026-11-30")
    assert app.subheader[0].value == text("zh", "schedule.dispatch.nothing", station="电镀", day="11-30 (周一)")
    assert not [block for block in app.get("html") if "<tr>" in block.proto.body]
