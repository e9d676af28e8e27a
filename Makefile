# Every target makes its own virtual environment when there is none; `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV ?= .venv
BIN := $(VENV)/bin
# What a user has, and what a developer adds to it.
USABLE := $(VENV)/.usable
READY := $(VENV)/.ready

# The first of these that runs, is new enough and can make environments. Choose another with PYTHON=/path/to/python.
PYTHONS := $(if $(PYTHON),$(PYTHON),python3.13 python3.12 python3.11 python3)
WANTED := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))

# Called in a recipe: sets the shell variable python, or ends with one sentence.
define find_python
python=; \
for candidate in $(PYTHONS); do \
  if "$$candidate" -I -c '$(WANTED)' >/dev/null 2>&1; then python=$$candidate; break; fi; \
done; \
if [ -z "$$python" ]; then \
  echo "No Python 3.11 or newer with venv found (tried: $(PYTHONS)). Install one (Debian: apt-get install python3-venv), or name it: make PYTHON=/path/to/python3.11" >&2; \
  exit 1; \
fi
endef

# pip as the machine has configured it (mirrors, offline folders): nothing here names a source of packages.
# Bytecode is made where a module is first imported: most never are.
PIP_OPTIONS := --quiet --disable-pip-version-check --no-compile

# In CI the slow tests run too.
CHOSEN := $(if $(CI),not soak,not soak and not slow)

.PHONY: help demo test coverage lint soak mutants lowest bench docs pictures dist clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

$(USABLE): setup.cfg pyproject.toml
	@$(find_python); \
	echo "Making $(VENV) with $$("$$python" --version) (once, and when the dependencies change)"; \
	"$$python" -m venv --clear $(VENV); \
	$(BIN)/python -m pip install $(PIP_OPTIONS) --editable .; \
	touch $@

$(READY): $(USABLE)
	@$(BIN)/python -m pip install $(PIP_OPTIONS) --editable '.[test,lint,build,docs]'; \
	touch $@

demo: $(USABLE) ## build an assessment workbook, compute it, show the grades
	@$(BIN)/scorecard demo
	@echo "scorecard …: source $(BIN)/activate"

lint: $(READY) ## style and types
	@$(BIN)/ruff check --quiet --output-format=concise .
	@$(BIN)/mypy --no-error-summary

test: lint ## style, types, and all tests
	@$(BIN)/python -m pytest -q -n 2 -m '$(CHOSEN)'

coverage: $(READY) ## all tests but the long runs, with their coverage by room; keeps the log in docs/evidence/
	@$(BIN)/python -m pytest -q -n 2 -m 'not soak' --cov --cov-report=term:skip-covered --cov-fail-under=95
	@{ echo "Lines and branches, by all tests but the long runs; each room with those inside it:"; \
	  for room in $$(find scorecard -type d -not -name __pycache__ | sort); do \
	    printf '%-36s %s %%\n' "$$room" "$$($(BIN)/coverage report --include="$$room/*" --format=total --precision=1)"; \
	  done; } | tee docs/evidence/coverage.log

soak: $(READY) ## long runs: many thousand examples and files; keeps the log in docs/evidence/
	@mkdir -p docs/evidence
	@HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest --no-header -v -n 2 -m 'soak or hypothesis' | tee docs/evidence/soak.log

mutants: $(READY) ## break the scoring core in thousands of places; which tests notice (about an hour)
	@$(BIN)/python -m pip install $(PIP_OPTIONS) --editable '.[mutants]'
	@CI=true $(BIN)/mutmut run
	@$(BIN)/mutmut export-cicd-stats
	@{ cat mutants/mutmut-cicd-stats.json; $(BIN)/mutmut results; } > docs/evidence/mutants.log

lowest: ## the tests with the oldest dependencies that setup.cfg allows, extras included, on Python 3.11
	@$(or $(PYTHON),python3.11) -m venv --clear .venv-lowest
	@awk '/^(install_requires|sql|parquet|password|distributed) =/ { on = 1; next } /^[^ #]/ { on = 0 } \
	  on && match($$0, />=[0-9.]+/) { print $$1 "==" substr($$0, RSTART + 2, RLENGTH - 2) }' setup.cfg > .venv-lowest/lowest.txt
	@.venv-lowest/bin/python -m pip install $(PIP_OPTIONS) --constraint .venv-lowest/lowest.txt --editable '.[test]'
	@.venv-lowest/bin/python -m pytest -q -n 2

bench: $(READY) ## measure speed; results in benchmarks/
	@$(BIN)/python -m benchmarks

docs: $(READY) ## the documentation site, in build/site
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/site
	@echo "build/site/index.html"

pictures: $(READY) ## redraw the pictures of the documentation (needs LibreOffice)
	@$(BIN)/python -m pip install $(PIP_OPTIONS) --editable '.[pictures]'
	@$(BIN)/python -m docs.pictures
	@$(BIN)/python -m docs.figures
	@$(BIN)/python -m docs.curves

dist: $(READY) ## the source archive and the wheel, in dist/; the same commit gives the same wheel
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	@ls dist

clean: ## remove environments, builds and caches
	rm -rf .venv .venv-lowest mutants build dist *.egg-info .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find scorecard udfs workbooks tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
