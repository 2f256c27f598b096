# The first of these that is Python 3.11 or newer; override with `make PYTHON=...`.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
SIZE ?= 10000
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test bench lint format lock schema pictures clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    run Lodge with a local Slack in the browser (FRESH=1 starts over)"
	@echo "make test    run every test"
	@echo "make bench   print the speed table (SIZE=1000000 for the large run)"
	@echo "make lint    ruff, mypy, import-linter"

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Lodge needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv

# Two stamps, so that a demo need not wait for what only tests and linters use.
.venv/.runs: requirements.lock pyproject.toml | .venv/bin/python
	$(PIP) install -q --require-hashes -r requirements.lock
	$(PIP) install -q --no-deps -e .
	@touch $@

.venv/.develops: requirements-dev.lock .venv/.runs
	$(PIP) install -q --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/.runs
	@$(BIN)/python -m bot demo $(if $(FRESH),--fresh)

# Three at a time keep two processors busy: tests of what is sent at a pace, and of faults, mostly wait.
test: .venv/.develops
	@$(BIN)/python -m tests.browser.chromium
	LODGE_TEST_POSTGRES=16 $(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder tests/db
	$(BIN)/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

bench: .venv/.develops
	@SIZE=$(SIZE) $(BIN)/python -m tests.bench

lint: .venv/.develops
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.develops
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Resolves pyproject.toml anew into the two lock files.
lock: .venv/bin/python
	$(PIP) install -q uv
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra embedded pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --all-extras pyproject.toml -o requirements-dev.lock

# Writes db/schema.sql from the migrations; a test holds the two equal.
schema: .venv/.develops
	$(BIN)/python -m tests.db.schema_snapshot --write

# Takes the pictures of docs/ anew, from the bot in the local Slack.
pictures: .venv/.develops
	@$(BIN)/python -m tests.browser.chromium
	@$(BIN)/python -m tests.browser.pictures

clean:
	rm -rf .venv .bench .shots
