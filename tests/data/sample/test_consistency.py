"""The forms of the sample factory agree with each other, quantity by quantity."""

import numpy as np
import pandas as pd


def total(rows, by, column="qty"):
    return rows.groupby(by)[column].sum()


def not_more(less, more, slack=1e-6):
    return (less <= more.reindex(less.index).fillna(0.0) + slack).all()


def test_nothing_has_moved_after_the_as_of_date(tables, as_of):
    last = pd.Timestamp(as_of) + pd.Timedelta(days=1)
    for name, column in (
        ("goods_issue", "issue_date"),
        ("goods_receipt", "receipt_date"),
        ("material_arrival", "arrival_date"),
        ("material_return", "return_date"),
        ("shipment", "ship_date"),
        ("handover", "handover_time"),
        ("exception_report", "report_date"),
        ("sales_order", "order_date"),
        ("purchase_order", "order_date"),
        ("work_order", "released_date"),
        ("settlement", "invoice_date"),
    ):
        assert (tables[name][column].dropna() < last).all(), name


def test_a_step_never_hands_over_more_than_came_into_it(tables):
    moves = tables["handover"].assign(through=lambda rows: rows["good_qty"] + rows["scrap_qty"])
    steps = tables["routing_step"].query("alt_rank == 1")[["item_no", "step_no"]]
    before = steps.assign(before=steps.groupby("item_no")["step_no"].shift())
    item = tables["work_order"][["work_order_no", "item_no"]]
    rows = moves.merge(item, on="work_order_no").merge(
        before, left_on=["item_no", "from_step_no"], right_on=["item_no", "step_no"]
    )
    rows = rows.sort_values("handover_time")
    rows["done"] = rows.groupby(["work_order_no", "from_step_no"])["through"].cumsum()
    came = rows.assign(came=rows.groupby(["work_order_no", "from_step_no"])["good_qty"].cumsum())
    came = came[["work_order_no", "from_step_no", "handover_time", "came"]].rename(columns={"from_step_no": "before"})
    later = rows.dropna(subset=["before"]).astype({"before": "int64"})
    joined = pd.merge_asof(
        later.sort_values("handover_time"),
        came.astype({"before": "int64"}).sort_values("handover_time"),
        on="handover_time",
        by=["work_order_no", "before"],
    )
    assert len(joined) > 1000
    assert (joined["done"] <= joined["came"].fillna(0.0)).all()


def test_a_finished_work_order_accounts_for_every_piece_at_every_step(tables):
    done = tables["work_order"].query("status in ['finished', 'closed']")
    moves = tables["handover"][tables["handover"]["work_order_no"].isin(done["work_order_no"])]
    moves = moves.assign(through=moves["good_qty"] + moves["scrap_qty"], to_step_no=moves["to_step_no"].fillna(0))
    steps = moves.groupby(["work_order_no", "from_step_no"])[["through", "good_qty"]].sum().reset_index()
    out = moves.groupby(["work_order_no", "to_step_no"])["good_qty"].sum().rename("came").reset_index()
    joined = steps.merge(out, left_on=["work_order_no", "from_step_no"], right_on=["work_order_no", "to_step_no"])
    assert len(joined) > 1000
    assert np.allclose(joined["through"], joined["came"])
    assert (done["work_order_no"].isin(moves.query("to_step_no == 0")["work_order_no"])).all()


def test_a_first_step_uses_what_was_issued_for_it(tables):
    orders = tables["work_order"].query("status in ['finished', 'closed', 'started']")
    main = tables["bom_line"].query("line_no == 10")[["parent_item_no", "component_item_no", "qty_per"]]
    issued = total(tables["goods_issue"], ["work_order_no", "item_no"]).rename("issued").reset_index()
    rows = orders.merge(main, left_on="item_no", right_on="parent_item_no")
    rows = rows.merge(
        issued, left_on=["work_order_no", "component_item_no"], right_on=["work_order_no", "item_no"], how="left"
    )
    moves = tables["handover"].assign(through=lambda found: found["good_qty"] + found["scrap_qty"])
    first = moves.groupby("work_order_no")["from_step_no"].transform("min") == moves["from_step_no"]
    used = total(moves[first], "work_order_no", "through")
    rows = rows.set_index("work_order_no")
    assert not_more(used, rows["issued"] / rows["qty_per"])


def test_issues_keep_within_picking_lists_and_lists_say_whether_they_are_done(tables):
    lists = tables["picking_list"].query("status != 'cancelled'")
    issues = tables["goods_issue"].query("issue_type == 'production'")
    keys = ["picking_no", "item_no"]
    required = total(lists, keys, "required_qty")
    issued = total(issues, keys)
    assert not_more(issued, required)
    done = lists.set_index(keys)["status"].eq("issued")
    assert np.allclose(issued.reindex(required.index).fillna(0.0)[done], required[done])
    assert issued.reindex(required.index[~done.reindex(required.index)]).isna().all()


