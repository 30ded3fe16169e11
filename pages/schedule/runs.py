"""How good a plan is, what moved against the one before, and the plans that are kept."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data.plans import KEPT_RUNS, restore_plan
from planning.schedule.ladder import RUNGS
from ui import filters, guard, links, tables, text
from ui.figures.runs import moved_lines, search_trail
from ui.planning import last_failure, plan_now
from ui.text import known, t

MOVED = (
    "line",
    "target_date",
    "planned_before",
    "planned_now",
    "days_moved",
    "late_before",
    "late_now",
    "cause",
    "customer_name",
    "note",
    "item_name",
)
KEPT = (
    "run_no",
    "note",
    "as_of_date",
    "created_at",
    "objective",
    "bound",
    "gap",
    "late",
    "orders",
    "overtime_hours",
    "seconds",
    "settings",
    "status",
)
STEPS = ("step", "rung", "seconds", "value", "bound", "failed")
WAYS = ("all", "later", "earlier", "became_late", "inside_frozen")
CHART = {"displayModeBar": False, "showTips": False}
Run = Mapping[str, Any]


def labels(columns: Sequence[str]) -> dict[str, str]:
    """Headers in the reader's language."""
    return {name: t(f"runs.columns.{name}") for name in columns}


# side by side only where the names of both plans have room
LOOK = """<style>
.st-key-plans [data-testid="stHorizontalBlock"] { flex-wrap: wrap; }
.st-key-plans [data-testid="stColumn"] { min-width: 28rem; }
</style>"""


def name(run: Run) -> str:
    """A plan with its day and when it was made."""
    return t("runs.run", run_no=run["run_no"], as_of=text.date(run["as_of_date"]), made=text.moment(run["created_at"]))


def chosen(page: guard.Page, kept: Mapping[str, Run]) -> tuple[Run, Run | None]:
    """The plan that is looked at and the one it is compared with, from the controls and the URL."""
    asked, asked_before = st.query_params.get("run", ""), st.query_params.get("before", "")
    current = kept[page.plan.run_no]
    st.html(LOOK)
    with st.container(key="plans"):
        left, right = st.columns(2)
    with left:
        run_no = filters.select(
            "run",
            t("runs.view"),
            ["", *(number for number in kept if number != current["run_no"])],
            lambda number: name(kept[number]) if number else t("runs.current", run=name(current)),
        )
        if asked and asked not in kept:
            st.caption(t("runs.unknown", run_no=asked))
    run = kept[run_no] if run_no else current
    found = page.ask("runs/before", run_no=run["run_no"])["run_no"]
    previous = kept[found.iloc[0]] if len(found) else None
    others = [number for number in kept if number != run["run_no"]]
    with right:
        before_no = filters.select(
            "before",
            t("runs.compare"),
            ["", *(number for number in others if previous is None or number != previous["run_no"])],
            lambda number: (
                name(kept[number])
                if number
                else t("runs.none_before")
                if previous is None
                else t("runs.previous", run=name(previous))
            ),
        )
        if asked_before and asked_before not in kept:
            st.caption(t("runs.unknown_before", run_no=asked_before))
    return run, kept[before_no] if before_no else previous


def counts(lines: pd.DataFrame) -> dict[str, int]:
    """How many of the lines that moved went which way."""
    ways = (*WAYS, "no_longer_late", "appeared", "left")
    return {"all": len(lines), **{way: int(lines[way].sum()) for way in ways if way != "all"}}


def answer(run: Run, before: Run | None, lines: pd.DataFrame | None) -> None:
    """How good the plan is, and what changed against the other."""
    objective = run["objective"]
    if text.missing(run["gap"]):
        proof = t("runs.proof_none")
    else:
        proof = t("runs.proof", gap=text.percent(run["gap"])) if run["gap"] > 0 else t("runs.proof_best")
    st.subheader(
        t("runs.lead", run_no=run["run_no"], objective=text.quantity(objective, 0), proof=proof)
        if objective
        else t("runs.lead_none_late", run_no=run["run_no"]),
        anchor=False,
    )
    st.markdown(
        t(
            "runs.detail",
            late=text.quantity(run["late"]),
            orders=text.quantity(run["orders"]),
            seconds=text.quantity(run["seconds"], 1),
            verified=t("runs.verified" if run["verified"] else "runs.not_verified"),
            as_of=text.date(run["as_of_date"]),
            made=text.moment(run["created_at"]),
        )
        + (t("runs.restored_from", run_no=run["restores"]) if run["restores"] else "")
    )
    if before is None or lines is None:
        st.markdown(t("runs.first"))
        return
    totals = counts(lines)
    other = {"run_no": before["run_no"], "as_of": text.date(before["as_of_date"])}
    if not totals["all"]:
        st.markdown(t("runs.nothing_moved", **other))
        return
    more = round((run["objective"] or 0) - (before["objective"] or 0))
    words = t(
        "runs.against",
        **other,
        change=t(f"runs.change.{'more' if more > 0 else 'less' if more else 'same'}", days=text.quantity(abs(more))),
        earlier=text.quantity(totals["earlier"]),
        later=text.quantity(totals["later"]),
        frozen=t("runs.frozen", count=text.quantity(totals["inside_frozen"]), days=run["frozen_days"])
        if run["frozen_days"]
        else "",
    )
    if totals["became_late"] or totals["no_longer_late"]:
        words += " " + t(
            "runs.became", became=text.quantity(totals["became_late"]), mended=text.quantity(totals["no_longer_late"])
        )
    if totals["appeared"] or totals["left"]:
        words += " " + t(
            "runs.came_and_went", appeared=text.quantity(totals["appeared"]), left=text.quantity(totals["left"])
        )
    st.markdown(words)


