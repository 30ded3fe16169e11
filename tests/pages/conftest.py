"""A store with the sample factory and a plan, made once."""

import datetime as dt
import shutil

import pytest

from data.plans import read_input, save_plan
from data.sample import build_sample
from data.store import Store
from planning.plan import make_plan
from tests.pages.planned_factory import fill, plan

AS_OF = dt.date(2026, 11, 23)


@pytest.fixture(scope="session")
def planned_sample(tmp_path_factory):
    """The path of a database with the sample factory and a verified plan."""
    path = tmp_path_factory.mktemp("sample") / "paichan.duckdb"
    with Store.open(path) as store:
        build_sample(store, AS_OF, "zh")
        plan_input = read_input(store)
        save_plan(store, make_plan(plan_input), plan_input, "test")
    return path


@pytest.fixture
def sample_database(planned_sample, tmp_path, monkeypatch):
    """A copy of it that the app opens."""
    copy = tmp_path / "paichan.duckdb"
    shutil.copyfile(planned_sample, copy)
    monkeypatch.setenv("PAICHAN_DB", str(copy))
    return copy


@pytest.fixture
def small_database(tmp_path, monkeypatch):
    """The small factory with its plan, as the app opens it."""
    path = tmp_path / "paichan.duckdb"
    with Store.open(path) as store:
        fill(store)
        plan(store)
    monkeypatch.setenv("PAICHAN_DB", str(path))
    return path
