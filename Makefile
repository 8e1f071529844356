# Every target sets up what it needs: a machine with Python 3.11 or newer, make and git is enough.
PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
# Where the demo writes; another folder keeps two runs apart.
OUT ?= out
PYTEST_ARGS ?=
MUTATION_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-lowest lint type format js js-tools cases sample fuzz bench mutation build clean

help: ## Show what can be made
	@$(PYTHON) -c "import re; [print(f'  {n:13s} {t}') for n, t in re.findall(r'^([a-z-]+):.*?## (.+)$$', open('Makefile', encoding='utf-8').read(), re.M)]"

$(VENV)/.run-stamp: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit('siting needs Python 3.11 or newer; call make PYTHON=python3.11' if sys.version_info < (3, 11) else 0)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	$(BIN)/python -c "open('$@', 'w').close()"

$(VENV)/.dev-stamp: $(VENV)/.run-stamp
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	$(BIN)/python -c "open('$@', 'w').close()"

setup: $(VENV)/.dev-stamp ## Install everything that development needs into .venv

demo: $(VENV)/.run-stamp ## Analyze the made-up sample district and print where its map is
	$(BIN)/siting analyze data/sample/siting.yaml --out $(OUT) --exit-zero

test: $(VENV)/.dev-stamp ## Run every test, doctest and rule case
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# The environment is separate, so that testing the oldest versions never changes the newest. Old
# libraries warn of what newer ones beside them changed; only here that is no error.
test-lowest: $(VENV)/.dev-stamp ## Run the tests on the lowest versions that pyproject.toml admits
	$(BIN)/python -m uv venv --quiet --clear .venv-lowest
	$(BIN)/python -m uv pip install --quiet --python .venv-lowest --resolution lowest-direct --editable ".[dev]"
	.venv-lowest/$(notdir $(BIN))/python -m pytest -W default $(PYTEST_ARGS)

lint: $(VENV)/.dev-stamp ## Check style, formatting and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

type: $(VENV)/.dev-stamp ## Check types
	$(BIN)/mypy

format: $(VENV)/.dev-stamp ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Only who changes the JavaScript of the map needs Node: its bundle is part of the repository.
node_modules/.stamp: package.json .npmrc
	npm install --silent
	$(PYTHON) -c "open('$@', 'w').close()"

js-tools: node_modules/.stamp ## Install what checks and bundles the JavaScript of the map (needs Node 18)

js: node_modules/.stamp ## Format, check, test and bundle the JavaScript of the map
	npm run --silent format
	npm run --silent lint
	npm run --silent test
	npm run --silent bundle

cases: $(VENV)/.dev-stamp ## Run the cases that stand beside the rules
	$(BIN)/siting rules lint
	$(BIN)/siting rules test

sample: $(VENV)/.run-stamp ## Write the made-up sample district into data/sample again
	$(BIN)/siting sample data/sample --force

# Another FIRST gives other files; each seed is one file and can be run again by itself.
COUNT ?= 1000
FIRST ?= 0
fuzz: $(VENV)/.dev-stamp ## Run siting on COUNT hostile files made from seeds (a second each)
	$(BIN)/python -W ignore -c "import sys; sys.path.insert(0, 'tests'); from hostile.runs import main; sys.exit(main(['$(COUNT)', '$(FIRST)']))"

bench: $(VENV)/.dev-stamp ## Measure speed and memory (minutes)
	$(BIN)/python benchmarks/run.py

mutation: $(VENV)/.dev-stamp ## Break rules and table readers on purpose and count what tests notice
	nice -n 10 $(BIN)/python benchmarks/mutation.py $(MUTATION_ARGS)

build: $(VENV)/.dev-stamp ## Build the wheel and the source archive into dist/
	$(BIN)/python -m build

clean: ## Remove what the other targets made, but not .venv
	$(PYTHON) -c "import shutil; [shutil.rmtree(d, ignore_errors=True) for d in ('build', 'dist', 'out', '.mypy_cache', '.ruff_cache', '.pytest_cache', '.hypothesis')]"
