"""Master tables of the sample factory, in the words of a language."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sample.clock import Clock, Floats, Ints, holidays
from data.sample.demand import Demand
from data.sample.design import AUXILIARIES, BLACK, CALENDAR_HOURS, CHEMICALS, NO_END, PLT, PNT, STATION, Design
from data.sample.lots import LotRules
from data.sample.purchases import Terms, supplier_numbers
from data.sample.rows import table, where_date, where_text
from data.sample.words import (
    CHEMICAL_TRADE,
    CITIES,
    CUSTOMERS,
    FAMILIES,
    FINISHES,
    HARDWARE_TRADE,
    LABEL_TRADE,
    METAL_TRADE,
    METALS,
    NAMES,
    PACKAGING_TRADE,
    PRODUCTS,
    STATIONS,
    people,
    word,
    words,
)

CHEMICAL_NAMES = (
    ("除油剂 DG-50", "Degreaser DG-50"),
    ("活化酸", "Acid activator"),
    ("铬酐（六价铬）", "Chromic acid, hexavalent"),
    ("三价铬镀液", "Chromium solution, trivalent"),
    ("硫酸镍", "Nickel sulphate"),
    ("镀镍光亮剂 N-88", "Nickel brightener N-88"),
    ("氰化金钾", "Potassium gold cyanide"),
    ("哑黑烤漆", "Matt black paint"),
    ("珍珠白烤漆", "Pearl white paint"),
    ("枪灰烤漆", "Gunmetal grey paint"),
    ("稀释剂", "Thinner"),
    ("丝印油墨 白", "Screen ink, white"),
)
AUXILIARY_NAMES = (
    ("抛光蜡", "Polishing wax"),
    ("砂带 P320", "Sanding belt P320"),
    ("棉手套", "Cotton gloves"),
    ("冲压油", "Stamping oil"),
    ("挂具胶塞", "Masking plug"),
)
FOAM_NAMES = (("珍珠棉袋", "EPE foam bag"), ("气泡袋（替代）", "Bubble bag, substitute"))
TERMS_DAYS = (30, 60, 45, 90)
THICKNESS = ("0.8", "1.0", "1.2", "1.5", "2.0", "0.6", "3.0")
WIDTHS = ("1000", "1220", "600", "400", "300")
PLATING_CHANGE = ((0.0, 0.6, 1.2), (0.5, 0.0, 1.0), (0.8, 0.8, 0.0))  # from chrome, nickel, gold
PAINTING_CHANGE = ((0.0, 1.2, 0.8), (0.4, 0.0, 0.5), (0.5, 1.0, 0.0))  # from black, white, grey
PREFIX = {
    "good": ("FG-", 1001),
    "part": ("SF-", 2001),
    "blank": ("BK-", 3001),
    "raw": ("RM-", 101),
    "hardware": ("HW-", 101),
    "carton": ("PK-1", 101),
    "bag": ("PK-2", 101),
    "foam": ("PK-3", 101),
    "box": ("PK-4", 101),
    "label": ("LB-", 1001),
}


def item_numbers(plan: Design) -> npt.NDArray[np.object_]:
    """The number of every item, by position."""
    found = np.empty(plan.items, dtype=object)
    for kind, (prefix, first) in PREFIX.items():
        found[plan.kinds.of(kind)] = [f"{prefix}{first + count}" for count in range(plan.kinds.count[kind])]
    found[plan.kinds.of("chemical")] = [row[0] for row in CHEMICALS]
    found[plan.kinds.of("auxiliary")] = [row[0] for row in AUXILIARIES]
    return found


def master_tables(
    plan: Design,
    demand: Demand,
    rules: LotRules,
    terms: Terms,
    usage: Floats,
    suppliers: int,
    clock: Clock,
    item_no: npt.NDArray[np.object_],
    language: str,
) -> dict[str, pd.DataFrame]:
    """All masters and the BOM."""
    return {
        "customer": _customers(plan, demand, language),
        "supplier": _suppliers(suppliers, language),
        "item": _items(plan, rules, terms, usage, item_no, language),
        "supplier_item": _supplier_items(plan, terms, item_no),
        "bom_line": _bom_lines(plan, clock, item_no),
        **_stations(demand.units, clock, language),
        "routing_step": _routing_steps(plan, item_no, language),
        "changeover": _changeovers(language),
    }


def _customers(plan: Design, demand: Demand, language: str) -> pd.DataFrame:
    position = np.arange(plan.customers)
    names = words(language, CUSTOMERS, position)
    more = words(language, CITIES, position // len(CUSTOMERS))
    numbered = np.array([f" {count}" if count else "" for count in position // (len(CUSTOMERS) * 10)], dtype=object)
    names = np.where(position < len(CUSTOMERS), names, more + ("" if language == "zh" else " ") + names + numbered)
    value = np.bincount(demand.lines.customer, demand.lines.qty * plan.cost[demand.lines.good] * 1.5, plan.customers)
    city = words(language, CITIES, position * 3)
    street = word(language, ("市工业大道", ", Gongye Avenue "))
    return table(
        "customer",
        {
            "customer_no": customer_numbers(position),
            "name": names,
            "priority": np.array([3, 2, 3, 3, 3, 3, 4, 3, 3, 3, 3, 3, 3, 3, 3])[position % 15],
            "credit_limit": np.round(np.maximum(value * 0.6, 50_000), -4),
            "payment_terms_days": np.array(TERMS_DAYS)[position % len(TERMS_DAYS)],
            "contact": people(language, position + 50),
            "phone": np.array([f"0757-8{220_0000 + 37 * count}" for count in position], dtype=object),
            "address": city + street + (12 + 7 * position).astype(str).astype(object) + word(language, ("号", "")),
        },
    )


def customer_numbers(position: Ints) -> npt.NDArray[np.object_]:
    """Numbers of customers."""
    return np.array([f"C{count:03d}" for count in range(1, int(np.max(position, initial=0)) + 2)], dtype=object)[
        position
    ]


def _suppliers(count: int, language: str) -> pd.DataFrame:
    position = np.arange(count)
    trades = [METAL_TRADE] * 5 + [CHEMICAL_TRADE] * 4 + [HARDWARE_TRADE] * 5 + [PACKAGING_TRADE] * 3
    trades += [LABEL_TRADE] * 2 + [METAL_TRADE] * 2 + [CHEMICAL_TRADE, HARDWARE_TRADE] + [PACKAGING_TRADE] * 2
    space = "" if language == "zh" else " "
    round_no = position // (25 * len(CITIES))
    again = np.array([f"{space}{count + 1}" if count else "" for count in round_no], dtype=object)
    city = words(language, CITIES, position % 25 + position // 25)
    names = city + space + words(language, NAMES, position) + again + space + words(language, trades, position)
    return table(
        "supplier",
        {
            "supplier_no": supplier_numbers(position),
            "name": names,
            "contact": people(language, position * 3 + 5),
            "phone": np.array([f"0769-2{310_0000 + 53 * place}" for place in position], dtype=object),
        },
    )


def _items(
    plan: Design, rules: LotRules, terms: Terms, usage: Floats, item_no: npt.NDArray[np.object_], language: str
) -> pd.DataFrame:
    names, spec = _names(plan, language)
    made = np.arange(plan.items) < plan.kinds.first["raw"]
    good, part = plan.kinds.of("good"), plan.kinds.of("part")
    category = np.empty(plan.items, dtype=object)
    by_kind = {"good": "finished", "part": "semi_finished", "blank": "semi_finished", "hardware": "auxiliary"}
    for kind in plan.kinds.first:
        packed = kind in ("carton", "bag", "foam", "box")
        category[plan.kinds.of(kind)] = by_kind.get(kind, "packaging" if packed else kind)
    uom = np.full(plan.items, "pcs", dtype=object)
    uom[plan.kinds.of("raw")] = "kg"
    uom[plan.kinds.of("chemical")] = [row[1] for row in CHEMICALS]
    uom[plan.kinds.of("auxiliary")] = [row[1] for row in AUXILIARIES]
    family = np.full(plan.items, None, dtype=object)
    family[part] = words(language, FAMILIES, plan.finish)
    shelf = np.full(plan.items, np.nan)
    shelf[plan.kinds.of("chemical")] = [row[3] for row in CHEMICALS]
    period = made & ~rules.fixed & (rules.period > 1)
    stocked = np.zeros(plan.items, dtype=bool)
    stocked[good] = plan.to_stock
    return table(
        "item",
        {
            "item_no": item_no,
            "name": names,
            "spec": spec,
            "category": category,
            "source": np.where(made, "make", "buy"),
            "uom": uom,
            "lead_time_days": where_text(~made, terms.lead),
            "safety_stock": np.where(made & ~stocked, np.nan, safety_stock(plan, usage, made)),
            "min_order_qty": np.where(made, np.nan, terms.minimum),
            "order_multiple": np.where(made, np.nan, terms.multiple),
            "lot_policy": np.select([rules.fixed & made, period], ["fixed", "period"], "lot_for_lot"),
            "lot_qty": np.where(rules.fixed & made, rules.multiple, np.nan),
            "lot_period_days": where_text(period, rules.period),
            "scrap_rate": 0.0,
            "unit_cost": plan.cost,
            "shelf_life_days": where_text(~np.isnan(shelf), np.nan_to_num(shelf).astype(np.int64)),
            "setup_family": family,
            "supplier_no": supplier_numbers(terms.supplier),
        },
    )


def safety_stock(plan: Design, usage: Floats, made: npt.NDArray[np.bool_]) -> Floats:
    """Two days' use of goods, three of what is bought, in round numbers."""
    wanted = usage * np.where(made, 2.0, 3.0)
    unit = 10.0 ** np.floor(np.log10(np.maximum(wanted, 0.01)))
    rounded: Floats = np.where(plan.whole, np.round(np.floor(wanted / unit) * unit), np.floor(wanted / unit) * unit)
    return rounded


