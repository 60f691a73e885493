# Two commands matter: `make lab` to learn, `make test` to check. Both set the environment up first.
PYTHON ?= python3
VENV   := .venv
LOWEST := .venv-lowest
SPARK  := .venv-spark
BIN    := $(VENV)/bin
START  := notebooks/00_start_here.ipynb

# ipykernel's debugger prints a note about frozen modules on stderr, which nbval would report.
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export PYTHONHASHSEED := 0
# This user's own IPython settings must not change what the notebooks show.
notebooks nbval lowest real spark: export IPYTHONDIR := $(shell mkdir -p build/ipython)$(CURDIR)/build/ipython

.PHONY: help lab install notebooks app screenshot test quick lint unit nbval lowest real spark sample classroom grade site epub bench constraints address clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# A .venv whose Python is gone, or that was moved with its folder, is made anew.
ifneq ($(shell $(BIN)/python -c 'import sys; print(sys.prefix)' 2>/dev/null),$(CURDIR)/$(VENV))
$(shell rm -f $(VENV)/.done $(VENV)/.package)
endif

install: $(VENV)/.package  ## set up .venv with pinned versions

$(VENV)/.done: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; this is $$($(PYTHON) -V). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Installing into $(VENV): one to two minutes and about 1.1 GB, once."
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints.txt
	@touch $@

$(VENV)/.package: $(VENV)/.done pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lab: install  ## open JupyterLab on the first notebook (or print its address)
	@mkdir -p $(VENV)/share/jupyter/lab/settings
	@mkdir -p $(VENV)/etc/jupyter/labconfig
	@echo '{"disabledExtensions": {"@jupyter/nbgrader": true}}' > $(VENV)/etc/jupyter/labconfig/page_config.json
	@echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' > $(VENV)/share/jupyter/lab/settings/overrides.json
	@echo "JupyterLab starts on $(START). Without a browser here, open the address printed below; stop with Ctrl+C, twice."
	@$(BIN)/python -m jupyter lab --ServerApp.log_level=30 --LabApp.default_url=/lab/tree/$(START) $(LAB_OPTIONS) $$([ "$$(id -u)" = 0 ] && echo --allow-root)

app: install  ## show the explorer as a page of its own (or print its address)
	@echo "The explorer opens after some seconds: a model is trained first. Stop with Ctrl+C."
	@$(BIN)/python -m voila app/explorer.ipynb $(APP_OPTIONS)

screenshot: install  ## take the README's picture of the explorer anew (needs Chromium)
	$(BIN)/python -m pytest tests/browser -k explorer
	cp build/screenshots/explorer-articles-1280-light.png docs/explorer.png

notebooks: install  ## execute every notebook in place
	$(BIN)/python scripts/execute_notebooks.py
	$(BIN)/python scripts/pictures.py
	$(BIN)/python scripts/house.py
	$(BIN)/python -m classroom.release

test: install lint unit nbval lowest real  ## run everything that must pass

# No browser, no process, no fit of the sample: for whoever is at work.
quick: lint  ## lint, types and the quick unit tests, before a commit
	$(BIN)/python -m pytest tests --ignore tests/browser --quick -n 2 --dist loadfile

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m mypy

# The browser's answers are timed, so nothing runs beside them.
unit: install
	$(BIN)/python -m pytest tests/browser
	$(BIN)/python -m pytest tests --ignore tests/browser -n 2 --dist loadfile

# Strict: every stored output of every cell must come out again, to the letter.
nbval: install
	$(BIN)/python -m pytest --nbval --nbval-cell-timeout=120 -n 2 --dist loadfile notebooks exercises/source

# Those versions have no wheels for Python 3.13 and newer.
LOWEST_PYTHON ?= $(firstword $(foreach p,$(PYTHON) python3.11 python3.12,$(shell $(p) -c 'import sys; print("$(p)" if sys.version_info[:2] in [(3, 11), (3, 12)] else "")' 2>/dev/null)))

