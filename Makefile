# Everything runs from a virtual environment that the targets make themselves; needed is Python 3.11 or newer.
PYTHON ?= python3
HOST ?= $(or $(KOOPKG_HOST),127.0.0.1)
PORT ?= $(or $(KOOPKG_PORT),8000)
WORKERS ?= $(or $(KOOPKG_WORKERS),1)
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE  # without byte code kept, every command would compile all it imports: a second each

.PHONY: serve test check lint validate mutants bench bench-ingest import licences messages clean

serve: .venv/installed-run  ## Build the snapshot from corpus/ if it is not there and serve API and web pages; what cannot be taken in is named and left out
	$(BIN)/koopkg ingest corpus/cases || $(BIN)/koopkg snapshots list | grep -q '^\*'
	exec $(BIN)/koopkg serve --host $(HOST) --port $(PORT) --workers $(WORKERS)

test: .venv/installed-dev  ## Run the whole test suite; one process more than cores, since tests wait for servers and workers a third of their time
	$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

check: lint licences validate  ## Lint, format, types, licences, ontology and corpus

lint: .venv/installed-dev  ## Lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check src api tests tools bench
	$(BIN)/mypy

validate: .venv/installed-run  ## Ontology and corpus
	$(BIN)/koopkg validate

mutants: .venv/installed-dev  ## Plant the faults of tests/mutants.yaml one by one and see whether tests catch them: make mutants ONLY="no-threshold" JOBS=2
	$(BIN)/python -m tools.mutants --jobs $(or $(JOBS),1) $(if $(ONLY),--only $(ONLY))

bench: .venv/installed-dev  ## Measure speed as ratios against named baselines, and what disturbs what; SYNTHETIC=20000: also with so many cases
	$(BIN)/python bench/speed.py
	SYNTHETIC=$(SYNTHETIC) PYTHONPATH=. $(BIN)/python bench/read.py
	$(BIN)/python bench/encoder.py
	$(BIN)/python bench/load.py
	$(BIN)/python bench/panel.py
	$(BIN)/python bench/start.py

bench-ingest: .venv/installed-dev  ## Measure what an ingest costs and how that grows: make bench-ingest CASES=10000
	OMP_NUM_THREADS=1 $(BIN)/python bench/ingest.py $(CASES)

licences: .venv/installed-dev  ## Check that every dependency has a licence that is allowed and stands in docs/licences.md
	$(BIN)/python -m tools.list_licences --check

import: .venv/installed-dev  ## Turn records into corpus files: make import CASES="batch.yaml ..."
	$(BIN)/python -m tools.import_cases $(CASES)

messages: .venv/installed-dev  ## Bring the catalogues of sentences in src/koopkg/locale up to date with the source; new ones are then translated there
	$(BIN)/python -m tools.messages

clean:  ## Remove the environment, the data and all caches
	rm -rf .venv data build .mypy_cache .ruff_cache .pytest_cache .hypothesis src/koopkg.egg-info

.venv/bin/python:
	@echo "making the virtual environment .venv"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "koopkg needs Python 3.11 or newer; set PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/installed-run: .venv/bin/python pyproject.toml constraints.txt
	@echo "installing koopkg and what it needs; this takes some minutes the first time"
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/installed-dev: .venv/bin/python pyproject.toml constraints.txt
	@echo "installing koopkg with its test tools; this takes some minutes the first time"
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch .venv/installed-run $@
