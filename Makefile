# Everything here runs inside .venv; `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DATA ?= ../shared/data/nanjing
# tests wait for browsers and killed processes: one more than there are cores
WORKERS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) + 1)
# small dense systems run five times faster on one thread
export OPENBLAS_NUM_THREADS = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# what one process compiles, the next ones and the next run need not compile again
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install assets demo test check lint types pytest coverage programs format bench bench-lottery \
        bench-estimates bench-reports bench-service bench-faults bench-web wheelhouse openapi gallery lock serve build clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## Make .venv with the pinned dependencies
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "geoinspect needs Python 3.11 or newer; name one with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	  then apt-get update -qq && apt-get install -y -qq python3-venv; \
	  else echo "Python cannot make virtual environments here: install the package python3-venv"; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m geoinspect.lottery.warm
	@touch $@

assets: install ## Fetch the web files and the demo extract, checked against their hashes
	@$(BIN)/python maps/fetch_assets.py
	@$(BIN)/python data/fetch_demo_extract.py

demo: assets ## Run the main job on real data: central Helsinki
	@$(BIN)/geoinspect demo

test: lint types pytest ## Check everything: style, types, all tests, coverage
check: test

lint: install ## Check style with ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install ## Check types with mypy --strict
	$(BIN)/mypy

pytest: assets programs ## Run unit, property, integration, doc and browser tests with coverage
	$(BIN)/pytest --doctest-modules --numprocesses=$(WORKERS) --dist=worksteal --cov --cov-report=
	@$(MAKE) --no-print-directory coverage

coverage: ## Print the coverage of the last test run
	@$(BIN)/coverage report --skip-covered --sort=cover

programs: ## See that Chromium, PostgreSQL and Pango are there; install them when root on Debian
	@missing=; \
	command -v chromium >/dev/null || missing="$$missing chromium fonts-noto-cjk"; \
	ls /usr/lib/postgresql/15/bin/initdb /usr/share/postgresql/15/extension/postgis.control >/dev/null 2>&1 \
	  || missing="$$missing postgresql-15 postgresql-15-postgis-3"; \
	$(PYTHON) -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("pangoft2-1.0"))' \
	  || missing="$$missing libpango-1.0-0 libpangoft2-1.0-0"; \
	[ -z "$$missing" ] || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; \
	  then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; \
	  else echo "The tests need more programs: install the packages$$missing"; exit 1; fi; }

format: install ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: assets ## Measure build, load, matrix and plan against networkx on the same roads
	$(BIN)/python tests/benchmarks/bench_network.py --data $(DATA)
	$(BIN)/python tests/benchmarks/bench_plan.py --data $(DATA)

bench-lottery: assets ## Measure the lottery's promises, coverage and route plans beside plain methods
	$(BIN)/python tests/benchmarks/bench_lottery.py --data $(DATA)
	$(BIN)/python tests/benchmarks/bench_coverage.py
	$(BIN)/python tests/benchmarks/bench_routing.py --data $(DATA)

bench-estimates: install ## Measure rates, intervals, rankings and surfaces against a known truth beside plain methods
	$(BIN)/python tests/benchmarks/bench_estimates.py
	$(BIN)/python tests/benchmarks/bench_surfaces.py

bench-reports: assets programs ## Measure every report and the heat map of a million violations beside plain pandas
	$(BIN)/python tests/benchmarks/bench_reports.py --data $(DATA)

bench-service: assets programs ## Measure 200 units who read their points while 5 supervisors plan, on both databases
	$(BIN)/python tests/benchmarks/bench_service.py --data $(DATA)

bench-faults: install programs ## Kill import, draw, amend, backup and the service in the middle, on both databases
	$(BIN)/python tests/benchmarks/bench_faults.py

bench-web: assets programs ## Measure every page and the timeline map in Chromium: paint, bytes, frames a second
	$(BIN)/python tests/benchmarks/bench_web.py --data $(DATA)

openapi: install ## Write api/openapi.json
	$(BIN)/python -m geoinspect.api.openapi api/openapi.json

gallery: demo programs ## Take the pictures of every page and map
	$(BIN)/python maps/make_gallery.py

lock: install ## Pin the newest dependencies with their hashes
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade -o requirements.lock

serve: assets ## Serve the demo city on http://127.0.0.1:8000/
	$(BIN)/geoinspect -C demo-city serve

build: assets ## Build the wheel, web files and demo extract included
	$(BIN)/python -m build --wheel --no-isolation

wheelhouse: build ## Collect all wheels for machines without internet, and try them with --no-index
	rm -rf wheelhouse
	@mkdir wheelhouse
	$(BIN)/python -m pip wheel --quiet --no-deps --require-hashes -r requirements.lock -w wheelhouse
	cp dist/geoinspect-*.whl wheelhouse/
	cd wheelhouse && { sha256sum *.whl 2>/dev/null || shasum -a 256 *.whl; } > SHA256SUMS
	@try=$$(mktemp -d) && trap 'rm -rf "$$try"' EXIT && $(PYTHON) -m venv "$$try" \
	  && "$$try/bin/pip" --isolated install --quiet --no-index --find-links wheelhouse geoinspect \
	  && cd "$$try" && bin/geoinspect demo town >/dev/null && bin/geoinspect verify town/plan.json \
	  && echo "wheelhouse/ installs without internet and runs the demo"

clean: ## Remove everything that was made, .venv too
	rm -rf $(VENV) demo-city dist build wheelhouse .coverage htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf geoinspect/_web/vendor geoinspect/_demo maps/vendor
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
