"""The page on stock as a reader sees it."""

from __future__ import annotations

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from data.kpi import figures
from data.store import Store
from locales import text
from tests.pages.conftest import AS_OF
from tests.pages.reader import open_page, said

opened = partial(open_page, "stock")


def shown(app: AppTest, column: str) -> list:
    """The values of the first table that has `column`."""
    return next(frame.value[column].tolist() for frame in app.dataframe if column in frame.value)


@pytest.mark.parametrize(("language", "value"), [("zh", "¥188万"), ("en", "¥1.9M")])
def test_the_answer_is_value_cover_excess_and_slow_stock(sample_database, language, value):
    with Store.open(sample_database) as store:
        found = figures(store, AS_OF, keys=("stock_cover_days", "excess_value"))
    cover, excess = (figure for figure in found if not figure.cut)
    assert opened(language).subheader[0].value == text(
        language,
        "stock.lead",
        value=value,
        days=f"{cover.value:.1f}",
        excess=f"¥{excess.value:,.0f}",
        slow="¥0",
        slow_days=90,
    )


def test_the_expired_lot_is_named_at_first_sight(sample_database):
    app = opened()
    for part in ("CH-0204", "L-EXP-N88", "40 L", "¥2,640"):
        assert part in app.markdown[0].value
    states = next(frame.value for frame in opened(view="held").dataframe if "act" in frame.value)
    assert states["lot_no"].tolist()[0] == "L-EXP-N88"
    assert states["state"].tolist()[0] == text("zh", "stock.lots.expired")


def test_charts_and_lists_stand_in_both_languages(sample_database):
    for language in ("zh", "en"):
        app = opened(language)
        assert app.segmented_control(key="filter_view").options == [
            text(language, f"stock.{part}") for part in ("ahead", "lying", "held")
        ]
        for part in ("ahead", "lying"):
            assert len(opened(language, view=part).get("plotly_chart")) == 2


def test_the_week_and_the_measure_are_kept_in_the_url(sample_database):
    lines = shown(opened(), "part_no")
    app = opened(week="2026-12-14")
    assert 0 < len(shown(app, "part_no")) < len(lines)
    parts = opened(measure="parts")
    assert "RM-104 ›" in shown(parts, "item_no")
    app = opened()
    app.segmented_control(key="filter_measure").set_value("parts").run()
    assert app.query_params["measure"] == "parts"
    assert not app.exception


def test_the_day_of_the_kits_is_kept_in_the_url(sample_database):
    every = shown(opened(), "readiness")
    one = opened(day="2026-11-24")
    assert 0 < len(shown(one, "readiness")) < len(every)
    assert {when[:5] for when in shown(one, "start_date")} == {"11-24"}


@pytest.mark.parametrize(
    ("filters", "column"),
    [
        ({"list": "excess"}, "excess_value"),
        ({"list": "ageing", "age": "to_60"}, "age_days"),
        ({"list": "slow", "days": "30"}, "age_days"),
        ({"list": "cover", "category": "raw"}, "cover_days"),
    ],
)
def test_each_list_opens_by_its_link(sample_database, filters, column):
    app = opened(view="lying", **filters)
    values = shown(app, column)
    assert values
    if filters.get("age"):
        assert all(31 <= age <= 60 for age in values)
    if filters.get("days"):
        assert min(values) >= 30
    if filters.get("category"):
        assert set(shown(app, "category")) == {"原材料"}


def test_no_slow_stock_is_said_and_not_drawn(sample_database):
    assert text("zh", "stock.list.none_slow", days=90) in said(opened(view="lying", list="slow"))


@pytest.mark.parametrize("chosen", ["excess", "ageing", "cover"])
def test_every_list_leads_to_the_record_of_its_item(sample_database, chosen):
    frame = next(found.value for found in opened(view="lying", list=chosen).dataframe if "category" in found.value)
    assert frame["item_no"].str.endswith(" ›").all()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_factory_without_costs_still_says_what_is_short(small_database, language):
    app = opened(language)
    assert text(language, "shell.counted.part.many", count=2) in app.markdown[0].value
    assert shown(app, "line") == ["SO-1/1 ›", "SO-2/1 ›"]
