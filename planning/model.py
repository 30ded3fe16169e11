"""What goes into a plan and what comes out: frozen, validated, and nothing else.

Every frame uses the data contract's column names. Dates are `datetime64[us]` at midnight, quantities
float64, numbers of lines and steps int64, text `str` with missing values empty (""), except where a
column is said to be nullable.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal

import pandas as pd

from planning.errors import InputError

Status = Literal["optimal", "feasible", "heuristic", "infeasible"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a plan is made. Each has one meaning and a sound default.

    horizon_days: calendar days after the as-of date that are planned.
    frozen_days: working days after the as-of date in which the plan before is kept.
    overdue_grace_days: working days added to the next working day for supply that is overdue.
    inspection_days: working days from the as-of date until an arrival under inspection is usable.
    default_lead_time_days: working days for a bought item whose lead time nobody entered.
    bom_scrap: "multiply": qty x (1 + r); "divide": qty / (1 - r).
    overtime: whether overtime hours may be used.
    time_limit_seconds: how long the scheduler may search.
    memory_limit_mb: how much memory the child process that plans may take.
    """

    horizon_days: int = 180
    frozen_days: int = 0
    overdue_grace_days: int = 1
    inspection_days: int = 1
    default_lead_time_days: int = 5
    bom_scrap: Literal["multiply", "divide"] = "multiply"
    overtime: bool = True
    time_limit_seconds: float = 30.0
    memory_limit_mb: int = 3072

    def __post_init__(self) -> None:
        if self.horizon_days < 1:
            raise InputError("PLAN-HORIZON", value=self.horizon_days)
        for name in ("frozen_days", "overdue_grace_days", "inspection_days", "default_lead_time_days"):
            if getattr(self, name) < 0:
                raise InputError("PLAN-SETTING-NEG", setting=name, value=getattr(self, name))
        if self.bom_scrap not in ("multiply", "divide"):
            raise InputError("PLAN-SETTING", setting="bom_scrap", value=self.bom_scrap)
        for name in ("time_limit_seconds", "memory_limit_mb"):
            if getattr(self, name) <= 0:
                raise InputError("PLAN-SETTING-NEG", setting=name, value=getattr(self, name))


