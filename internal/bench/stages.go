package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/convert"
)

// runProfile converts an export and writes a CPU profile.
func runProfile(ctx context.Context, export, profile string, jobs int) error {
	f, err := os.Create(profile)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	_, err = convert.Run(ctx, convert.Options{
		Inputs: []string{export}, Out: profile + ".set", Overwrite: true, Jobs: jobs, MaxRejects: -1,
	})
	pprof.StopCPUProfile()
	return err
}

// A stage is a part of the pipeline. A sample of the profile belongs to the first
// stage with an entry function on its stack.
type stage struct {
	name  string
	entry *regexp.Regexp
}

var stages = []stage{
	{"walk: JSON checked and searched", regexp.MustCompile(`ndjson\.\(\*Program\)\.Walk$`)},
	{"rows: cells evaluated and typed", regexp.MustCompile(`convert\.\(\*worker\)\.resource$`)},
	{"lines: line ends found", regexp.MustCompile(`ndjson\.(lineEnds|\(\*Chunk\)\.Lines)$`)},
	{"read: files cut into chunks", regexp.MustCompile(`ndjson\.(Chunks|\(\*cutter\)\.run)$`)},
	{"spill: texts numbered, rows spilled", regexp.MustCompile(`convert\.\(\*run\)\.(collect|endReading)$`)},
	{"write: rows sorted, Parquet written", regexp.MustCompile(`convert\.\(\*(run\)\.merge|tableMerge\)\.merge)$`)},
	{"garbage collection", regexp.MustCompile(`runtime\.gcBgMarkWorker`)},
}

// profileStages profiles a conversion.
func (b *bench) profileStages(api, export string) error {
	if _, err := b.peer("profile", api, export, b.cores); err != nil {
		return err
	}
	profile := filepath.Join(b.dir, "profile.out")
	text, err := exec.Command("go", "tool", "pprof", "-traces", b.self, profile).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	b.profile = append(b.profile, stageShares{api, sharesOf(string(text))})
	return os.RemoveAll(profile + ".set")
}

// sharesOf adds up the output of "go tool pprof -traces".
func sharesOf(traces string) []float64 {
	shares := make([]float64, len(stages)+1)
	total := 0.0
	for _, block := range strings.Split(traces, "-----------+")[1:] {
		seconds, stack := parseTrace(block)
		at := slices.IndexFunc(stages, func(s stage) bool { return slices.ContainsFunc(stack, s.entry.MatchString) })
		if at < 0 {
			at = len(stages)
		}
		shares[at] += seconds
		total += seconds
	}
	for i := range shares {
		shares[i] /= total
	}
	return shares
}

// parseTrace reads one stack of "go tool pprof -traces": a line of dashes, the
// time with the innermost function, and its callers.
func parseTrace(block string) (seconds float64, stack []string) {
	lines := strings.Split(block, "\n")
	for _, line := range lines[1:] {
		fields := strings.Fields(strings.TrimSuffix(line, " (inline)"))
		switch len(fields) {
		case 2:
			if d, err := time.ParseDuration(fields[0]); err == nil {
				seconds = d.Seconds()
			}
			stack = append(stack, fields[1])
		case 1:
			stack = append(stack, fields[0])
		}
	}
	return seconds, stack
}
