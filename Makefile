# Everything that can be done with this repository. "make" alone lists the targets.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

FUZZTIME ?= 30s
BENCH    ?= .

# The commit and its date, as in "0123456789ab 2026-10-01", with "+" behind the hash if files were changed; empty without
# git. The date of the build is not taken: two builds of one commit are the same bytes.
git    := git -c safe.directory='*'
commit  = $(shell $(git) log -1 --abbrev=12 --format="%h$$($(git) status --porcelain 2>/dev/null | sed -n '1s/.*/+/p') %cs" 2>/dev/null)

.PHONY: help setup setup-demo build demo test lint bench fuzz page data man clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r target text; do printf 'make %-6s  %s\n' "$$target" "$$text"; done

setup: ## install the distribution's packages that are missing for all targets
	@scripts/setup test

setup-demo:
	@scripts/setup demo

build: ## compile bin/ops and its companion bin/ops-tools, both static
	@scripts/setup build
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X 'ops/internal/version.commit=$(commit)'" -o bin/ ./cmd/...

demo: setup-demo build ## count a day of ssh attacks, draw it as a film, and make its page
	bin/ops logviz stats --tz UTC examples/attack-day.log
	@mkdir -p out
	bin/ops logviz timelapse --tz UTC examples/attack-day.log -o out/attack-day.mp4
	bin/ops logviz page --tz UTC examples/attack-day.log -o out/attack-day.html
	@echo "The film is $(CURDIR)/out/attack-day.mp4, the page $(CURDIR)/out/attack-day.html"

test: setup build ## run all tests with the race detector
	CGO_ENABLED=1 go test -race -timeout 20m ./...

lint: setup ## check format, code, shell scripts and modules
	@scripts/lint

bench: setup ## run the benchmarks; BENCH=REGEXP chooses
	go test -run '^$$' -bench '$(BENCH)' -benchmem -timeout 60m ./...

fuzz: setup ## run every fuzz target for FUZZTIME (30s)
	@scripts/fuzz '$(FUZZTIME)'

page: ## bundle the TypeScript of logviz/page/web into what the program embeds
	go run ./logviz/page/pack

data: ## make the data inside the program anew from their sources
	@scripts/data

man: build ## write the manual pages to out/man
	bin/ops man out/man

clean: ## remove what the other targets made
	rm -rf bin out
