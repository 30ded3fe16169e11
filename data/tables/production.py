"""Production: work orders, dispatch, picking, exceptions and hand-over."""

from data.tables.declare import Reference, Table, key, optional, required

WORK_ORDER = Table(
    "work_order",
    "生产派工单",
    code="WO",
    kind="form",
    columns=(
        key(
            "work_order_no",
            "派工单号",
            aliases=("工单号", "生产工单号", "工单", "派工单编号", "制令单号", "生产订单号", "wo_no"),
        ),
        optional(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        optional("sales_order_line_no", "销售订单行号", "integer"),
        required(
            "item_no",
            "物料编码",
            references="item",
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
            "派工数量",
            "decimal",
            unit="uom",
            minimum=0,
            exclusive=True,
            meaning="good pieces wanted",
            aliases=("数量", "qty.", "quantity"),
        ),
        optional("planned_start", "计划开工", "date"),
        optional("planned_finish", "计划完工", "date"),
        optional("due_date", "交期", "date", aliases=("交货日期", "需求日期", "要求交货日期", "客户交期")),
        optional("priority", "优先级", "integer", minimum=1, maximum=5, aliases=("优先",)),
        optional(
            "status",
            "状态",
            choices={
                "planned": "计划",
                "released": "已下发",
                "started": "已开工",
                "finished": "已完工",
                "closed": "已关闭",
                "cancelled": "已取消",
            },
            default="released",
            meaning="default released; released and started are firm supply",
            aliases=("订单状态", "单据状态"),
        ),
        optional("released_date", "下发日期", "date"),
    ),
    references=(
        Reference(("sales_order_no", "sales_order_line_no"), "sales_order", ("sales_order_no", "line_no")),
    ),
)

DISPATCH = Table(
    "dispatch",
    "日派工明细",
    code="DSP",
    kind="lifecycle",
    columns=(
        key(
            "work_order_no",
            "派工单号",
            aliases=("工单号", "生产工单号", "工单", "派工单编号", "制令单号", "生产订单号", "wo_no"),
        ),
        key("step_no", "工序号", "integer", aliases=("工序", "工序序号", "工序编号", "op_no", "operation")),
        key(
            "station_no",
            "工站编号",
            references="station",
            aliases=("工作中心", "工作中心编号", "工站", "工位编号", "设备编号", "work_center"),
        ),
        key("work_date", "生产日期", "date", aliases=("工作日期",)),
        required(
            "planned_qty", "计划数量", "decimal", unit="uom", minimum=0, meaning="good pieces out of the step"
        ),
        optional("planned_hours", "计划工时", "decimal", unit="hours", minimum=0),
        optional("team", "班组"),
    ),
    references=(Reference(("work_order_no",), "work_order", ("work_order_no",)),),
)

PICKING_LIST = Table(
    "picking_list",
    "领料单",
    code="PICK",
    kind="form",
    columns=(
        key("picking_no", "领料单号"),
        key("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        required(
            "work_order_no",
            "派工单号",
            aliases=("工单号", "生产工单号", "工单", "派工单编号", "制令单号", "生产订单号", "wo_no"),
        ),
        required(
            "item_no",
            "物料编码",
            references="item",
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
        required("required_qty", "应领数量", "decimal", unit="uom", minimum=0),
        required("need_date", "需求日期", "date"),
        optional(
            "status",
            "状态",
            choices={"open": "未领", "issued": "已领", "cancelled": "已取消"},
            default="open",
            meaning="default open",
            aliases=("订单状态", "单据状态"),
        ),
    ),
    references=(Reference(("work_order_no",), "work_order", ("work_order_no",)),),
)

SUPPLEMENT_REQUEST = Table(
    "supplement_request",
    "补料申请单",
    code="SUPP",
    kind="form",
    columns=(
        key("supplement_no", "补料单号"),
        required(
            "work_order_no",
            "派工单号",
            aliases=("工单号", "生产工单号", "工单", "派工单编号", "制令单号", "生产订单号", "wo_no"),
        ),
        required(
            "item_no",
            "物料编码",
            references="item",
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
            "补料数量",
            "decimal",
            unit="uom",
            minimum=0,
            exclusive=True,
            aliases=("数量", "qty.", "quantity"),
        ),
        required(
            "reason",
            "补料原因",
            choices={
                "material_defect": "来料不良",
                "process_scrap": "制程报废",
                "over_consumption": "超损耗",
                "other": "其他",
            },
            meaning="来料不良/制程报废/超损耗/其他",
        ),
        required("requested_date", "申请日期", "date"),
        optional("requested_by", "申请人"),
        optional("approved_by", "PMC确认"),
        optional(
            "status",
            "状态",
            choices={"requested": "已申请", "approved": "已批准", "rejected": "已拒绝", "issued": "已发料"},
            default="requested",
            meaning="default requested; issued only after PMC approved it",
            aliases=("订单状态", "单据状态"),
        ),
    ),
    references=(Reference(("work_order_no",), "work_order", ("work_order_no",)),),
)

EXCEPTION_REPORT = Table(
    "exception_report",
    "异常反馈单",
    code="EXC",
    kind="form",
    columns=(
        key("exception_no", "异常单号"),
        required("report_date", "反馈日期", "date"),
        optional(
            "work_order_no",
            "派工单号",
            aliases=("工单号", "生产工单号", "工单", "派工单编号", "制令单号", "生产订单号", "wo_no"),
        ),
        optional(
            "step_no", "工序号", "integer", aliases=("工序", "工序序号", "工序编号", "op_no", "operation")
        ),
        optional(
            "station_no",
            "工站编号",
            references="station",
            aliases=("工作中心", "工作中心编号", "工站", "工位编号", "设备编号", "work_center"),
        ),
        optional("planned_qty", "计划数量", "decimal", unit="uom", minimum=0),
        optional("actual_qty", "实际数量", "decimal", unit="uom", minimum=0),
        required(
            "category",
            "异常类别",
            choices={
                "manpower": "人",
                "machine": "机",
                "material": "料",
                "method": "法",
                "quality": "质",
                "environment": "环",
                "planning": "计划",
                "other": "其他",
            },
            meaning="人/机/料/法/质/环/计划/其他",
        ),
        required("reason", "原因说明"),
        optional("department", "责任部门"),
        optional("action", "改善措施"),
        optional("lost_hours", "损失工时", "decimal", unit="hours", minimum=0),
        optional(
            "status",
            "状态",
            choices={"open": "未处理", "in_progress": "处理中", "closed": "已关闭"},
            default="open",
            meaning="default open",
            aliases=("订单状态", "单据状态"),
        ),
        optional("closed_date", "关闭日期", "date"),
    ),
    references=(Reference(("work_order_no",), "work_order", ("work_order_no",)),),
)

HANDOVER = Table(
    "handover",
    "数量移交单",
    code="HO",
    kind="form",
    columns=(
        key("handover_no", "移交单号"),
        required(
            "work_order_no",
            "派工单号",
            aliases=("工单号", "生产工单号", "工单", "派工单编号", "制令单号", "生产订单号", "wo_no"),
        ),
        required("from_step_no", "移出工序", "integer"),
        optional("to_step_no", "移入工序", "integer", meaning="empty: into finished goods"),
        required("good_qty", "良品数量", "decimal", unit="uom", minimum=0),
        optional("scrap_qty", "报废数量", "decimal", unit="uom", minimum=0, default=0),
        required("handover_time", "移交时间", "datetime"),
        optional("handed_by", "移交人"),
        optional("received_by", "接收人"),
    ),
    references=(Reference(("work_order_no",), "work_order", ("work_order_no",)),),
)

TABLES = (
    WORK_ORDER,
    DISPATCH,
    PICKING_LIST,
    SUPPLEMENT_REQUEST,
    EXCEPTION_REPORT,
    HANDOVER,
)
