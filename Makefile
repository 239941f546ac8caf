# Jigi, seen from a newcomer's terminal. `make demo` is the one to try.

PYTHON ?= python3
HOUSEHOLDS ?=
SEED ?=
SERVE ?= 1

VENV := .venv
JIGI := $(VENV)/bin/jigi
PY := $(VENV)/bin/python
UV := $(shell command -v uv 2>/dev/null)
SOURCES := src tests tools

# Django loads the settings to look at the models: give it a database that it never reaches.
NO_DATABASE := JIGI_SECRET_KEY=check DATABASE_URL=postgresql:///none?host=/none

LOCK := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
        --python-version 3.11 --custom-compile-command "make lock" pyproject.toml

# Rules of this house (tools/semgrep). Semgrep weighs more than all the rest: it is run where somebody installed it;
# tests/house/test_guards.py holds the same rules everywhere.
SEMGREP = if command -v semgrep >/dev/null; then \
  semgrep scan --config tools/semgrep --metrics=off --disable-version-check --error --quiet src; \
  else echo "semgrep : absent de cette machine ; tests/house/test_guards.py tient les mêmes règles"; fi

# pip-audit asks a database of weaknesses: the one JIGI_AUDIT_URL names (an OSV mirror), or the public one (« public »).
AUDIT = case "$${JIGI_AUDIT_URL:-}" in \
  "") echo "pip-audit : sauté, aucune base de failles (JIGI_AUDIT_URL=public, ou l’adresse d’un miroir OSV)" ;; \
  public) $(VENV)/bin/pip-audit --requirement requirements.lock --disable-pip --require-hashes -s osv ;; \
  *) $(VENV)/bin/pip-audit --requirement requirements.lock --disable-pip --require-hashes -s osv \
       --osv-url "$$JIGI_AUDIT_URL" ;; esac

.PHONY: install install-dev forms demo test test-database test-long test-size fuzz check format map matrix lock clean
.DEFAULT_GOAL := install

install: $(VENV)/.installed

install-dev: $(VENV)/.installed-dev

# The questionnaire in the browser, from the npm registry: the only part that asks for Node. Nothing else asks for it.
forms:
	@command -v npm >/dev/null || { \
	  echo "npm est absent : installez Node.js 20 ou plus récent, ou copiez src/jigi/web/static/forms/ d’une autre machine" >&2; exit 1; }
	cd forms && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build

demo: install
	$(JIGI) demo $(if $(HOUSEHOLDS),--households $(HOUSEHOLDS)) $(if $(SEED),--seed $(SEED)) $(if $(SERVE),--serve $(SERVE))

test: install-dev
	$(PY) -m pytest -n 2 -q

# What another PostgreSQL could answer otherwise: refusals, fences, races, the money's bugs.
# DATABASE_TESTS=tests runs all but those of the browser.
DATABASE_TESTS ?= tests/access/test_fence.py \
    $(wildcard tests/*/test_*lies*.py tests/*/*/test_*lies*.py tests/*/test_*at_once*.py tests/*/test_*concurrency*.py \
      tests/*/test_*wrong_money*.py)

test-database: install-dev
	$(PY) -m pytest -n 2 -q -m "not long and not size and not fuzz and not browser" $(DATABASE_TESTS)

test-long: install-dev
	$(PY) -m pytest -n 2 -q -m "long and not size"

# The same at the size of the country: by hand, or every night on a machine that has one.
test-size: install-dev
	$(PY) -m pytest -n 2 -q -m size
	JIGI_KILLS=16 $(PY) -m pytest -n 2 -q -m long tests/crash

# Ten thousand files made by chance of each kind, where the ordinary tests play two hundred; then new examples for
# every property, where the ordinary tests draw the same each time.
fuzz: install-dev
	JIGI_CHANCE=1 $(PY) -m pytest -n 2 -q -m fuzz
	JIGI_CHANCE=1 $(PY) -m pytest -n 2 -q $$(grep -rl "from hypothesis import" tests --include='test_*.py')

check: install-dev
	$(VENV)/bin/ruff format --check $(SOURCES)
	$(VENV)/bin/ruff check $(SOURCES)
	$(NO_DATABASE) $(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/bandit --quiet --recursive --configfile pyproject.toml src tools
	@$(SEMGREP)
	@$(AUDIT)
	$(NO_DATABASE) DJANGO_SETTINGS_MODULE=jigi.site.settings $(PY) -W ignore::RuntimeWarning \
	    -m django makemigrations --check --dry-run

format: install-dev
	$(VENV)/bin/ruff check --fix $(SOURCES)
	$(VENV)/bin/ruff format $(SOURCES)

# docs/map.md from the import contract, docs/states.md from the state tables, docs/security.md from its answers.
map: install-dev
	$(NO_DATABASE) DJANGO_SETTINGS_MODULE=jigi.site.settings $(PY) -m tests.house.drawing
	$(PY) -m tests.house.security

# docs/access/matrix.md: who is answered what, measured anew. Read the difference before you commit it.
matrix: install-dev
	JIGI_MATRIX=1 $(PY) -m pytest -q tests/access/test_matrix.py -k written

# Every version and hash, no address: the lock works with whatever index the machine is set up for.
lock:
	$(LOCK) --group build --output-file requirements.lock
	$(LOCK) --group build --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf forms/node_modules src/jigi/web/static/forms
	rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp a lock: nothing is done again until the lock or the project file changes.
$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
$(VENV)/.installed $(VENV)/.installed-dev:
ifneq ($(UV),)
	$(UV) pip install --quiet --python $(PY) --require-hashes -r $<
	$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
else
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Jigi demande Python 3.11 ou plus récent ; « $(PYTHON) » ne convient pas." >&2; \
	  echo "Installez-le, ou indiquez-le : make install PYTHON=/chemin/vers/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(if $(UV),--without-pip) $(VENV) || { rm -rf $(VENV); \
	  echo "L'environnement Python n'a pas pu être créé. Sous Debian : apt install python3-venv" >&2; exit 1; }
