# Targets for developers and CI. "make help" lists them.
#
# You need Go and a C++ compiler (for DuckDB), nothing else. The linter is built
# from source, at the version below, the first time it runs.

GO            ?= go
GOLANGCI_LINT ?= $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VERSION       ?= $(shell git describe --tags --dirty 2>/dev/null)

# Files that "go generate" writes. They are committed, and "make check" fails if
# they are out of date.
GENERATED     := docs/crosswalk.md docs/extra-columns.md $(foreach module,. iceberg beam,$(module)/THIRD-PARTY-LICENSES $(module)/NOTICE)

.DEFAULT_GOAL := build

# PROFILE tells the compiler which calls "cclf convert" makes most often, which makes it 3 %
# faster. It has not the name default.pgo: with that, go test and the linter would compile
# all packages twice.
PROFILE := cmd/cclf/convert.pgo

# Not position independent, as the programs of a release are: each start of those corrects
# 300,000 addresses, for 4 ms of processor time and 6 MB of memory that is not shared.
.PHONY: build
build: ## build bin/cclf
	$(GO) build -trimpath -pgo $(PROFILE) -ldflags '-s -w -X main.release=$(VERSION)' -o bin/cclf ./cmd/cclf

.PHONY: iceberg
iceberg: ## build bin/cclf-iceberg
	cd iceberg && $(GO) build -trimpath -ldflags '-s -w -X main.release=$(VERSION)' -o ../bin/cclf-iceberg ./cmd/cclf-iceberg

.PHONY: beam
beam: ## build bin/cclf-beam
	cd beam && $(GO) build -trimpath -ldflags '-s -w -X main.release=$(VERSION)' -o ../bin/cclf-beam ./cmd/cclf-beam

OUT     ?= dist
TARGETS ?=

.PHONY: release
release: ## build the files of a release into dist: archives, packages, container image, SBOMs, SHA256SUMS
	cd scripts/release && $(GO) build -trimpath -o ../../bin/release .
	bin/release -version '$(VERSION)' -targets '$(TARGETS)' -out $(OUT)

.PHONY: reproduce
reproduce: ## build a release twice, and check that the files are the same
	$(MAKE) release OUT=dist
	$(MAKE) release OUT=dist.again
	diff -r dist dist.again
	rm -rf dist.again

