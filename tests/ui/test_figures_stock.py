"""Charts of stock and suppliers: a frame in, a figure out."""

from __future__ import annotations

import pandas as pd
import pytest

from locales import text
from ui.figures.stock import age_classes, cover_classes, kit_days, missing_weeks
from ui.figures.suppliers import MOST_SUPPLIERS, holding_up, trend
from ui.figures.theme import COLOURS


def say(key: str, **facts: object) -> str:
    return text("en", key, **facts)


def money(value: float) -> str:
    return f"¥{value:,.0f}"


def bars(figure, key: str):
    return next(found for found in figure.data if found.name == say(key))


def totals(figure):
    return next(found for found in figure.data if found.type == "scatter")


WEEKS = pd.DataFrame(
    {
        "week": pd.to_datetime(["2026-11-23", "2026-11-30"]),
        "late_value": [1000.0, 0.0],
        "safe_value": [500.0, 250.0],
        "late_count": [2, 0],
        "safe_count": [1, 1],
    }
)


def test_weeks_stack_what_is_late_and_what_is_not_under_their_total():
    figure = missing_weeks(WEEKS, "Missing", say, money)
    assert bars(figure, "stock.missing.late").y.tolist() == [1000, 0]
    assert bars(figure, "stock.missing.late").marker.color == COLOURS["late"]
    assert bars(figure, "stock.missing.safe").y.tolist() == [500, 250]
    assert list(totals(figure).text) == ["¥1,500", "¥250"]
    assert figure.layout.yaxis.range[1] > 1500, "the totals have room over the bars"


def test_a_click_on_a_week_carries_its_monday():
    figure = missing_weeks(WEEKS, "Missing", say, money)
    assert [facts[0] for facts in bars(figure, "stock.missing.safe").customdata] == ["2026-11-23", "2026-11-30"]


def test_what_never_happens_has_no_legend():
    safe = WEEKS.assign(late_value=0.0, late_count=0)
    figure = missing_weeks(safe, "Missing", say, money)
    assert say("stock.missing.late") not in [found.name for found in figure.data]


def test_kit_days_show_what_is_there_below_what_is_missing():
    days = pd.DataFrame(
        {
            "start_date": pd.to_datetime(["2026-11-24", "2026-11-25"]),
            "in_hand": [3, 0],
            "arriving": [1, 2],
            "missing": [4, 5],
        }
    )
    figure = kit_days(days, say)
    assert [found.name for found in figure.data] == [
        say(f"stock.kits.{state}") for state in ("in_hand", "arriving", "missing")
    ]
    assert bars(figure, "stock.kits.missing").y.tolist() == [4, 5]
    assert [tuple(facts) for facts in bars(figure, "stock.kits.in_hand").customdata] == [
        ("2026-11-24", 8),
        ("2026-11-25", 7),
    ]


CLASSES = pd.DataFrame(
    {
        "category": ["raw", "raw", "label", "label"],
        "cover": ["over_90", "under_7", "under_30", "none"],
        "items": [3, 1, 2, 1],
        "value": [900.0, 100.0, 40.0, 0.0],
        "category_value": [1000.0, 1000.0, 40.0, 40.0],
    }
)


def test_cover_lists_the_dearest_category_on_top_with_its_value():
    figure = cover_classes(CLASSES, str.upper, say, money)
    assert list(figure.layout.yaxis.categoryarray) == ["LABEL", "RAW"]  # from below
    assert dict(zip(totals(figure).y, totals(figure).text, strict=True)) == {"RAW": "¥1,000", "LABEL": "¥40"}


def test_cover_writes_values_only_where_they_fit_and_classes_only_where_there_is_stock():
    figure = cover_classes(CLASSES, str.upper, say, money)
    assert list(bars(figure, "stock.cover.over_90").text) == ["¥900"]
    assert list(bars(figure, "stock.cover.under_30").text) == [""]
    assert say("stock.cover.none") not in [found.name for found in figure.data]


def test_a_click_on_cover_carries_category_and_class():
    figure = cover_classes(CLASSES, str.upper, say, money)
    assert list(bars(figure, "stock.cover.over_90").customdata[0][:2]) == ["raw", "over_90"]


@pytest.mark.parametrize(
    ("slow_days", "marked"),
    [(90, ["to_180", "over_180"]), (60, ["to_90", "to_180", "over_180"]), (180, ["over_180"])],
)
def test_ages_past_the_limit_are_marked(slow_days, marked):
    ages = pd.DataFrame({"age": ["to_7", "to_180"], "items": [2, 1], "value": [10.0, 5.0]})
    (drawn,) = age_classes(ages, slow_days, say, money).data
    by_colour = [
        facts[0]
        for facts, colour in zip(drawn.customdata, drawn.marker.color, strict=True)
        if colour == COLOURS["at_risk"]
    ]
    assert by_colour == marked


def test_ages_without_stock_stand_empty_between_the_others():
    ages = pd.DataFrame({"age": ["to_7", "to_180"], "items": [2, 1], "value": [10.0, 5.0]})
    (drawn,) = age_classes(ages, 90, say, money).data
    assert list(drawn.y) == [10, 0, 0, 0, 5, 0]
    assert list(drawn.text) == ["¥10", "", "", "", "¥5", ""]
    unknown = pd.concat([ages, pd.DataFrame({"age": ["unknown"], "items": [1], "value": [3.0]})])
    (drawn,) = age_classes(unknown, 90, say, money).data
    assert list(drawn.y)[-1] == 3


MONTHS = pd.DataFrame(
    {
        "month": pd.to_datetime(["2026-09-01", "2026-10-01", "2026-11-01"]),
        "lines": [10, 0, 8],
        "on_time": [0.9, None, 0.75],
        "arrivals": [9, 1, 7],
        "quality": [0.99, 1.0, 0.98],
    }
)


def test_the_trend_is_in_per_cent_with_a_gap_where_nothing_was_due():
    figure = trend(MONTHS, "Trend", say)
    on_time = bars(figure, "suppliers.trend.on_time")
    assert on_time.y[0] == 90
    assert pd.isna(on_time.y[1])
    assert list(on_time.text) == ["", "", "75.0"]
    assert list(bars(figure, "suppliers.trend.quality").customdata) == [9, 1, 7]


def test_the_trend_leaves_room_below_the_lowest_and_never_goes_below_nothing():
    assert trend(MONTHS, "Trend", say).layout.yaxis.range[0] == pytest.approx(67)
    nothing = MONTHS.assign(on_time=[0.0, None, 0.0])
    assert trend(nothing, "Trend", say).layout.yaxis.range[0] == 0


def blocking(suppliers: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "supplier_no": [f"S{number}" for number in range(suppliers)],
            "supplier_name": ["A supplier with a long name"] * suppliers,
            "blocked_orders": [5] * suppliers,
            "blocked_value": [900.0] * suppliers,
            "waiting_orders": [1] * suppliers,
            "waiting_value": [100.0] * suppliers,
        }
    )


def test_who_holds_up_most_stands_on_top_with_lines_and_value():
    figure = holding_up(blocking(2), say, money)
    assert figure.layout.yaxis.categoryarray[-1].startswith("S0 A suppli")
    assert bars(figure, "suppliers.blocking.blocked").x.tolist() == [900, 900]
    assert list(totals(figure).text) == [say("suppliers.blocking.label", lines=5, value="¥900")] * 2
    assert list(totals(figure).x) == [1000, 1000]


def test_of_many_suppliers_the_first_are_drawn():
    assert len(bars(holding_up(blocking(30), say, money), "suppliers.blocking.blocked").x) == MOST_SUPPLIERS
