# The two commands of the README are `make run` and `make test`; both work on a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := bench bot console conversation handlers migrations models services simulator texts

# What is compiled is kept: a story in the tests starts the program a hundred times, and each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check format bench install compiled lock clean

run: $(VENV)/.installed
	$(BIN)/python -m bot run --demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev $(VENV)-bench/.installed compiled
	$(BIN)/python -m bench $(ARGS)

install: $(VENV)/.installed compiled

# The service may not write into this folder, and would take a second longer at each start.
compiled: $(VENV)/bin/python
	$(BIN)/python -m compileall -q $(ROOMS)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@ $(VENV)/.installed

# The peers' packages, apart from ours: what is measured of ours runs on our own lock.
$(VENV)-bench/.installed: requirements-bench.lock
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	touch $@

# Names, versions and hashes only: no index address may stand in a lock file.
lock:
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header -q pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header -q --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header -q --extra bench pyproject.toml -o requirements-bench.lock

clean:
	rm -rf $(VENV) $(VENV)-bench var .pytest_cache .mypy_cache .ruff_cache .hypothesis
