# make demo [STAY=1] [EXPORT=folder-or-zip]   the main job end to end, on embedded defaults
# make test | check | bench [NAME=parse]      tests; linters and types; measurements into var/bench
# make contracts                              adapters and world against the vendors' specs in CONTRACTS_DIR, into var/contracts.json
# make lock | clean                           pin the dependencies anew; remove what was built and what ran here

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
CAN_RUN := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
SOURCES := flows tasks adapters validation deployments tests

.PHONY: demo test check contracts bench lock clean install

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@python=; for candidate in python3 python3.13 python3.12 python3.11; do \
	  if $$candidate -c '$(CAN_RUN)' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Utyug needs Python 3.11 or newer with its venv module (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; \
	fi; \
	if ! $(BIN)/python -c '$(CAN_RUN)' 2>/dev/null; then rm -rf $(VENV); $$python -m venv $(VENV); fi
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP)
	$(BIN)/utyug demo $(if $(STAY),--stay) $(if $(EXPORT),--export "$(EXPORT)")

test: $(STAMP)
	$(BIN)/pytest

check: $(STAMP)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

contracts: $(STAMP)
	$(BIN)/python -m tests.contracts

bench: $(STAMP)
	$(BIN)/python -m tests.bench $(NAME)

lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  pyproject.toml --group dev -o requirements.lock

clean:
	@for var in var var/demo; do if [ -x $(BIN)/utyug ]; then UTYUG_VAR_DIR=$$var $(BIN)/utyug down; fi; done
	rm -rf var build *.egg-info $(VENV)