# Columns of each input frame, with their pandas types. "text", "integer", "decimal", "date", "datetime";
# a trailing "?" allows missing values (NaN, NaT); integers that may be missing are float64.
INPUT_COLUMNS: Mapping[str, Mapping[str, str]] = {
    # one row per item; numbers already defaulted: safety_stock 0, min_order_qty 0, order_multiple 0
    # (none), lot_policy lot_for_lot, scrap_rate 0. lead_time_days, min_order_qty and order_multiple of a
    # bought item are its preferred supplier's where it has one; supplier_no is that supplier.
    "item": {
        "item_no": "text",
        "category": "text",
        "source": "text",
        "lead_time_days": "decimal?",
        "safety_stock": "decimal",
        "min_order_qty": "decimal",
        "order_multiple": "decimal",
        "lot_policy": "text",
        "lot_qty": "decimal",
        "lot_period_days": "decimal",
        "scrap_rate": "decimal",
        "unit_cost": "decimal",
        "setup_family": "text",
        "supplier_no": "text",
    },
    # qty_per > 0, scrap_rate 0 where empty, step_no NaN: the first step; effective_* NaT: open
    "bom_line": {
        "parent_item_no": "text",
        "component_item_no": "text",
        "line_no": "integer",
        "qty_per": "decimal",
        "scrap_rate": "decimal",
        "step_no": "decimal?",
        "effective_from": "date?",
        "effective_to": "date?",
        "alt_group": "text",
        "alt_rank": "integer",
    },
    # rows of one item and step are alternatives; alt_rank 1 first; transfer_qty 0: the whole lot
    "routing_step": {
        "item_no": "text",
        "step_no": "integer",
        "station_no": "text",
        "alt_rank": "integer",
        "units_per_hour": "decimal",
        "setup_hours": "decimal",
        "yield_rate": "decimal",
        "wait_hours": "decimal",
        "transfer_qty": "decimal",
    },
    "station": {
        "station_no": "text",
        "parallel_units": "integer",
        "efficiency": "decimal",
        "calendar_no": "text",
        "overtime_hours": "decimal",
        "overtime_cost": "decimal",
    },
    # start_time in minutes after midnight
    "calendar": {"calendar_no": "text", "weekday": "integer", "hours": "decimal", "start_minute": "integer"},
    "calendar_day": {"calendar_no": "text", "work_date": "date", "hours": "decimal"},
    "changeover": {"station_no": "text", "from_family": "text", "to_family": "text", "hours": "decimal"},
    # one row per open sales order line: qty is open, target_date = promised_date else due_date,
    # priority resolved (line, customer, 3), weight = 6 - priority
    "demand": {
        "sales_order_no": "text",
        "line_no": "integer",
        "customer_no": "text",
        "item_no": "text",
        "qty": "decimal",
        "due_date": "date",
        "target_date": "date",
        "priority": "integer",
        "weight": "decimal",
    },
    # available quality only, as of the as-of date; expired lots are still here and the planner drops them
    "stock": {
        "item_no": "text",
        "lot_no": "text",
        "location": "text",
        "qty": "decimal",
        "expiry_date": "date?",
    },
    # open purchase lines less arrivals; order_ref = "purchase_order_no/line_no"; date = confirmed else due
    "firm_buy": {
        "order_ref": "text",
        "item_no": "text",
        "supplier_no": "text",
        "qty": "decimal",
        "date": "date",
    },
    # arrivals waiting for inspection; order_ref = arrival_no
    "inspection": {"order_ref": "text", "item_no": "text", "qty": "decimal", "arrival_date": "date"},
    # released and started work orders; order_ref = work_order_no; qty = good pieces still to come out of
    # the last step; sales_order_no "" and line NaN where the work order names no line
    "firm_make": {
        "order_ref": "text",
        "item_no": "text",
        "ordered_qty": "decimal",
        "qty": "decimal",
        "sales_order_no": "text",
        "sales_order_line_no": "decimal?",
        "due_date": "date?",
        "planned_start": "date?",
        "planned_finish": "date?",
        "priority": "integer",
        "status": "text",
    },
    # good and scrapped pieces that work orders have handed over so far, per step
    "progress": {"order_ref": "text", "step_no": "integer", "good_qty": "decimal", "scrap_qty": "decimal"},
    # what work orders may still draw: required less issued, per item; a work order without a picking list
    # has no row here and takes its material from the BOM
    "picking": {
        "order_ref": "text",
        "item_no": "text",
        "required_qty": "decimal",
        "issued_qty": "decimal",
    },
    # scheduled work of the plan before that lies in the frozen days (firm orders only)
    "frozen": {
        "order_ref": "text",
        "step_no": "integer",
        "station_no": "text",
        "unit_no": "integer",
        "work_date": "date",
        "item_no": "text",
        "qty": "decimal",
        "hours": "decimal",
        "overtime_hours": "decimal",
        "start_time": "datetime",
        "finish_time": "datetime",
    },
}

PANDAS_TYPE: Mapping[str, str] = {
    "text": "str",
    "integer": "int64",
    "decimal": "float64",
    "boolean": "bool",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
}


def frame(columns: Mapping[str, str], rows: object = None) -> pd.DataFrame:
    """A frame of exactly `columns` with their types, from `rows` (a frame, records, or nothing).

    Columns that `rows` lacks raise KeyError; those it has besides are left out.
    """
    names = list(columns)
    source = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows or [], columns=None)
    if not len(source.columns):
        source = pd.DataFrame(columns=names)
    typed = {name: _typed(source[name], kind) for name, kind in columns.items()}
    return pd.DataFrame(typed, columns=names).reset_index(drop=True)


