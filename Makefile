# Every target sets up what it needs in .venv; nothing has to be installed before but Python 3.11 or newer.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
JOBS   ?= 2

.PHONY: demo test test-all lint docs pictures bench clean
.DELETE_ON_ERROR:

demo: $(VENV)/.test
	$(BIN)/python examples/demo.py

# Under Numba a third of each family of tests; `test-all` runs all of them.
test: $(VENV)/.test
	$(BIN)/python -m pytest -q -n $(JOBS) --sample

test-all: $(VENV)/.test
	$(BIN)/python -m pytest -q -n $(JOBS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check src
	$(BIN)/mypy

docs: $(VENV)/.test
	$(BIN)/python examples/render.py

pictures: $(VENV)/.bench
	$(BIN)/python examples/pictures.py

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks figures

clean:
	rm -rf $(VENV) build src/*.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python -m venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

# One stamp for each set of extras, so that a second `make` does not call pip again.
$(VENV)/.%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[$*]'
	@touch $@
