# make setup | run | test | check; every other target builds on setup.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
INPUTS := constraints-cloud.txt constraints-interface.txt interface/pyproject.toml cloud/pyproject.toml
TESTS ?=

.PHONY: setup run test check format clean

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

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV)
