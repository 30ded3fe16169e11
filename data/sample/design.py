"""What the sample factory makes, of what and how: the product tree as arrays, without words.

Items stand in one order: goods, finished parts, blanks, then what is bought, kind by kind. A position in that order
stands for an item everywhere in this package.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.sample.clock import Bools, Floats, Ints, repeated

STP, POL, PLT, PNT, SCR, ASM, INS, PAK = range(8)
CHROME, NICKEL, GOLD, BLACK, WHITE, GREY = range(6)
ZINC, ALUMINIUM, BRASS = 1, 2, 3

# metal, kg a piece, finishes it is sold in, has hardware, is printed, usual pieces per carton
PRODUCT: tuple[tuple[int, float, tuple[int, ...], bool, bool, int], ...] = (
    (ZINC, 0.085, (CHROME, NICKEL, BLACK, GOLD), True, False, 100),
    (BRASS, 0.140, (CHROME, NICKEL, CHROME, GREY), True, False, 50),
    (0, 0.210, (GOLD, CHROME, WHITE, BLACK), True, False, 20),
    (ALUMINIUM, 0.120, (NICKEL, GREY, BLACK, CHROME), True, True, 50),
    (ZINC, 0.060, (GOLD, NICKEL, CHROME, GREY), False, False, 200),
    (ALUMINIUM, 0.018, (GOLD, CHROME, NICKEL, WHITE), False, True, 500),
    (4, 0.030, (BLACK, NICKEL, WHITE, GREY), False, True, 200),
    (BRASS, 0.190, (CHROME, NICKEL, CHROME, GOLD), True, False, 40),
    (ZINC, 0.045, (GOLD, NICKEL, GREY, CHROME), True, False, 200),
    (4, 0.095, (CHROME, NICKEL, BLACK, GREY), True, False, 100),
    (0, 0.050, (NICKEL, WHITE, CHROME, BLACK), False, False, 200),
    (0, 0.260, (GOLD, BLACK, WHITE, CHROME), True, False, 20),
)
METAL_PRICE = (6.4, 23.5, 25.0, 58.0, 15.5)

# number, category, uom, price, shelf life; positions within the chemicals
CHEMICALS: tuple[tuple[str, str, float, int], ...] = (
    ("CH-0101", "kg", 11.5, 365),  # degreaser
    ("CH-0102", "L", 9.0, 365),  # acid activator
    ("CH-0201", "kg", 34.0, 365),  # chromic acid, hexavalent
    ("CH-0202", "L", 46.0, 365),  # chromium solution, trivalent
    ("CH-0203", "kg", 41.0, 365),  # nickel sulphate
    ("CH-0204", "L", 66.0, 180),  # nickel brightener
    ("CH-0205", "g", 320.0, 365),  # gold salt
    ("CH-0301", "kg", 36.0, 180),  # black paint
    ("CH-0302", "kg", 39.0, 180),  # white paint
    ("CH-0303", "kg", 42.0, 180),  # grey paint
    ("CH-0304", "L", 14.0, 365),  # thinner
    ("CH-0401", "kg", 95.0, 180),  # screen ink
)
DEGREASER, ACTIVATOR, CHROMIC, TRIVALENT, NICKEL_SALT, BRIGHTENER, GOLD_SALT, PAINT, _, _, THINNER, INK = range(12)
AUXILIARIES: tuple[tuple[str, str, float], ...] = (
    ("AX-0101", "kg", 18.0),  # polishing wax
    ("AX-0102", "pcs", 9.0),  # sanding belt
    ("AX-0103", "pair", 1.2),  # gloves
    ("AX-0104", "L", 16.0),  # stamping oil
    ("AX-0105", "pcs", 0.06),  # masking plug
)
WAX, BELT, GLOVES, OIL, PLUG = range(5)

# station: usual units an hour, setup hours, yield, efficiency, calendar, overtime hours, cost, load aimed at
STATION: tuple[tuple[float, float, float, float, str, float, float, float], ...] = (
    (900.0, 0.8, 0.985, 0.90, "TWO", 3.0, 42.0, 0.60),
    (190.0, 0.3, 0.985, 0.92, "TWO", 3.0, 38.0, 0.62),
    (240.0, 1.0, 0.965, 0.92, "THREE", 1.5, 65.0, 0.90),
    (260.0, 0.8, 0.960, 0.90, "TWO", 3.0, 48.0, 0.66),
    (300.0, 0.5, 0.990, 0.95, "DAY", 2.5, 34.0, 0.62),
    (170.0, 0.2, 0.995, 0.95, "DAY", 2.5, 32.0, 0.72),
    (420.0, 0.1, 0.985, 1.00, "DAY", 2.5, 33.0, 0.70),
    (340.0, 0.1, 0.995, 1.00, "DAY", 2.5, 28.0, 0.68),
)
PRICES = {
    "hardware": (0.08, 0.4),
    "carton": (2.8, 6.5),
    "bag": (0.03, 0.08),
    "foam": (0.12, 0.2),
    "box": (0.6, 2.4),
    "label": (0.02, 0.06),
}
CALENDAR_HOURS = {"DAY": 10.0, "TWO": 16.0, "THREE": 22.0}
NO_END = 10_000
ENGINEERING_CHANGE_DAY = 13  # working days from the as-of date: trivalent chromium takes over


@dataclass(frozen=True, slots=True)
class Kinds:
    """First position and count of each kind of item."""

    first: dict[str, int]
    count: dict[str, int]

    def of(self, kind: str) -> Ints:
        """The positions of a kind."""
        return np.arange(self.first[kind], self.first[kind] + self.count[kind])


@dataclass(frozen=True, slots=True)
class Bom:
    """Lines sorted by parent. from_day and to_day count working days from the as-of date."""

    parent: Ints
    component: Ints
    line_no: Ints
    qty_per: Floats
    scrap: Floats
    step_no: Ints
    alternative: Ints  # 0: none; else its rank in the group
    from_day: Ints
    to_day: Ints
    first: Ints  # first line of each item, and one more


@dataclass(frozen=True, slots=True)
class Routing:
    """Steps in their preferred station, sorted by item. second: a station that can do it too, -1 for none."""

    item: Ints
    step_no: Ints
    station: Ints
    per_hour: Floats
    setup: Floats
    yield_rate: Floats
    wait: Floats
    transfer: Floats
    second: Ints
    first: Ints


@dataclass(frozen=True, slots=True)
class Design:
    """The product tree. The arrays of parts are by good, finished part or blank."""

    kinds: Kinds
    part_of: Ints
    blank_of: Ints
    raw_of: Ints
    product: Ints  # of each blank
    finish: Ints  # of each part
    box_of: Ints  # gift box of each good, -1 for none
    customer_of: Ints  # of each good
    customers: int
    to_stock: Bools  # goods made to stock
    cost: Floats  # of every item
    whole: Bools  # items counted in pieces
    bom: Bom
    routing: Routing

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.cost)

    def product_of_good(self) -> Ints:
        """The product of each good."""
        return self.product[self.blank_of[self.part_of]]


def design(scale: float, random: np.random.Generator) -> Design:
    """A product tree of 60 x `scale` goods."""
    goods = max(6, round(60 * scale))
    parts, blanks = math.ceil(0.75 * goods), math.ceil(0.55 * goods)
    kinds = _kinds(goods, parts, blanks, scale)
    part_of, blank_of = np.arange(goods) % parts, np.arange(parts) % blanks
    product = np.arange(blanks) % len(PRODUCT)
    turn = np.arange(parts) // blanks + blank_of // len(PRODUCT)
    finish = np.array([PRODUCT[p][2][t % 4] for p, t in zip(product[blank_of], turn, strict=True)])
    metal = np.array([row[0] for row in PRODUCT])[product]
    sheets = np.array([(kinds.count["raw"] - m + 4) // 5 for m in range(5)])
    raw_of = kinds.first["raw"] + metal + 5 * ((np.arange(blanks) // len(PRODUCT)) % sheets[metal])
    boxed = np.arange(goods) % 3 == 0
    box_of = np.where(boxed, kinds.first["box"] + np.cumsum(boxed) - 1, -1)
    customers = min(goods, max(15, round(15 * math.sqrt(scale))))
    routing = _routing(kinds, part_of, blank_of, product, finish, random)
    bom = _bom(kinds, part_of, blank_of, raw_of, product, finish, box_of)
    whole = np.ones(sum(kinds.count.values()), dtype=bool)
    for kind, units in (("chemical", [row[1] for row in CHEMICALS]), ("auxiliary", [row[1] for row in AUXILIARIES])):
        whole[kinds.of(kind)] = [unit in ("pcs", "pair") for unit in units]
    whole[kinds.of("raw")] = False
    return Design(
        kinds,
        part_of,
        blank_of,
        raw_of,
        product,
        finish,
        box_of,
        np.arange(goods) % customers,
        customers,
        np.arange(goods) % 10 < 3,
        _costs(kinds, bom, random),
        whole,
        bom,
        routing,
    )


def _kinds(goods: int, parts: int, blanks: int, scale: float) -> Kinds:
    count = {
        "good": goods,
        "part": parts,
        "blank": blanks,
        "raw": max(10, round(16 * scale)),
        "chemical": len(CHEMICALS),
        "auxiliary": len(AUXILIARIES),
        "hardware": max(4, round(6 * scale)),
        "carton": max(3, round(5 * scale)),
        "bag": max(2, round(3 * scale)),
        "foam": 2,
        "box": math.ceil(goods / 3),
        "label": goods,
    }
    first = dict(zip(count, np.cumsum([0, *count.values()])[:-1].tolist(), strict=True))
    return Kinds(first, count)


def _routing(
    kinds: Kinds, part_of: Ints, blank_of: Ints, product: Ints, finish: Ints, random: np.random.Generator
) -> Routing:
    hardware = np.array([row[3] for row in PRODUCT])
    printed = np.array([row[4] for row in PRODUCT])
    of_part, of_good = product[blank_of], product[blank_of][part_of]
    no_polish = (of_part == 6) | (of_part == 10)  # nameplates and hinge covers go from the press to the finish
    everywhere = np.ones(len(of_good), dtype=bool)
    rows = [
        (kinds.of("blank"), 10, np.full(len(product), STP), np.ones(len(product), dtype=bool)),
        (kinds.of("part"), 10, np.full(len(of_part), POL), ~no_polish),
        (kinds.of("part"), 20, np.where(finish < BLACK, PLT, PNT), np.ones(len(of_part), dtype=bool)),
        (kinds.of("good"), 10, np.full(len(of_good), SCR), printed[of_good]),
        (kinds.of("good"), 20, np.full(len(of_good), ASM), hardware[of_good]),
        (kinds.of("good"), 30, np.full(len(of_good), INS), ~(printed & hardware)[of_good]),
        (kinds.of("good"), 40, np.full(len(of_good), PAK), everywhere),
    ]
    item = np.concatenate([positions[kept] for positions, _, _, kept in rows])
    step_no = np.concatenate([np.full(int(kept.sum()), number) for _, number, _, kept in rows])
    station = np.concatenate([stations[kept] for _, _, stations, kept in rows])
    order = np.lexsort((step_no, item))
    item, step_no, station = item[order], step_no[order], station[order]
    facts = np.array([row[:3] for row in STATION])[station]
    per_hour = np.maximum(5, np.round(facts[:, 0] * random.lognormal(0, 0.22, len(item)) / 5) * 5)
    yield_rate = np.clip(np.round(facts[:, 2] + random.normal(0, 0.006, len(item)), 3), 0.95, 0.995)
    wait = np.select([station == PLT, station == PNT, station == SCR], [2.0, 6.0 + 2 * (item % 2), 3.0], 0.0)
    overlaps = np.isin(station, (POL, ASM, SCR)) & (item % 3 == 0)
    second = np.where((station == INS) & (item % 5 == 0), PAK, -1)
    second = np.where((station == ASM) & (item % 7 == 0), PAK, second)
    return Routing(
        item,
        step_no,
        station,
        per_hour,
        facts[:, 1],
        yield_rate,
        wait,
        np.where(overlaps, 200.0, 0.0),
        second,
        np.searchsorted(item, np.arange(sum(kinds.count.values()) + 1)),
    )


def _bom(kinds: Kinds, part_of: Ints, blank_of: Ints, raw_of: Ints, product: Ints, finish: Ints, box_of: Ints) -> Bom:
    good, part, blank = kinds.of("good"), kinds.of("part"), kinds.of("blank")
    chemical, auxiliary = kinds.first["chemical"], kinds.first["auxiliary"]
    of_part, of_good = product[blank_of], product[blank_of][part_of]
    hardware = np.array([row[3] for row in PRODUCT])[of_good]
    printed = np.array([row[4] for row in PRODUCT])[of_good]
    weight = np.array([row[1] for row in PRODUCT])[product] * (0.85 + 0.1 * (np.arange(len(product)) % 5))
    per_carton = np.array([row[5] for row in PRODUCT])[of_good]
    plated, polished = finish < BLACK, (of_part != 6) & (of_part != 10)
    soft = np.arange(len(good)) % 5 == 0  # bubble bag may stand in for the foam
    lines: list[tuple[Ints, Ints | int, Floats | float, float, int, int, tuple[int, int]]] = []

    def uses(
        parent: Ints,
        component: Ints | int,
        qty_per: Floats | float,
        scrap: float = 0.0,
        step: int = 0,
        alternative: int = 0,
        days: tuple[int, int] = (-NO_END, NO_END),
    ) -> None:
        lines.append((parent, component, qty_per, scrap, step, alternative, days))

    uses(good, kinds.first["part"] + part_of, np.where(of_good == 10, 2.0, 1.0), 0.005)
    uses(good[printed], chemical + INK, 0.0004, 0.05, 10)
    fitted = np.flatnonzero(hardware)
    uses(good[fitted], kinds.first["hardware"] + of_good[fitted] % kinds.count["hardware"], 1.0, 0.01, 20)
    uses(good, auxiliary + GLOVES, 0.002, 0.0, 40)
    uses(good, kinds.first["label"] + np.arange(len(good)), 1.0, 0.02, 40)
    uses(good, kinds.first["bag"] + of_good % kinds.count["bag"], 1.0, 0.01, 40)
    foamed = np.flatnonzero(np.arange(len(good)) % 2 == 0)
    uses(good[foamed[~soft[foamed]]], kinds.first["foam"], 1.0, 0.01, 40)
    uses(good[foamed[soft[foamed]]], kinds.first["foam"], 1.0, 0.01, 40, 1)
    uses(good[foamed[soft[foamed]]], kinds.first["foam"] + 1, 1.0, 0.01, 40, 2)
    boxed = np.flatnonzero(box_of >= 0)
    uses(good[boxed], box_of[boxed], 1.0, 0.01, 40)
    uses(good, kinds.first["carton"] + of_good % kinds.count["carton"], 1.0 / per_carton, 0.0, 40)
    uses(part, kinds.first["blank"] + blank_of, 1.0, 0.01)
    uses(part[polished], auxiliary + WAX, 0.004, 0.0, 10)
    uses(part[polished], auxiliary + BELT, 0.0025, 0.0, 10)
    uses(part, chemical + DEGREASER, 0.002, 0.0, 20)
    uses(part, auxiliary + PLUG, 0.5, 0.02, 20)
    uses(part[plated], chemical + ACTIVATOR, 0.0015, 0.0, 20)
    chrome = part[finish == CHROME]
    change = ENGINEERING_CHANGE_DAY
    uses(chrome, chemical + CHROMIC, 0.0022, 0.0, 20, 0, (-NO_END, change - 1))
    uses(chrome, chemical + TRIVALENT, 0.0030, 0.0, 20, 0, (change, NO_END))
    uses(part[plated], chemical + NICKEL_SALT, np.where(finish[plated] == NICKEL, 0.0026, 0.0012), 0.0, 20)
    uses(part[plated], chemical + BRIGHTENER, 0.0005, 0.0, 20)
    uses(part[finish == GOLD], chemical + GOLD_SALT, 0.004, 0.0, 20)
    uses(part[~plated], chemical + PAINT + (finish[~plated] - BLACK), 0.006, 0.03, 20)
    uses(part[~plated], chemical + THINNER, 0.003, 0.0, 20)
    uses(blank, raw_of, np.round(weight, 4), 0.03)
    uses(blank, auxiliary + OIL, 0.0006, 0.0, 10)
    return _sorted_bom(lines, sum(kinds.count.values()), part, polished)


def _sorted_bom(
    lines: list[tuple[Ints, Ints | int, Floats | float, float, int, int, tuple[int, int]]],
    items: int,
    part: Ints,
    polished: Bools,
) -> Bom:
    sizes = [len(line[0]) for line in lines]
    spread = [np.broadcast_to(np.asarray(line[1]), size) for line, size in zip(lines, sizes, strict=True)]
    parent = np.concatenate([line[0] for line in lines])
    order = np.argsort(parent, kind="stable")
    per = np.concatenate([np.broadcast_to(np.asarray(line[2], float), n) for line, n in zip(lines, sizes, strict=True)])
    column = [np.repeat([line[place] for line in lines], sizes)[order] for place in (3, 4, 5)]
    days = np.repeat(np.array([line[6] for line in lines]), sizes, axis=0)[order]
    parent = parent[order]
    first = np.searchsorted(parent, np.arange(items + 1))
    _, place = repeated(np.diff(first))
    # a part that is not polished has no step 10: whatever names no step goes to its first one
    unpolished = np.isin(parent, part[~polished]) & (column[1] == 0)
    step = np.where(unpolished, 20, column[1])
    return Bom(
        parent,
        np.concatenate(spread)[order].astype(np.int64),
        10 * (place + 1),
        np.round(per[order], 6),
        column[0],
        step,
        column[2],
        days[:, 0],
        days[:, 1],
        first,
    )


def _costs(kinds: Kinds, bom: Bom, random: np.random.Generator) -> Floats:
    """Cost of every item: a price for what is bought, material and a share of work for what is made."""
    cost = np.zeros(sum(kinds.count.values()))
    raw = np.arange(kinds.count["raw"])
    cost[kinds.of("raw")] = np.array(METAL_PRICE)[raw % 5] * (1 + 0.03 * ((raw // 5) % 3))
    cost[kinds.of("chemical")] = [row[2] for row in CHEMICALS]
    cost[kinds.of("auxiliary")] = [row[2] for row in AUXILIARIES]
    for kind, (least, most) in PRICES.items():
        cost[kinds.of(kind)] = random.uniform(least, most, kinds.count[kind])
    for kind, work in (("blank", 0.12), ("part", 0.9), ("good", 0.55)):
        mine = np.flatnonzero((bom.alternative <= 1) & np.isin(bom.parent, kinds.of(kind)) & (bom.to_day > 0))
        mine = mine[bom.from_day[mine] <= 0]
        material = np.bincount(bom.parent[mine], bom.qty_per[mine] * cost[bom.component[mine]], len(cost))
        positions = kinds.of(kind)
        cost[positions] = material[positions] * 1.03 + work
    rounded: Floats = np.round(cost, 4)
    return rounded


def effective(bom: Bom, line: Ints, day: Ints) -> npt.NDArray[np.bool_]:
    """Whether lines of the preferred alternative are effective on working days."""
    return (bom.alternative[line] <= 1) & (bom.from_day[line] <= day) & (day <= bom.to_day[line])
