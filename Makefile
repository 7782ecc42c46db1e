# netzwart: six verbs. Each one starts from a bare checkout with make and python3 (3.11 or newer).

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := $(BIN)/uv
T ?= tests
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo test run fix check migration score bench-api bench-import bench-poll bench-proof simulate-years parts clean

help: ## Show the verbs
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/.runtime ## Demo city, simulated network and the service, from a bare checkout
	@$(BIN)/netzwart demo --port $(PORT)

test: .venv/.complete parts ## All tests, on real parts; a part of them: make test T=tests/funding
	@test "$(T)" != tests || $(BIN)/python tools/rules_coverage.py
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -q $(T)

run: .venv/.complete ## Web and worker on your own data in ./var, restarted when the code changes
	@$(BIN)/python tools/reload.py

fix: .venv/.complete ## Format, mend what can be mended, rewrite generated files
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@$(BIN)/djlint --quiet --reformat src || true
	@$(BIN)/python -m netzwart.network.profiles.loading

check: .venv/.complete ## Format, lint, types, import floors, templates, spelling, dependency audit
	@$(BIN)/python tools/check.py

migration: .venv/.complete ## A new migration from the tables: make migration M="add drawdown"
	@$(BIN)/python tools/migration.py "$(M)"

score: .venv/.complete ## Facts found in recordings of real devices (needs ../shared/captures)
	@$(PYTHON) ../shared/captures/tools/score_captures.py --captures ../shared/captures/snmp \
		--expected ../shared/captures/expected --by-os \
		--batch-cmd '$(BIN)/netzwart identify --full --targets {targets}'
	@$(PYTHON) ../shared/captures/tools/score_ssh.py --ssh ../shared/captures/ssh \
		--batch-cmd '$(BIN)/netzwart parse --targets {targets}'

bench-proof: .venv/.complete ## Time and memory of a proof with 5,000 expenses and 20,000 devices
	@$(BIN)/python tools/bench_proof.py

bench-api: .venv/.complete ## Cost of lists and searches with 100,000 devices on both databases
	@$(BIN)/python tools/bench_api.py

bench-import: .venv/.complete ## Time of a list of 20,000 devices on both databases: plan, apply, undo
	@$(BIN)/python tools/bench_import.py

bench-poll: .venv/.complete ## Cost of status polls beside snmp_exporter and a C client (needs ../shared/bench)
	@$(BIN)/python tools/bench_poll.py --postgresql; first=$$?; $(BIN)/python tools/bench_fleet.py && exit $$first

simulate-years: .venv/.runtime ## Two school years of the demo city in minutes: which cases open, and when
	@$(BIN)/python tools/simulate_years.py

parts: ## What the tests need of the system: browser, snmpd, sshd, PDF tools
	@sh tools/parts.sh

clean: ## Remove environment and built assets; your data in ./var stays
	@rm -rf .venv node_modules src/netzwart/web/static/vendor

.venv/.made:
	@sh tools/environment.sh "$(PYTHON)" "$(UV_VERSION)"
	@touch $@

.venv/.runtime: .venv/.made pyproject.toml uv.lock package-lock.json
	@test -e .venv/.complete || $(UV) sync --quiet --frozen --no-default-groups --group assets
	@$(BIN)/python tools/build_assets.py
	@touch $@

.venv/.complete: .venv/.made pyproject.toml uv.lock package-lock.json
	@$(UV) sync --quiet --frozen --inexact
	@$(BIN)/python tools/build_assets.py
	@touch $@
