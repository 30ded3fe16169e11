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
PICTURED_DAY := 2026-11-23
PICTURED = today manager=today?view=manager brief delivery backlog 'order?order=SO2610-0240&line=1' shortages kits \
	mrp?item=RM-104 stock suppliers runs gantt load capacity dispatch attainment glossary imports
BENCHMARKS = $(patsubst benchmarks/%.py,benchmarks.%,$(wildcard benchmarks/bench_*.py))

.PHONY: setup run factory test lint types browser unit faults proof bench dictionary pictures screenshots lock clean

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

# the pictures in the README and in the user's guides, of a sample factory in each language; two plans, so that the second
# one has something to be compared with. What a chapter shows is the page as it opens but for a late order and a short part.
pictures: setup browser
	@rm -rf build/pictures && mkdir -p build/pictures docs/pictures
	@for language in zh en; do \
		db=build/pictures/$$language.duckdb; \
		$(BIN)/paichan demo --db $$db --lang $$language --as-of $(PICTURED_DAY) && \
		$(BIN)/paichan plan --db $$db --time-limit 2 && $(BIN)/paichan plan --db $$db && \
		$(BIN)/python -m tests.browser.screenshots $$db docs/pictures --lang $$language --small $(PICTURED) && \
		$(BIN)/python -m tests.browser.screenshots build/pictures/empty.duckdb docs/pictures --lang $$language --small \
			first_use=today || exit 1; \
	done

# every page as planners see it: both languages, light and dark, on a wide and on a narrow screen
screenshots: setup browser
	@rm -rf build/screenshots && mkdir -p build/screenshots
	@for language in zh en; do \
		db=build/screenshots/$$language.duckdb; \
		$(BIN)/paichan demo --db $$db --lang $$language --as-of $(PICTURED_DAY) && \
		$(BIN)/paichan plan --db $$db --time-limit 2 && $(BIN)/paichan plan --db $$db && \
		$(BIN)/python -m tests.browser.screenshots $$db build/screenshots $(PICTURED) --lang $$language \
			--width 1440 1024 --theme light dark || exit 1; \
	done

lock: setup
	$(BIN)/python -m pip freeze --exclude-editable > requirements.lock

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
