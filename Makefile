# The registry's commands. A fresh machine needs only make and Python 3.11 or newer.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
JOBS ?= 2
FIREARMS ?= 10000
LOTS ?= 20

PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
TESTS_INSTALLED := $(VENV)/tests-installed
FLASK := $(BIN)/flask --app wsgi
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-compile
WORDS := $(patsubst %.po,%.mo,$(wildcard registry/core/web/translations/*/LC_MESSAGES/*.po))

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s%s\n", $$1, $$2 }' Makefile

.PHONY: run
run: $(INSTALLED) $(WORDS) ## Set up, then serve on 127.0.0.1 (PORT=8000), with demonstration data in an empty registry
	@exec $(BIN)/python -m registry --port $(PORT)

.PHONY: demo
demo: $(INSTALLED) $(WORDS) ## Add demonstration data of any size (FIREARMS=10000 LOTS=20)
	@$(FLASK) setup
	@$(FLASK) demo load --firearms $(FIREARMS) --lots $(LOTS)

.PHONY: demo-states
demo-states: PORT = 8101
demo-states: $(INSTALLED) $(WORDS) ## Serve three States here (PORT=8101 and the next two) and play a trace between them
	@exec $(FLASK) demo states --port $(PORT)

.PHONY: test
test: $(TESTS_INSTALLED) $(WORDS) test-programs ## Run all tests, on both engines and in a browser (ARGS="-k word" for some)
	@$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

.PHONY: check
check: $(TESTS_INSTALLED) $(WORDS) ## Check style, types, contracts, migrations and the API's description
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@[ "$(HOUSE)" = tested ] || $(BIN)/python -m pytest -n $(JOBS) -q tests/house

.PHONY: bench
bench: $(TESTS_INSTALLED) $(WORDS) bench-programs ## Measure speed (BENCH=name for one, SIZE=full for the contract's size)
	@SIZE=$(SIZE) $(BIN)/python -m tests.bench $(BENCH)

.PHONY: format
format: $(TESTS_INSTALLED) ## Put code into its one form
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format .

.PHONY: openapi
openapi: $(INSTALLED) $(WORDS) ## Write docs/openapi.json
	@$(FLASK) openapi > $(VENV)/openapi.json
	@mv $(VENV)/openapi.json docs/openapi.json

.PHONY: policy
policy: $(INSTALLED) $(WORDS) ## Write docs/policy.md
	@$(FLASK) access policy > $(VENV)/policy.md
	@mv $(VENV)/policy.md docs/policy.md

.PHONY: words
words: $(TESTS_INSTALLED) ## Bring new strings into the catalogues of registry/core/web/translations
	@$(BIN)/python -m tests.house.catalogues

.PHONY: requirements
requirements: $(INSTALLED) ## Pin requirements.txt and tests/requirements.txt anew (UPGRADE=--upgrade for newer ones)
	@$(PIP) uv
	@for folder in . tests; do $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make requirements" \
		$(UPGRADE) $$folder/requirements.in --output-file $$folder/requirements.txt; done

.PHONY: clean
clean: ## Remove what was installed and cached; records in instance/ stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis $(WORDS)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is made once and again when its requirements change, so a second start skips all this.
$(INSTALLED): requirements.txt
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "The registry needs Python 3.11 or newer; here is $$($(or $(PYTHON),python3) --version 2>&1)." >&2; \
		echo "Install it, or name it: make run PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing what the registry needs into $(VENV)/ (once)"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || rm -rf $(VENV)
	@[ -d $(VENV) ] || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv is missing; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

$(TESTS_INSTALLED): $(INSTALLED) tests/requirements.txt tests/package-lock.json
	@echo "Installing what the tests need (once)"
	@$(PIP) --require-hashes -r tests/requirements.txt
	@{ command -v npm >/dev/null && mkdir -p $(VENV)/node && cp tests/package*.json $(VENV)/node && \
		cd $(VENV)/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null; } || \
		echo "npm did not give what renders ZPL: the test with that other program is skipped" >&2
	@touch $@

%.mo: %.po | $(INSTALLED)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

.PHONY: test-programs
test-programs:
	@$(has); wanted=; has chromium || has chromium-browser || has google-chrome || wanted="chromium"; \
	has pdftotext || wanted="$$wanted poppler-utils"; has softhsm2-util || wanted="$$wanted softhsm2"; \
	$(install_programs)

.PHONY: bench-programs
bench-programs:
	@$(has); wanted=; has wrk || wanted=wrk; $(install_programs)

# Debian's and Ubuntu's packages in $wanted, as root or by sudo; without either it says what to install.
define install_programs
[ -n "$$wanted" ] || exit 0; as=; [ "$$(id -u)" = 0 ] || as="sudo -n"; echo "Installing $$wanted"; \
	{ has apt-get && $$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive \
	apt-get install -qq -y --no-install-recommends $$wanted >/dev/null; } || \
	echo "Could not install $$wanted; please do it by hand: what needs it is skipped or fails" >&2
endef

has := has() { command -v "$$1" >/dev/null; }
