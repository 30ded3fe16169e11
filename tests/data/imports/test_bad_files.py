"""What is wrong with a file is said with its place, code and remedy in both languages, and nothing is changed."""

from __future__ import annotations

import pytest

from data.store import Store
from tests.data.imports.files import MASTERS, SO_HEADER, codes, dump, issues, load, orders

GOOD = "SO-9,1,C1,FG-100,1,2026-01-05,2026-02-05"

BAD = [
    # a name, the files, (row, column, value, code) of the one error, words of message and remedy in English, Chinese
    (
        "missing key",
        orders(GOOD, ",2,C1,FG-100,1,2026-01-05,2026-02-05"),
        (3, "sales_order_no", "", "SO-SALES-ORDER-NO-KEY"),
        ("a row is known by it", "Fill it in"),
        ("要靠它识别", "请补上"),
    ),
    (
        "missing required value",
        orders("SO-9,1,,FG-100,1,2026-01-05,2026-02-05"),
        (2, "customer_no", "", "SO-CUSTOMER-NO-REQ"),
        ("customer_no is empty", "Fill it in"),
        ("不能为空", "请补上"),
    ),
    (
        "negative quantity",
        orders(GOOD, "SO-9,2,C1,FG-100,-3,2026-01-05,2026-02-05"),
        (3, "qty", "-3", "SO-QTY-NEG"),
        ("must not be negative: -3", "Enter 0 or more"),
        ("不能为负数：-3", "请改为 0 或正数"),
    ),
    (
        "quantity of nothing",
        orders("SO-9,1,C1,FG-100,0,2026-01-05,2026-02-05"),
        (2, "qty", "0", "SO-QTY-RANGE"),
        ("allowed is > 0", "Enter a value that is allowed"),
        ("超出允许范围（> 0）", "请改为范围内的值"),
    ),
    (
        "no number",
        orders("SO-9,1,C1,FG-100,ten,2026-01-05,2026-02-05"),
        (2, "qty", "ten", "SO-QTY-NUM"),
        ("not a number: ten", "without a unit"),
        ("不是数字：ten", "请只填数字"),
    ),
    (
        "half a line number",
        orders("SO-9,1.5,C1,FG-100,1,2026-01-05,2026-02-05"),
        (2, "line_no", "1.5", "SO-LINE-NO-INT"),
        ("a whole number: 1.5", "without decimals"),
        ("必须是整数：1.5", "去掉小数"),
    ),
    (
        "wrong date",
        orders("SO-9,1,C1,FG-100,1,2026-01-05,2026-02-30"),
        (2, "due_date", "2026-02-30", "SO-DUE-DATE-DATE"),
        ("not a date: 2026-02-30", "Write it as 2026-01-05"),
        ("不是有效日期：2026-02-30", "请写成 2026-01-05"),
    ),
    (
        "unknown item, one letter off",
        orders("SO-9,1,C1,FG-10O,1,2026-01-05,2026-02-05"),
        (2, "item_no", "FG-10O", "SO-ITEM-NO-REF"),
        ("FG-10O is not in Item. Do you mean FG-100", "import it under Item first"),
        ("FG-10O 在物料里找不到，是否应为 FG-100", "请先导入物料"),
    ),
    (
        "unknown item, like no other",
        orders("SO-9,1,C1,ZZZ,1,2026-01-05,2026-02-05"),
        (2, "item_no", "ZZZ", "SO-ITEM-NO-REF"),
        ("ZZZ is not in Item.", "import it under Item first"),
        ("ZZZ 在物料里找不到", "请先导入物料"),
    ),
    (
        "unknown choice",
        {"sales_order.csv": f"{SO_HEADER},status\n{GOOD},confirmd\n"},
        (2, "status", "confirmd", "SO-STATUS-ENUM"),
        ("cannot be “confirmd”", "draft / reviewing / confirmed"),
        ("没有“confirmd”这个选项", "草稿 / 评审中 / 已确认"),
    ),
    (
        "neither yes nor no",
        {"customer.csv": "customer_no,name,active\nC9,New,perhaps\n"},
        (2, "active", "perhaps", "CUS-ACTIVE-BOOL"),
        ("must be yes or no", "Enter yes or no"),
        ("只能填是或否", "请填 是 或 否"),
    ),
    (
        "no time of day",
        {"calendar.csv": "calendar_no,weekday,hours,start_time\nK,1,8,25:00\n"},
        (2, "start_time", "25:00", "CAL-START-TIME-TIME"),
        ("not a time of day: 25:00", "08:00"),
        ("不是时刻：25:00", "08:00"),
    ),
    (
        "out of range",
        {"customer.csv": "customer_no,name,priority\nC9,New,6\n"},
        (2, "priority", "6", "CUS-PRIORITY-RANGE"),
        ("allowed is 1 – 5", "Enter a value that is allowed"),
        ("超出允许范围（1 – 5）", "请改为范围内的值"),
    ),
    (
        "a number twice, with other values",
        orders(GOOD, "SO-9,1,C1,FG-100,2,2026-01-05,2026-02-05"),
        (3, "sales_order_no", "SO-9/1", "SO-SALES-ORDER-NO-DUP"),
        ("SO-9/1 stands in row 2 already, with other values", "Keep the right one"),
        ("与第 2 行编号重复", "保留正确的一行"),
    ),
    (
        "a row twice",
        orders(GOOD, GOOD),
        (3, "sales_order_no", "SO-9/1", "SO-SALES-ORDER-NO-DUP"),
        ("stands in row 2 already, exactly the same", "Delete one"),
        ("与第 2 行完全相同", "删去其中一行"),
    ),
    (
        "more cells than headers",
        orders(GOOD, "SO-9,2,C1,FG-100,1,000,2026-01-05,2026-02-05"),
        (3, "", "8", "SO-ROW-WIDTH"),
        ("Row 3 has 8 cells, more than the 7", "quotation marks"),
        ("第 3 行有 8 格", "加上引号"),
    ),
    (
        "BOM in a circle with what the store holds",
        {"bom_line.csv": "parent_item_no,component_item_no,line_no,qty_per\nRM-1,FG-100,1,2\n"},
        (2, "component_item_no", "RM-1 → FG-100", "BOM-COMPONENT-ITEM-NO-CYCLE"),
        ("in a circle: FG-100 → SA-10 → RM-1 → FG-100", "Delete or correct one of these lines"),
        ("BOM 成环：FG-100 → SA-10 → RM-1 → FG-100", "请删去或改正其中一行"),
    ),
    (
        "an item that is its own part",
        {"bom_line.csv": "parent_item_no,component_item_no,line_no,qty_per\nRM-1,RM-1,1,2\n"},
        (2, "component_item_no", "RM-1 → RM-1", "BOM-COMPONENT-ITEM-NO-CYCLE"),
        ("in a circle: RM-1 → RM-1", "No item can be a part of itself"),
        ("BOM 成环：RM-1 → RM-1", "物料不能是自己的零件"),
    ),
    (
        "missing column",
        {"sales_order.csv": f"{SO_HEADER.removesuffix(',due_date')}\nSO-9,1,C1,FG-100,1,2026-01-05\n"},
        (1, "要求交期 / due_date", "", "SO-COLUMN-MISSING"),
        ("due_date is missing", "Add it to the file"),
        ("缺少必需的列：要求交期 / due_date", "加上这一列"),
    ),
    (
        "two columns of one meaning",
        {"customer.csv": "customer_no,name,客户名称\nC9,New,新\n"},
        (1, "客户名称", "", "CUS-COLUMN-TWICE"),
        ("means the same as another one", "Delete one"),
        ("与另一列含义相同", "删去其中一列"),
    ),
    (
        "empty file",
        {"sales_order.csv": ""},
        (0, "", "", "FILE-EMPTY"),
        ("sales_order.csv is empty", "Export it again"),
        ("sales_order.csv 是空文件", "请重新导出"),
    ),
    (
        "UTF-16 without its mark",
        {"customer.csv": "customer_no,name\nC9,New\n".encode("utf-16-le")},
        (0, "", "", "FILE-ENCODING"),
        ("The text encoding of customer.csv is not known", "UTF-8 or GB18030"),
        ("无法识别 customer.csv 的文字编码", "UTF-8 或 GB18030"),
    ),
    (
        "Big5",
        {"customer.csv": "customer_no,name\nC9,中華民國電子股份有限公司\n".encode("big5")},
        (0, "", "", "FILE-ENCODING"),
        ("is not known", "UTF-8 or GB18030"),
        ("无法识别", "UTF-8 或 GB18030"),
    ),
    (
        "bytes of no text",
        {"customer.csv": bytes(range(256)) * 8},
        (0, "", "", "FILE-ENCODING"),
        ("is not known", "UTF-8 or GB18030"),
        ("无法识别", "UTF-8 或 GB18030"),
    ),
    (
        "a quotation mark that is never closed",
        {"customer.csv": 'customer_no,name\nC8,"New\nC9,Other\n'},
        (2, "", "", "FILE-QUOTES"),
        ("cannot be split into cells from row 2 on", "stray quotation mark"),
        ("从第 2 行起无法分列", "引号"),
    ),
    (
        "a table that nobody knows",
        {"weather.csv": "day,rain\n2026-01-05,3\n"},
        (0, "", "", "FILE-TABLE"),
        ("not clear which table weather.csv is", "import template"),
        ("看不出 weather.csv 是哪张表", "导入模板"),
    ),
    (
        "a picture",
        {"item.png": b"\x89PNG"},
        (0, "", "", "FILE-TYPE"),
        ("neither CSV nor XLSX", "Save it as CSV or XLSX"),
        ("不是 CSV 或 XLSX", "请另存为"),
    ),
    (
        "a workbook that is none",
        {"item.xlsx": b"PK\x03\x04 and then nothing"},
        (0, "", "", "FILE-WORKBOOK"),
        ("item.xlsx is damaged", "new workbook"),
        ("item.xlsx 已损坏", "新工作簿"),
    ),
]


