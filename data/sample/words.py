"""The words of the sample factory, in Chinese and English, always as pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Pair = tuple[str, str]

# station number, name, team
STATIONS: tuple[tuple[str, Pair, Pair], ...] = (
    ("STP", ("冲压", "Stamping"), ("冲压班", "Press shop")),
    ("POL", ("抛光", "Polishing"), ("抛光班", "Polishing shop")),
    ("PLT", ("电镀", "Plating"), ("电镀班", "Plating shop")),
    ("PNT", ("喷涂", "Painting"), ("喷涂班", "Paint shop")),
    ("SCR", ("丝印", "Screen printing"), ("丝印班", "Print shop")),
    ("ASM", ("组装", "Assembly"), ("组装班", "Assembly")),
    ("INS", ("检验", "Inspection"), ("品检班", "Quality")),
    ("PAK", ("包装", "Packing"), ("包装班", "Packing")),
)

METALS: tuple[Pair, ...] = (
    ("冷轧钢板 SPCC", "Cold-rolled steel sheet SPCC"),
    ("锌合金板 Zamak 3", "Zinc alloy sheet Zamak 3"),
    ("铝板 5052", "Aluminium sheet 5052"),
    ("黄铜板 H62", "Brass sheet H62"),
    ("不锈钢板 304", "Stainless steel sheet 304"),
)

# finish code, word, family
FINISHES: tuple[tuple[str, Pair], ...] = (
    ("CR", ("镀铬", "chrome plated")),
    ("NI", ("镀镍", "nickel plated")),
    ("AU", ("镀金", "gold plated")),
    ("BK", ("哑黑喷涂", "matt black")),
    ("WH", ("珍珠白喷涂", "pearl white")),
    ("GY", ("枪灰喷涂", "gunmetal grey")),
)

FAMILIES: tuple[Pair, ...] = (
    ("镀铬", "Chrome"),
    ("镀镍", "Nickel"),
    ("镀金", "Gold"),
    ("黑色", "Black"),
    ("白色", "White"),
    ("灰色", "Grey"),
)

PRODUCTS: tuple[Pair, ...] = (
    ("橱柜拉手", "Cabinet handle"),
    ("水龙头手柄", "Faucet lever"),
    ("吸顶灯底盘", "Ceiling lamp canopy"),
    ("手机支架", "Phone stand"),
    ("皮带扣", "Belt buckle"),
    ("香水盖", "Perfume cap"),
    ("设备铭牌", "Equipment nameplate"),
    ("花洒面盖", "Shower head cover"),
    ("箱包锁扣", "Bag clasp"),
    ("门吸", "Door stop"),
    ("合页盖", "Hinge cover"),
    ("台灯灯座", "Desk lamp base"),
)

SURNAMES: tuple[Pair, ...] = (
    ("王", "Wang"),
    ("李", "Li"),
    ("张", "Zhang"),
    ("刘", "Liu"),
    ("陈", "Chen"),
    ("杨", "Yang"),
    ("黄", "Huang"),
    ("周", "Zhou"),
    ("吴", "Wu"),
    ("梁", "Liang"),
)
GIVEN: tuple[Pair, ...] = (
    ("敏", "Min"),
    ("志强", "Zhiqiang"),
    ("丽娟", "Lijuan"),
    ("伟", "Wei"),
    ("小燕", "Xiaoyan"),
    ("建国", "Jianguo"),
    ("芳", "Fang"),
)

CITIES: tuple[Pair, ...] = (
    ("佛山", "Foshan"),
    ("东莞", "Dongguan"),
    ("中山", "Zhongshan"),
    ("深圳", "Shenzhen"),
    ("广州", "Guangzhou"),
    ("江门", "Jiangmen"),
    ("宁波", "Ningbo"),
    ("温州", "Wenzhou"),
    ("惠州", "Huizhou"),
    ("永康", "Yongkang"),
)
NAMES: tuple[Pair, ...] = (
    ("恒信", "Hengxin"),
    ("华锌", "Huaxin"),
    ("南海联铝", "Nanhai Lianlü"),
    ("大成", "Dacheng"),
    ("宝裕", "Baoyu"),
    ("永丰", "Yongfeng"),
    ("金源", "Jinyuan"),
    ("彩虹", "Caihong"),
    ("德美", "Demei"),
    ("锐利", "Ruili"),
    ("安护", "Anhu"),
    ("精固", "Jinggu"),
    ("通达", "Tongda"),
    ("明艺", "Mingyi"),
    ("佳彩", "Jiacai"),
    ("正和", "Zhenghe"),
    ("利塑", "Lisu"),
    ("标美", "Biaomei"),
    ("速印", "Suyin"),
    ("新兴", "Xinxing"),
    ("联合", "Lianhe"),
    ("科美", "Kemei"),
    ("顺达", "Shunda"),
    ("广源", "Guangyuan"),
    ("鸿泰", "Hongtai"),
)
METAL_TRADE: Pair = ("金属材料有限公司", "Metal Materials Co., Ltd.")
CHEMICAL_TRADE: Pair = ("化工科技有限公司", "Chemical Technology Co., Ltd.")
HARDWARE_TRADE: Pair = ("五金制品有限公司", "Hardware Co., Ltd.")
PACKAGING_TRADE: Pair = ("包装制品有限公司", "Packaging Co., Ltd.")
LABEL_TRADE: Pair = ("标签印刷有限公司", "Label Printing Co., Ltd.")

CUSTOMERS: tuple[Pair, ...] = (
    ("欧雅家居用品有限公司", "Ouya Home Products Ltd."),
    ("汉斯卫浴（中国）有限公司", "Hans Bath (China) Ltd."),
    ("明光照明股份有限公司", "Mingguang Lighting Inc."),
    ("智联数码科技有限公司", "Zhilian Digital Technology Ltd."),
    ("雅派皮具有限公司", "Yapai Leather Goods Ltd."),
    ("芬蒂日化有限公司", "Fendi Daily Chemical Ltd."),
    ("恒动机械设备有限公司", "Hengdong Machinery Ltd."),
    ("碧水洁具有限公司", "Bishui Sanitary Ware Ltd."),
    ("途行箱包有限公司", "Tuxing Luggage Ltd."),
    ("固安门业有限公司", "Gu'an Doors Ltd."),
    ("Nordhem AB（瑞典）", "Nordhem AB (Sweden)"),
    ("Alpine Fixtures GmbH（德国）", "Alpine Fixtures GmbH (Germany)"),
    ("宏景灯饰有限公司", "Hongjing Lighting Ltd."),
    ("Pacific Hardware Inc.（美国）", "Pacific Hardware Inc. (USA)"),
    ("博厨厨柜有限公司", "Bochu Kitchens Ltd."),
)

CARRIERS: tuple[Pair, ...] = (
    ("德邦物流", "Deppon Logistics"),
    ("顺丰快运", "SF Freight"),
    ("安能物流", "ANE Logistics"),
    ("中外运", "Sinotrans"),
)

# category of an exception, reason, action, department
EXCEPTIONS: tuple[tuple[str, Pair, Pair, Pair], ...] = (
    (
        "manpower",
        ("两名操作工请假，临时顶岗人员不熟练", "two operators on leave, stand-ins not yet practised"),
        ("增加一名多能工顶岗", "a multi-skilled operator added"),
        ("生产部", "Production"),
    ),
    (
        "machine",
        ("设备故障停机维修", "machine stopped for repair"),
        ("更换易损件，加入点检表", "wear part replaced and put on the check list"),
        ("设备部", "Maintenance"),
    ),
    (
        "material",
        ("上工序来料晚到两小时", "parts from the step before came two hours late"),
        ("调整上工序移交时间", "hand-over time of the step before moved"),
        ("PMC", "PMC"),
    ),
    (
        "quality",
        ("外观麻点超标，返工", "pitting above the limit, reworked"),
        ("调整参数并加严首检", "parameters corrected, first-piece check tightened"),
        ("品质部", "Quality"),
    ),
    (
        "method",
        ("新模具试产，节拍未达标准", "new tool on trial, cycle time not reached"),
        ("工程部修订作业指导书", "work instruction revised"),
        ("工程部", "Engineering"),
    ),
    (
        "planning",
        ("临时插单换型", "changeover for an inserted order"),
        ("冻结三天内计划", "plan frozen for three days"),
        ("PMC", "PMC"),
    ),
)
OVEN: tuple[str, Pair, Pair, Pair] = (
    "machine",
    ("喷涂烤炉温控故障，停线维修", "paint oven temperature control failed, line stopped"),
    ("更换温控器，备件入库两套", "controller replaced, two spares put in stock"),
    ("设备部", "Maintenance"),
)

RETURN_REASONS: tuple[Pair, ...] = (
    ("表面划伤", "scratched surface"),
    ("厚度超差", "thickness out of tolerance"),
    ("规格不符", "wrong specification"),
)
CONCESSION_REASON: Pair = (
    "板厚偏上限0.03mm，不影响冲压，急用于生产",
    "sheet 0.03 mm over the upper limit, no harm in stamping, urgently needed",
)
SURVEYS: tuple[Pair, ...] = (
    ("交期准时，包装良好", "on time and well packed"),
    ("品质稳定", "stable quality"),
    ("希望加快打样", "samples could come faster"),
    ("跟单响应及时", "quick answers"),
)
COMPLAINTS: tuple[Pair, ...] = (
    ("交期延误三天", "three days late"),
    ("个别产品镀层色差", "shade of the plating varies"),
    ("外箱破损", "carton damaged"),
)
CHANGE_REASONS: tuple[Pair, ...] = (
    ("客户调整销售计划", "customer changed the sales plan"),
    ("客户仓库盘点，要求延后", "customer counts stock, wants it later"),
    ("项目提前上线", "project starts earlier"),
)


def words(language: str, pairs: Sequence[Pair], which: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """The words at positions `which` (wrapping round) in `language` ("zh", else English)."""
    side = 0 if language == "zh" else 1
    texts = np.array([pair[side] for pair in pairs], dtype=object)
    chosen: npt.NDArray[np.object_] = texts[np.asarray(which) % len(texts)]
    return chosen


def word(language: str, pair: Pair) -> str:
    """One word in `language`."""
    return pair[0] if language == "zh" else pair[1]


def people(language: str, which: npt.ArrayLike) -> npt.NDArray[np.object_]:
    """Names of people, the same person for the same number."""
    space = "" if language == "zh" else " "
    texts = [f"{word(language, family)}{space}{word(language, given)}" for given in GIVEN for family in SURNAMES]
    chosen: npt.NDArray[np.object_] = np.array(texts, dtype=object)[np.asarray(which) % len(texts)]
    return chosen
