# The project's verbs. On a fresh machine with Python >= 3.12: `make run`, `make test`.
PYTHON ?= $(shell for p in python3.13 python3.14 python3.12 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then echo $$p; break; fi; done)
BIN := .venv/bin
DB := var/paichan.duckdb

.PHONY: setup run test lint types unit bench faults clean

setup: .venv/ready

.venv/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Paichan needs Python 3.12 or newer."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . || \
		$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

run: setup
	@test -f $(DB) || { $(BIN)/paichan demo && $(BIN)/paichan plan; }
	$(BIN)/paichan serve

test: lint types unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

unit: setup
	$(BIN)/pytest

bench: setup
	$(BIN)/python -m benchmarks.shops

faults: setup
	$(BIN)/pytest tests/faults

clean:
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