@pytest.mark.parametrize(("files", "where", "english", "chinese"), [case[1:] for case in BAD], ids=[c[0] for c in BAD])
def test_error_has_place_code_words_and_leaves_the_store_alone(factory: Store, files, where, english, chinese):
    before = dump(factory)
    report = load(factory, files)
    assert not report.saved
    assert report.batch is None
    (issue,) = issues(report)
    assert (issue.row, issue.column, issue.value, issue.code) == where
    assert issue.severity == "error"
    for language, (message, remedy) in (("en", english), ("zh", chinese)):
        told = issue.words(language)
        assert message in told[0]
        assert remedy in told[1]
        assert "{" not in issue.message(language)
    assert dump(factory) == before


def test_unknown_column_is_named_and_left_aside(factory: Store):
    report = load(factory, {"customer.csv": "customer_no,name,幸运数字\nC9,New,7\n"})
    assert report.saved
    (issue,) = issues(report)
    assert (issue.column, issue.code, issue.severity) == ("幸运数字", "CUS-COLUMN-UNKNOWN", "warning")
    assert "“幸运数字” is not known" in issue.message("en")
    assert "需要则改成客户模板里的列名" in issue.message("zh")


def test_column_without_a_header_is_named_by_its_letter(factory: Store):
    report = load(factory, {"customer.csv": "customer_no,,name\nC9,,New\nC8,7,Old\n"})
    assert report.saved
    assert [(issue.row, issue.column, issue.code) for issue in issues(report)] == [(3, "B", "CUS-COLUMN-NAMELESS")]


