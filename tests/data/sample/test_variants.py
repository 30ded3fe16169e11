"""What the arguments of the sample factory do, and what they leave alone."""

import datetime as dt

import pandas as pd
import pytest

from data.sample import make_tables
from data.sample.demand import draw_demand, station_hours
from data.sample.design import CALENDAR_HOURS, PLT, STATION

SMALL = 0.2
NUMBERS_ONLY = ("integer", "decimal", "date", "datetime", "boolean", "enum")


def typed(name, kinds):
    from data.tables import TABLES

    return [column.name for column in TABLES[name].columns if column.type in kinds]


def test_the_same_seed_gives_the_same_rows(as_of):
    one, other = make_tables(as_of, scale=SMALL), make_tables(as_of, scale=SMALL)
    for name, rows in one.items():
        pd.testing.assert_frame_equal(rows, other[name])


def test_another_seed_gives_other_orders(as_of):
    one, other = (make_tables(as_of, scale=SMALL, seed=seed)["sales_order"] for seed in (1, 2))
    assert not one["qty"].head(50).equals(other["qty"].head(50))


def test_chinese_and_english_have_the_same_numbers(as_of):
    zh, en = (make_tables(as_of, language, scale=SMALL) for language in ("zh", "en"))
    for name, rows in zh.items():
        kept = typed(name, NUMBERS_ONLY)
        pd.testing.assert_frame_equal(rows[kept], en[name][kept])
        numbers = [column for column in rows.columns if column.endswith("_no")]
        pd.testing.assert_frame_equal(rows[numbers], en[name][numbers])
    assert not zh["item"]["name"].equals(en["item"]["name"])


def test_english_holds_no_chinese(as_of):
    for name, rows in make_tables(as_of, "en", scale=SMALL).items():
        for column in rows.columns:
            if isinstance(rows[column].dtype, pd.StringDtype):
                assert not rows[column].str.contains(r"[\u4e00-\u9fff]").any(), (name, column)


def test_a_week_later_everything_is_a_week_later(as_of):
    week = pd.Timedelta(days=7)
    here, there = (make_tables(day, scale=SMALL) for day in (as_of, as_of + dt.timedelta(days=7)))
    for name, rows in here.items():
        dates = typed(name, ("date", "datetime"))
        assert len(rows) == len(there[name]), name
        for column in dates:
            left, right = (frame[column].sort_values().reset_index(drop=True) for frame in (rows, there[name]))
            pd.testing.assert_series_equal(left + week, right)
        quantities = typed(name, ("decimal",))
        assert (
            rows[quantities].sum().equals(there[name][quantities].sum())
            or (
                (rows[quantities].sum() - there[name][quantities].sum()).abs()
                < 1e-6 * rows[quantities].sum().abs() + 1e-6
            ).all()
        ), name


@pytest.mark.parametrize("weekday", range(7))
def test_any_day_of_the_week_may_be_the_as_of_date(as_of, weekday):
    day = as_of + dt.timedelta(days=weekday)
    found = make_tables(day, scale=SMALL)
    assert found["stock_balance"]["as_of_date"].max() == pd.Timestamp(day)
    assert found["handover"]["handover_time"].max() < pd.Timestamp(day) + pd.Timedelta(days=1)
    assert found["dispatch"]["work_date"].max() > pd.Timestamp(day)


def test_scale_makes_more_of_everything_and_keeps_the_load(as_of):
    import numpy as np

    from data.sample.design import design

    loads, lines = [], []
    for scale in (0.5, 1.0, 4.0):
        plan = design(scale, np.random.default_rng([7, 0]))
        demand = draw_demand(plan, scale, 0.9, -77, np.random.default_rng([7, 1]))
        hours = station_hours(plan)[:, PLT] @ demand.daily
        loads.append(hours / (demand.units[PLT] * CALENDAR_HOURS[STATION[PLT][4]] * STATION[PLT][3]))
        lines.append((demand.lines.promised_day > 0).sum() / scale)
    assert loads == pytest.approx([0.9, 0.9, 0.9], abs=0.02)
    assert lines == pytest.approx([1050, 1050, 1050], rel=0.1)


def test_load_is_what_was_asked(as_of):
    import numpy as np

    from data.sample.design import design

    plan = design(1.0, np.random.default_rng([7, 0]))
    for load in (0.6, 1.1):
        demand = draw_demand(plan, 1.0, load, -77, np.random.default_rng([7, 1]))
        hours = station_hours(plan)[:, PLT] @ demand.daily
        assert hours / (3 * CALENDAR_HOURS[STATION[PLT][4]] * STATION[PLT][3]) == pytest.approx(load, abs=0.02)


def test_without_history_the_same_orders_are_open(as_of):
    short = make_tables(as_of, scale=SMALL, history=False)
    open_lines = short["sales_order"].query("status in ['confirmed', 'in_production', 'ready']")
    assert 150 <= len(open_lines) <= 250
    assert short["stock_balance"]["as_of_date"].nunique() == 1
    assert short["handover"]["handover_time"].min() > pd.Timestamp(as_of) - pd.Timedelta(days=45)
