from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store import Store
from tests.data.imports.files import MASTERS, load


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(tmp_path / "factory.duckdb") as opened:
        yield opened


@pytest.fixture
def factory(store: Store) -> Store:
    """A store with a few customers, items, BOM lines and one order."""
    assert load(store, MASTERS).saved
    return store
