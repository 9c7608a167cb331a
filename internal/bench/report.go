package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

const reportHead = `# Performance

%[1]smake bench%[1]s writes all of this page, and anyone can run it. The figures are from
the machine of the last run: on another machine absolute figures will differ, and
ratios will be similar. [import.md](import.md), [reconcile.md](reconcile.md) and
[fetch.md](fetch.md) have figures of their own, [lake.md](lake.md#what-a-run-costs) those of
a lake of 10 GB and an increment, and [formats.md](formats.md#what-they-cost-and-what-they-save)
those of row groups and scans. [scale.md](scale.md#what-it-costs) has those of
%[1]scclf-beam%[1]s.

`

const reportPeers = `
## Compared with two peers

The exports are synthetic ones of %s in the form that the server sends: plain
NDJSON, members in alphabetical order. They are as varied as those of a server: 4,000
diagnoses, 6,000 procedure codes, 8,000 drugs and 20,000 providers, few of them frequent
and most of them rare, with free amounts, ids and control numbers. That matters: data
with fewer codes repeats itself more, and is faster to convert.

%[5]s
%[2]scclf convert%[2]s writes **all** its tables to zstd Parquet. The peers write **one**
table of claim lines with %[3]d columns to zstd Parquet, and read only the
ExplanationOfBenefit files:

- DuckDB's %[2]sread_ndjson%[2]s with an explicit schema of what the columns need. Values of
  the claim are extracted once per claim, before its lines are unnested.
- encoding/json into structs of what the columns need, Arrow builders, and the
  Parquet writer that cclf uses: the obvious first version of such a program.

The runs alternate. A ratio is the time of the peer over the time of cclf in the
same round; the spread is the minimum and maximum of %[4]d rounds.

| export | peer | cclf MB/s | peer MB/s | ratio | spread | cclf peak MB | peer peak MB |
|---|---|---|---|---|---|---|---|
`

const reportImport = `
## Import of CCLF files

%[1]scclf import%[1]s of one fixed-width CCLF5 file (records of 388 bytes) to zstd Parquet.
The peer is DuckDB's %[1]sread_csv%[1]s of the same lines with a %[1]ssubstr%[1]s and a cast per column,
to zstd Parquet. It checks no dates and amounts beyond the cast, and ends at the first
bad one. The ratio of 100 MB is %.1[2]f (%.1[3]f to %.1[4]f); DuckDB reads %[5]s MB/s and takes %[6]s MB.

| CCLF5 | MB/s | peak MB |
|---|---|---|
`

const reportStages = `
## Where the time goes

Shares of processor time in a conversion on all cores, from a profile. Each
sample belongs to the first stage with an entry function on its stack.

`

const reportBound = `
A tool that looks at every byte cannot be faster than one core can look at bytes,
some 2,000 MB/s for text that must be checked as JSON. cclf avoids part of that
work: objects that it has seen before are compared instead of parsed (see package
ndjson). The benchmarks below show the distance to that bound: *Check* scans and
checks every byte and does nothing else; *Walk* finds all values that the tables
need.
`

const reportBenchmarks = `
## By stage

One core. Bytes are those of the NDJSON, also in the stages after the walk.
%[1]stestdata/bench/baseline.txt%[1]s has the output of an earlier run; %[1]smake bench%[1]s
compares with it (benchstat) to reveal regressions.

`

