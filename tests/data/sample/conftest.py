"""The sample factory as frames and in a store, made once."""

import datetime as dt

import pytest

from data.sample import build_sample, make_tables
from data.store import Store

AS_OF = dt.date(2026, 11, 23)


@pytest.fixture(scope="session")
def as_of():
    """A Monday."""
    return AS_OF


@pytest.fixture(scope="session")
def tables():
    """The tables of the factory at scale 1, in Chinese."""
    return make_tables(AS_OF)


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory):
    """A store with the factory at scale 1."""
    with Store.open(tmp_path_factory.mktemp("sample") / "sample.duckdb") as store:
        build_sample(store, AS_OF, author="tester")
        yield store
