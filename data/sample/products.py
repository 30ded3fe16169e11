"""What the sample factory makes and of what: items, BOM, routings, stations, suppliers, customers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

Row = dict[str, Any]

# number, Chinese, English, units, efficiency, calendar, overtime hours, overtime cost
STATIONS = (
    ("ST10", "冲压", "Stamping", 2, 0.9, "C2", 2, 38),
    ("ST20", "抛光", "Polishing", 5, 0.9, "C2", 2, 35),
    ("ST30", "电镀", "Plating", 2, 0.92, "C3", 1, 60),
    ("ST40", "喷涂", "Painting", 2, 0.9, "C2", 2, 45),
    ("ST50", "丝印", "Screen printing", 2, 0.95, "C1", 2, 32),
    ("ST60", "组装", "Assembly", 4, 0.95, "C1", 2, 30),
    ("ST70", "检验", "Inspection", 3, 1.0, "C1", 2, 30),
    ("ST80", "包装", "Packing", 3, 1.0, "C1", 2, 26),
)
CALENDARS = {"C1": 10.0, "C2": 16.0, "C3": 22.0}

# Chinese, English, metal, pieces an hour in stamping and polishing
PRODUCTS = (
    ("橱柜拉手", "Cabinet handle", "RM-ZINC", 420, 170),
    ("水龙头把手", "Faucet lever", "RM-BRASS", 300, 120),
    ("香水盖", "Perfume cap", "RM-ALU", 520, 220),
    ("皮带扣", "Belt buckle", "RM-ZINC", 450, 180),
    ("灯饰圈", "Lamp ring", "RM-STEEL", 380, 160),
    ("铭牌", "Nameplate", "RM-ALU", 600, 260),
)
# Chinese, English, family, station, chemical, hours of drying
FINISHES = (
    ("镀铬", "chrome", "CHROME", "ST30", "CH-CR", 2.0),
    ("镀镍", "nickel", "NICKEL", "ST30", "CH-NI", 2.0),
    ("黑色喷涂", "black", "BLACK", "ST40", "CH-BK", 6.0),
    ("镀金", "gold", "GOLD", "ST30", "CH-AU", 3.0),
    ("白色喷涂", "white", "WHITE", "ST40", "CH-WH", 8.0),
)
# number, Chinese, English, category, uom, cost, lead days, MOQ, multiple, supplier
BOUGHT = (
    ("RM-STEEL", "冷轧钢带 1.0mm", "Steel strip 1.0 mm", "raw", "kg", 6.5, 8, 500, 100, 1),
    ("RM-ZINC", "锌合金锭", "Zinc alloy ingot", "raw", "kg", 21, 8, 500, 100, 2),
    ("RM-BRASS", "黄铜带 H62", "Brass strip H62", "raw", "kg", 58, 14, 300, 50, 3),
    ("RM-ALU", "铝板 6061", "Aluminium sheet 6061", "raw", "kg", 26, 8, 300, 50, 4),
    ("CH-CR", "铬酐电镀液", "Chrome electrolyte", "chemical", "L", 34, 6, 100, 20, 5),
    ("CH-NI", "硫酸镍电镀液", "Nickel electrolyte", "chemical", "L", 41, 6, 100, 20, 5),
    ("CH-AU", "氰化金钾溶液", "Gold solution", "chemical", "L", 880, 7, 5, 1, 6),
    ("CH-BK", "黑色烤漆", "Black paint", "chemical", "kg", 36, 5, 40, 20, 7),
    ("CH-WH", "白色烤漆", "White paint", "chemical", "kg", 38, 5, 40, 20, 7),
    ("CH-BR", "光亮剂", "Brightener", "chemical", "L", 66, 6, 20, 5, 8),
    ("CH-DG", "除油剂", "Degreaser", "chemical", "kg", 12, 5, 100, 25, 8),
    ("AX-WAX", "抛光蜡", "Polishing wax", "auxiliary", "kg", 18, 4, 50, 10, 9),
    ("AX-BELT", "砂带", "Sanding belt", "auxiliary", "pcs", 9, 4, 100, 50, 9),
    ("AX-GLOVE", "棉手套", "Cotton gloves", "auxiliary", "pair", 1.2, 3, 500, 100, 10),
    ("HW-M4", "螺丝 M4×12", "Screw M4×12", "raw", "pcs", 0.06, 6, 10000, 1000, 11),
    ("HW-M4B", "螺丝 M4×12（替代）", "Screw M4×12, substitute", "raw", "pcs", 0.07, 6, 10000, 1000, 12),
    ("HW-PAD", "背胶垫", "Adhesive pad", "raw", "pcs", 0.11, 6, 5000, 500, 12),
    ("INK-WH", "白色丝印油墨", "White ink", "chemical", "kg", 95, 6, 5, 1, 13),
    ("PK-BOX", "彩盒", "Gift box", "packaging", "pcs", 0.9, 5, 2000, 500, 14),
    ("PK-CTN", "外箱", "Carton", "packaging", "pcs", 4.2, 4, 500, 50, 15),
    ("PK-FOAM", "珍珠棉", "Foam", "packaging", "pcs", 0.15, 4, 5000, 1000, 15),
    ("PK-BAG", "PE袋", "PE bag", "packaging", "pcs", 0.04, 3, 10000, 1000, 16),
)
SUPPLIERS = (
    ("宝鼎钢材", "Baoding Steel"),
    ("华锌合金", "Huaxin Alloy"),
    ("中州铜业", "Zhongzhou Copper"),
    ("南方铝材", "Southern Aluminium"),
    ("永丰化工", "Yongfeng Chemical"),
    ("金源贵金属", "Jinyuan Precious Metals"),
    ("彩虹涂料", "Rainbow Coatings"),
    ("德美助剂", "Demei Additives"),
    ("锐利磨料", "Ruili Abrasives"),
    ("安护劳保", "Anhu Safety"),
    ("精固紧固件", "Jinggu Fasteners"),
    ("通达五金", "Tongda Hardware"),
    ("明艺油墨", "Mingyi Inks"),
    ("佳彩印刷", "Jiacai Printing"),
    ("正和纸箱", "Zhenghe Cartons"),
    ("利塑包装", "Lisu Packaging"),
    ("标美标签", "Biaomei Labels"),
    ("速印标签", "Suyin Labels"),
    ("恒信钢材", "Hengxin Steel"),
    ("新兴锌业", "Xinxing Zinc"),
    ("大成铜材", "Dacheng Brass"),
    ("联合铝业", "United Aluminium"),
    ("科美化工", "Kemei Chemical"),
    ("顺达五金", "Shunda Hardware"),
    ("广源包装", "Guangyuan Packaging"),
)
CUSTOMERS = (
    ("华兴家居", "Huaxing Home", 2),
    ("欧派卫浴", "Opal Bath", 3),
    ("美宜日化", "Meiyi Cosmetics", 3),
    ("Northwind Trading", "Northwind Trading", 3),
    ("东莞皮具厂", "Dongguan Leather", 4),
    ("明光灯饰", "Mingguang Lighting", 3),
    ("Alpine Fixtures", "Alpine Fixtures", 2),
    ("海纳五金", "Haina Hardware", 3),
    ("雅居橱柜", "Yaju Cabinets", 1),
    ("金德铭牌", "Jinde Nameplates", 4),
    ("Kowloon Design", "Kowloon Design", 3),
    ("新世纪电器", "New Century Appliances", 2),
    ("绿源日化", "Lüyuan Cosmetics", 4),
    ("Baltic Interiors", "Baltic Interiors", 3),
    ("盛世家具", "Shengshi Furniture", 3),
)


@dataclass(frozen=True, slots=True)
class Good:
    """A finished good with what it is made of."""

    item_no: str
    part_no: str
    blank_no: str
    product: int
    finish: int
    label_no: str
    price: float
    printed: bool


def goods(scale: float, random: np.random.Generator) -> list[Good]:
    """The finished goods: sixty at scale 1; two share a finished part, six a stamped blank."""
    found = []
    for number in range(max(6, round(60 * scale))):
        part, blank = number // 2, number // 6
        product, finish = blank % len(PRODUCTS), (part + part // 3) % len(FINISHES)
        price = round(float(random.uniform(6, 28)) * (1.8 if FINISHES[finish][2] == "GOLD" else 1.0), 2)
        found.append(
            Good(
                f"FG-{1001 + number}",
                f"SF-{1001 + part}",
                f"BL-{1001 + blank}",
                product,
                finish,
                f"LB-{1001 + number}",
                price,
                product in (2, 5),
            )
        )
    return found


def masters(
    found: list[Good], as_of: dt.date, zh: bool, scale: float, random: np.random.Generator
) -> dict[str, list[Row]]:
    """All master tables and the BOM."""
    word = 0 if zh else 1
    return {
        "customer": [
            {
                "customer_no": f"C{k + 1:03d}",
                "name": row[word],
                "priority": row[2],
                "credit_limit": 300000 + 100000 * (k % 5),
                "payment_terms_days": 30 + 15 * (k % 3),
                "address": ("广东省佛山市" if zh else "Foshan, Guangdong ") + f"{k + 8}",
            }
            for k, row in enumerate(CUSTOMERS)
        ],
        "supplier": [
            {"supplier_no": f"S{k + 1:03d}", "name": row[word], "phone": f"0757-8{k:07d}"}
            for k, row in enumerate(SUPPLIERS)
        ],
        "item": _items(found, zh),
        "supplier_item": _supplier_items(found),
        "station": [
            {
                "station_no": no,
                "name": (cn, en)[word],
                "parallel_units": max(1, round(units * scale)),
                "efficiency": efficiency,
                "calendar_no": calendar,
                "overtime_hours": overtime,
                "overtime_cost": cost,
                "team": f"{(cn, en)[word]}{'班' if zh else ' team'}",
            }
            for no, cn, en, units, efficiency, calendar, overtime, cost in STATIONS
        ],
        "calendar": [
            {"calendar_no": no, "weekday": day, "hours": hours if day < 7 else 0, "start_time": "08:00"}
            for no, hours in CALENDARS.items()
            for day in range(1, 8)
        ],
        "calendar_day": [
            {
                "calendar_no": "C3",
                "work_date": as_of + dt.timedelta(days=9),
                "hours": 0,
                "reason": "镀槽保养" if zh else "bath maintenance",
            },
            *(
                {
                    "calendar_no": no,
                    "work_date": as_of + dt.timedelta(days=23),
                    "hours": 0,
                    "reason": "放假" if zh else "holiday",
                }
                for no in CALENDARS
            ),
        ],
        "routing_step": _routing(found, zh),
        "changeover": _changeovers(),
        "bom_line": _bom(found, as_of),
    }


def _items(found: list[Good], zh: bool) -> list[Row]:
    word = 0 if zh else 1
    rows: list[Row] = []
    for good in found:
        product, finish = PRODUCTS[good.product], FINISHES[good.finish]
        size = 64 + 32 * (int(good.item_no[3:]) % 6)
        name = f"{product[0]} {finish[0]} {size}mm" if zh else f"{product[1]}, {finish[1]}, {size} mm"
        label = f"标贴 {good.item_no}" if zh else f"Label {good.item_no}"
        rows.append(
            {
                "item_no": good.item_no,
                "name": name,
                "spec": f"{size}mm",
                "category": "finished",
                "source": "make",
                "uom": "pcs",
                "lot_policy": "lot_for_lot",
                "unit_cost": round(good.price * 0.62, 2),
            }
        )
        rows.append(
            {
                "item_no": good.label_no,
                "name": label,
                "category": "label",
                "source": "buy",
                "uom": "pcs",
                "lead_time_days": 5,
                "min_order_qty": 500,
                "order_multiple": 100,
                "unit_cost": 0.05,
                "supplier_no": "S017",
            }
        )
    for part_no in dict.fromkeys(good.part_no for good in found):
        good = next(one for one in found if one.part_no == part_no)
        product, finish = PRODUCTS[good.product], FINISHES[good.finish]
        name = f"{product[0]}{finish[0]}件" if zh else f"{product[1]} part, {finish[1]}"
        rows.append(
            {
                "item_no": part_no,
                "name": name,
                "category": "semi_finished",
                "source": "make",
                "uom": "pcs",
                "lot_policy": "period",
                "lot_period_days": 4,
                "setup_family": finish[2],
                "unit_cost": round(good.price * 0.4, 2),
            }
        )
    for blank_no in dict.fromkeys(good.blank_no for good in found):
        good = next(one for one in found if one.blank_no == blank_no)
        product = PRODUCTS[good.product]
        rows.append(
            {
                "item_no": blank_no,
                "name": f"{product[0]}毛坯" if zh else f"{product[1]} blank",
                "category": "semi_finished",
                "source": "make",
                "uom": "pcs",
                "lot_policy": "period",
                "lot_period_days": 5,
                "safety_stock": 200,
                "unit_cost": round(good.price * 0.2, 2),
            }
        )
    for part in BOUGHT:
        no, cn, en, category, uom, cost, lead, moq, multiple, supplier = part
        rows.append(
            {
                "item_no": no,
                "name": (cn, en)[word],
                "category": category,
                "source": "buy",
                "uom": uom,
                "unit_cost": cost,
                "lead_time_days": lead,
                "min_order_qty": moq,
                "order_multiple": multiple,
                "supplier_no": f"S{supplier:03d}",
                "safety_stock": float(str(moq)) / 5 if category == "chemical" else None,
                "shelf_life_days": 180 if category == "chemical" else None,
            }
        )
    return rows


def _supplier_items(found: list[Good]) -> list[Row]:
    rows = [
        {
            "supplier_no": f"S{supplier:03d}",
            "item_no": no,
            "rank": 1,
            "lead_time_days": lead,
            "min_order_qty": moq,
            "order_multiple": multiple,
            "unit_price": cost,
        }
        for no, _, _, _, _, cost, lead, moq, multiple, supplier in BOUGHT
    ]
    for supplier, no in (
        (19, "RM-STEEL"),
        (20, "RM-ZINC"),
        (21, "RM-BRASS"),
        (22, "RM-ALU"),
        (23, "CH-NI"),
        (25, "PK-CTN"),
    ):
        first = next(row for row in rows if row["item_no"] == no)
        rows.append(
            {
                **first,
                "supplier_no": f"S{supplier:03d}",
                "rank": 2,
                "unit_price": round(float(str(first["unit_price"])) * 1.08, 4),
            }
        )
    rows += [
        {
            "supplier_no": "S017",
            "item_no": good.label_no,
            "rank": 1,
            "lead_time_days": 5,
            "min_order_qty": 500,
            "order_multiple": 100,
            "unit_price": 0.05,
        }
        for good in found
    ]
    return rows


def _routing(found: list[Good], zh: bool) -> list[Row]:
    names = {no: (cn if zh else en) for no, cn, en, *_ in STATIONS}
    rows: list[Row] = []

    def step(item: str, no: int, station: str, speed: float, setup: float, good: float, **more: Any) -> None:
        rows.append(
            {
                "item_no": item,
                "step_no": no,
                "station_no": station,
                "name": names[station],
                "units_per_hour": speed,
                "setup_hours": setup,
                "yield_rate": good,
                **more,
            }
        )

    seen: set[str] = set()
    for good in found:
        product, finish = PRODUCTS[good.product], FINISHES[good.finish]
        if good.blank_no not in seen:
            step(good.blank_no, 10, "ST10", product[3], 0.75, 0.985, transfer_qty=500)
            step(good.blank_no, 20, "ST20", product[4], 0.25, 0.98)
        if good.part_no not in seen:
            if finish[3] == "ST30":
                step(good.part_no, 10, "ST30", 150, 0.5, 0.97, wait_hours=finish[5])
            else:
                step(good.part_no, 10, "ST40", 170, 0.75, 0.965, wait_hours=finish[5])
        seen |= {good.blank_no, good.part_no}
        if good.printed:
            step(good.item_no, 10, "ST50", 330, 0.25, 0.99, wait_hours=2)
        step(good.item_no, 20, "ST60", 380, 0.1, 0.995)
        step(good.item_no, 30, "ST70", 440, 0.0, 0.99)
        step(good.item_no, 40, "ST80", 440, 0.1, 1.0)
        if good.product == 4:  # lamp rings may also be put together on the printing benches
            step(good.item_no, 20, "ST50", 300, 0.1, 0.995, alt_rank=2)
    return rows


def _changeovers() -> list[Row]:
    plated, painted = ("CHROME", "NICKEL", "GOLD"), ("BLACK", "WHITE")
    rows = [
        {"station_no": "ST30", "from_family": a, "to_family": b, "hours": 1.5 if "GOLD" in (a, b) else 0.75}
        for a in plated
        for b in plated
        if a != b
    ]
    return rows + [
        {"station_no": "ST40", "from_family": a, "to_family": b, "hours": 1.5 if b == "WHITE" else 0.75}
        for a in painted
        for b in painted
        if a != b
    ]


def _bom(found: list[Good], as_of: dt.date) -> list[Row]:
    rows: list[Row] = []
    change = as_of + dt.timedelta(days=30)

    def line(parent: str, no: int, part: str, per: float, scrap: float | None = None, **more: Any) -> None:
        rows.append(
            {
                "parent_item_no": parent,
                "component_item_no": part,
                "line_no": no,
                "qty_per": per,
                "scrap_rate": scrap,
                **more,
            }
        )

    seen: set[str] = set()
    for good in found:
        product, finish = PRODUCTS[good.product], FINISHES[good.finish]
        if good.blank_no not in seen:
            line(good.blank_no, 10, product[2], 0.035 + 0.006 * good.product, 0.03, step_no=10)
            line(good.blank_no, 20, "AX-WAX", 0.0012, step_no=20)
            line(good.blank_no, 30, "AX-BELT", 0.002, step_no=20)
        if good.part_no not in seen:
            line(good.part_no, 10, good.blank_no, 1, step_no=10)
            line(good.part_no, 20, finish[4], 0.0004 if finish[2] == "GOLD" else 0.009, 0.02, step_no=10)
            line(good.part_no, 30, "CH-DG", 0.004, step_no=10)
            if finish[3] == "ST30":
                line(good.part_no, 40, "CH-BR", 0.0008, step_no=10)
        seen |= {good.blank_no, good.part_no}
        line(good.item_no, 10, good.part_no, 1, step_no=10 if good.printed else 20)
        if good.printed:
            line(good.item_no, 20, "INK-WH", 0.0003, step_no=10)
        # one screw was enough until the change that takes effect next month
        line(
            good.item_no,
            30,
            "HW-M4",
            1,
            0.01,
            step_no=20,
            alt_group="SCREW",
            alt_rank=1,
            effective_to=change - dt.timedelta(days=1) if good.product == 3 else None,
        )
        line(good.item_no, 31, "HW-M4B", 1, 0.01, step_no=20, alt_group="SCREW", alt_rank=2)
        if good.product == 3:
            line(good.item_no, 32, "HW-PAD", 1, step_no=20, effective_from=change)
        line(good.item_no, 40, "AX-GLOVE", 0.001, step_no=20)
        line(good.item_no, 50, good.label_no, 1, 0.02, step_no=40)
        line(good.item_no, 60, "PK-BAG", 1, 0.01, step_no=40)
        line(good.item_no, 70, "PK-FOAM", 1, step_no=40)
        line(good.item_no, 80, "PK-CTN", 0.02, step_no=40)
        if good.product in (2, 3):
            line(good.item_no, 90, "PK-BOX", 1, 0.01, step_no=40)
    return rows