def action(page: guard.Page, run: Run) -> None:
    """Plan now; where an older plan is looked at, the way to make it the plan in view again."""
    current = page.plan.run_no
    if run["run_no"] == current:
        plan_now(page)
        return
    if st.button(t("runs.restore"), key="restore", type="primary", icon=":material/history:", width="stretch"):
        with guard.told(), st.spinner(t("runs.restoring")):
            restored = restore_plan(page.store, run["run_no"], guard.AUTHOR)
        st.session_state["restored"] = t("runs.restored", run_no=run["run_no"], restored=restored)
        links.go("runs")
    st.caption(
        t("runs.restore_why", current=current, run_no=run["run_no"])
        + (" " + t("runs.restore_stale", run_no=run["run_no"]) if run["stale"] else "")
    )


def search(page: guard.Page, run: Run) -> None:
    """Value and bound over the time of the search, and what each rung did."""
    st.subheader(t("runs.search.head"), anchor=False)
    steps = page.ask("runs/trail", run_no=run["run_no"])
    if steps.empty:
        guard.nothing(t("runs.search.none"))
        return
    bound = None if text.missing(run["bound"]) else text.quantity(run["bound"], 0)
    left, right = st.columns([3, 2], gap="medium")
    left.plotly_chart(
        search_trail(
            steps,
            RUNGS,
            run["seconds"],
            run["objective"],
            t("runs.search.gap", gap=text.percent(run["gap"])) if bound else "",
            t,
        ),
        key="search_trail",
        config=CHART,
        alt=t(
            "runs.search.alt",
            seconds=text.quantity(run["seconds"], 1),
            first=text.quantity(steps["value"].iloc[0], 0),
            last=text.quantity(run["objective"], 0),
            bound=t("runs.search.alt_bound", bound=bound) if bound else t("runs.search.alt_no_bound"),
        ),
    )
    rungs = page.ask("runs/rungs", run_no=run["run_no"]).to_dict("records")
    with right:
        st.markdown("\n\n".join(rung_words(rung) for rung in rungs))
        missing = [rung for rung in RUNGS if rung not in steps["rung"].tolist()]
        if missing:
            names = t("runs.note.and").join(t(f"today.rungs.{rung}") for rung in missing)
            st.caption(t("runs.search.not_run", rungs=names))
    with st.expander(t("runs.search.steps", steps=len(steps))):
        tables.table(
            steps.assign(rung=[rung_name(rung) for rung in steps["rung"]]),
            "search_steps",
            STEPS,
            alt=t("runs.search.head"),
            labels=labels(STEPS),
        )


def rung_name(rung: str) -> str:
    """The rung in the reader's words; one of an older version as it was called."""
    return t(f"today.rungs.{rung}") if known(f"today.rungs.{rung}") else rung


def rung_words(rung: Run) -> str:
    """What one rung did, or what it means that it failed."""
    key = rung["rung"]
    facts = {
        "number": RUNGS.index(key) + 1 if key in RUNGS else "·",
        "rung": rung_name(key),
        "seconds": text.quantity(rung["seconds"], 1),
        "does": t(f"runs.does.{key}") if key in RUNGS else "",
    }
    if rung["refused"]:
        return t("runs.rung.refused", **facts)
    if rung["failed"]:
        return t("runs.rung.failed", **facts, means=t(f"runs.fails.{key}") if key in RUNGS else "")
    if key == "bound":
        found = "bound_none" if text.missing(rung["bound"]) else "bound_found"
        return t("runs.rung.bound", **facts, bound=t(f"runs.rung.{found}", bound=text.quantity(rung["bound"], 0)))
    gain = "first" if key == RUNGS[0] else "gained" if rung["gained"] > 0 else "no_gain"
    words = t(
        f"runs.rung.{gain}",
        first=text.quantity(rung["first_value"], 0),
        gained=text.quantity(rung["gained"], 0),
        value=text.quantity(rung["value"], 0),
    )
    return t("runs.rung.value", **facts, gain=words)


