# Two commands on a fresh machine: make demo, make test. The rest is for those who work on the bot.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CORES := $(shell nproc 2>/dev/null || echo 2)
# Every command is a process of its own; where Python may not keep what it compiled, each would compile the bot again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test gate lint unit lock bench simulate soak format clean

$(READY): requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed."; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the locked packages ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

demo: $(READY)
	@$(BIN)/python run_bot.py demo

test: $(READY)
	+@$(MAKE) --no-print-directory -j2 lint unit

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(READY)
	$(BIN)/python -m pytest -n $(CORES) --dist=worksteal -m "not slow and not server and not browser" --cov=bot.core --cov-report=
	$(BIN)/coverage report --include='bot/core/*' --fail-under=100

# Servers, PostgreSQL, kills, fuzz, browser. Seconds are printed for each part.
gate: $(READY)
	$(BIN)/python tests/gate.py

bench: $(READY)
	$(BIN)/python tests/bench/bench.py --json bench.json

# A shared service through a month: 200 bulletins, four bots on one PostgreSQL, kills. About a quarter of an hour.
simulate: $(READY)
	$(BIN)/python -m tests.bench.simulate

# The month killed at N random moments, then a tenth as many kills among four bots on PostgreSQL; prints kills, months,
# messages, lost, duplicated, in doubt. About two hours for N=20000.
N ?= 1000
soak: $(READY)
	$(BIN)/python -m tests.crash.soak --kills $(N)
	BOT_KILLS=$$(( ($(N) + 9) / 10 )) $(BIN)/python -m pytest -m slow tests/crash/test_many_bots.py

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock:
	uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis .coverage*