def test_all_errors_are_found_in_one_pass(factory: Store):
    report = load(
        factory,
        {
            **orders(
                "SO-9,1,C1,FG-100,-1,2026-13-01,2026-02-05",
                "SO-9,2,C1,FG-100,x,2026-01-05,",
                "SO-9,3,C7,FG-100,1,2026-01-05,2026-02-05",
            ),
            "customer.csv": "customer_no,name\nC9,\n",
        },
    )
    assert codes(report) == [
        (2, "SO-ORDER-DATE-DATE"),
        (2, "SO-QTY-NEG"),
        (3, "SO-DUE-DATE-REQ"),
        (3, "SO-QTY-NUM"),
        (4, "SO-CUSTOMER-NO-REF"),
        (2, "CUS-NAME-REQ"),
    ]
    assert [file.rejected for file in report.files] == [3, 1]


def test_every_line_of_a_circle_in_a_file_is_named(factory: Store):
    lines = "parent_item_no,component_item_no,line_no,qty_per\nFG-200,SA-10,1,1\nRM-1,FG-200,1,1\n"
    report = load(factory, {"bom_line.csv": lines})
    assert codes(report) == [(2, "BOM-COMPONENT-ITEM-NO-CYCLE"), (3, "BOM-COMPONENT-ITEM-NO-CYCLE")]