def moved(run: Run, lines: pd.DataFrame) -> None:
    """The order lines that moved, the worst as a chart, all as a table."""
    st.subheader(t("runs.moved.head"), anchor=False)
    totals = counts(lines)
    way = filters.segments(
        "moved",
        t("runs.moved.filter"),
        WAYS if run["frozen_days"] else WAYS[:-1],
        lambda way: t(f"runs.filters.{way}", count=text.quantity(totals[way])),
        "all",
    )
    rows = lines if way == "all" else lines[lines[way]]
    if rows.empty:
        guard.nothing(t("runs.moved.none"))
        if way != "all":
            links.link(
                "runs",
                t("runs.moved.all_of_them"),
                run=st.query_params.get("run"),
                before=st.query_params.get("before"),
            )
        return
    rows = rows.assign(
        line=rows["sales_order_no"] + "/" + rows["line_no"].astype(str),
        note=notes(rows),
    )
    worst = rows.iloc[0]
    st.plotly_chart(
        moved_lines(rows.assign(label=rows["line"]), t),
        key="moved_lines",
        config=CHART,
        alt=t(
            "runs.moved.alt",
            lines=text.quantity(len(rows)),
            line=worst["line"],
            before=text.date(worst["planned_before"]),
            now=text.date(worst["planned_now"]),
        ),
    )
    tables.table(
        rows,
        "moved",
        MOVED,
        alt=t("runs.moved.table"),
        source="plan_lateness",
        labels=labels(MOVED),
        targets={
            "line": ("order", {"order": "sales_order_no", "line": "line_no"}),
            "item_name": ("mrp", {"item": "item_no"}),
        },
        pinned=("line",),
        config={"days_moved": st.column_config.NumberColumn(t("runs.columns.days_moved"), format="%+d")},
    )


def notes(lines: pd.DataFrame) -> list[str]:
    """What the dates of each moved line do not say."""
    beyond = lines["planned_now"].isna() & ~lines["left"]
    found = list(zip(lines["appeared"], lines["left"], lines["inside_frozen"], beyond, strict=True))
    words = {
        flags: t("runs.note.and").join(
            t(f"runs.note.{key}")
            for key, flag in zip(("appeared", "left", "inside_frozen", "beyond"), flags, strict=True)
            if flag
        )
        for flags in set(found)
    }
    return [words[flags] for flags in found]


def plans(page: guard.Page, kept: pd.DataFrame, run: Run, before: Run | None) -> None:
    """Every plan that is kept, with its figures."""
    st.subheader(t("runs.kept.head"), anchor=False)
    st.caption(t("runs.kept.caption", count=KEPT_RUNS))
    differ = page.ask("runs/settings_differ")
    settings: dict[str, list[str]] = {}
    for row in differ.itertuples():
        if known(f"runs.setting.{row.name}"):
            words = t(f"runs.setting.{row.name}", value=setting_value(row.value))
            settings.setdefault(row.run_no, []).append(words)
    roles = {
        page.plan.run_no: "current",
        **({before["run_no"]: "compared"} if before else {}),
        **({run["run_no"]: "viewed"} if run["run_no"] != page.plan.run_no else {}),
    }

    def about(row: Run) -> str:
        words = [t(f"runs.kept.{roles[row['run_no']]}")] if row["run_no"] in roles else []
        words += [t("runs.kept.restores", run_no=row["restores"])] if row["restores"] else []
        return t("runs.note.and").join(words)

    one_decimal = {
        name: st.column_config.NumberColumn(t(f"runs.columns.{name}"), format="%.1f")
        for name in ("overtime_hours", "seconds")
    }
    tables.table(
        kept.assign(
            settings=[" · ".join(settings.get(number, [])) for number in kept["run_no"]],
            note=[about(row) for row in kept.to_dict("records")],
        ),
        "kept",
        KEPT,
        alt=t("runs.kept.head"),
        source="plan_run",
        labels=labels(KEPT),
        looks={"created_at": "moment", "gap": "percent"},
        targets={"run_no": ("runs", {"run": "run_no"})},
        pinned=("run_no",),
        config=one_decimal,
    )


def setting_value(value: str) -> str:
    """The value of a setting in words: numbers without needless decimals."""
    if known(f"runs.setting_value.{value}"):
        return t(f"runs.setting_value.{value}")
    return text.quantity(value)


page = guard.page("runs")
with guard.told():
    kept = page.ask("runs/kept")
    by_number = {str(row["run_no"]): row for row in kept.to_dict("records")}
    if said := st.session_state.pop("restored", ""):
        st.toast(said, icon=":material/history:")
    told, doing = st.columns([3, 1], gap="medium")
    run, before = chosen(page, by_number)
    lines = None if before is None else page.ask("runs/lines_moved", run_no=run["run_no"], before=before["run_no"])
    with told:
        answer(run, before, lines)
    with doing:
        action(page, run)
    if run["run_no"] == page.plan.run_no:
        last_failure(page.store)
        if page.plan.stale:
            st.warning(t("runs.stale"), icon=":material/history:")
    search(page, run)
    if lines is not None:
        moved(run, lines)
    plans(page, kept, run, before)
    with st.expander(t("runs.how")):
        st.markdown(t("runs.definition"))
