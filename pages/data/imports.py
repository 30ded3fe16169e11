"""Files in and back out again: what each file changed, what is wrong and how to mend it, and the way back."""

import datetime as dt
from collections import Counter

import pandas as pd
import streamlit as st

from data.exports import table_bytes
from data.imports import ImportReport, Upload, import_uploads, undo
from data.imports.headers import IMPORTED
from data.templates import template_bytes
from ui import first_use, guard, links, tables, text
from ui.planning import last_failure, plan_now
from ui.text import language, t

FILE_COLUMNS = ("file", "table", "new", "changed", "same", "rejected", "errors", "warnings")
ISSUE_COLUMNS = ("file", "row", "column", "value", "message", "remedy", "code")
HISTORY_COLUMNS = ("batch_no", "imported_at", "author", "status", "files", "new_rows", "changed_rows")
MOST_ISSUES = 5000


def sample(page: guard.Page) -> None:
    """The one step that fills an empty store."""
    with st.container(border=True):
        st.markdown(t("data_pages.empty"))
        first_use.load_sample(page)


# the words that Streamlit writes into its field for files, in the reader's language
FIELD = """<style>
[data-testid="stFileUploaderDropzone"] :is(button p, [data-testid$="Instructions"] span) {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] ::after {{ font-size: 0.875rem; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{choose}"; }}
[data-testid="stFileUploaderDropzone"] [data-testid$="Instructions"] span::after {{ content: "{limits}"; }}
</style>"""


def upload(page: guard.Page) -> None:
    """Take files; nothing is saved where a row or file is rejected, unless the reader says to leave such ones out."""
    turn = st.session_state.setdefault("import_turn", 0)
    limits = t("data_pages.limits", megabytes=st.get_option("server.maxUploadSize"))
    st.html(FIELD.format(choose=t("data_pages.choose"), limits=limits))
    files = st.file_uploader(
        t("data_pages.drop"), ["csv", "txt", "tsv", "xlsx"], accept_multiple_files=True, key=f"files_{turn}"
    )
    uploads = [Upload(file.name, file.getvalue()) for file in files or []]
    if st.button(t("data_pages.go"), key="import", type="primary", icon=":material/upload:", disabled=not uploads):
        take(page, uploads, skip_rejected=False)
    report: ImportReport | None = st.session_state.get("import_report")
    if report is None:
        return
    outcome(page, report)
    rejected = sum(file.rejected for file in report.files)
    unread = sum(file.unreadable for file in report.files)
    if uploads and not report.saved and (rejected or unread) and unread < len(report.files):
        words = t("data_pages.skip", rows=text.quantity(rejected))
        if unread:
            words = t("data_pages.skip_files", rows=text.quantity(rejected), files=text.quantity(unread))
        if st.button(words, key="import_skip", icon=":material/filter_alt:", help=t("data_pages.skip_help")):
            take(page, uploads, skip_rejected=True)
    details(report)


def take(page: guard.Page, uploads: list[Upload], skip_rejected: bool) -> None:
    """Import, keep the report for the next run, and make room for the next files once these are saved."""
    with st.spinner(t("data_pages.importing")):
        report = import_uploads(page.store, uploads, author=guard.AUTHOR, skip_rejected=skip_rejected)
    st.session_state["import_report"] = report
    if report.saved:
        st.session_state["import_turn"] += 1
    st.rerun()


def outcome(page: guard.Page, report: ImportReport) -> None:
    """Whether anything was saved, and what comes next."""
    if report.saved:
        st.success(t("data_pages.saved", batch=report.batch), icon=":material/check_circle:")
        next_step(page)
    else:
        st.error(t("data_pages.refused_remedy"), title=t("data_pages.refused"), icon=":material/block:")


def next_step(page: guard.Page) -> None:
    """What is still to be imported, else the plan, else what came of it."""
    if missing := first_use.empty_ones(page.store, first_use.NEEDED):
        st.info(t("first_use.load.missing", tables=first_use.named(missing)), icon=":material/arrow_forward:")
    elif page.plan_or_none is None or page.plan_or_none.stale:
        last_failure(page.store)
        with st.container(width=360):
            st.markdown(t("data_pages.plan_next"))
            plan_now(page)
    else:
        links.link("today", t("data_pages.planned", run_no=page.plan_or_none.run_no))


def details(report: ImportReport) -> None:
    """What an import did or would have done, file by file, and what is wrong, gathered by its mend."""
    files = pd.DataFrame(
        [
            {
                "file": file.file,
                "table": text.table_label(file.table) if file.table else text.NOTHING,
                "new": file.new,
                "changed": file.changed,
                "same": file.same,
                "rejected": file.rejected,
                "errors": len(file.errors),
                "warnings": len(file.issues) - len(file.errors),
            }
            for file in report.files
        ]
    )
    labels = {name: t(f"data_pages.columns.{name}") for name in {*FILE_COLUMNS, *ISSUE_COLUMNS}}
    tables.table(files, "import_files", FILE_COLUMNS, alt=t("data_pages.per_file"), labels=labels, download=False)
    issues(report, labels)


