# The commands of the house. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
LINLI := .venv/bin/linli
PY := .venv/bin/python
DEMO := LINLI_DEMO=1
TESTING := LINLI_DEMO= LINLI_TESTING=1
# Two tests at a time: more gain nothing on two cores.
JOBS ?= 2
ARGS ?=

.PHONY: help demo stop reset smoke run test test-fast check fix docs bench prove new-app lock setup setup-test

help:
	@grep -hE '^[a-z][a-z-]*:.*## ' Makefile | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 18

demo: setup ## set up, fill and serve the demo on 127.0.0.1 (PORT=8000) until Ctrl-C
	@$(DEMO) scripts/demo.sh

stop: ## stop a demo that was started elsewhere
	@if [ -x $(LINLI) ]; then $(DEMO) $(LINLI) stop; else echo "Nothing was set up here."; fi

reset: ## stop the demo and throw its database and files away
	@if [ -x $(LINLI) ]; then $(DEMO) $(LINLI) reset; else echo "Nothing was set up here."; fi

smoke: setup ## play the story over the public doors of a running house (BASE_URL=http://127.0.0.1:8000)
	@$(DEMO) $(PY) scripts/smoke.py $(ARGS)

run: setup ## serve the demo's data while writing: starts anew when a file changes
	@$(DEMO) LINLI_DEBUG=1 $(LINLI) migrate
	@$(DEMO) LINLI_DEBUG=1 $(LINLI) serve --reload --welcome

test: setup-test ## every test, browser included (ARGS="-k word", JOBS=2)
	@$(TESTING) $(PY) -m pytest -n $(JOBS) $(ARGS)

test-fast: setup-test ## the tests that need no browser and little time
	@$(TESTING) $(PY) -m pytest -n $(JOBS) -m "not browser and not slow" $(ARGS)

check: setup-test ## look at everything that stands still, changing nothing
	@$(TESTING) scripts/check.sh

fix: setup-test ## mend what can be mended by a program
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .
	@scripts/templates.sh

docs: setup-test ## write the reference anew
	@$(TESTING) $(LINLI) docs write

bench: setup-test ## list the benchmarks, or run one (NAME=intake)
	@if [ "$(NAME)" = zoning ]; then "$(PYTHON)" scripts/setup.py bench; fi
	@$(TESTING) $(PY) scripts/measure.py bench $(NAME)

prove: setup-test ## list the long proofs, or run one (NAME=…)
	@$(TESTING) $(PY) scripts/measure.py proofs $(NAME)

new-app: setup-test ## begin an app with all its rooms (APP=domains/x)
	@$(TESTING) $(PY) scripts/new_app.py "$(APP)"

lock: setup-test ## choose the versions of all dependencies anew
	@scripts/lock.sh

setup:
	@"$(PYTHON)" scripts/setup.py run

setup-test:
	@"$(PYTHON)" scripts/setup.py test
