# The project's verbs. On a fresh machine with Python >= 3.12: `make run` or `make test`.
# PYTHON names the interpreter, WORKERS how many tests run side by side (0: one after the other).

MODERN := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))
PYTHON ?= $(shell for python in python3 python3.13 python3.14 python3.15 python3.12 /usr/bin/python3 \
	$${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[2-9]*/bin/python3; do \
	if $$python -c '$(MODERN)' >/dev/null 2>&1; then echo $$python; break; fi; done)
WORKERS ?= 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
DB := $(or $(PAICHAN_DB),var/paichan.duckdb)
BENCHMARKS = $(patsubst benchmarks/%.py,benchmarks.%,$(wildcard benchmarks/bench_*.py))

.PHONY: setup run factory test lint types browser unit faults proof bench dictionary pictures lock clean

setup: .venv/ready

# the stamp lies in the environment, so that it goes with it
.venv/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { \
		echo "Paichan needs Python 3.12 or newer with venv and pip (on Debian: python3-venv)." >&2; exit 1; }
	@$(BIN)/python -c '$(MODERN)' >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(PIP) install -r requirements.lock
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --editable .
	@touch $@

run: setup
	@test -f "$(DB)" || $(MAKE) --no-print-directory factory
	$(BIN)/paichan serve --db "$(DB)"

# the sample factory with its first plan; a database that was only half built does not stay behind
factory: setup
	$(BIN)/paichan demo --db "$(DB)" || { rm -f "$(DB)"; exit 1; }
	$(BIN)/paichan plan --db "$(DB)"

test: lint types unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

# tests of the browser are never skipped, so their absence is said before an hour is lost
browser:
	@command -v chromium || command -v chromium-browser || command -v google-chrome || { \
		echo "The browser tests need Chromium (on Debian: apt-get install chromium fonts-noto-cjk)." >&2; exit 1; }

unit: setup browser
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --ignore=tests/faults

faults: setup
	$(BIN)/pytest tests/faults

# hundreds of random factories more than `make unit` looks at
proof: setup
	$(BIN)/pytest -n $(WORKERS) -m slow

bench: setup
	@for benchmark in $(BENCHMARKS); do echo "== $$benchmark"; $(BIN)/python -m $$benchmark || exit 1; done

dictionary: setup
	$(BIN)/python -m data.tables.dictionary

# the pictures in the README, of a sample factory of their own
pictures: setup browser
	@mkdir -p build docs/pictures
	@rm -f build/pictures.duckdb
	$(BIN)/paichan demo --db build/pictures.duckdb
	$(BIN)/paichan plan --db build/pictures.duckdb
	$(BIN)/python -m tests.browser.screenshots build/pictures.duckdb build/pictures today
	cp build/pictures/today_en.png docs/pictures/today.png
	cp build/pictures/today_zh.png docs/pictures/today_zh.png

lock: setup
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
