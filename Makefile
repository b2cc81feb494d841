# Two commands matter: `make play` to try it, `make test` to prove it. `make help` lists the rest.

SHELL := /bin/sh
VENV  := .venv
PY    := $(VENV)/bin/python
STAGES = exec $(PY) -m tests.support.stages

# The first of these that is 3.11 or newer and can make an environment is used; `make PYTHON=… play` decides.
PYTHON ?=
PYTHONS := python3.11 python3.12 python3.13 python3

# HOST is taken from make's command line only: some shells export the machine's own name as HOST.
ADDRESS = $(if $(filter command,$(firstword $(origin HOST))),--host $(HOST)) $(if $(PORT),--port $(PORT))

.PHONY: help play test lint test-js test-embedded test-production test-browser test-night test-faults test-watch test-compose bench messages dev lock clean
.SILENT:

help:
	echo "make play             a hunt on this machine: PORT=8000 HOST=127.0.0.1, other options in ARGS"
	echo "make test             every check and every test; alone: lint test-js test-embedded"
	echo "                      test-production test-browser"
	echo "make test-night       the night itself, in a browser: what organisers and spectators see and do"
	echo "make test-faults      what must hold whatever breaks: servers killed, hung and cut off under load (10 minutes)"
	echo "make test-watch       bots play while projector, console and a player's page are watched: BOTS=200 MINUTES=10"
	echo "make test-compose     the compose file on a Docker engine of its own, as root on Debian (15 minutes; PULL=1: yours)"
	echo "make bench            how fast it is beside what is usual, on one core: BENCH=fanout ROUNDS=3; build/bench.json"
	echo "make messages         what the interface says -> enigma_rt/locale; tells what is not translated"
	echo "make dev              the environment with everything the tests need, in $(VENV)"
	echo "make lock             requirements*.in -> requirements*.txt (UPGRADE=1 takes the newest versions)"
	echo "make clean            removes what tests and checks left; keeps $(VENV) and the hunt in var/"

# The recipe becomes the server itself (exec): Ctrl-C and SIGTERM reach it, and nothing stays behind.
play:
	$(call install,requirements.txt); \
	exec $(PY) manage.py play $(ADDRESS) $(ARGS)

dev:
	$(call install,requirements.txt requirements-dev.txt)

test: dev
	$(STAGES) lint js embedded production browser

lint: dev
	$(STAGES) lint

test-js: dev
	$(STAGES) js

test-embedded: dev
	$(STAGES) embedded

test-production: dev
	$(STAGES) production

test-browser: dev
	$(STAGES) browser

test-night: dev
	$(STAGES) night

test-faults: dev
	$(STAGES) faults

test-watch: dev
	exec $(PY) -m tests.watch

test-compose: dev
	$(STAGES) compose

bench: dev
	exec $(PY) -m tests.load

messages: dev
	exec env DJANGO_SETTINGS_MODULE=enigma_rt.settings $(PY) -m tests.support.messages $(if $(CHECK),--check)

# A fixed version of the locker, in an environment of its own: nobody's machine decides what the files look like.
lock:
	$(call environment,build/lock-venv); \
	build/lock-venv/bin/python -m pip install --quiet uv==0.13.9; \
	for name in requirements requirements-dev; do \
		build/lock-venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			$(if $(UPGRADE),--upgrade) $$name.in --output-file $$name.txt; \
	done

clean:
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# $(call environment,FOLDER): makes a virtual environment unless a working one is there.
define environment
set -e; \
if ! [ -x $(1)/bin/python ] || ! [ -x $(1)/bin/pip ]; then \
	python=; \
	for candidate in $(or $(PYTHON),$(PYTHONS)); do \
		if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "missing: Python 3.11 or newer with venv (Debian and Ubuntu: apt install python3 python3-venv)" >&2; \
		exit 1; \
	fi; \
	echo "making $(1) with $$($$python --version)"; \
	$$python -m venv --clear $(1); \
fi
endef

# $(call install,FILES): installs the locked files. A copy of each installed file stays in the environment: as long
# as it is the same as the file here, pip is not even started.
define install
$(call environment,$(VENV)); \
for file in $(1); do \
	cmp -s $$file $(VENV)/installed-$$file && continue; \
	echo "installing $(1) (only when they have changed)"; \
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes $(addprefix -r ,$(1)); \
	for done in $(1); do cp $$done $(VENV)/installed-$$done; done; \
	break; \
done
endef