def _names(plan: Design, language: str) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    space = "" if language == "zh" else " "
    names, spec = np.full(plan.items, "", dtype=object), np.full(plan.items, None, dtype=object)
    blank, part, good = (plan.kinds.of(kind) for kind in ("blank", "part", "good"))
    size = (64 + 32 * (np.arange(len(blank)) // len(PRODUCTS))).astype(str).astype(object)
    product = words(language, PRODUCTS, plan.product)
    finish = words(language, [pair for _, pair in FINISHES], plan.finish)
    names[blank] = product + word(language, (" 冲压坯", " blank"))
    spec[blank] = size + " mm"
    names[part] = finish + space + product[plan.blank_of] + word(language, (" 半成品", ", finished part"))
    spec[part] = size[plan.blank_of] + " mm"
    names[good] = finish[plan.part_of] + space + product[plan.blank_of][plan.part_of]
    packed = np.where(plan.box_of >= 0, word(language, ("彩盒装", "gift box")), word(language, ("袋装", "bagged")))
    spec[good] = size[plan.blank_of][plan.part_of] + " mm / " + packed.astype(object)
    raw = np.arange(plan.kinds.count["raw"])
    names[plan.kinds.of("raw")] = words(language, METALS, raw)
    thickness = np.array(THICKNESS, dtype=object)[raw // 5 % len(THICKNESS)]
    width = np.array(WIDTHS, dtype=object)[raw // (5 * len(THICKNESS)) % len(WIDTHS)]
    spec[plan.kinds.of("raw")] = thickness + "×" + width + " mm"
    names[plan.kinds.of("chemical")] = words(language, CHEMICAL_NAMES, np.arange(len(CHEMICAL_NAMES)))
    names[plan.kinds.of("auxiliary")] = words(language, AUXILIARY_NAMES, np.arange(len(AUXILIARY_NAMES)))
    names[plan.kinds.of("foam")] = words(language, FOAM_NAMES, np.arange(2))
    for kind, pair, sizes in (
        ("hardware", ("配件包", "Hardware kit"), "M{}×{}"),
        ("carton", ("外箱", "Carton"), "{}0×{}0 cm"),
        ("bag", ("PE袋", "PE bag"), "{}×{} cm"),
    ):
        count = np.arange(plan.kinds.count[kind])
        names[plan.kinds.of(kind)] = word(language, pair)
        spec[plan.kinds.of(kind)] = [sizes.format(3 + k % 5, 8 + 2 * (k % 9)) for k in count]
    boxed = np.flatnonzero(plan.box_of >= 0)
    names[plan.box_of[boxed]] = names[boxed] + word(language, (" 彩盒", ", gift box"))
    names[plan.kinds.of("label")] = names[good] + word(language, (" 标贴", ", label"))
    return names, spec


def _supplier_items(plan: Design, terms: Terms, item_no: npt.NDArray[np.object_]) -> pd.DataFrame:
    first, second = np.flatnonzero(terms.supplier >= 0), np.flatnonzero(terms.second >= 0)
    item = np.concatenate([first, second])
    preferred = np.repeat([True, False], [len(first), len(second)])
    supplier = np.where(preferred, terms.supplier[item], terms.second[item])
    return table(
        "supplier_item",
        {
            "supplier_no": supplier_numbers(supplier),
            "item_no": item_no[item],
            "rank": np.where(preferred, 1, 2),
            "lead_time_days": np.where(preferred, terms.lead[item], np.maximum(terms.lead[item] - 2, 3)),
            "min_order_qty": np.where(preferred, 1, 2) * terms.minimum[item],
            "order_multiple": terms.multiple[item],
            "unit_price": np.round(plan.cost[item] * np.where(preferred, 1.0, 1.08), 4),
        },
    )


def _bom_lines(plan: Design, clock: Clock, item_no: npt.NDArray[np.object_]) -> pd.DataFrame:
    bom = plan.bom
    begins, ends = bom.from_day > -NO_END, bom.to_day < NO_END
    last = clock.date(np.where(ends, bom.to_day + 1, 0)) - np.timedelta64(1, "D")
    return table(
        "bom_line",
        {
            "parent_item_no": item_no[bom.parent],
            "component_item_no": item_no[bom.component],
            "line_no": bom.line_no,
            "qty_per": bom.qty_per,
            "scrap_rate": bom.scrap,
            "step_no": where_text(bom.step_no > 0, bom.step_no),
            "effective_from": where_date(begins, clock.date(np.where(begins, bom.from_day, 0))),
            "effective_to": where_date(ends, last),
            "alt_group": where_text(bom.alternative > 0, np.full(len(bom.parent), "PACK")),
            "alt_rank": np.maximum(bom.alternative, 1),
        },
    )


def _stations(units: Ints, clock: Clock, language: str) -> dict[str, pd.DataFrame]:
    calendars = list(CALENDAR_HOURS)
    weekday = np.tile(np.arange(1, 8), len(calendars))
    hours = np.repeat(list(CALENDAR_HOURS.values()), 7)
    closed = holidays(clock.as_of)
    maintenance = clock.date(9).astype("datetime64[D]")
    inventory = clock.date(-20).astype("datetime64[D]")
    exceptions = [(calendar, day, 0.0, ("公司假日", "company holiday")) for calendar in calendars for day in closed]
    exceptions += [
        ("THREE", maintenance, 12.0, ("电镀线保养，换槽液", "plating line maintenance, bath change")),
        ("DAY", inventory, 8.0, ("月度盘点", "monthly stock count")),
    ]
    return {
        "station": table(
            "station",
            {
                "station_no": np.array([code for code, _, _ in STATIONS], dtype=object),
                "name": words(language, [name for _, name, _ in STATIONS], np.arange(len(STATIONS))),
                "parallel_units": units,
                "efficiency": [row[3] for row in STATION],
                "calendar_no": [row[4] for row in STATION],
                "overtime_hours": [row[5] for row in STATION],
                "overtime_cost": [row[6] for row in STATION],
                "team": words(language, [team for _, _, team in STATIONS], np.arange(len(STATIONS))),
            },
        ),
        "calendar": table(
            "calendar",
            {
                "calendar_no": np.repeat(np.array(calendars, dtype=object), 7),
                "weekday": weekday,
                "hours": np.where(weekday == 7, 0.0, hours),
                "start_time": "08:00",
            },
        ),
        "calendar_day": table(
            "calendar_day",
            {
                "calendar_no": [row[0] for row in exceptions],
                "work_date": np.array([row[1] for row in exceptions], dtype="datetime64[D]"),
                "hours": [row[2] for row in exceptions],
                "reason": [word(language, row[3]) for row in exceptions],
            },
        ),
    }


def _routing_steps(plan: Design, item_no: npt.NDArray[np.object_], language: str) -> pd.DataFrame:
    routing = plan.routing
    both = np.flatnonzero(routing.second >= 0)
    row = np.concatenate([np.arange(len(routing.item)), both])
    rank = np.repeat([1, 2], [len(routing.item), len(both)])
    station = np.where(rank == 1, routing.station[row], routing.second[row])
    order = np.lexsort((rank, routing.step_no[row], routing.item[row]))
    row, rank, station = row[order], rank[order], station[order]
    return table(
        "routing_step",
        {
            "item_no": item_no[routing.item[row]],
            "step_no": routing.step_no[row],
            "station_no": np.array([code for code, _, _ in STATIONS], dtype=object)[station],
            "alt_rank": rank,
            "name": words(language, [name for _, name, _ in STATIONS], routing.station[row]),
            "units_per_hour": np.where(rank == 1, routing.per_hour[row], np.round(routing.per_hour[row] * 0.8)),
            "setup_hours": routing.setup[row],
            "yield_rate": routing.yield_rate[row],
            "wait_hours": routing.wait[row],
            "transfer_qty": where_text(routing.transfer[row] > 0, routing.transfer[row]),
        },
    )


def _changeovers(language: str) -> pd.DataFrame:
    families = words(language, FAMILIES, np.arange(len(FAMILIES)))
    rows = [
        (station, families[first + a], families[first + b], hours)
        for station, first, matrix in ((PLT, 0, PLATING_CHANGE), (PNT, BLACK, PAINTING_CHANGE))
        for a, line in enumerate(matrix)
        for b, hours in enumerate(line)
        if a != b
    ]
    return table(
        "changeover",
        {
            "station_no": [STATIONS[row[0]][0] for row in rows],
            "from_family": [row[1] for row in rows],
            "to_family": [row[2] for row in rows],
            "hours": [row[3] for row in rows],
        },
    )