def test_two_circles_are_both_found(store: Store):
    files = {
        "item.csv": MASTERS["item.csv"],
        "bom_line.csv": (
            "parent_item_no,component_item_no,line_no,qty_per\n"
            "FG-100,SA-10,1,1\nSA-10,FG-100,1,1\nFG-200,RM-1,1,1\nRM-1,FG-200,1,1\n"
        ),
    }
    report = load(store, files)
    assert [row for row, _ in codes(report)] == [2, 3, 4, 5]


def test_rows_that_name_a_rejected_row_say_so(store: Store):
    report = load(store, {**MASTERS, "customer.csv": "customer_no,name,priority\nC1,华兴,9\nC2,Metro,1\n"})
    found = [issue for issue in issues(report) if issue.code == "SO-CUSTOMER-NO-REF"]
    assert [issue.row for issue in found] == [2, 3]
    assert "stands in a row of Customer that was rejected" in found[0].message("en")
    assert "客户行本次未通过" in found[0].message("zh")


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (MASTERS["item.csv"].encode("utf-16-le"), "FILE-ENCODING"),
        (b"item_no,name\nFG-100,Lamp\n", "ITEM-COLUMN-MISSING"),
    ],
    ids=["not read", "without its columns"],
)
def test_rows_that_name_what_stands_in_an_unread_file_are_not_blamed(store: Store, broken: bytes, code: str):
    report = load(store, {**MASTERS, "item.csv": broken})
    assert not report.saved
    assert {issue.code for issue in issues(report)} == {code}


def test_the_same_number_in_two_files_names_the_first_file(factory: Store):
    row = f"{SO_HEADER}\n{GOOD}\n"
    report = load(factory, {"sales_order_1.csv": row, "sales_order_2.csv": row})
    (issue,) = issues(report)
    assert report.files[1].issues == (issue,)
    assert "sales_order_1.csv" in issue.message("en")


def test_the_place_counts_rows_as_in_the_file(factory: Store):
    text = f'\n{SO_HEADER}\n\nSO-9,1,C1,"FG-100",1,2026-01-05,2026-02-05\n\nSO-9,2,C1,FG-100,-1,2026-01-05,2026-02-05\n'
    assert codes(load(factory, {"sales_order.csv": text})) == [(6, "SO-QTY-NEG")]


def test_the_column_is_called_as_in_the_file(factory: Store):
    text = "订单号,项次,客户,料号,数量,下单日期,交货\n日期\nSO-9,1,C1,FG-100,-1,2026-01-05,2026-02-05\n"
    (issue,) = issues(load(factory, {"销售订单.csv": text.replace("交货\n日期", '"交货\n日期"')}))
    assert (issue.column, issue.code) == ("数量", "SO-QTY-NEG")


def test_json_has_the_keys_of_the_command_line(factory: Store):
    told = load(factory, orders("SO-9,1,C1,FG-100,-1,2026-01-05,2026-02-05")).as_json("en")
    assert told["batch"] is None
    (file,) = told["files"]
    assert {**file, "issues": 1} == {
        "file": "sales_order.csv",
        "table": "sales_order",
        "new": 0,
        "changed": 0,
        "same": 0,
        "rejected": 1,
        "issues": 1,
    }
    (issue,) = file["issues"]
    assert (issue["row"], issue["column"], issue["value"], issue["code"]) == (2, "qty", "-1", "SO-QTY-NEG")
    assert issue["message"].startswith("qty must not be negative")


def test_many_rows_with_many_errors_are_each_named(factory: Store):
    rows = [f"SO-{number},1,C1,FG-100,-1,2026-01-05,2026-02-05" for number in range(20_000)]
    assert len(issues(load(factory, orders(*rows)))) == 20_000
