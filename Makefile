# make setup | run | test | test-pythons | check; every other target builds on setup.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
INPUTS := constraints-cloud.txt constraints-interface.txt interface/pyproject.toml cloud/pyproject.toml
TESTS ?=
PYTHONS ?=

BENCH ?=

.PHONY: setup run test test-pythons soak check format bench bench-check bench-setup clean

setup: $(READY)

$(READY): $(INPUTS)
	@sh tools/make-venv "$(PYTHON)" "$(VENV)"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python \
		--constraint constraints-cloud.txt --editable ./interface --editable './cloud[test]'
	@touch $(READY)
	@echo "Set up: $(BIN)/pgc is ready."

run: setup
	@$(BIN)/pgc demo

test: setup
	@$(BIN)/pytest --cov --cov-report=term $(TESTS)

# Five minutes of software for real ISYs on the simulated one; not part of the tests.
soak: setup
	@$(BIN)/pytest -n0 -q cloud/tests/platform/soak_pyisy.py

# The SDK's tests on the oldest, the default and the newest Python here, or those named: make test-pythons PYTHONS=all
test-pythons: setup
	@$(BIN)/python tools/test-pythons $(PYTHONS)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# All benchmarks, or those named: make bench BENCH="sdk path". Peers come from the registry into the user's cache.
bench: bench-setup
	$(BIN)/python -m bench $(BENCH)

bench-check: bench-setup
	$(BIN)/python -m bench --check $(BENCH)

bench-setup: setup
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python \
		--constraint constraints-cloud.txt --editable ./interface --editable './cloud[test,bench]'

clean:
	rm -rf $(VENV)