def test_a_picking_list_is_the_bom_times_the_work_order(tables):
    orders = tables["work_order"].set_index("work_order_no")
    steps = tables["routing_step"].query("alt_rank == 1")
    bom = tables["bom_line"].query("alt_rank == 1")
    lists = tables["picking_list"].assign(parent=lambda rows: rows["work_order_no"].map(orders["item_no"]))
    lists = lists.merge(bom, left_on=["parent", "item_no"], right_on=["parent_item_no", "component_item_no"])
    assert len(lists) == len(tables["picking_list"])
    first = steps.groupby("item_no")["step_no"].min()
    lists["step"] = lists["step_no"].astype("float64").fillna(lists["parent"].map(first).astype("float64"))
    later = lists.reset_index().merge(steps, left_on="parent", right_on="item_no", suffixes=("", "_of"))
    later = later[later["step_no_of"] >= later["step"]]
    started = lists["work_order_no"].map(orders["qty"]) / later.groupby("index")["yield_rate"].prod()
    exact = started * lists["qty_per"] * (1 + lists["scrap_rate"])
    assert (lists["required_qty"] >= exact - 1e-3).all()
    rounding = 5 * np.ceil(lists["qty_per"]) + 1  # whole pieces at each step
    assert (lists["required_qty"] <= exact + rounding).all()
    start = lists["work_order_no"].map(orders["planned_start"])
    assert (lists["effective_from"].isna() | (lists["effective_from"] <= start)).all()
    assert (lists["effective_to"].isna() | (lists["effective_to"] >= start)).all()


def test_supplements_are_issued_only_after_pmc_approved(tables):
    asked = tables["supplement_request"]
    issued = tables["goods_issue"].query("issue_type == 'supplement'")
    keys = ["work_order_no", "item_no"]
    granted = asked.query("status == 'issued'")
    assert granted["approved_by"].notna().all()
    assert np.allclose(total(issued, keys), total(granted, keys))


def test_receipts_keep_within_what_was_accepted_or_conceded(tables):
    arrivals = tables["material_arrival"].set_index("arrival_no")
    accepted = (arrivals["qty"] - arrivals["defect_qty"]).where(arrivals["inspection"] == "accepted", 0.0)
    conceded = total(tables["concession"].query("status == 'approved'"), "arrival_no")
    received, returned = (total(tables[name], "arrival_no") for name in ("goods_receipt", "material_return"))
    assert not_more(received, accepted.add(conceded.reindex(accepted.index).fillna(0.0)))
    assert not_more(received.add(returned, fill_value=0.0), arrivals["qty"])
    rejected = arrivals.query("inspection == 'rejected'").index
    assert not received.index.isin(rejected.difference(conceded.index)).any()
    assert set(arrivals.query("inspection == 'accepted'").index) <= set(received.index)


def test_arrivals_keep_within_purchase_lines(tables):
    keys = ["purchase_order_no", "line_no"]
    arrivals = tables["material_arrival"]
    back = tables["material_return"].merge(arrivals[["arrival_no", *keys]], on="arrival_no")
    net = total(arrivals, keys).sub(total(back, keys), fill_value=0.0)
    ordered = tables["purchase_order"].set_index(keys)["qty"]
    assert not_more(net, ordered, slack=2e-3)
    came = total(arrivals, keys).reindex(ordered.index).fillna(0.0)
    closed = tables["purchase_order"].set_index(keys)["status"] == "closed"
    assert (came[closed] >= ordered[closed] - 2e-3).all()


def test_purchases_keep_to_minimum_and_multiple(tables):
    terms = tables["supplier_item"].query("rank == 1").set_index("item_no")
    rows = tables["purchase_order"].join(terms, on="item_no", suffixes=("", "_of"))
    assert (rows["supplier_no"] == rows["supplier_no_of"]).all()
    assert (rows["qty"] >= rows["min_order_qty"] - 1e-3).all()
    lots = rows["qty"] / rows["order_multiple"]
    assert ((lots - lots.round()).abs() < 1e-2).all()


def test_shipments_keep_within_order_lines_and_statuses_say_so(tables):
    lines = tables["sales_order"].set_index(["sales_order_no", "line_no"])
    gone = total(tables["shipment"], ["sales_order_no", "sales_order_line_no"])
    gone.index.names = lines.index.names
    assert not_more(gone, lines["qty"])
    whole = gone.reindex(lines.index).fillna(0.0) >= lines["qty"]
    assert (whole == lines["status"].isin(["shipped", "delivered", "closed"])).all()
    silent = lines["status"].isin(["draft", "reviewing", "on_hold", "cancelled"])
    assert gone.reindex(lines.index)[silent].isna().all()


