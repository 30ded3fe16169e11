"""Files in, and back out again."""

import datetime as dt

import streamlit as st

from data.templates import template_bytes
from data.imports import Upload, import_uploads, undo
from data.imports.headers import IMPORTED
from data.sample import build_sample
from data.tables import TABLES
from ui import guard, tables, text
from ui.text import language, t

page = guard.page("imports", needs="nothing")
with guard.told():
    if not page.store.count("item"):
        with st.container(border=True):
            st.markdown(t("data_pages.empty"))
            if st.button(t("data_pages.sample"), key="sample", type="primary", icon=":material/factory:"):
                build_sample(page.store, dt.date.today() - dt.timedelta(days=1), language())
                st.rerun()
    files = st.file_uploader(t("data_pages.drop"), ["csv", "xlsx"], accept_multiple_files=True, key="files")
    skip = st.checkbox(t("data_pages.skip"), key="skip")
    if st.button(t("data_pages.go"), key="import", type="primary", disabled=not files):
        uploads = [Upload(file.name, file.getvalue()) for file in files]
        st.session_state["report"] = import_uploads(page.store, uploads, author=guard.AUTHOR, skip_rejected=skip)
        st.rerun()
    report = st.session_state.get("report")
    if report is not None:
        if report.saved:
            st.success(t("data_pages.saved", batch=report.batch), icon=":material/check_circle:")
        else:
            st.error(t("data_pages.refused"), icon=":material/block:")
        for file in report.files:
            name = TABLES[file.table].label(language()) if file.table else text.NOTHING
            st.markdown(
                t(
                    "data_pages.file",
                    file=file.file,
                    table=name,
                    new=file.new,
                    changed=file.changed,
                    same=file.same,
                    rejected=file.rejected,
                )
            )
            for issue in file.issues[:50]:
                where = t("data_pages.row", row=issue.row) if issue.row else ""
                st.caption(f"`{issue.code}` {where} {issue.message(language())}")
            if len(file.issues) > 50:
                st.caption(t("data_pages.more", count=len(file.issues) - 50))

    st.subheader(t("data_pages.history"), anchor=False)
    history = page.ask("imports/history")
    if history.empty:
        guard.nothing(t("data_pages.no_history"))
    else:
        shown = ("batch_no", "imported_at", "author", "status", "files", "new_rows", "changed_rows")
        history["status"] = [t(f"data_pages.status.{status}") for status in history["status"]]
        tables.table(
            history,
            "history",
            shown,
            alt=t("data_pages.history"),
            labels={name: t(f"data_pages.columns.{name}") for name in shown},
            looks={"imported_at": "moment"},
            download=False,
        )
        batch = st.selectbox(t("data_pages.undo_which"), history["batch_no"], key="undo_batch")
        sure = st.checkbox(t("data_pages.sure", batch=batch), key="undo_sure")
        if st.button(t("data_pages.undo"), key="undo", disabled=not sure):
            undo(page.store, batch, author=guard.AUTHOR)
            st.rerun()

    st.subheader(t("data_pages.templates"), anchor=False)
    wanted = st.selectbox(
        t("data_pages.table"), list(IMPORTED), format_func=lambda name: TABLES[name].label(language()), key="template"
    )
    st.download_button(
        t("data_pages.template"), lambda: template_bytes(wanted, language()), f"{wanted}.xlsx", key="template_file"
    )