def _typed(values: pd.Series, kind: str) -> pd.Series:
    nullable = kind.endswith("?")
    kind = kind.rstrip("?")
    if kind == "text":
        return values.astype("object").where(values.notna(), "").astype("str")
    if kind in ("date", "datetime"):
        return pd.to_datetime(values).astype("datetime64[us]")
    if nullable or kind == "decimal":
        return values.astype("float64")
    return values.astype(PANDAS_TYPE[kind])


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Everything a plan is made from: one snapshot of the factory as of the end of `as_of_date`.

    The frames and their columns are `INPUT_COLUMNS`; a frame that is not given is empty.
    Raises InputError where the frames contradict each other in a way no plan could mend.
    """

    as_of_date: dt.date
    settings: Settings = field(default_factory=Settings)
    data_version: str = ""
    item: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["item"]))
    bom_line: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["bom_line"]))
    routing_step: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["routing_step"]))
    station: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["station"]))
    calendar: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["calendar"]))
    calendar_day: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["calendar_day"]))
    changeover: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["changeover"]))
    demand: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["demand"]))
    stock: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["stock"]))
    firm_buy: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["firm_buy"]))
    inspection: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["inspection"]))
    firm_make: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["firm_make"]))
    progress: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["progress"]))
    picking: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["picking"]))
    frozen: pd.DataFrame = field(default_factory=lambda: frame(INPUT_COLUMNS["frozen"]))

    def __post_init__(self) -> None:
        for name, columns in INPUT_COLUMNS.items():
            missing = [column for column in columns if column not in getattr(self, name).columns]
            if missing:
                raise InputError("PLAN-INPUT-COLUMN", table=name, column=", ".join(missing))
        known = set(self.item["item_no"])
        for table, column in (
            ("demand", "item_no"),
            ("bom_line", "component_item_no"),
            ("bom_line", "parent_item_no"),
            ("routing_step", "item_no"),
            ("firm_make", "item_no"),
            ("firm_buy", "item_no"),
        ):
            unknown = set(getattr(self, table)[column]) - known
            if unknown:
                raise InputError("PLAN-INPUT-ITEM", table=table, value=", ".join(sorted(unknown)[:5]))
        unknown = set(self.routing_step["station_no"]) - set(self.station["station_no"])
        if unknown:
            raise InputError("PLAN-INPUT-STATION", value=", ".join(sorted(unknown)[:5]))
        unknown = set(self.station["calendar_no"]) - set(self.calendar["calendar_no"])
        if unknown:
            raise InputError("PLAN-INPUT-CALENDAR", value=", ".join(sorted(unknown)[:5]))

    @classmethod
    def of(cls, as_of_date: dt.date, settings: Settings | None = None, **tables: object) -> PlanInput:
        """A PlanInput from frames or lists of records, typed; columns left out get their default.

        For people and tests: `PlanInput.of(date, item=[{"item_no": "A", "source": "buy"}])`.
        """
        return cls(
            as_of_date,
            settings or Settings(),
            **{name: frame(INPUT_COLUMNS[name], _with_defaults(name, rows)) for name, rows in tables.items()},
        )

    def with_settings(self, **changes: object) -> PlanInput:
        """The same factory under other settings."""
        return replace(self, settings=replace(self.settings, **changes))  # type: ignore[arg-type]

    @property
    def horizon_end(self) -> dt.date:
        """Last day that may be planned."""
        return self.as_of_date + dt.timedelta(days=self.settings.horizon_days)


DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "item": {
        "category": "finished",
        "source": "make",
        "lead_time_days": None,
        "safety_stock": 0.0,
        "min_order_qty": 0.0,
        "order_multiple": 0.0,
        "lot_policy": "lot_for_lot",
        "lot_qty": 0.0,
        "lot_period_days": 0.0,
        "scrap_rate": 0.0,
        "unit_cost": 0.0,
        "setup_family": "",
        "supplier_no": "",
    },
    "bom_line": {
        "line_no": 1,
        "scrap_rate": 0.0,
        "step_no": None,
        "effective_from": None,
        "effective_to": None,
        "alt_group": "",
        "alt_rank": 1,
    },
    "routing_step": {
        "alt_rank": 1,
        "setup_hours": 0.0,
        "yield_rate": 1.0,
        "wait_hours": 0.0,
        "transfer_qty": 0.0,
    },
    "station": {"parallel_units": 1, "efficiency": 1.0, "overtime_hours": 0.0, "overtime_cost": 0.0},
    "calendar": {"start_minute": 480},
    "demand": {"line_no": 1, "customer_no": "", "priority": 3},
    "stock": {"lot_no": "", "location": "MAIN", "expiry_date": None},
    "firm_buy": {"supplier_no": ""},
    "firm_make": {
        "sales_order_no": "",
        "sales_order_line_no": None,
        "due_date": None,
        "planned_start": None,
        "planned_finish": None,
        "priority": 3,
        "status": "released",
    },
    "progress": {"scrap_qty": 0.0},
    "picking": {"issued_qty": 0.0},
    "frozen": {"overtime_hours": 0.0},
}


def _with_defaults(name: str, rows: object) -> pd.DataFrame:
    given = pd.DataFrame(rows)
    for column, value in DEFAULTS.get(name, {}).items():
        if column not in given.columns:
            given[column] = value
    if name == "demand" and len(given):
        if "due_date" not in given.columns:
            given["due_date"] = given["target_date"]
        if "target_date" not in given.columns:
            given["target_date"] = given["due_date"]
        if "weight" not in given.columns:
            given["weight"] = 6.0 - given["priority"]
    if name == "firm_make" and len(given) and "ordered_qty" not in given.columns:
        given["ordered_qty"] = given["qty"]
    return given


# Columns of each frame of a plan, as in the data contract but for run_no, which the store adds.
RESULT_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "plan_order": {
        "order_ref": "text",
        "kind": "text",
        "item_no": "text",
        "qty": "decimal",
        "start_date": "date?",
        "finish_date": "date",
        "supplier_no": "text",
        "bom_date": "date?",
    },
    "plan_schedule": {
        "order_ref": "text",
        "step_no": "integer",
        "station_no": "text",
        "unit_no": "integer",
        "work_date": "date",
        "item_no": "text",
        "qty": "decimal",
        "hours": "decimal",
        "overtime_hours": "decimal",
        "start_time": "datetime",
        "finish_time": "datetime",
    },
    "plan_delivery": {
        "sales_order_no": "text",
        "line_no": "integer",
        "delivery_date": "date",
        "qty": "decimal",
    },
    "plan_lateness": {
        "sales_order_no": "text",
        "line_no": "integer",
        "target_date": "date",
        "planned_date": "date?",
        "days_late": "decimal?",
        "cause": "text",
        "detail": "text",
        "remedy": "text",
    },
    "plan_pegging": {
        "sales_order_no": "text",
        "line_no": "integer",
        "item_no": "text",
        "supply_kind": "text",
        "supply_ref": "text",
        "qty": "decimal",
        "available_date": "date",
    },
    "plan_allocation": {
        "allocation_no": "integer",
        "item_no": "text",
        "demand_kind": "text",
        "demand_ref": "text",
        "demand_line_no": "decimal?",
        "step_no": "decimal?",
        "need_date": "date",
        "used_date": "date?",
        "supply_kind": "text",
        "supply_ref": "text",
        "qty": "decimal",
        "available_date": "date",
    },
    "plan_kit": {
        "order_ref": "text",
        "status": "text",
        "kit_date": "date?",
        "can_make_qty": "decimal",
        "blocking": "text",
    },
    "plan_message": {
        "order_ref": "text",
        "action": "text",
        "item_no": "text",
        "from_date": "date?",
        "to_date": "date?",
        "from_qty": "decimal?",
        "to_qty": "decimal?",
        "reason": "text",
    },
    "plan_price": {
        "kind": "text",
        "resource_no": "text",
        "work_date": "date",
        "load_hours": "decimal?",
        "available_hours": "decimal?",
        "price": "decimal?",
        "unit": "text",
    },
}


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of the search as it was reached: seconds since the start, value and bound (None: unknown).

    failed: what went wrong on this rung; the plan found before it was kept.
    """

    rung: str
    seconds: float
    objective: float
    bound: float | None = None
    failed: str = ""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan: its figures and its rows. The frames and their columns are `RESULT_COLUMNS`.

    objective: sum over order lines of weight x whole calendar days late of the last piece; a line that is
    not delivered inside the horizon counts as delivered the day after it. late: how many lines are late at all.
    bound: no plan has a smaller objective (None: not computed). verified: the checker agreed.
    """

    as_of_date: dt.date
    horizon_end: dt.date
    status: Status
    orders: int
    late: int
    objective: float
    whole_order_days_late: float
    quantity_days_late: float
    stock_days: float
    overtime_hours: float
    seconds: float
    plan_order: pd.DataFrame
    plan_schedule: pd.DataFrame
    plan_delivery: pd.DataFrame
    plan_lateness: pd.DataFrame
    plan_pegging: pd.DataFrame
    plan_allocation: pd.DataFrame
    plan_kit: pd.DataFrame
    plan_message: pd.DataFrame
    plan_price: pd.DataFrame = field(default_factory=lambda: frame(RESULT_COLUMNS["plan_price"]))
    bound: float | None = None
    relaxed_objective: float | None = None
    relaxed_gap: float | None = None
    verified: bool = False
    trail: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        for name, columns in RESULT_COLUMNS.items():
            if list(getattr(self, name).columns) != list(columns):
                raise ValueError(f"{name} must have the columns {list(columns)}")
        if self.bound is not None and self.bound > self.objective + 1e-6:
            raise ValueError(f"bound {self.bound} must not exceed the objective {self.objective}")

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective; 0 where the objective is 0; None where no bound is known."""
        if self.bound is None:
            return None
        return 0.0 if self.objective <= 1e-9 else (self.objective - self.bound) / self.objective

    def frames(self) -> dict[str, pd.DataFrame]:
        """The plan's frames by table name."""
        return {item.name: getattr(self, item.name) for item in fields(self) if item.name in RESULT_COLUMNS}


