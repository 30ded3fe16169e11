"""The Plan now button: a run in the child process, with its progress and a way to stop it."""

from __future__ import annotations

import streamlit as st

from data.runs import Job, cancel, job_state, latest_job, start_plan
from ui import guard, text
from ui.text import t


def plan_now(page: guard.Page) -> None:
    """The button, or what the running plan has reached. It survives a page change: the job lives in the store."""
    job = latest_job(page.store)
    if job is not None and job.status == "running":
        _watch(page.store.path.name, job.job_no)
        return
    if job is not None and job.status == "failed" and job.error:
        guard.tell(job.error["code"], job.error["rule"], job.error["facts"])
    if st.button(t("today.plan_now"), key="plan_now", type="primary", icon=":material/play_arrow:"):
        with guard.told():
            start_plan(page.store, guard.AUTHOR)
        st.rerun()


@st.fragment(run_every=1.0)
def _watch(_store_name: str, job_no: str) -> None:
    store = guard.open_store(str(guard.database_path()))
    job = job_state(store, job_no)
    if job is None or job.status != "running":
        st.rerun()
        return
    st.info(_progress(job), icon=":material/hourglass_top:")
    if st.button(t("today.cancel"), key="plan_cancel", disabled=job.cancelling):
        cancel(store, job_no)


def _progress(job: Job) -> str:
    if not job.steps:
        return t("today.running")
    last = job.steps[-1]
    return t(
        "today.running_at", objective=text.quantity(last["objective"], 0), seconds=text.quantity(last["seconds"], 1)
    )
