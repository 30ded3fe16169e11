"""The import page: what a reader sees after good files, after bad ones, and after taking a batch back."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.store import Store
from locales import text

APP = str(Path(__file__).parents[2] / "app.py")
CUSTOMERS = "customer_no,name,priority\nC1,华兴,1\nC2,Northwind,3\n".encode()
BAD = b"customer_no,name,priority\nC1,Alpine,9\nC2,Northwind,3\n"


@pytest.fixture
def empty_database(tmp_path, monkeypatch):
    """The path of a database that nobody has filled."""
    path = tmp_path / "paichan.duckdb"
    monkeypatch.setenv("PAICHAN_DB", str(path))
    return path


def import_page(language: str = "en") -> AppTest:
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    app.switch_page("pages/data/imports.py")
    app.query_params["lang"] = language
    return app.run()


def give(app: AppTest, name: str, content: bytes) -> AppTest:
    """Choose one file and press Import."""
    app.file_uploader[0].upload(name, content, "text/csv").run()
    return app.button("import").click().run()


def customers(path: Path) -> int:
    with Store.open(path) as store:
        return store.count("customer")


def test_good_files_are_saved_and_listed(empty_database):
    app = give(import_page(), "customer.csv", CUSTOMERS)
    assert app.success[0].value == text("en", "data_pages.saved", batch="B-000001")
    assert not app.error
    history = app.dataframe[-1].value
    assert history.iloc[0, 0] == "B-000001"
    assert history.iloc[0, 5] == 2


def test_a_rejected_row_saves_nothing_and_says_where_and_what_to_do(empty_database):
    app = give(import_page(), "customer.csv", BAD)
    assert app.error[0].value == text("en", "data_pages.refused_remedy")
    issues = app.dataframe[1].value
    assert issues[["file", "row", "column", "value"]].iloc[0].tolist() == ["customer.csv", 2, "priority", "9"]
    assert issues["message"].iloc[0]
    assert issues["remedy"].iloc[0]
    assert not app.success


def test_the_good_rows_can_be_saved_without_the_rejected(empty_database):
    app = give(import_page(), "customer.csv", BAD)
    app = app.button("import_skip").click().run()
    assert app.success
    assert app.dataframe[0].value["new"].iloc[0] == 1


def test_what_is_good_can_be_saved_without_a_file_that_cannot_be_read(empty_database):
    app = import_page()
    app.file_uploader[0].upload("customer.csv", CUSTOMERS, "text/csv")
    app.file_uploader[0].upload("item.csv", b"\x00", "text/csv").run()
    app = app.button("import").click().run()
    assert app.button("import_skip").label == text("en", "data_pages.skip_files", files="1", rows="0")
    app = app.button("import_skip").click().run()
    assert app.success
    assert app.dataframe[0].value["new"].tolist() == [2, 0]


def test_where_no_file_can_be_read_there_is_nothing_to_save(empty_database):
    app = give(import_page(), "item.csv", b"\x00")
    assert app.error
    assert "import_skip" not in [button.key for button in app.button]


def test_the_sample_factory_is_loaded_in_one_step(empty_database):
    app = import_page("zh")
    app = app.button("sample").click().run(timeout=120)
    assert app.title[0].value == text("zh", "shell.pages.today.title")
    assert app.button("plan_now")