# What MRP hands to the scheduler.
MATERIAL_COLUMNS: Mapping[str, Mapping[str, str]] = {
    # one row per lot to make. kind: planned_make, firm_make. qty: good pieces out of the last step still to
    # be made. start_date, need_date: wanted by backward scheduling without regard to capacity (need_date is
    # when its earliest consumer or line wants it). bom_date: the day whose effective BOM it uses.
    # weight: sum of the weights of the order lines pegged to it, at any depth; priority: the best of theirs.
    "make": {
        "order_ref": "text",
        "kind": "text",
        "item_no": "text",
        "qty": "decimal",
        "start_date": "date",
        "need_date": "date",
        "bom_date": "date",
        "priority": "integer",
        "weight": "decimal",
    },
    # one row per purchase. kind: planned_buy, firm_buy. available_date: earliest for a planned one (ordered
    # now), assumed for a firm one (overdue supply moved to the next working day plus grace, with overdue set).
    # order_date: planned only, need_date less lead time but never before the first plan day.
    "buy": {
        "order_ref": "text",
        "kind": "text",
        "item_no": "text",
        "qty": "decimal",
        "order_date": "date?",
        "available_date": "date",
        "need_date": "date?",
        "supplier_no": "text",
        "overdue": "boolean",
    },
    # the ledger, in the order in which supply was handed out. demand_kind sales_order: demand_ref and
    # demand_line_no name the line; make: demand_ref is the order_ref of the lot, step_no the step that uses it;
    # safety_stock: demand_ref "". available_date is NaT where a make order supplies (the schedule knows).
    "allocation": {
        "allocation_no": "integer",
        "item_no": "text",
        "demand_kind": "text",
        "demand_ref": "text",
        "demand_line_no": "decimal?",
        "step_no": "decimal?",
        "need_date": "date",
        "supply_kind": "text",
        "supply_ref": "text",
        "qty": "decimal",
        "available_date": "date?",
    },
}


@dataclass(frozen=True, slots=True)
class MaterialPlan:
    """MRP's answer: the lots, the purchases, and who takes what. Frames as in `MATERIAL_COLUMNS`."""

    make: pd.DataFrame
    buy: pd.DataFrame
    allocation: pd.DataFrame

    def __post_init__(self) -> None:
        for name, columns in MATERIAL_COLUMNS.items():
            if list(getattr(self, name).columns) != list(columns):
                raise ValueError(f"{name} must have the columns {list(columns)}")


@dataclass(frozen=True, slots=True)
class Schedule:
    """The scheduler's answer.

    rows: as `RESULT_COLUMNS["plan_schedule"]`, one per lot, step, unit and day. lots: one row per make order with
    order_ref, start_time, finish_time (datetime) and finish_date (the work_date its last piece belongs to); NaT
    where the lot is not finished inside the horizon (then it has no rows at all). objective as in PlanResult.
    """

    rows: pd.DataFrame
    lots: pd.DataFrame
    objective: float
    overtime_hours: float
    trail: tuple[Step, ...] = ()
    bound: float | None = None
    relaxed_objective: float | None = None
    relaxed_gap: float | None = None