// report writes the page.
func (b *bench) report() error {
	var out strings.Builder
	fmt.Fprintf(&out, reportHead, "`")
	fmt.Fprintf(&out, "| | |\n|---|---|\n| date | %s |\n| machine | %s, %d cores used |\n| load before | %s |\n| Go | %s %s/%s |\n",
		time.Now().UTC().Format(time.DateOnly), cpuName(), b.cores, b.load, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	line := claimLines["v2"]
	fmt.Fprintf(&out, reportPeers, b.size, "`", len(line.columns()), b.rounds, b.exportTable())
	for _, r := range b.ratios {
		fmt.Fprintf(&out, "| %s | %s | %s | %s | **%.1f** | %.1f to %.1f | %s | %s |\n", r.api, r.name, thousands(r.cclf), thousands(r.peer),
			median(r.rounds), slices.Min(r.rounds), slices.Max(r.rounds), megabytes(r.rss), megabytes(r.peerRSS))
	}
	out.WriteString("\n## Cost grows linearly\n\n| v2 export | MB/s | peak MB |\n|---|---|---|\n")
	for _, s := range b.scales {
		fmt.Fprintf(&out, "| %s | %s | %s |\n", s.size, thousands(s.mbs), megabytes(s.rss))
	}
	out.WriteString("\nThe time of a small export is mostly the start of the program, and its memory mostly pages of the\nprogram file.\n")
	fmt.Fprintf(&out, "\nCompressed with gzip, the v2 export is converted at %s MB/s of its text. The decompressor\nalone, on one core, reaches %s MB/s.\n", thousands(b.gzip[0]), thousands(b.gzip[1]))
	b.reportImport(&out)
	b.reportOutput(&out)
	out.WriteString(reportStages)
	out.WriteString("| stage |")
	for _, p := range b.profile {
		fmt.Fprintf(&out, " %s |", p.api)
	}
	out.WriteString("\n|---|" + strings.Repeat("---|", len(b.profile)) + "\n")
	for i := range len(stages) + 1 {
		name := "everything else"
		if i < len(stages) {
			name = stages[i].name
		}
		fmt.Fprintf(&out, "| %s |", name)
		for _, p := range b.profile {
			fmt.Fprintf(&out, " %.0f%% |", 100*p.shares[i])
		}
		out.WriteString("\n")
	}
	out.WriteString(reportBound)
	if err := b.goBenchmarks(&out); err != nil {
		return err
	}
	return os.WriteFile(b.out, []byte(out.String()), 0o644)
}

// exportTable lists the exports that are compared.
func (b *bench) exportTable() string {
	var out strings.Builder
	out.WriteString("| export | MB | claims | kB per claim | lines per claim |\n|---|---|---|---|---|\n")
	for _, x := range b.exports {
		fmt.Fprintf(&out, "| %s | %s | %s | %.1f | %.1f |\n", x.api, megabytes(x.bytes), thousands(float64(x.claims)),
			float64(x.bytes)/1e3/float64(x.claims), float64(x.lines)/float64(x.claims))
	}
	return out.String()
}

// reportImport writes the section about CCLF files.
func (b *bench) reportImport(out *strings.Builder) {
	r := &b.importing.ratio
	fmt.Fprintf(out, reportImport, "`", median(r.rounds), slices.Min(r.rounds), slices.Max(r.rounds), thousands(r.peer), megabytes(r.peerRSS))
	for _, s := range b.importing.scales {
		fmt.Fprintf(out, "| %s | %s | %s |\n", s.size, thousands(s.mbs), megabytes(s.rss))
	}
}

// goBenchmarks writes a table of the output of "go test -bench", if it was given.
func (b *bench) goBenchmarks(out *strings.Builder) error {
	if b.benchmarks == "" {
		return nil
	}
	text, err := os.ReadFile(b.benchmarks)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, reportBenchmarks, "`")
	out.WriteString("| benchmark | MB/s | bytes allocated | allocations |\n|---|---|---|---|\n")
	var names []string
	values := map[string]map[string][]float64{}
	for _, line := range strings.Split(string(text), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimSuffix(strings.TrimPrefix(fields[0], "Benchmark"), fmt.Sprintf("-%d", b.cores))
		if values[name] == nil {
			names = append(names, name)
			values[name] = map[string][]float64{}
		}
		for i := 2; i+1 < len(fields); i += 2 {
			var v float64
			if _, err := fmt.Sscan(fields[i], &v); err == nil {
				values[name][fields[i+1]] = append(values[name][fields[i+1]], v)
			}
		}
	}
	for _, name := range names {
		of := func(unit string) string {
			if list := values[name][unit]; list != nil {
				return thousands(median(list))
			}
			return ""
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", name, of("MB/s"), of("B/op"), of("allocs/op"))
	}
	return nil
}

func megabytes(n int64) string { return thousands(float64(n) / 1e6) }

// thousands rounds a number and separates its thousands.
func thousands(f float64) string {
	s := fmt.Sprintf("%.0f", f)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// cpuName is the name of the processor, or else the architecture.
func cpuName() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for _, line := range strings.Split(string(text), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