$(LOWEST)/.done: constraints-lowest.txt pyproject.toml
	$(LOWEST_PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-lowest.txt
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The oldest versions supported, which are Colab's: unit tests, and the notebooks must run. Here
# with the blanks filled in: a solution that its check refuses stops the notebook.
ifneq ($(LOWEST_PYTHON),)
lowest: $(LOWEST)/.done
	$(LOWEST)/bin/python -m pytest tests --ignore tests/browser -n 2 --dist loadfile
	$(LOWEST)/bin/python scripts/chapters.py build/solved
	$(LOWEST)/bin/python -m pytest --nbval-lax --nbval-cell-timeout=120 -n 2 --dist loadfile build/solved exercises/source
else
lowest:
	@echo "skipped: the oldest supported versions (they need Python 3.11 or 3.12; make test LOWEST_PYTHON=path)"
endif

# The real files, where they are: the same notebooks must run on them.
DESKREC_REAL ?= $(wildcard ../shared/data/deskdrop-real.zip)
real: install
ifneq ($(DESKREC_REAL),)
	DESKREC_DATA="$$(realpath "$(DESKREC_REAL)")" $(BIN)/python -m pytest --nbval-lax --nbval-cell-timeout=120 -n 2 --dist loadfile notebooks
else
	@echo "skipped: the notebooks on the real data (no ../shared/data/deskdrop-real.zip; make real DESKREC_REAL=path)"
endif

# Apart from the rest: Spark is nearly half a gigabyte, and needs Java. Timings are no part of what
# must come out again; those cells say so. Another Java: make spark JAVA_HOME=folder.
spark: export DESKREC_SPARK := required

$(SPARK)/.done: constraints-spark.txt
	@echo "Installing into $(SPARK): two to three minutes and about 1.7 GB, once."
	$(PYTHON) -m venv --clear $(SPARK)
	$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-spark.txt
	@touch $@

$(SPARK)/.package: $(SPARK)/.done pyproject.toml
	$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

spark: $(SPARK)/.package  ## chapter 9: install Spark apart, run its tests and its notebook (needs Java 17)
	$(SPARK)/bin/python -m pytest tests/test_spark.py
	$(SPARK)/bin/python -m pytest --nbval --nbval-cell-timeout=300 notebooks/09_more_clicks_than_one_machine.ipynb

sample: install  ## make the embedded sample anew and its report
	$(BIN)/python -m deskrec_simulator
	$(BIN)/python -m deskrec_simulator.report

classroom: install  ## make the student notebooks, their zip and the grader's course
	$(BIN)/python -m classroom.release

grade: install  ## grade a folder: make grade SUBMISSIONS=path
	@test -n "$(SUBMISSIONS)" || { echo "Which folder? make grade SUBMISSIONS=path"; exit 1; }
	@$(BIN)/python -m classroom.grade "$(SUBMISSIONS)" $(GRADE_OPTIONS)

site: install  ## make the course a site in build/site (it needs no network)
	$(BIN)/python site/build.py

epub: install  ## make the course a book, build/epub/course.epub
	$(BIN)/python site/build.py --epub --out build/epub

bench: install  ## measure the figures of the README
	$(BIN)/python benchmarks/sizes.py
	$(BIN)/python benchmarks/imports.py
	$(BIN)/python benchmarks/speed.py "$(DESKREC_REAL)"
	$(BIN)/python benchmarks/notebooks.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/evaluation.py
	$(BIN)/python benchmarks/grading.py

EXTRAS := $(addprefix --extra ,lab classroom app kaggle index site test)
PIN    := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade

constraints:  ## pin the newest versions anew (needs uv)
	$(PIN) $(EXTRAS) pyproject.toml -o constraints.txt
	$(PIN) --constraint constraints.txt --extra lab --extra spark --extra test pyproject.toml -o constraints-spark.txt
	$(PIN) scripts/lowest.in -o constraints-lowest.txt

address: install  ## point badges and install cells at a fork: make address URL=https://github.com/you/deskrec-tutorial
	$(BIN)/python scripts/address.py $(URL)

clean:  ## remove everything that was installed or built
	rm -rf $(VENV) $(LOWEST) $(SPARK) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
