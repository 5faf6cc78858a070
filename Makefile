# Everything a person does with this project. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test lint bench bench-parts bench-tickets messages worker torture pictures guide lighthouse vendor

BIN := .venv/bin
DEV := .venv/dev
RUN := .venv/run
# The long test that needs the machine for itself: how often each of its writers has its turn is measured.
ALONE := tests/torture/test_a_minute_of_writers.py
# What the environment is made of: the system's Python where it is new enough, for it is built with all optimisations and
# runs the tests in three quarters of the time of one that was compiled at home. Another: make PYTHON=/path/to/python3 …
PYTHON ?= $(shell for one in /usr/bin/python3 python3; do \
	$$one -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$one; break; }; done)
export PORT ?= 8000
export FLASK_APP := run
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Some machines set it, and then each of the many processes of a run compiles the whole house anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 18

run: $(RUN) ## start with demo data on http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(BIN)/python -m app.serve

worker: $(RUN) ## run what is due by itself, such as counting the companies of each phone number
	@exec $(BIN)/python -m app.worker

test: $(DEV) vendor ## run the tests on SQLite and PostgreSQL (installs Debian packages if it may)
	@.ci/packages
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not torture"

torture: $(DEV) vendor ## run the long tests: many writers at once, processes killed, … (TORTURE=full: longer)
	@.ci/packages
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m torture $(addprefix --ignore=,$(ALONE))
	@$(BIN)/python -m pytest -m torture $(ALONE)

lint: $(DEV) ## check style, types, import contracts, translations, architecture, and that nothing private is in a file
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --config importlinter.ini
	@$(BIN)/python -m app.messages check
	@$(BIN)/python .ci/private.py
	@ZHIKE_ONLY_SQLITE=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal tests/architecture

bench: $(DEV) ## measure plain Flask-AppBuilder, raw SQL and the product in turn (ROWS=… customers, 100,000)
	@.ci/packages
	@$(BIN)/python -m benchmarks.side_by_side

bench-tickets: $(DEV) ## measure the same for tickets (TICKETS=…, 500,000)
	@.ci/packages
	@$(BIN)/python -m benchmarks.tickets

bench-parts: $(DEV) ## measure our pages, the import and quick search on SQLite
	@$(BIN)/python -m benchmarks.pages
	@$(BIN)/python -m benchmarks.imports
	@$(BIN)/python -m benchmarks.search

messages: $(DEV) ## collect the sentences of the code, bring the catalogues up to date, check and compile them
	@$(BIN)/python -m app.messages

pictures: $(DEV) vendor ## take the pictures of every screen of the theme into pictures/
	@$(BIN)/python -m tests.pictures

guide: $(DEV) vendor ## take the pictures of the user guide anew, in a demo of its own
	@$(BIN)/python -m tests.guide

lighthouse: $(DEV) vendor ## let Lighthouse judge the main screens, as on a desk and on a phone
	@.ci/packages
	@$(BIN)/python -m tests.lighthouse

vendor: $(RUN)
	@$(BIN)/python -m app.base.vendor

# A stamp per list of requirements: as long as it is newer, nothing is installed.
$(RUN): requirements.txt
	@[ -x $(BIN)/pip ] && $(BIN)/python -c '' 2>/dev/null || { rm -rf .venv; $(or $(PYTHON),python3) -m venv .venv; }
	@echo "Installing what the product needs (once)."
	@$(BIN)/pip install --quiet -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUN)
	@echo "Installing what the tests need (once)."
	@$(BIN)/pip install --quiet -r requirements-dev.txt
	@touch $@
