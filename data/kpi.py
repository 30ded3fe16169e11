"""The figures of the factory: each is one question on the store, and the sum of that question's rows.

`MEASURES` declares which columns of which question make a figure's numerator and denominator; so the rows behind a
figure are exactly what it was computed from. The definitions, fine print included, stand at the head of each file in
`data/queries/kpi/`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from data.plans import latest_run
from data.store import Store
from planning.errors import InputError

Unit = Literal["ratio", "lines", "pieces", "hours", "days", "money"]
Good = Literal["up", "down"]
PERIOD_DAYS = 30
TREND_POINTS = 12
TREND_DAYS = 7
AGES = ("not overdue", "1-7", "8-14", "15-30", ">30")


@dataclass(frozen=True, slots=True)
class KpiSettings:
    """What the figures leave to the factory.

    by_due_date: judge delivery by the date the customer asked for, promised or not.
    ahead_days: calendar days after the as-of date that load looks at.
    kit_days: working days after the as-of date that kit rate looks at.
    slow_days: days without an issue after which stock is slow; the first one makes the total.
    targets: what figures are to reach, by key, in place of those of `ABOUT`; None takes a target away.
    """

    by_due_date: bool = False
    ahead_days: int = 14
    kit_days: int = 3
    slow_days: tuple[int, ...] = (90, 180)
    targets: Mapping[str, float | None] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if min(self.ahead_days, self.kit_days) < 1 or not self.slow_days or min(self.slow_days) < 1:
            raise InputError("KPI-SETTING-DAYS")
        for key in self.targets:
            if key not in ABOUT:
                raise InputError("KPI-UNKNOWN", key=key, cut="")

    def target(self, key: str) -> float | None:
        """What figure `key` is to reach, in its own unit (a ratio as 0.95); None where nothing is set."""
        return self.targets.get(key, ABOUT[key].target)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: numerator / denominator, or a plain sum where the denominator is None.

    value: None where there is nothing to divide by, or no plan to take it from. cut: what the figure is restricted to,
    None for the total.
    """

    key: str
    value: float | None
    numerator: float | None
    denominator: float | None
    unit: Unit
    cut: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """How a figure is read off the rows of its question: sums of columns, as a whole and by each of `cuts`.

    where: a boolean column that must hold. cut: what the whole measure is restricted to, with `parameters` that its
    question needs for that. total: whether the uncut figure is given. bands: values of a cut's column that stand there
    even without rows. plan: read from the latest plan.
    """

    key: str
    question: str
    unit: Unit
    numerator: str
    denominator: str | None = None
    cuts: tuple[tuple[str, ...], ...] = ()
    where: str | None = None
    cut: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    total: bool = True
    bands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plan: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What a figure is read with.

    good: which way it should go. page: where its story is told at length. target: what it should reach unless the
    factory sets another one; None where no level is right for every factory. ways: the same figure by other
    definitions, itself first. by_date: whether it depends on which of an order line's two dates counts. view: the part
    of the page that tells it, where that is not the one it opens with.
    """

    good: Good
    page: str
    target: float | None = None
    ways: tuple[str, ...] = ()
    by_date: bool = False
    view: str = ""


DELIVERY = ("on_time_delivery_lines", "on_time_delivery_quantity")
BACKLOG = ("backlog_lines", "backlog_quantity", "backlog_value")
OVERDUE = ("overdue_lines", "overdue_value")
ATTAINMENT = ("plan_attainment", "plan_attainment_uncapped")
KITS = ("kit_rate_at_start", "kit_rate")

ABOUT: Mapping[str, About] = {
    "on_time_delivery_lines": About("up", "delivery", 0.95, DELIVERY, by_date=True),
    "on_time_delivery_quantity": About("up", "delivery", 0.95, DELIVERY, by_date=True),
    "backlog_lines": About("down", "backlog", None, BACKLOG),
    "backlog_quantity": About("down", "backlog", None, BACKLOG),
    "backlog_value": About("down", "backlog", None, BACKLOG),
    "overdue_lines": About("down", "backlog", 0.0, OVERDUE, by_date=True),
    "overdue_value": About("down", "backlog", 0.0, OVERDUE, by_date=True),
    "plan_attainment": About("up", "attainment", 0.95, ATTAINMENT),
    "plan_attainment_uncapped": About("up", "attainment", None, ATTAINMENT),
    "shortfall": About("down", "attainment"),
    "shortfall_hours": About("down", "attainment"),
    "shortfall_value": About("down", "attainment"),
    "kit_rate": About("up", "kits", None, KITS),
    "kit_rate_at_start": About("up", "kits", 0.9, KITS),
    "load": About("down", "load", 1.0),
    "first_pass_yield": About("up", "attainment", 0.98, view="yields"),
    "supplier_on_time": About("up", "suppliers", 0.95),
    "supplier_quality": About("up", "suppliers", 0.99),
    "supplier_concessions": About("down", "suppliers"),
    "stock_cover_days": About("down", "stock", view="lying"),
    "excess_value": About("down", "stock", view="lying"),
    "slow_stock_value": About("down", "stock", view="lying"),
    "plan_stability": About("up", "runs", 0.9),
}

BY_AGE: Mapping[str, tuple[str, ...]] = {"age": AGES}
BY_OVERDUE_AGE: Mapping[str, tuple[str, ...]] = {"age": AGES[1:]}
AGE = (("age",),)
OUTPUT_CUTS = (("station_no",), ("work_date",), ("item_no", "step_no"))
LOAD_CUTS = (("station_no",), ("station_no", "work_date"))

MEASURES: tuple[Measure, ...] = (
    Measure("on_time_delivery_lines", "on_time_delivery", "ratio", "on_time_line", "due_line", (("customer_no",),)),
    Measure("on_time_delivery_quantity", "on_time_delivery", "ratio", "on_time_qty", "qty", (("customer_no",),)),
    Measure("backlog_lines", "backlog", "lines", "line", None, AGE, bands=BY_AGE),
    Measure("backlog_quantity", "backlog", "pieces", "qty", None, AGE, bands=BY_AGE),
    Measure("backlog_value", "backlog", "money", "value", None, AGE, bands=BY_AGE),
    Measure("overdue_lines", "backlog", "lines", "line", None, AGE, "overdue", bands=BY_OVERDUE_AGE),
    Measure("overdue_value", "backlog", "money", "value", None, AGE, "overdue", bands=BY_OVERDUE_AGE),
    Measure("plan_attainment", "plan_attainment", "ratio", "attained_qty", "planned_qty", OUTPUT_CUTS),
    Measure("plan_attainment_uncapped", "plan_attainment", "ratio", "actual_qty", "planned_qty", OUTPUT_CUTS),
    Measure("shortfall", "shortfall", "pieces", "short_qty", None, (("category",),)),
    Measure("shortfall_hours", "shortfall", "hours", "short_hours", None, (("category",),)),
    Measure("shortfall_value", "shortfall", "money", "short_value", None, (("category",),)),
    Measure("kit_rate", "kit_rate", "ratio", "kitted", "due", (("kind",),), plan=True),
    Measure("kit_rate_at_start", "kit_rate", "ratio", "kitted_at_start", "due", (("kind",),), plan=True),
    Measure("kit_rate", "kit_rate_line", "ratio", "kitted", "due", cut={"of": "order_line"}, plan=True),
    Measure("load", "load", "ratio", "needed_hours", "available_hours", LOAD_CUTS, plan=True),
    Measure("first_pass_yield", "first_pass_yield", "ratio", "good_qty", "made_qty", (("item_no", "step_no"),)),
    Measure(
        "first_pass_yield",
        "rolled_yield",
        "ratio",
        "through_qty",
        "first_step_qty",
        (("item_no",),),
        cut={"rolled": True},
    ),
    Measure("supplier_on_time", "supplier_on_time", "ratio", "on_time", "promised", (("supplier_no",),)),
    Measure("supplier_quality", "supplier_quality", "ratio", "good_qty", "qty", (("supplier_no",),)),
    Measure("supplier_concessions", "supplier_quality", "ratio", "conceded_qty", "qty", (("supplier_no",),)),
    Measure("stock_cover_days", "stock_cover", "days", "on_hand_value", "daily_value", plan=True),
    Measure(
        "stock_cover_days", "stock_cover", "days", "on_hand_qty", "daily_qty", (("item_no",),), total=False, plan=True
    ),
    Measure("excess_value", "stock_cover", "money", "excess_value", plan=True),
    Measure("plan_stability", "plan_stability", "ratio", "kept_qty", "planned_before", plan=True),
)


def measures(settings: KpiSettings) -> tuple[Measure, ...]:
    """All measures under `settings`: slow stock is cut by each of its numbers of days."""
    slow = [Measure("slow_stock_value", "slow_stock", "money", "value", parameters={"days": settings.slow_days[0]})]
    slow += [
        Measure("slow_stock_value", "slow_stock", "money", "value", cut={"days": days}, parameters={"days": days})
        for days in settings.slow_days
    ]
    return MEASURES + tuple(slow)


# questions whose history is one question too (data/queries/kpi/trend), with the columns it can be cut by
TRENDS: Mapping[str, tuple[str, ...]] = {
    "on_time_delivery": ("customer_no",),
    "backlog": (),
    "plan_attainment": ("station_no",),
    "shortfall": ("category",),
    "first_pass_yield": (),
    "supplier_on_time": ("supplier_no",),
    "supplier_quality": ("supplier_no",),
    "kit_rate": ("kind",),
    "load": ("station_no",),
}

KEYS: tuple[str, ...] = tuple(dict.fromkeys(measure.key for measure in measures(KpiSettings())))


def stored_settings(store: Store) -> KpiSettings:
    """The settings of the figures that were saved, defaults for the rest."""
    saved = json.loads(store.setting("kpi") or "{}")
    if "slow_days" in saved:
        saved["slow_days"] = tuple(saved["slow_days"])
    return KpiSettings(**saved)


def figures(
    store: Store,
    as_of: dt.date,
    since: dt.date | None = None,
    until: dt.date | None = None,
    settings: KpiSettings | None = None,
    keys: Collection[str] = KEYS,
    cuts: Collection[tuple[str, ...]] | None = None,
) -> list[Figure]:
    """The figures `keys` as of the end of `as_of` for the period `since` to `until`, both included; totals before cuts.

    The period is the `PERIOD_DAYS` days up to `as_of` unless given. Kit rate and load look ahead: they take the part
    of the period after `as_of`; where it has none, the next `settings.kit_days` working days and the next
    `settings.ahead_days` days. cuts: those that are wanted, all unless given; a large factory has tens of thousands.
    Raises InputError where the period ends before it begins.
    """
    settings = settings or stored_settings(store)
    bound = _values(store, as_of, since, until, settings)
    behind: dict[tuple[str, str], pd.DataFrame] = {}
    found: list[Figure] = []
    with store.snapshot() as snapshot:
        for measure in measures(settings):
            if measure.key not in keys:
                continue
            if measure.plan and bound["run_no"] is None:
                if measure.total:
                    found.append(_figure(measure, None, None, dict(measure.cut)))
                continue
            asked = (measure.question, json.dumps(dict(measure.parameters)))
            if asked not in behind:
                behind[asked] = snapshot.query(f"kpi/{measure.question}", **bound, **measure.parameters)
            found += _read_off(measure, behind[asked], cuts)
    return found


def rows(
    store: Store,
    key: str,
    as_of: dt.date,
    since: dt.date | None = None,
    until: dt.date | None = None,
    settings: KpiSettings | None = None,
    cut: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The rows behind the figure `key` with the same `cut`: its question's columns, then numerator and denominator.

    Their sums are the figure's numerator and denominator; a plain sum has no denominator column. Empty where the figure
    needs a plan and there is none. Raises InputError for a figure or cut that does not exist.
    """
    settings = settings or stored_settings(store)
    bound = _values(store, as_of, since, until, settings)
    measure = _measure(key, dict(cut or {}), settings)
    if measure.plan and bound["run_no"] is None:
        return pd.DataFrame(columns=["numerator"] + ["denominator"] * (measure.denominator is not None))
    found = _kept(measure, store.query(f"kpi/{measure.question}", **bound, **measure.parameters))
    for column, value in (cut or {}).items():
        if column not in measure.cut:
            found = found[_same(found[column], value)]
    found = found.assign(numerator=found[measure.numerator])
    if measure.denominator is not None:
        found = found.assign(denominator=found[measure.denominator])
    return found.reset_index(drop=True)


