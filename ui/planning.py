"""The Plan now button: a run in the child process, with its progress and a way to stop it."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from data.plans import stored_settings
from data.runs import Job, cancel, job_state, latest_job, start_plan
from data.store import Store
from ui import guard, text
from ui.text import known, t


def plan_now(page: guard.Page) -> None:
    """The button, or what the running plan has reached; then how the last one failed, if it did.

    It survives a page change and another browser: the job belongs to the store, not to the session.
    """
    job = latest_job(page.store)
    if job is not None and job.status == "running":
        _watch(str(page.store.path), job.job_no)
        return
    if st.button(t("today.plan_now"), key="plan_now", type="primary", icon=":material/play_arrow:", width="stretch"):
        with guard.told():
            start_plan(page.store, guard.AUTHOR)
        st.rerun()


def last_failure(store: Store) -> None:
    """Why the run that was started last gave no plan, if so; what stands is untouched by it."""
    job = latest_job(store)
    if job is not None and job.status == "failed" and job.error:
        guard.tell(job.error["code"], job.error["rule"], job.error["facts"])


@st.fragment(run_every=1.0)
def _watch(path: str, job_no: str) -> None:
    store = guard.open_store(path)
    job = job_state(store, job_no)
    if job is None or job.status != "running":
        st.rerun()
        return
    st.progress(_share(job, stored_settings(store).time_limit_seconds), text=_progress(job))
    if st.button(t("today.cancel"), key="plan_cancel", disabled=job.cancelling, width="stretch"):
        cancel(store, job_no)
        st.rerun(scope="fragment")


def _share(job: Job, limit_seconds: float) -> float:
    """Seconds gone of those the search may take; while the plan is saved it stays just below full."""
    gone = (dt.datetime.now() - job.started_at).total_seconds()
    return min(0.97, max(0.03, gone / limit_seconds))


def _progress(job: Job) -> str:
    if job.cancelling:
        return t("today.cancelling")
    if not job.steps:
        return t("today.running")
    last = job.steps[-1]
    rung = t(f"today.rungs.{last['rung']}") if known(f"today.rungs.{last['rung']}") else ""
    return t(
        "today.running_at",
        rung=rung,
        objective=text.quantity(last["objective"], 0),
        seconds=text.quantity(last["seconds"], 1),
    )
