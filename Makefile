# make demo: install what is needed and improvise.   make test: install the checks too and run them.
# make studio: the same in a browser.   make bench: measure how fast all this is, each row beside the plain way.
# make test-scale: install Ray too, and test what needs more than one process.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
# make LOCKED=1 ...: the same versions, each file by its checksum; see tools/lock.py.
packages = $(if $(LOCKED),--require-hashes --requirement $(1).lock,--constraint constraints.txt --requirement $(1).txt)

.PHONY: demo studio test test-all test-browser .test-browser test-scale notebooks coverage check fuzz faults mutants bench audit lock clean

demo: .venv/.installed
	$(BIN)/python -m apps.jazz improvise --seed 7

studio: .venv/.installed
	$(BIN)/python -m apps.studio

# Three at a time, for on two cores one of them always waits for a process that it started.
PYTEST := $(BIN)/python -m pytest --numprocesses 3 --dist worksteal --ignore tests/scale --ignore tests/browser

test: .venv/.installed-dev check
	$(PYTEST) -m "not slow"

# The slow ones too: trainings to their end, published figures, real exports, kills; more cases of each property.
test-all: .venv/.installed-dev check
	$(PYTEST) --hypothesis-profile=all

# Several processes and machines, by Ray: the same networks, whatever is killed; large corpora.
test-scale: .venv/.installed-scale
	$(BIN)/python -m pytest tests/scale -s

# The studio in a real browser: the system's Chromium, where there is one.
test-browser:
	@if { command -v chromium || command -v chromium-browser || command -v google-chrome; } > /dev/null; \
		then $(MAKE) --no-print-directory .test-browser; \
		else echo "no browser tests: there is no Chromium here (apt-get install chromium)"; fi

.test-browser: .venv/.installed-browser
	$(BIN)/python -m pytest -s tests/browser

# The tests with the share of our lines that ran; what other processes run is not counted.
coverage: .venv/.installed-dev
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=95

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Runs every cell of the notebooks and of the solved exercises; an error in one fails. Their outputs in the repository stay.
notebooks: .venv/.installed-notebooks
	$(BIN)/python -m pytest --nbmake notebooks/*.ipynb notebooks/exercises/source --numprocesses 2 --timeout=900 --nbmake-timeout=600

bench: .venv/.installed
	$(BIN)/python -m tools.bench --rounds 3 --json output/bench/bench.json --picture output/bench/bench.png

# 2,000 cases each of files, bundles and sentences from strangers.
fuzz: .venv/.installed-dev
	$(BIN)/python -m pytest tests/test_untrusted_*.py --hypothesis-profile=fuzz --timeout=3600

# 50 kills of each command that writes, at random moments; full disks, odd homes, closed pipes. Ten of each kind
# of lost worker, machine and command, and a corpus of a gigabyte.
faults: .venv/.installed-scale
	CADENZA_KILLS=50 $(BIN)/python -m pytest tests/test_faults_*.py -s
	CADENZA_FAULTS=10 $(BIN)/python -m pytest tests/scale -s

# 60 small changes to the code of each package, and how many of them the tests notice. SAMPLE=all for all of them.
mutants: .venv/.installed-mutants
	$(BIN)/python -m tools.mutants --sample $(or $(SAMPLE),60) --seed $(or $(SEED),16)

# Known vulnerabilities of the pinned versions, where the database can be reached.
audit: .venv/.installed-audit
	@$(BIN)/python -m tools.audit

# The lock files, after a change of constraints.txt or of the requirements.
lock: .venv/.installed-audit
	$(BIN)/python -m tools.lock

clean:
	rm -rf .venv output mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Cadenza needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python requirements.txt constraints.txt
	$(PIP) $(call packages,requirements)
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	$(PIP) $(call packages,requirements-dev)
	@touch $@

.venv/.installed-browser: .venv/.installed-dev requirements-browser.txt
	$(PIP) --constraint constraints.txt --requirement requirements-browser.txt
	@touch $@

.venv/.installed-notebooks: .venv/.installed-dev requirements-notebooks.txt
	$(PIP) --constraint constraints.txt --requirement requirements-notebooks.txt
	@touch $@

.venv/.installed-mutants: .venv/.installed-dev requirements-mutants.txt
	$(PIP) --constraint constraints.txt --requirement requirements-mutants.txt
	@touch $@

.venv/.installed-audit: .venv/bin/python requirements-audit.txt
	$(PIP) $(call packages,requirements-audit)
	@touch $@

.venv/.installed-scale: .venv/.installed-dev requirements-scale.txt
	$(PIP) --constraint constraints.txt --requirement requirements-scale.txt
	@touch $@
