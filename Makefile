# One command for each need; `make help` lists them.
# PYTHON, PORT, JOBS, CHROMIUM, DATA, ONLY, TRAIN_FLAGS and LOAD_FLAGS can be set on the command line.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8501
# Processes that run tests: one a core, at most 8, each of which may start Chromium and a server.
JOBS ?= $(shell cores=$$(nproc 2>/dev/null || sysctl -n hw.ncpu); echo $$((cores < 8 ? cores : 8)))
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# The default model: the encoder it starts from and the corpora under DATA. A corpus that lacks a
# label (btc has no MISC) is not trained against it. AUXILIARY corpora teach more types, which are
# dropped at the end.
ENCODER := $(VENV)/encoder
TAUGHT_MODEL := $(VENV)/taught
TUNED_MODEL := $(VENV)/tuned
DEFAULT_MODEL ?= assets/models/default
CORPORA := gum_named wikigold btc
AUXILIARY := gum_mentions litbank wnut17 bc5cdr ncbi_disease
TRAIN_FLAGS ?=
LOAD_FLAGS ?=
ONLY ?=

.PHONY: help
help: ## list the commands
	@grep -E '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:[^#]*## /\t/' | expand -t 16

.PHONY: app
app: $(VENV)/.installed ## start the page and the worker; PORT=8501
	@exec $(BIN)/python -m app serve --port $(PORT)

.PHONY: test
test: quick-checks ## what CI runs: checks, then unit, page and browser tests, also on PostgreSQL
	@$(call beside,$(PYTEST))

.PHONY: test-all
test-all: quick-checks ## every case and example, all databases' tests on PostgreSQL; coverage
	@$(call beside,$(PYTEST) --thorough --cov --cov-report=term --cov-report=html:test-results/coverage)

.PHONY: test-postgres
test-postgres: $(VENV)/.installed-dev ## whatever meets a database, on PostgreSQL
	@$(PYTEST) --thorough -k postgresql

.PHONY: faults
faults: $(VENV)/.installed-dev ## 10,000 operations while servers are killed, on both databases
	$(BIN)/python -m pytest tests/faults -m faults

.PHONY: check
check: quick-checks ## format, lint, types, import contracts and known vulnerabilities
	$(BIN)/mypy

.PHONY: quick-checks
quick-checks: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python .ci/parse
	@.ci/javascript $(BIN)
	@.ci/audit $(BIN)

# Tests on several processes; each of them has one thread. A file stays with one process (see
# tests/scheduling.py), and what tests/conftest.py puts first begins first. They keep compiled
# modules, whatever the environment says: else each server and worker compiles all of them anew.
PYTEST = browser=$$(.ci/browser) && CHROMIUM="$$browser" PYTHONDONTWRITEBYTECODE= \
	$(BIN)/python -m pytest -n $(JOBS)

# mypy beside the tests; what it says comes after them. Both may fail, and each one's failure counts.
beside = said=$$(mktemp); trap 'rm -f "$$said"' EXIT; \
	nice $(BIN)/mypy >"$$said" 2>&1 & types=$$!; \
	tests=0; { $(1); } || tests=$$?; \
	wait $$types && types=0 || types=$$?; \
	echo "mypy:"; cat "$$said"; \
	test $$tests -eq 0 && test $$types -eq 0

.PHONY: check-js
check-js: $(VENV)/.installed-dev ## the types of the page's JavaScript alone
	@.ci/javascript $(BIN)

.PHONY: format
format: $(VENV)/.installed-dev ## format the sources and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: bench
bench: $(VENV)/.installed ## measure the bundled model's speed
	@$(BIN)/python -m core bench

.PHONY: bench-data
bench-data: $(VENV)/.installed ## measure imports, exports and searches with 100,000 documents
	@$(BIN)/python -m tests.bench_interchange

.PHONY: bench-workers
bench-workers: $(VENV)/.installed-dev ## measure pre-annotation by 1, 2 and 4 workers on PostgreSQL
	@$(BIN)/python -m tests.workers

.PHONY: load
load: $(VENV)/.installed-dev ## put annotators on the page and measure saving; LOAD_FLAGS="--annotators 20"
	@$(BIN)/python -m tests.load $(LOAD_FLAGS)

.PHONY: pictures
pictures: $(VENV)/.installed-dev ## make the documentation's pictures anew; ONLY="learning figures"
	@browser=$$(.ci/browser); CHROMIUM="$$browser" $(BIN)/python -m tests.browser.pictures $(ONLY)

.PHONY: train-default
train-default: $(ENCODER)/config.json ## train the default model from scratch; DATA=folder of corpora
	@test -n "$(DATA)" || { echo "train-default needs the corpora's folder: make train-default DATA=path" >&2; exit 2; }
	$(BIN)/python -m core train --encoder $(ENCODER) --out $(TAUGHT_MODEL) --epochs 3 \
		--train $(CORPORA:%=$(DATA)/%/train.jsonl) --dev $(CORPORA:%=$(DATA)/%/dev.jsonl) \
		--auxiliary $(AUXILIARY:%=$(DATA)/%/train.jsonl) --auxiliary-share 0.4 $(TRAIN_FLAGS)
	$(BIN)/python -m core train --from $(TAUGHT_MODEL) --out $(TUNED_MODEL) --epochs 4 --patience 4 \
		--encoder-lr 5e-5 --decoder-lr 2.5e-4 --seed 1 \
		--train $(CORPORA:%=$(DATA)/%/train.jsonl) --dev $(CORPORA:%=$(DATA)/%/dev.jsonl) \
		--auxiliary $(AUXILIARY:%=$(DATA)/%/train.jsonl) --auxiliary-share 0.4 $(TRAIN_FLAGS)
	$(BIN)/python -m core average --models $(TAUGHT_MODEL) $(TUNED_MODEL) --out $(DEFAULT_MODEL) \
		--dev $(CORPORA:%=$(DATA)/%/dev.jsonl) --test $(CORPORA:%=$(DATA)/%/test.jsonl) \
		--trained-on $(CORPORA:%=$(DATA)/%/train.jsonl) $(AUXILIARY:%=$(DATA)/%/train.jsonl) \
		--card docs/model-card.md

.PHONY: clean
clean: ## remove caches and reports; data, models and the environment stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find app core storage tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment: made once, installed into again only when a list of requirements changes.
$(BIN)/python:
	@.ci/environment "$(PYTHON)" $(VENV)

$(VENV)/.installed: requirements.txt | $(BIN)/python
	@echo "Installing requirements.txt (the first time takes some minutes) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements.txt requirements-dev.txt | $(BIN)/python
	@echo "Installing requirements-dev.txt (the first time takes some minutes) …"
	@$(PIP) -r requirements-dev.txt
	@touch $(VENV)/.installed $@

$(ENCODER)/config.json: $(VENV)/.installed-train
	$(BIN)/python -m core encoder --out $(@D)

$(VENV)/.installed-train: requirements-train.txt $(VENV)/.installed
	@$(PIP) --no-deps -r requirements-train.txt
	@touch $@
