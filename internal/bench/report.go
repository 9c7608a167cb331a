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

This page is written by %[1]smake bench%[1]s, which anyone can run; the figures are those of
the machine that it ran on last. Absolute figures do not carry over to other
machines, ratios mostly do.

`

const reportPeers = `
## Against two peers

Each row is a synthetic export of %s as the real server sends it: plain NDJSON,
members in alphabetical order. %[2]scclf convert%[2]s writes **all** its tables to zstd
Parquet. The peers write **one** table of claim lines of %[3]d columns to zstd
Parquet, and read nothing but the ExplanationOfBenefit files:

- DuckDB's %[2]sread_ndjson%[2]s with an explicit schema of what the columns need. What is of
  the claim is found once for a claim, before its lines are spread.
- encoding/json into structs of what the columns need, Arrow builders, and the
  Parquet writer that cclf uses: what one writes first.

The runs alternate. A ratio is the time of the peer over the time of cclf in the
same round; the spread is the least and the most of %[4]d rounds.

| export | peer | cclf MB/s | peer MB/s | ratio | spread | cclf peak MB | peer peak MB |
|---|---|---|---|---|---|---|---|
`

const reportRooms = `
## Where the time goes

Shares of the processor time of a conversion on all cores, from a profile. Each
sample belongs to the first room with a function on its stack.

`

const reportBound = `
The bound of any tool that looks at each byte is the speed at which a core can
look at bytes at all, some 2,000 MB/s for text that has to be checked as JSON.
cclf saves itself a part of that: objects that were seen before are compared and
not parsed (see package ndjson). How far it is from the bound can be read off
the benchmarks below: *Check* scans and checks every byte and does nothing
else, *Walk* finds all values that the tables want.
`

const reportBenchmarks = `
## By room

One core; bytes are those of the NDJSON, also in the rooms behind the walk.
%[1]stestdata/bench/baseline.txt%[1]s has the output of an earlier run, with which
%[1]smake bench%[1]s compares (benchstat), so that a regression shows.

`

// report writes what was measured.
func (b *bench) report() error {
	var out strings.Builder
	fmt.Fprintf(&out, reportHead, "`")
	fmt.Fprintf(&out, "| | |\n|---|---|\n| date | %s |\n| machine | %s, %d cores used |\n| load before | %s |\n| Go | %s %s/%s |\n",
		time.Now().UTC().Format(time.DateOnly), cpuName(), b.cores, b.load, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	line := claimLines["v2"]
	fmt.Fprintf(&out, reportPeers, b.size, "`", len(line.columns()), b.rounds)
	for _, r := range b.ratios {
		fmt.Fprintf(&out, "| %s | %s | %.0f | %.0f | **%.1f** | %.1f to %.1f | %s | %s |\n", r.api, r.name, r.cclf, r.peer,
			median(r.rounds), slices.Min(r.rounds), slices.Max(r.rounds), megabytes(r.rss), megabytes(r.peerRSS))
	}
	out.WriteString("\n## Cost grows in proportion\n\n| v2 export | MB/s | peak MB |\n|---|---|---|\n")
	for _, s := range b.scales {
		fmt.Fprintf(&out, "| %s | %.0f | %s |\n", s.size, s.mbs, megabytes(s.rss))
	}
	fmt.Fprintf(&out, "\nCompressed with gzip, the v2 export is converted at %.0f MB/s of its text. The decompressor\nalone, on one core, makes %.0f MB/s.\n", b.gzip[0], b.gzip[1])
	out.WriteString(reportRooms)
	out.WriteString("| room |")
	for _, p := range b.profile {
		fmt.Fprintf(&out, " %s |", p.api)
	}
	out.WriteString("\n|---|" + strings.Repeat("---|", len(b.profile)) + "\n")
	for i := range len(rooms) + 1 {
		name := "everything else"
		if i < len(rooms) {
			name = rooms[i].name
		}
		fmt.Fprintf(&out, "| %s |", name)
		for _, p := range b.profile {
			fmt.Fprintf(&out, " %.0f %% |", 100*p.shares[i])
		}
		out.WriteString("\n")
	}
	out.WriteString(reportBound)
	if err := b.goBenchmarks(&out); err != nil {
		return err
	}
	return os.WriteFile(b.out, []byte(out.String()), 0o644)
}

// goBenchmarks writes a table of the output of "go test -bench", if there is
// one.
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
				return fmt.Sprintf("%.0f", median(list))
			}
			return ""
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s |\n", name, of("MB/s"), of("B/op"), of("allocs/op"))
	}
	return nil
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f", float64(n)/1e6) }

// cpuName is the name of the processor, where the system tells.
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
