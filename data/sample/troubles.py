"""The troubles planted in the sample factory, and how to find their numbers in its tables.

docs/sample-factory.md says where a planner comes across each of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from data.sample.clock import Clock
from data.sample.design import PLT, PNT
from data.sample.floor import OVEN_DAYS
from data.sample.warehouse import EXPIRED_LOT
from data.sample.words import STATIONS, Pair

Tables = Mapping[str, pd.DataFrame]
Numbers = dict[str, list[str]]

SLIPPING_SUPPLIER, SLIPPING_ITEM = "SUP-004", "RM-104"
BOTTLENECK = STATIONS[PLT][0]
MISSED_STATION = STATIONS[PNT][0]
OPEN_STATUSES = ("confirmed", "in_production", "ready")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One planted trouble: a stable key, its name, and what finds its numbers (by kind of form) in the tables."""

    key: str
    name: Pair
    find: Callable[[Tables], Numbers]


def as_of(tables: Tables) -> dt.date:
    """The as-of date of the factory: that of its newest stock snapshot."""
    newest: dt.date = pd.Timestamp(tables["stock_balance"]["as_of_date"].max()).date()
    return newest


def slipping_supplier(tables: Tables) -> Numbers:
    """Overdue purchase lines of the brass sheet, and the order lines of the next five weeks that are made of it."""
    today = pd.Timestamp(as_of(tables))
    bought = tables["purchase_order"]
    mine = bought[(bought["supplier_no"] == SLIPPING_SUPPLIER) & (bought["item_no"] == SLIPPING_ITEM)]
    overdue = mine[(mine["status"] == "open") & (mine["due_date"] <= today)]
    lines = tables["sales_order"]
    soon = lines["promised_date"].fillna(lines["due_date"]).between(today, today + pd.Timedelta(days=35))
    made = lines[lines["item_no"].isin(_made_of(tables, SLIPPING_ITEM)) & lines["status"].isin(OPEN_STATUSES) & soon]
    return {
        "supplier": [SLIPPING_SUPPLIER],
        "item": [SLIPPING_ITEM],
        "purchase_order": _refs(overdue, "purchase_order_no"),
        "sales_order": _refs(made, "sales_order_no"),
    }


def bottleneck(tables: Tables) -> Numbers:
    """Plating."""
    return {"station": [BOTTLENECK]}


def rush_order(tables: Tables) -> Numbers:
    """The one order line of priority 1, and the other open lines of its good."""
    lines = tables["sales_order"]
    rush = lines[lines["priority"] == 1]
    same = lines[lines["item_no"].isin(rush["item_no"]) & lines["status"].isin(OPEN_STATUSES)]
    others = same[~same["sales_order_no"].isin(rush["sales_order_no"])]
    return {
        "sales_order": _refs(rush, "sales_order_no"),
        "item": rush["item_no"].tolist(),
        "others": _refs(others, "sales_order_no"),
    }


def conceded_lot(tables: Tables) -> Numbers:
    """The newest approved concession with its arrival, receipt, stock lot, and the work orders that drew from it."""
    conceded = tables["concession"]
    newest = conceded[conceded["status"] == "approved"].sort_values(["requested_date", "concession_no"]).iloc[-1:]
    receipt = tables["goods_receipt"][tables["goods_receipt"]["arrival_no"].isin(newest["arrival_no"])]
    issues = tables["goods_issue"]
    drawn = issues[issues["lot_no"].isin(receipt["lot_no"])]
    return {
        "concession": newest["concession_no"].tolist(),
        "item": newest["item_no"].tolist(),
        "arrival": newest["arrival_no"].tolist(),
        "receipt": receipt["receipt_no"].tolist(),
        "lot": receipt["lot_no"].tolist(),
        "work_order": sorted(set(drawn["work_order_no"])),
    }