def issues(report: ImportReport, labels: dict[str, str]) -> None:
    """Every issue with its place; above them how many there are of each kind and how that kind is mended."""
    found = [(file.file, issue) for file in report.files for issue in file.issues]
    if not found:
        return
    st.subheader(t("data_pages.issues", count=text.quantity(len(found))), anchor=False)
    kinds = Counter((issue.rule, issue.severity) for _, issue in found)
    examples = {issue.rule: issue for _, issue in reversed(found)}
    for (rule, severity), count in kinds.most_common(8):
        icon = ":red[:material/error:]" if severity == "error" else ":orange[:material/warning:]"
        message, remedy = examples[rule].words(language())
        st.markdown(t("data_pages.kind", icon=icon, count=text.quantity(count), message=message, remedy=remedy))
    rows = [
        dict(
            zip(
                ISSUE_COLUMNS,
                (name, issue.row or None, issue.column, issue.value, *issue.words(language()), issue.code),
                strict=True,
            )
        )
        for name, issue in found[:MOST_ISSUES]
    ]
    tables.table(pd.DataFrame(rows), "import_issues", ISSUE_COLUMNS, alt=t("data_pages.columns.message"), labels=labels)
    if len(found) > MOST_ISSUES:
        st.caption(t("data_pages.more", count=text.quantity(len(found) - MOST_ISSUES)))


def history(page: guard.Page) -> None:
    """What was imported, the newest first; a chosen batch can be looked into and taken back."""
    st.subheader(t("data_pages.history"), anchor=False)
    batches = page.ask("imports/history")
    if batches.empty:
        guard.nothing(t("data_pages.no_history"))
        return
    chosen = tables.table(
        batches.assign(status=[t(f"data_pages.status.{status}") for status in batches["status"]]),
        "history",
        HISTORY_COLUMNS,
        alt=t("data_pages.history"),
        labels={name: t(f"data_pages.columns.{name}") for name in HISTORY_COLUMNS},
        looks={"imported_at": "moment"},
        download=False,
        choose=True,
    )
    if chosen is None:
        st.caption(t("data_pages.choose_batch"))
        return
    batch = batches.iloc[chosen]
    files = page.ask("imports/files", batch=batch["batch_no"])
    files["table"] = [text.table_label(name) if name else text.NOTHING for name in files["table"]]
    columns = ("file", "table", "new", "changed", "same", "rejected")
    labels = {name: t(f"data_pages.columns.{name}") for name in columns}
    tables.table(files, "batch_files", columns, alt=str(batch["batch_no"]), labels=labels, download=False)
    if batch["status"] == "imported" and st.button(
        t("data_pages.undo", batch=batch["batch_no"]), key="undo", icon=":material/undo:"
    ):
        confirm_undo(page, str(batch["batch_no"]))


def confirm_undo(page: guard.Page, batch: str) -> None:
    """Ask once, then take the batch back exactly; where that cannot be, say why and change nothing."""

    @st.dialog(t("data_pages.undo", batch=batch))
    def ask() -> None:
        st.markdown(t("data_pages.sure", batch=batch))
        if st.button(t("data_pages.undo_now"), key="undo_now", type="primary"):
            with guard.told():
                done = undo(page.store, batch, author=guard.AUTHOR)
                st.session_state["undone"] = t(
                    "data_pages.undone",
                    batch=batch,
                    removed=text.quantity(done.removed),
                    restored=text.quantity(done.restored),
                )
                st.session_state.pop("import_report", None)
            st.rerun()

    ask()


def templates(page: guard.Page) -> None:
    """An empty template for a table with its columns explained, or the table as it is, to be corrected and imported."""
    st.subheader(t("data_pages.templates"), anchor=False)
    choice, blank, filled = st.columns([2, 1, 1], vertical_alignment="bottom")
    words = {name: text.table_label(name) for name in IMPORTED}
    name = choice.selectbox(t("data_pages.table"), list(words), format_func=words.__getitem__, key="template")
    blank.download_button(
        t("data_pages.template"),
        lambda: template_bytes(name, language()),
        f"{name}.xlsx",
        key="template_file",
        icon=":material/description:",
        on_click="ignore",
        width="stretch",
    )
    filled.download_button(
        t("data_pages.export", rows=text.quantity(page.store.count(name))),
        lambda: table_bytes(page.store, name, "xlsx", language()),
        f"{name}_{page.as_of or dt.date.today()}.xlsx",
        key="export_file",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


page = guard.page("imports", needs="nothing")
with guard.told():
    if undone := st.session_state.pop("undone", None):
        st.success(undone, icon=":material/undo:")
    if not page.store.count("item") and not page.store.count("sales_order"):
        sample(page)
    upload(page)
    history(page)
    templates(page)
