# make demo    judge a recorded incident offline; leaves demo-report.html
# make test    install what the suite needs, then run all of it
# Each creates its own virtual environment. PYTHON=python3.12 picks another interpreter.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV ?= .venv
SERVERS ?= yes
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test servers check suite wheel-suite format constraints bench clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

$(VENV)/run.stamp: constraints/run.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("canary-guard needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes -r constraints/run.txt
	touch $@

$(VENV)/dev.stamp: constraints/dev.txt $(VENV)/run.stamp
	$(BIN)/pip install --quiet --require-hashes -r constraints/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: $(VENV)/run.stamp
	@$(BIN)/python -m canary_guard demo

test: $(VENV)/dev.stamp servers check suite wheel-suite

# The real Prometheus and the real browser that the tests start; Debian's packages, with apt when it may.
servers: $(VENV)/dev.stamp
	@tests/servers/install.sh $(SERVERS)

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet .github

suite: $(VENV)/dev.stamp
	CANARY_GUARD_TEST_SERVERS=$(SERVERS) $(BIN)/python -m pytest -n auto

# The same suite against the built wheel, in an environment of its own, with the source tree out of the way.
wheel-suite: $(VENV)/dev.stamp
	SERVERS=$(SERVERS) tests/servers/wheel_suite.sh $(VENV)

format: $(VENV)/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp
	$(BIN)/python -m bench

# Resolve the pinned dependencies anew (needs uv).
constraints:
	uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o constraints/run.txt
	uv pip compile -q -U --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -c constraints/run.txt -o constraints/dev.txt

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache
