"""Sales: from the customer's order to feedback after delivery."""

from data.tables.declare import Reference, Table, key, optional, required

CUSTOMER_ORDER = Table(
    "customer_order",
    "落货单",
    code="CO",
    kind="form",
    columns=(
        key("customer_order_no", "落货单号", meaning="the customer's own number"),
        key("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        required("customer_no", "客户编号", references="customer", aliases=("客户代码", "客户代号", "客户")),
        optional("customer_item_no", "客户料号"),
        optional(
            "item_no",
            "物料编码",
            references="item",
            meaning="filled in when the part is recognised",
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
        optional("description", "品名"),
        required(
            "qty", "数量", "decimal", unit="uom", minimum=0, exclusive=True, aliases=("qty.", "quantity")
        ),
        optional(
            "unit_price", "单价", "decimal", unit="money", minimum=0, aliases=("价格", "含税单价", "price")
        ),
        required("requested_date", "要求交期", "date"),
        required("received_date", "接单日期", "date"),
        optional("delivery_address", "送货地址"),
        optional(
            "status",
            "状态",
            choices={"received": "已接收", "queried": "待澄清", "accepted": "已接受", "rejected": "已拒绝"},
            default="received",
            meaning="default received",
            aliases=("订单状态", "单据状态"),
        ),
        optional(
            "sales_order_no",
            "销售订单号",
            meaning="once accepted",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
    ),
)

SALES_ORDER = Table(
    "sales_order",
    "销售订单",
    code="SO",
    kind="form",
    columns=(
        key(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        key("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        required("customer_no", "客户编号", references="customer", aliases=("客户代码", "客户代号", "客户")),
        optional("customer_order_no", "落货单号"),
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
            "订单数量",
            "decimal",
            unit="uom",
            minimum=0,
            exclusive=True,
            aliases=("数量", "qty.", "quantity"),
        ),
        optional(
            "unit_price", "单价", "decimal", unit="money", minimum=0, aliases=("价格", "含税单价", "price")
        ),
        required("order_date", "下单日期", "date", aliases=("订单日期", "制单日期", "接单日期")),
        required(
            "due_date",
            "要求交期",
            "date",
            meaning="what the customer asked for",
            aliases=("交期", "交货日期", "需求日期", "要求交货日期", "客户交期"),
        ),
        optional(
            "promised_date",
            "承诺交期",
            "date",
            meaning="what was confirmed; on-time is judged against it, or due_date where it is empty",
            aliases=("承诺日期", "答复交期", "回复交期"),
        ),
        optional(
            "priority",
            "优先级",
            "integer",
            minimum=1,
            maximum=5,
            meaning="1 is most urgent; default the customer's",
            aliases=("优先",),
        ),
        optional(
            "qty_shipped",
            "已出货数量",
            "decimal",
            unit="uom",
            minimum=0,
            default=0,
            meaning="before the shipments that are recorded here; default 0",
            aliases=("已发货数量", "累计出货"),
        ),
        optional(
            "status",
            "状态",
            choices={
                "draft": "草稿",
                "reviewing": "评审中",
                "confirmed": "已确认",
                "in_production": "生产中",
                "ready": "待出货",
                "shipped": "已出货",
                "delivered": "已签收",
                "closed": "已关闭",
                "on_hold": "暂停",
                "cancelled": "已取消",
            },
            default="confirmed",
            meaning="default confirmed; draft, reviewing, on_hold and cancelled are no demand",
            aliases=("订单状态", "单据状态"),
        ),
        optional("owner", "跟单员"),
        optional("remark", "备注"),
    ),
)

ORDER_CHANGE = Table(
    "order_change",
    "订单变更单",
    code="OC",
    kind="lifecycle",
    columns=(
        key("change_no", "变更单号"),
        required(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        required("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        required(
            "field",
            "变更项",
            choices={
                "qty": "数量",
                "due_date": "交期",
                "item_no": "物料",
                "unit_price": "单价",
                "cancel": "取消",
            },
        ),
        optional("old_value", "原值"),
        optional("new_value", "新值"),
        required("requested_date", "申请日期", "date"),
        optional("requested_by", "申请人"),
        optional("customer_confirmed", "客户确认", "boolean"),
        optional(
            "status",
            "状态",
            choices={"requested": "已申请", "approved": "已批准", "rejected": "已拒绝", "applied": "已执行"},
            default="requested",
            meaning="default requested",
            aliases=("订单状态", "单据状态"),
        ),
        optional("reason", "原因"),
    ),
    references=(Reference(("sales_order_no", "line_no"), "sales_order", ("sales_order_no", "line_no")),),
)

SHIPMENT = Table(
    "shipment",
    "出货单",
    code="SHIP",
    kind="lifecycle",
    columns=(
        key("shipment_no", "出货单号"),
        key("line_no", "行号", "integer", aliases=("项次", "序号", "line")),
        required(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        required("sales_order_line_no", "销售订单行号", "integer"),
        required(
            "qty",
            "出货数量",
            "decimal",
            unit="uom",
            minimum=0,
            exclusive=True,
            aliases=("数量", "qty.", "quantity"),
        ),
        required("ship_date", "出货日期", "date"),
        optional("carrier", "物流公司"),
        optional("tracking_no", "物流单号"),
        optional("delivered_date", "签收日期", "date"),
        optional("confirmed_by", "客户确认人"),
    ),
    references=(
        Reference(("sales_order_no", "sales_order_line_no"), "sales_order", ("sales_order_no", "line_no")),
    ),
)

SETTLEMENT = Table(
    "settlement",
    "结算单",
    code="SET",
    kind="lifecycle",
    columns=(
        key("invoice_no", "发票号"),
        required(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        required("amount", "金额", "decimal", unit="money", minimum=0),
        required("invoice_date", "开票日期", "date"),
        optional(
            "due_date",
            "应收日期",
            "date",
            aliases=("交期", "交货日期", "需求日期", "要求交货日期", "客户交期"),
        ),
        optional("paid_amount", "已收金额", "decimal", unit="money", minimum=0),
        optional("paid_date", "收款日期", "date"),
    ),
    references=(Reference(("sales_order_no",), "sales_order", ("sales_order_no",)),),
)

CUSTOMER_FEEDBACK = Table(
    "customer_feedback",
    "客户反馈",
    code="FB",
    kind="lifecycle",
    columns=(
        key("feedback_no", "反馈单号"),
        required(
            "sales_order_no",
            "销售订单号",
            aliases=("订单号", "销售单号", "订单编号", "销售订单编号", "SO号", "so_no", "order_no"),
        ),
        required("feedback_date", "反馈日期", "date"),
        required(
            "kind",
            "类型",
            choices={"survey": "满意度", "complaint": "投诉", "return": "退货"},
            meaning="满意度/投诉/退货",
        ),
        optional("score", "评分", "integer", minimum=1, maximum=5),
        optional("qty", "数量", "decimal", unit="uom", minimum=0, aliases=("qty.", "quantity")),
        optional("description", "内容"),
        optional(
            "status",
            "状态",
            choices={"open": "未处理", "closed": "已关闭"},
            default="open",
            meaning="default open",
            aliases=("订单状态", "单据状态"),
        ),
        optional("closed_date", "关闭日期", "date"),
    ),
    references=(Reference(("sales_order_no",), "sales_order", ("sales_order_no",)),),
)

TABLES = (
    CUSTOMER_ORDER,
    SALES_ORDER,
    ORDER_CHANGE,
    SHIPMENT,
    SETTLEMENT,
    CUSTOMER_FEEDBACK,
)