.PHONY: vulncheck
vulncheck: ## check linked libraries for known vulnerabilities (needs the network)
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...
	cd iceberg && $(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 -tags gcs,azure ./...
	cd beam && $(GO) run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

.PHONY: demo
demo: build ## generate synthetic claims, convert them, and query the result
	sh scripts/demo.sh bin/cclf

# Packages that start goroutines or share memory between them.
CONCURRENT = $(shell $(GO) list $$(grep -lE '\bgo func|\.Go\b|sync\.(Mutex|RWMutex|WaitGroup|Pool|Map|Cond)|atomic\.|\bchan\b|AfterFunc' \
	$$($(GO) list -f '{{range .GoFiles}}{{$$.Dir}}/{{.}} {{end}}' ./...) | xargs -n 1 dirname | sort -u))
SEQUENTIAL = $(filter-out $(CONCURRENT),$(shell $(GO) list ./...))

# A linker that takes a quarter less CPU time for DuckDB than the default one, if there is one.
LINKER = $(shell for linker in mold lld gold; do \
	if [ "$$(uname)" = Linux ] && echo 'int main(void) { return 0; }' | $$($(GO) env CC) -fuse-ld=$$linker -x c -o /dev/null - 2>/dev/null; \
	then echo -extldflags=-fuse-ld=$$linker; break; fi; done)

# Without DWARF tables and symbols, test binaries link in less than half the time. Results
# are not cached: tests look for programs such as Chromium, and to note what tests read
# takes a twentieth of the time of all. "make vet" runs all analyzers.
TEST_FLAGS ?= -ldflags='-s -w $(LINKER)' -vet=off -count=1 -timeout 30m

# Temporary files of the tests are in memory, where there is such a folder.
IN_MEMORY = sh '$(CURDIR)/scripts/in-memory.sh'

# Packages that run twice: with the race detector, in which they are ten times as slow,
# without what takes long and starts the same goroutines as others (synthtest.WithoutRace),
# and then what does less with it, without it. Those that take longest start first, so that
# no core waits for them at the end.
TWICE = ./cmd/cclf ./query ./convert ./delivery ./fetch ./internal/dataset ./load ./ndjson

# Modules beside that of cclf. Of iceberg, not its program, whose libraries for AWS take
# minutes to build.
MODULES = testdata/readers testdata/stores iceberg/internal scripts/release beam

# With Go's default, a third of the time of many tests is that of the garbage collector. With
# these values and the race detector, the tests of convert use 1.3 GB. Two passes run at a
# time, because many tests wait.
.PHONY: test
test: export GOGC ?= 1000
test: export GOMEMLIMIT ?= 1GiB
test: ## run the tests, with the race detector where races can be
	@$(MAKE) -j 2 test-race test-plain test-modules

.PHONY: test-race
test-race:
	$(IN_MEMORY) $(GO) test $(TEST_FLAGS) -race $(TWICE) $(CONCURRENT)

.PHONY: test-plain
test-plain:
	@tests=$$($(GO) run ./internal/gen/racetests $(TWICE)) && \
		$(IN_MEMORY) $(GO) test $(TEST_FLAGS) -run "$$tests" $(TWICE)
	$(IN_MEMORY) $(GO) test $(TEST_FLAGS) $(SEQUENTIAL)

# The output of a module is printed when it ends.
.PHONY: test-modules
test-modules:
	@failed=; for module in $(MODULES); do \
		output=$$(cd $$module && $(IN_MEMORY) $(GO) test $(TEST_FLAGS) ./... 2>&1) || failed="$$failed $$module"; \
		printf '%s\n' "$$output"; \
	done; \
	if [ -n "$$failed" ]; then echo "tests failed in:$$failed" >&2; exit 1; fi

.PHONY: torture
torture: ## kill and fail publications at every operation, for docs/reliability.md; random tests for longer
	CCLF_TORTURE=1 $(GO) test -count 1 -timeout 120m -v -run 'Kill|Fail|Readers|Synced' ./internal/dataset | grep -v '^ *\(===\|---\)'
	CCLF_TORTURE=1 $(GO) test -count 1 -timeout 120m -v -run 'KilledPublishing' ./convert | grep -v '^=== '
	CCLF_TORTURE=1 $(GO) test -count 1 -timeout 60m -v -run 'ReadersInDuckDB' ./query | grep -v '^=== '
	CCLF_TORTURE=1 $(GO) test -count 1 -timeout 60m -run 'Agreement$$|KeyOrder|LogEqualsExport|ShardsOfLog' ./convert

.PHONY: check
check: fmt vet lint generated nocgo test ## everything that CI checks

.PHONY: fmt
fmt: ## check that the Go files are formatted
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "run gofmt -w on:" $$files >&2; exit 1; fi

.PHONY: vet
vet: ## run go vet
	$(GO) vet ./...
	cd testdata/readers && $(GO) vet ./...
	cd testdata/stores && $(GO) vet ./...
	cd iceberg && $(GO) vet ./internal/...
	cd scripts/release && $(GO) vet ./...
	cd beam && $(GO) vet ./...

.PHONY: lint
lint: ## run the linters of .golangci.yml
	$(GOLANGCI_LINT) run

.PHONY: generated
generated: ## check that the generated files are up to date
	@before=$$(cat /dev/null $(wildcard $(GENERATED)) | cksum); \
	$(GO) generate ./... || exit; \
	after=$$(cat /dev/null $(wildcard $(GENERATED)) | cksum); \
	if [ "$$before" != "$$after" ]; then echo "go generate changed $(GENERATED): commit the result" >&2; exit 1; fi

.PHONY: vega
vega: ## fetch the JavaScript of charts again, and check it (needs npm and the network)
	node scripts/vega.mjs

.PHONY: nocgo
nocgo: ## check that everything except what needs DuckDB builds without cgo
	CGO_ENABLED=0 $(GO) vet ./cmd/...

.PHONY: workflows
workflows: ## check the workflows of GitHub, with ShellCheck if it is there
	$(GO) run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12

.PHONY: systems
systems: ## check that what needs no cgo builds for macOS and Windows
	GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 $(GO) vet ./cmd/...
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) vet ./cmd/...

BENCHSTAT     ?= $(GO) run golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
BENCH_OPTIONS ?=
BASELINE      := testdata/bench/baseline.txt

.PHONY: bench
bench: build ## measure each stage of the pipeline, and cclf against its peers; write docs/performance.md
	$(GO) test -run '^$$' -bench . -benchmem -count 3 ./ndjson ./convert | tee bench.txt
	$(BENCHSTAT) $(BASELINE) bench.txt
	$(GO) run ./internal/bench -benchmarks bench.txt $(BENCH_OPTIONS)

.PHONY: pgo
pgo: ## measure again where "cclf convert" spends its time, for the compiler
	@dir=$$(mktemp -d) && $(GO) test -trimpath -c -o "$$dir/convert.test" ./convert && cd convert && \
		"$$dir/convert.test" -test.run '^$$' -test.bench . -test.benchtime 2s -test.cpuprofile '$(CURDIR)/$(PROFILE)' && \
		rm -r "$$dir"

.PHONY: baseline
baseline: ## compare later runs with the last run of "make bench"
	mkdir -p $(dir $(BASELINE))
	cp bench.txt $(BASELINE)

.PHONY: cover
cover: ## measure test coverage, into cover.out
	$(GO) test -coverprofile cover.out -coverpkg ./... ./...
	$(GO) tool cover -func cover.out | tail -n 1

.PHONY: clean
clean: ## remove the files of other targets
	rm -rf bin demo dist dist.again cover.out bench.txt

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
