# Everything there is to do here; `make` lists it. The lab is a real cluster in system containers on this machine.
STACK ?= lab
export STACK
MAKEFLAGS += --no-print-directory
BIN := node_modules/.bin
MODULES := node_modules/.package-lock.json

LONG = $(patsubst test/lab/%.long.test.ts,%,$(wildcard test/lab/*.long.test.ts))

.PHONY: help up preview replace down kubeconfig doctor lab check test test-all bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: lab $(MODULES) ## a cluster as stacks/Pulumi.$STACK.yaml describes it (STACK=lab)
	@lab/pulumi up --yes --skip-preview
	@echo "kubectl: eval \"\$$(make kubeconfig$(patsubst %, STACK=%,$(filter-out lab,$(STACK))))\""

preview: lab $(MODULES) ## what `make up` would change
	@lab/pulumi preview

replace: lab $(MODULES) ## put a new machine in the place of one that lives or is lost (MACHINE=cp-1)
	@lab/replace

down: ## take the cluster away, whatever state it is in
	@lab/down

kubeconfig: ## write kubeconfig.yaml and print the export line
	@lab/kubeconfig

doctor: ## what this machine has, lacks, and what would be done about it
	@lab/doctor

lab: ## engine, Pulumi, images and binaries of the lab, in the cache
	@lab/setup

check: $(MODULES) ## types, style and shell
	@npm run --silent check

test: lab $(MODULES) check ## the tests, on real clusters; what takes longest is left to `make test-all`
	@echo "left to 'make test-all': $(LONG)"
	@eval "$$(lab/env)" && $(BIN)/vitest run --project unit --project doubles --project lab

test-all: lab $(MODULES) check ## every test
	@eval "$$(lab/env)" && $(BIN)/vitest run

bench: lab $(MODULES) ## the time to a cluster, against the same done by hand; and what previews cost
	@test/bench/run

$(MODULES): package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
