"""Plans: one run and the rows it made."""

from data.tables.declare import Table, key, optional, required

PLAN_RUN = Table(
    "plan_run",
    "计划运算",
    code="PLAN-RUN",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        required("created_at", "时间", "datetime"),
        required(
            "as_of_date",
            "计划日",
            "date",
            meaning="first day that may be planned is the next working day",
            aliases=("快照日期", "日期", "库存日期", "截止日期"),
        ),
        optional("scenario", "方案", meaning="empty: today's data"),
        required("horizon_end", "计划终止日", "date"),
        required(
            "status",
            "结果",
            choices={"optimal": "最优", "feasible": "可行", "heuristic": "启发式", "infeasible": "不可行"},
            meaning="optimal: gap ≤ the setting; feasible: stopped earlier; heuristic: no bound was computed",
            aliases=("订单状态", "单据状态"),
        ),
        optional("objective", "目标值", "decimal", unit="weighted whole days late"),
        optional("bound", "下界", "decimal", unit="same", meaning="proven: no plan can be better"),
        optional("gap", "差距", "decimal", minimum=0, maximum=1, meaning="(objective − bound) ÷ objective"),
        optional("seconds", "用时", "decimal", unit="s"),
        required("verified", "已校验", "boolean", meaning="the independent checker agreed"),
        required("data_version", "数据版本"),
        optional("orders", "订单行数", "integer", meaning="open lines planned"),
        optional(
            "late",
            "延期行数",
            "integer",
            meaning="lines planned after their target date; what is not inside the horizon counts as the day after it",
        ),
        optional(
            "relaxed_objective",
            "线性模型目标值",
            "decimal",
            meaning="the linear model's own value; the bound may come from one in finer bins of time",
        ),
        optional(
            "relaxed_gap",
            "线性模型差距",
            "decimal",
            minimum=0,
            maximum=1,
            meaning="how far the search of the linear model got",
        ),
        optional(
            "whole_order_days_late",
            "整单延期天数",
            "decimal",
            unit="days",
            meaning="sum over lines of the days its last piece is late",
        ),
        optional(
            "quantity_days_late",
            "数量延期天数",
            "decimal",
            unit="uom x days",
            meaning="sum over deliveries of quantity x days late",
        ),
        optional(
            "stock_days",
            "库存天数",
            "decimal",
            unit="uom x days",
            meaning="sum over made pieces of the days they wait for their use or target date",
        ),
        optional("overtime_hours", "加班工时", "decimal", unit="hours"),
        optional("settings", "设置", meaning="the settings of the run, as JSON"),
    ),
)

PLAN_ORDER = Table(
    "plan_order",
    "计划订单",
    code="PLAN-ORDER",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key(
            "order_ref",
            "订单引用",
            meaning="number of the work order or purchase line, or of the planned order",
        ),
        required(
            "kind",
            "类别",
            choices={
                "planned_make": "计划生产",
                "planned_buy": "计划采购",
                "firm_make": "在制派工",
                "firm_buy": "在途采购",
            },
        ),
        required(
            "item_no",
            "物料编码",
            aliases=(
                "物料编号",
                "料号",
                "品号",
                "存货编码",
                "产品编码",
                "产品编号",
                "产品料号",
                "图号",
                "物料代码",
                "品目编码",
            ),
        ),
        required("qty", "数量", "decimal", unit="uom", meaning="good quantity", aliases=("qty.", "quantity")),
        optional("start_date", "开工/下单日", "date"),
        required("finish_date", "完工/到货日", "date"),
        optional("supplier_no", "供应商", aliases=("供应商代码", "供应商代号", "供方编码", "vendor_no", "vendor")),
        optional("bom_date", "BOM生效日", "date", meaning="the day whose effective BOM this order uses"),
    ),
)

