# The project's commands. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup run stop test drills bench check lint types database snapshot messages

PYTHON ?= $(shell for each in python3.12 python3.11 python3.13 python3 python; do \
	$$each -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$each && break; done)
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= 2

# The suite and the checks need no secret of your own, whatever server they run on.
test drills bench check: export DEMO ?= on

help:  ## list these commands
	@grep -E '^[a-z]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/:.*  ## /\t/' | expand -t 12

setup: $(STAMP)  ## virtual environment and dependencies (PYTHON=python3.12 chooses the interpreter)

$(STAMP): requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "mgtrial: no Python 3.11, 3.12 or 3.13 found. Install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { rm -rf .venv; \
		echo "mgtrial: '$(PYTHON) -m venv' failed. On Debian and Ubuntu: sudo apt install python3-venv (or $(notdir $(PYTHON))-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(STAMP)

run: setup  ## the demo trial at http://localhost:8000 (PORT=, BIND=; DEMO=off for an empty trial); Ctrl-C stops it
	@$(BIN)/python -m mgtrial.run run

stop:  ## stop the trial and the local PostgreSQL and Redis
	@test ! -x $(BIN)/python || $(BIN)/python -m mgtrial.run stop

test: setup  ## the whole suite on two processes (WORKERS=)
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not drill"

drills: setup  ## the long tests: kills, failover, tampering
	@$(BIN)/python -m pytest -n 0 -m drill; code=$$?; test $$code -ne 5 || { echo "There is no drill yet."; exit 0; }; exit $$code

bench: setup  ## what saves, pages, the past, the search and the verification cost, each in one interleaved run
	@$(BIN)/python -m bench.saves
	@$(BIN)/python -m bench.chain
	@$(BIN)/python -m bench.as_of
	@$(BIN)/python -m bench.verification
	@$(BIN)/python -m bench.trail_search

check: lint types database snapshot messages  ## everything but the tests: also layers, migrations, system checks
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check --database default --fail-level WARNING

lint: setup  ## ruff: style and format
	@$(BIN)/python -m ruff check . && $(BIN)/python -m ruff format --check .

types: setup  ## mypy, strict
	@$(BIN)/python -m mypy .

database: setup
	@$(BIN)/python manage.py migrate --verbosity 0

snapshot: database  ## is the annotated CRF kept in docs/ what the declarations say? (manage.py snapshot writes it anew)
	@$(BIN)/python manage.py snapshot --check

messages: database  ## is every message translated? (manage.py messages brings the catalogues up to date)
	@$(BIN)/python manage.py messages --check
