# `make run` opens the dashboard, `make test` runs the tests; everything else is for working on tunedeck itself.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PACKAGES := engine sessions tui
SOURCES := $(PACKAGES) benchmarks tests

.PHONY: run test check lint types layers bench torture clean

run: $(VENV)/.installed
	@$(BIN)/tunedeck

test: $(VENV)/.installed-dev
	$(BIN)/pytest -q -n 2

check: lint types layers test

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)

types: $(VENV)/.installed-dev
	$(BIN)/mypy

layers: $(VENV)/.installed-dev
	$(BIN)/lint-imports

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

torture: $(VENV)/.installed-dev
	$(BIN)/pytest -q -m torture -s

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@ $(VENV)/.installed