def over_consumption(tables: Tables) -> Numbers:
    """The newest supplement request that was issued, its work order and its issue."""
    asked = tables["supplement_request"]
    newest = asked[asked["status"] == "issued"].sort_values(["requested_date", "supplement_no"]).iloc[-1:]
    issues = tables["goods_issue"]
    drawn = issues[(issues["issue_type"] == "supplement") & issues["work_order_no"].isin(newest["work_order_no"])]
    return {
        "supplement": newest["supplement_no"].tolist(),
        "item": newest["item_no"].tolist(),
        "work_order": newest["work_order_no"].tolist(),
        "issue": sorted(set(drawn["issue_no"])),
    }


def missed_plan(tables: Tables) -> Numbers:
    """Painting's two days with the failed oven, and their exception reports."""
    reports = tables["exception_report"]
    days = pd.DatetimeIndex(Clock.around(as_of(tables)).date(OVEN_DAYS))
    mine = reports[(reports["station_no"] == MISSED_STATION) & reports["report_date"].isin(days)]
    return {
        "station": [MISSED_STATION],
        "day": [f"{day:%Y-%m-%d}" for day in days],
        "exception": mine["exception_no"].tolist(),
    }


def expired_lot(tables: Tables) -> Numbers:
    """The lot of brightener that is past its shelf life."""
    stock = tables["stock_balance"]
    lots = stock[(stock["lot_no"] == EXPIRED_LOT) & (stock["as_of_date"] == stock["as_of_date"].max())]
    return {"item": lots["item_no"].tolist(), "lot": [EXPIRED_LOT]}


def pending_inspection(tables: Tables) -> Numbers:
    """The order line due today whose gift box came today and waits for its inspection."""
    lines, arrivals, used = tables["sales_order"], tables["material_arrival"], tables["bom_line"]
    line = lines[lines["priority"] == 2]
    parts = used[used["parent_item_no"].isin(line["item_no"])]["component_item_no"]
    waiting = arrivals[(arrivals["inspection"] == "pending") & arrivals["item_no"].isin(parts)]
    waiting = waiting[waiting["item_no"].str.startswith("PK-4")]
    orders = tables["work_order"]
    work = orders[orders["sales_order_no"].isin(line["sales_order_no"]) & orders["sales_order_line_no"].notna()]
    return {
        "sales_order": _refs(line, "sales_order_no"),
        "work_order": work["work_order_no"].tolist(),
        "item": waiting["item_no"].tolist(),
        "arrival": waiting["arrival_no"].tolist(),
    }


TROUBLES: tuple[Trouble, ...] = (
    Trouble("slipping_supplier", ("供应商延期", "a supplier slips"), slipping_supplier),
    Trouble("bottleneck", ("电镀瓶颈", "plating is the bottleneck"), bottleneck),
    Trouble("rush_order", ("加急插单", "a rush order"), rush_order),
    Trouble("conceded_lot", ("特采批次", "a lot taken on concession"), conceded_lot),
    Trouble("over_consumption", ("超损耗补料", "over-consumption"), over_consumption),
    Trouble("missed_plan", ("喷涂欠产", "painting misses its plan"), missed_plan),
    Trouble("expired_lot", ("药水过期", "an expired lot"), expired_lot),
    Trouble("pending_inspection", ("待检物料", "a pending inspection"), pending_inspection),
)


def find_troubles(tables: Tables) -> dict[str, Numbers]:
    """The numbers of every trouble in a factory's tables, by its key."""
    return {trouble.key: trouble.find(tables) for trouble in TROUBLES}


def _refs(lines: pd.DataFrame, number: str) -> list[str]:
    return [f"{order}/{line}" for order, line in zip(lines[number], lines["line_no"], strict=True)]


def _made_of(tables: Tables, item_no: str) -> set[str]:
    used = tables["bom_line"]
    found: set[str] = set()
    level = {item_no}
    while level:
        level = set(used[used["component_item_no"].isin(level)]["parent_item_no"]) - found
        found |= level
    return found