PLAN_SCHEDULE = Table(
    "plan_schedule",
    "排程明细",
    code="PLAN-SCHEDULE",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key("order_ref", "订单引用"),
        key("step_no", "工序号", "integer", aliases=("工序", "工序序号", "工序编号", "op_no", "operation")),
        key("station_no", "工站", aliases=("工作中心", "工作中心编号", "工位编号", "设备编号", "work_center")),
        key("unit_no", "设备序号", "integer", meaning="1 to parallel_units"),
        key(
            "work_date",
            "生产日期",
            "date",
            meaning="one row per lot, step, unit and day",
            aliases=("工作日期",),
        ),
        required(
            "item_no",
            "物料编码",
            aliases=(
                "物料编号",
                "料号",
                "品号",
                "存货编码",
                "产品编码",
                "产品编号",
                "产品料号",
                "图号",
                "物料代码",
                "品目编码",
            ),
        ),
        required(
            "qty",
            "数量",
            "decimal",
            unit="uom",
            meaning="good pieces out of the step that day",
            aliases=("qty.", "quantity"),
        ),
        required(
            "hours",
            "工时",
            "decimal",
            unit="standard hours",
            meaning="changeover included; on the clock they take hours ÷ efficiency",
            aliases=("每日工时", "班次工时", "工作小时"),
        ),
        optional("overtime_hours", "其中加班", "decimal", unit="hours", aliases=("加班小时",)),
        required("start_time", "开始时间", "datetime"),
        required("finish_time", "结束时间", "datetime"),
    ),
)

PLAN_DELIVERY = Table(
    "plan_delivery",
    "计划交付",
    code="PLAN-DELIVERY",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        key("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        key("delivery_date", "交付日期", "date"),
        required(
            "qty",
            "数量",
            "decimal",
            unit="uom",
            meaning="what is not delivered inside the horizon is missing here and named in plan_lateness",
            aliases=("qty.", "quantity"),
        ),
    ),
)

PLAN_LATENESS = Table(
    "plan_lateness",
    "延期分析",
    code="PLAN-LATENESS",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        key("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        required("target_date", "目标日期", "date", meaning="promised_date, else due_date"),
        optional("planned_date", "计划完成", "date", meaning="last delivery; empty: outside the horizon"),
        optional("days_late", "延期天数", "integer", unit="calendar days"),
        optional(
            "cause",
            "原因",
            choices={"material": "物料", "capacity": "产能", "lead_time": "提前期", "frozen": "冻结"},
        ),
        optional("detail", "说明", meaning="the item, purchase line, station and days, the orders it competes with"),
        optional("remedy", "补救", meaning="the cheapest change that would make it on time, with its cost"),
    ),
)

PLAN_PEGGING = Table(
    "plan_pegging",
    "供需追溯",
    code="PLAN-PEGGING",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        key("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        key(
            "item_no",
            "物料编码",
            aliases=(
                "物料编号",
                "料号",
                "品号",
                "存货编码",
                "产品编码",
                "产品编号",
                "产品料号",
                "图号",
                "物料代码",
                "品目编码",
            ),
        ),
        key(
            "supply_kind",
            "供应类别",
            choices={
                "stock": "库存",
                "inspection": "待检",
                "firm_buy": "在途采购",
                "firm_make": "在制派工",
                "planned_buy": "计划采购",
                "planned_make": "计划生产",
            },
        ),
        key("supply_ref", "供应引用"),
        required("qty", "数量", "decimal", unit="uom", aliases=("qty.", "quantity")),
        required("available_date", "可用日期", "date"),
    ),
)

PLAN_KIT = Table(
    "plan_kit",
    "齐套分析",
    code="PLAN-KIT",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key("order_ref", "订单引用"),
        required(
            "status",
            "齐套状态",
            choices={"full": "齐套", "partial": "部分齐套", "none": "未齐套"},
            aliases=("订单状态", "单据状态"),
        ),
        optional("kit_date", "齐套日期", "date"),
        required("can_make_qty", "可做数量", "decimal", unit="uom"),
        optional("blocking", "缺料", meaning="items that block, most late first"),
    ),
)