def met(key: str, value: float | None, target: float | None) -> bool | None:
    """Whether `value` of figure `key` reaches `target`, a ratio by the tenth of a per cent that a reader sees.

    None where there is no value or no target.
    """
    if value is None or target is None:
        return None
    missing = round(target - value, 3) if ABOUT[key].good == "up" else round(value - target, 3)
    return missing <= 0


def trend(
    store: Store,
    key: str,
    as_of: dt.date,
    points: int = TREND_POINTS,
    days: int = TREND_DAYS,
    settings: KpiSettings | None = None,
    cut: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The figure `key` over time, the oldest first: since, until, run_no, value, numerator, denominator.

    A row per period of `days` days, the last one ending with `as_of`; a figure that has no period (backlog, stock) is
    that of its end. A figure of a plan has a row for each of the last `points` days that were planned, as the newest
    plan of that day saw it; `run_no` names it. What is known today counts: orders and shipments that were recorded
    late stand on their own day. cut: one of `TRENDS`, or any of a figure that is asked for period by period. value is
    NaN where there is nothing to divide by. Raises InputError for a figure or cut that does not exist, or where there
    would be no period.
    """
    settings = settings or stored_settings(store)
    measure = _measure(key, dict(cut or {}), settings)
    if min(points, days) < 1:
        raise InputError("KPI-SETTING-DAYS")
    steps = _plans(store, as_of, points) if measure.plan else _periods(as_of, points, days)
    free = {name: value for name, value in (cut or {}).items() if name not in measure.cut}
    if measure.question in TRENDS:
        if not set(free) <= set(TRENDS[measure.question]):
            raise InputError("KPI-UNKNOWN", key=key, cut=", ".join(free))
        sums = _history(store, measure, as_of, steps, settings, free)
    else:
        sums = [_moment(store, measure, step, settings, free) for step in steps]
    return pd.DataFrame(
        [
            {"since": step.since, "until": step.until, "run_no": step.run_no, **_parts(_summed(measure, row, {}))}
            for step, row in zip(steps, sums, strict=True)
        ],
        columns=["since", "until", "run_no", "value", "numerator", "denominator"],
    ).astype({"since": "datetime64[us]", "until": "datetime64[us]", "value": float})


@dataclass(frozen=True, slots=True)
class _Step:
    """One point of a trend: a period, or the plan of a day."""

    since: dt.date
    until: dt.date
    run_no: str | None = None


def _periods(as_of: dt.date, points: int, days: int) -> list[_Step]:
    ends = [as_of - dt.timedelta(days=days * back) for back in range(points - 1, -1, -1)]
    return [_Step(end - dt.timedelta(days=days - 1), end) for end in ends]


def _plans(store: Store, as_of: dt.date, points: int) -> list[_Step]:
    """The newest plan of each of the last days that were planned."""
    runs = store.query("kpi/trend/runs", as_of=as_of, points=points).iloc[::-1]
    days = [day.date() for day in runs["as_of_date"]]
    return [_Step(day, day, str(run_no)) for run_no, day in zip(runs["run_no"], days, strict=True)]


def _columns(measure: Measure) -> list[str]:
    return [measure.numerator] + ([measure.denominator] if measure.denominator else [])


def _parts(figure: Figure) -> dict[str, float | None]:
    return {"value": figure.value, "numerator": figure.numerator, "denominator": figure.denominator}


def _history(
    store: Store,
    measure: Measure,
    as_of: dt.date,
    steps: Sequence[_Step],
    settings: KpiSettings,
    cut: Mapping[str, Any],
) -> list[list[float]]:
    """The sums of the measure's columns in each step, from one question."""
    if not steps:
        return []
    found = store.query(
        f"kpi/trend/{measure.question}",
        as_of=as_of,
        since=steps[0].since,
        until=steps[-1].until,
        days=(steps[0].until - steps[0].since).days + 1,
        periods=len(steps),
        run_nos=[step.run_no for step in steps],
        by_due_date=settings.by_due_date,
        ahead_days=settings.ahead_days,
        kit_days=settings.kit_days,
    )
    found = _kept(measure, found)
    for column, value in cut.items():
        found = found[_same(found[column], value)]
    order = [step.run_no for step in steps] if measure.plan else list(range(len(steps)))
    sums = found.groupby("run_no" if measure.plan else "period")[_columns(measure)].sum()
    table: list[list[float]] = sums.reindex(order, fill_value=0.0).to_numpy().tolist()
    return table


def _moment(store: Store, measure: Measure, step: _Step, settings: KpiSettings, cut: Mapping[str, Any]) -> list[float]:
    """The sums of the measure's columns in one step."""
    bound = _values(store, step.until, None if measure.plan else step.since, None, settings, step.run_no)
    found = _kept(measure, store.query(f"kpi/{measure.question}", **bound, **measure.parameters))
    for column, value in cut.items():
        found = found[_same(found[column], value)]
    sums: list[float] = found[_columns(measure)].sum().tolist()
    return sums


def _values(
    store: Store,
    as_of: dt.date,
    since: dt.date | None,
    until: dt.date | None,
    settings: KpiSettings,
    run_no: str | None = None,
) -> dict[str, Any]:
    """What the questions are asked with; about the plan `run_no`, the latest one unless given."""
    until = until or as_of
    since = since or until - dt.timedelta(days=PERIOD_DAYS - 1)
    if since > until:
        raise InputError("KPI-PERIOD", since=since, until=until)
    tomorrow = as_of + dt.timedelta(days=1)
    ahead = until > as_of
    run_no = run_no or latest_run(store)
    kit_until = until if ahead else _kit_until(store, as_of, settings)
    return {
        "as_of": as_of,
        "since": since,
        "until": until,
        "by_due_date": settings.by_due_date,
        "ahead_since": max(since, tomorrow) if ahead else tomorrow,
        "ahead_until": until if ahead else as_of + dt.timedelta(days=settings.ahead_days),
        "kit_since": max(since, tomorrow) if ahead else tomorrow,
        "kit_until": kit_until,
        "run_no": run_no,
        "before": _run_before(store, run_no),
    }


def _kit_until(store: Store, as_of: dt.date, settings: KpiSettings) -> dt.date:
    """The last of the working days after `as_of` that kit rate looks at."""
    day = store.query("kpi/kit_until", as_of=as_of, kit_days=settings.kit_days)["kit_until"].iloc[0]
    found: dt.date = pd.Timestamp(day).date()
    return found


def _run_before(store: Store, run_no: str | None) -> str | None:
    """The plan of today's data that `run_no` took the place of."""
    found = store.query("kpi/run_before", run_no=run_no)
    return None if found.empty else str(found["run_no"].iloc[0])


def _measure(key: str, cut: dict[str, Any], settings: KpiSettings) -> Measure:
    """The measure that gives figure `key` its entry for `cut`."""
    for measure in measures(settings):
        fixed = dict(measure.cut)
        rest = tuple(name for name in cut if name not in fixed)
        fits = all(name in cut and cut[name] == value for name, value in fixed.items())
        asked = any(set(rest) == set(names) for names in measure.cuts) if rest else measure.total
        if measure.key == key and fits and asked:
            return measure
    raise InputError("KPI-UNKNOWN", key=key, cut=", ".join(cut))


def _kept(measure: Measure, found: pd.DataFrame) -> pd.DataFrame:
    return found if measure.where is None else found[found[measure.where].astype(bool)]


def _same(values: pd.Series, wanted: Any) -> pd.Series:
    if isinstance(wanted, dt.date):
        return pd.to_datetime(values) == pd.Timestamp(wanted)
    return values.isna() if wanted is None else values == wanted


def _read_off(
    measure: Measure, found: pd.DataFrame, cuts: Collection[tuple[str, ...]] | None = None
) -> Iterator[Figure]:
    """The total, then each of `cuts` (None: of all it has) in the order of its values."""
    kept = _kept(measure, found)
    columns = _columns(measure)
    if measure.total:
        yield _summed(measure, kept[columns].sum().tolist(), dict(measure.cut))
    for names in measure.cuts if cuts is None else [names for names in measure.cuts if names in cuts]:
        sums = kept.groupby(list(names), dropna=False, sort=True)[columns].sum()
        bands = measure.bands.get(names[0]) if len(names) == 1 else None
        if bands:
            sums = sums.reindex(list(bands), fill_value=0.0)
        for values, row in zip(sums.index, sums.to_numpy().tolist(), strict=True):  # thousands: no iterrows
            parts = values if isinstance(values, tuple) else (values,)
            cut = {name: _plain(part) for name, part in zip(names, parts, strict=True)}
            yield _summed(measure, row, {**measure.cut, **cut})


def _summed(measure: Measure, sums: Sequence[float], cut: dict[str, Any]) -> Figure:
    """The figure of the sums of its columns: the numerator's, then the denominator's where it has one."""
    return _figure(measure, float(sums[0]), float(sums[1]) if measure.denominator else None, cut)


def _figure(measure: Measure, numerator: float | None, denominator: float | None, cut: dict[str, Any]) -> Figure:
    if numerator is None:
        value = None
    elif measure.denominator is None:
        value = numerator
    else:
        value = numerator / denominator if denominator else None
    return Figure(measure.key, value, numerator, denominator, measure.unit, cut or None)


def _plain(value: Any) -> Any:
    """A cut's value as plain Python: no numpy number, no time of day, None where nothing is known."""
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value
