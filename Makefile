# What people do here. Every target makes the environment first where it is missing.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint docs bench constraints clean

demo: .venv/installed  ## the main job on a real bank's calls
	@$(BIN)/callplan demo --output demo

test: .venv/installed  ## all tests: rooms, doctests, notebooks, documents, the built wheel
	@$(BIN)/python -m pytest -n auto --dist loadgroup

lint: .venv/installed  ## style, format, types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

docs: .venv/installed  ## write the generated pages anew
	@$(BIN)/python docs/generate.py

bench: .venv/installed  ## every benchmark, in its quick mode, beside its peers
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --group bench
	@for program in benchmarks/*.py; do echo "== $$program"; $(BIN)/python "$$program" --quick || exit 1; done

constraints:  ## exact versions anew, for all Pythons at once
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --extra demo --group dev --group bench pyproject.toml -o constraints.txt

# The stamp is written last, so a broken installation starts over. Bytecode is compiled
# once here: without it every start of a command is three times slower.
.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "callplan needs Python 3.11, 3.12 or 3.13: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@echo "Installing into .venv (once, about a minute) ..." >&2
	@rm -rf .venv
	@$(PYTHON) -m venv .venv || \
		{ echo "Python's venv is missing; on Debian: sudo apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@UV_COMPILE_BYTECODE=1 $(BIN)/uv pip install --quiet --python $(BIN)/python \
		--constraint constraints.txt --build-constraint constraints.txt --editable ".[demo]" --group dev
	@touch .venv/installed

clean:
	@rm -rf .venv demo dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
