# `make run` and `make test` need nothing but Python 3.11 or newer, make and git; everything else is brought into .venv.

BIN := .venv/bin
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)

unexport PYTHONDONTWRITEBYTECODE # where it is set, each of the many starts compiles every module anew, in twice the time

.DEFAULT_GOAL := help
CHECKS := check-format check-lint check-types check-rooms check-rules
.PHONY: $(CHECKS) help run dev backup restore test faults check format lock upgrade bench clean python tools browser

help: ## Show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

run: python ## Set up what is missing and serve WrldBldr on http://localhost:3000 (WRLDBLDR_PORT changes the port)
	@$(PYTHON) -m workshop.environment run
	@$(BIN)/python -m wrldbldr

dev: python ## The same, reloading when the code changes
	@$(PYTHON) -m workshop.environment run
	@$(BIN)/python -m wrldbldr --reload

backup: python ## Copy database and pictures while the app runs, into WRLDBLDR_BACKUP_DIR (backups)
	@$(PYTHON) -m workshop.environment run
	@$(BIN)/python -m wrldbldr backup

restore: python ## Put a backup back where no data is: make restore BACKUP=backups/wrldbldr-…
	@$(PYTHON) -m workshop.environment run
	@$(BIN)/python -m wrldbldr restore "$(BACKUP)"

test: tools browser ## Set up what is missing, a browser included, and run every test
	@$(BIN)/python -m pytest --ignore=tests/e2e --numprocesses=auto --dist=worksteal
	@$(BIN)/python -m pytest tests/e2e # in a process of its own: the browser's driver brings an event loop and greenlets along

faults: tools ## Paint 200 batches while everything goes wrong (WRLDBLDR_FAULTS_SEED repeats a run)
	@WRLDBLDR_FAULTS_SEED=$${WRLDBLDR_FAULTS_SEED:-$$(date +%s)} WRLDBLDR_FAULTS_BATCHES=$${WRLDBLDR_FAULTS_BATCHES:-200} \
		$(BIN)/python -m pytest -q tests/faults/test_random_run.py

check: $(CHECKS) ## What can be said without running the app

check-format: tools
	@$(BIN)/ruff format --check .

check-lint: tools
	@$(BIN)/ruff check --quiet .

check-types: tools
	@$(BIN)/pyright

check-rooms: tools
	@$(BIN)/lint-imports --no-logo

check-rules: tools
	@$(BIN)/python -m pytest -q tests/test_house_rules.py

format: tools ## Format, and fix what the linter can fix
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

lock: python ## Write the lock files anew after a change in pyproject.toml
	@$(PYTHON) -m workshop.locks

upgrade: python ## Write the lock files with the newest versions that pyproject.toml allows
	@$(PYTHON) -m workshop.locks --upgrade

bench: tools browser ## Measure what must stay fast
	@$(BIN)/python -m pytest -m benchmark tests/benchmarks

clean: ## Remove everything that was installed or built; your worlds in data/ stay
	rm -rf .venv .web* .states .pytest_cache .ruff_cache .hypothesis .import_linter_cache assets/external
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

python:
	@test -n "$(PYTHON)" || { echo "WrldBldr needs Python 3.11 or newer (python3); none was found." >&2; exit 1; }

tools: python
	@$(PYTHON) -m workshop.environment dev

browser: tools
	@$(BIN)/python -m workshop.browser