def test_what_was_delivered_is_settled_at_its_value(tables):
    lines = tables["sales_order"].query("status not in ['cancelled', 'draft', 'reviewing', 'on_hold']")
    value = (lines["qty"] * lines["unit_price"]).groupby(lines["sales_order_no"]).sum()
    bills = tables["settlement"].set_index("sales_order_no")
    assert len(bills) > 300
    assert np.allclose(bills["amount"], value.reindex(bills.index), atol=0.02)
    assert (bills["paid_amount"].eq(0.0) == bills["paid_date"].isna()).all()


def test_opening_stock_plus_all_movements_is_closing_stock(tables):
    stock = tables["stock_balance"].query("quality_status != 'inspection'")
    days = sorted(stock["as_of_date"].unique())
    opening, closing = (total(stock[stock["as_of_date"] == day], "item_no", "on_hand_qty") for day in days)
    since = days[0] + pd.Timedelta(days=1)
    orders = tables["work_order"].set_index("work_order_no")["item_no"]
    made = tables["handover"][tables["handover"]["to_step_no"].isna()]
    made = made[made["handover_time"] >= since].assign(item_no=lambda rows: rows["work_order_no"].map(orders))
    lines = tables["sales_order"].set_index(["sales_order_no", "line_no"])["item_no"]
    shipped = tables["shipment"][tables["shipment"]["ship_date"] >= since]
    key = pd.MultiIndex.from_frame(shipped[["sales_order_no", "sales_order_line_no"]])
    shipped = shipped.assign(item_no=lines.reindex(key).to_numpy())
    parts = [
        opening,
        total(tables["goods_receipt"].query("receipt_date >= @since"), "item_no"),
        total(made, "item_no", "good_qty"),
        -total(tables["goods_issue"].query("issue_date >= @since"), "item_no"),
        -total(shipped, "item_no"),
        -closing,
    ]
    balance = pd.concat(parts).groupby(level=0).sum()
    assert len(balance) > 200
    assert balance.abs().max() < 1e-6


def test_no_stock_lot_gives_more_than_was_received(tables):
    received = total(tables["goods_receipt"], ["item_no", "lot_no"])
    issued = total(tables["goods_issue"].dropna(subset=["lot_no"]), ["item_no", "lot_no"])
    known = issued[issued.index.isin(received.index)]
    assert len(known) > 100
    assert not_more(known, received)


def test_what_waits_for_inspection_stands_in_its_own_place(tables):
    waiting = tables["material_arrival"].query("inspection == 'pending'")
    held = tables["stock_balance"].query("quality_status == 'inspection'")
    assert set(held["location"]) == {"IQC"}
    assert total(held, ["item_no", "lot_no"], "on_hand_qty").equals(
        total(waiting, ["item_no", "lot_no"]).rename("on_hand_qty")
    )


def test_most_misses_of_the_plan_are_reported_with_what_was_missed(tables):
    reports = tables["exception_report"]
    keys = ["work_order_no", "step_no", "report_date"]
    plan = tables["dispatch"].rename(columns={"work_date": "report_date"}).set_index(keys)["planned_qty"]
    told = reports.set_index(keys)
    assert (plan.reindex(told.index) == told["planned_qty"]).all()
    assert (told["planned_qty"] - told["actual_qty"] > 0.1 * told["planned_qty"]).all()
    assert (reports["status"].eq("closed") == reports["closed_date"].notna()).all()
    assert (reports["closed_date"].dropna() >= reports["report_date"][reports["closed_date"].notna()]).all()


def test_applied_changes_agree_with_their_line(tables):
    changes = tables["order_change"].query("status == 'applied'")
    rows = changes.merge(tables["sales_order"], on=["sales_order_no", "line_no"], suffixes=("", "_of"))
    qty, due = rows.query("field == 'qty'"), rows.query("field == 'due_date'")
    assert (qty["new_value"].astype(float) == qty["qty"]).all()
    assert (due["new_value"] == due["due_date"].dt.strftime("%Y-%m-%d")).all()
    assert (rows.query("field == 'cancel'")["status_of"] == "cancelled").all()


def test_firm_orders_still_find_their_material_on_a_list(tables):
    firm = tables["work_order"].query("status in ['released', 'started']")["work_order_no"]
    assert len(firm) > 50
    assert set(firm) <= set(tables["picking_list"]["work_order_no"])
    assert set(firm) <= set(tables["dispatch"]["work_order_no"]) | set(
        tables["work_order"].query("status == 'released'")["work_order_no"]
    )