PLAN_MESSAGE = Table(
    "plan_message",
    "行动建议",
    code="PLAN-MESSAGE",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key("order_ref", "订单引用"),
        key(
            "action",
            "建议",
            choices={
                "order": "下单",
                "release": "下发",
                "expedite": "提前",
                "defer": "推迟",
                "cancel": "取消",
                "increase": "增加",
                "decrease": "减少",
            },
        ),
        required(
            "item_no",
            "物料编码",
            aliases=(
                "物料编号",
                "料号",
                "品号",
                "存货编码",
                "产品编码",
                "产品编号",
                "产品料号",
                "图号",
                "物料代码",
                "品目编码",
            ),
        ),
        optional("from_date", "原日期", "date"),
        optional("to_date", "新日期", "date"),
        optional("from_qty", "原数量", "decimal", unit="uom"),
        optional("to_qty", "新数量", "decimal", unit="uom"),
        optional("reason", "原因"),
    ),
)

PLAN_ALLOCATION = Table(
    "plan_allocation",
    "供需分配",
    code="PLAN-ALLOC",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key("allocation_no", "分配序号", "integer", meaning="order in which supply was handed out, by item"),
        required("item_no", "物料编码"),
        required(
            "demand_kind",
            "需求类别",
            choices={"sales_order": "销售订单", "make": "生产用料", "safety_stock": "安全库存"},
        ),
        required(
            "demand_ref",
            "需求引用",
            meaning="sales order number, or the order_ref of the make order that uses it",
        ),
        optional("demand_line_no", "需求行号", "integer", meaning="the sales order line"),
        optional("step_no", "用料工序", "integer", meaning="the routing step that uses it"),
        required(
            "need_date",
            "需求日期",
            "date",
            meaning="target date of the line, or the day the material is wanted",
        ),
        optional("used_date", "使用日期", "date", meaning="the day the plan uses or delivers it"),
        required(
            "supply_kind",
            "供应类别",
            choices={
                "stock": "库存",
                "inspection": "待检",
                "firm_buy": "在途采购",
                "firm_make": "在制派工",
                "planned_buy": "计划采购",
                "planned_make": "计划生产",
            },
        ),
        optional("supply_ref", "供应引用", meaning="lot, arrival, purchase line or order_ref"),
        required("qty", "数量", "decimal", unit="uom"),
        required("available_date", "可用日期", "date"),
    ),
)

PLAN_PRICE = Table(
    "plan_price",
    "资源价值",
    code="PLAN-PRICE",
    kind="plan",
    columns=(
        key("run_no", "运算号"),
        key("kind", "资源类别", choices={"station": "工站", "part": "物料"}),
        key("resource_no", "资源编号", meaning="station_no or item_no"),
        key(
            "work_date",
            "日期",
            "date",
            meaning="the working day; of a part the last day on which its open supply comes",
        ),
        optional(
            "load_hours", "排程工时", "decimal", unit="standard hours", meaning="that the plan works; stations only"
        ),
        optional(
            "available_hours",
            "可用工时",
            "decimal",
            unit="standard hours",
            meaning="calendar hours × units × efficiency, without overtime; stations only",
        ),
        optional(
            "price",
            "单位价值",
            "decimal",
            unit="weighted days late per unit",
            minimum=0,
            meaning="what one unit more saves at most; empty: the linear model was not solved closely enough to know",
        ),
        required(
            "unit",
            "价值单位",
            choices={"hour": "小时", "day": "天"},
            meaning="hour: one machine works an hour more that day; day: all open supply comes a working day earlier",
        ),
    ),
)

TABLES = (
    PLAN_RUN,
    PLAN_ORDER,
    PLAN_SCHEDULE,
    PLAN_DELIVERY,
    PLAN_LATENESS,
    PLAN_PEGGING,
    PLAN_KIT,
    PLAN_MESSAGE,
    PLAN_ALLOCATION,
    PLAN_PRICE,
)
