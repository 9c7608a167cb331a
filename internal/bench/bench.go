package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type options struct {
	cclf, out, benchmarks, size, scale string
	rounds                             int
}

// A bench runs the measurements and holds their results.
type bench struct {
	*options
	dir, self string
	cores     int
	load      string // of the machine before the first run
	sets      int    // data sets written so far

	exports []exportFacts
	ratios  []ratio
	scales  []scaling
	profile []stageShares

	importing importing
	output    outputs
	gzip      [2]float64 // MB/s of decompressed text: cclf, and decompression alone
}

// A sample is one run of a process.
type sample struct {
	seconds float64
	rss     int64 // peak, in bytes
}

// A ratio compares the time of a peer with that of cclf over several rounds.
type ratio struct {
	api, name    string
	cclf, peer   float64   // MB/s, medians
	rounds       []float64 // time of the peer over time of cclf
	rss, peerRSS int64
}

type scaling struct {
	size string
	mbs  float64
	rss  int64
}

// stageShares are the shares of the stages in the processor time, and after them
// the share of everything else.
type stageShares struct {
	api    string
	shares []float64
}

// exportFacts describe an export that is measured.
type exportFacts struct {
	api           string
	bytes         int64
	claims, lines int64
}

// factsOf counts the claims and claim lines of an export, given a data set of it.
func factsOf(api string, bytes int64, set string) (exportFacts, error) {
	x := exportFacts{api: api, bytes: bytes}
	text, err := os.ReadFile(filepath.Join(set, "_manifest.json"))
	if err != nil {
		return x, err
	}
	var manifest struct {
		Tables []struct {
			Name string
			Rows int64
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return x, err
	}
	for _, t := range manifest.Tables {
		switch t.Name {
		case "claims":
			x.claims = t.Rows
		case "cclf2", "cclf5", "cclf6", "cclf7":
			x.lines += t.Rows
		}
	}
	if x.claims == 0 {
		return x, fmt.Errorf("no claims in %s", set)
	}
	return x, nil
}

// export creates a synthetic export and returns its folder and its size in bytes.
func (b *bench) export(api, size string) (string, int64, error) {
	dir := filepath.Join(b.dir, "export-"+api+"-"+size)
	if _, err := b.process(b.cclf, "-q", "synth", "--api", api, "--size", size, "-o", dir); err != nil {
		return "", 0, err
	}
	var total int64
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		total += info.Size()
		return err
	})
	return dir, total, err
}

// process runs a program to completion.
func (b *bench) process(name string, args ...string) (sample, error) {
	return b.processOn(b.cores, name, args...)
}

// processOn is process with GOMAXPROCS set to cores.
func (b *bench) processOn(cores int, name string, args ...string) (sample, error) {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(cores))
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	s := sample{seconds: time.Since(start).Seconds()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rss = usage.Maxrss << 10
	}
	return s, nil
}

// convert runs cclf on an export. Each run writes a new data set, so that no run
// pays for deleting another one.
func (b *bench) convert(export string, jobs int) (sample, error) {
	b.sets++
	out := b.lastSet()
	return b.processOn(jobs, b.cclf, "-q", "convert", "--jobs", strconv.Itoa(jobs), "-o", out, export)
}

// lastSet is the folder of the data set that was written last.
func (b *bench) lastSet() string { return filepath.Join(b.dir, fmt.Sprintf("set-%d", b.sets)) }

// peer runs a task of this program on an export in a subprocess.
func (b *bench) peer(task, api, export string, threads int) (sample, error) {
	return b.process(b.self, task, api, export, filepath.Join(b.dir, task+".out"), strconv.Itoa(threads))
}

// median is the median of a list that is not empty.
func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// loadAverage is the load average of the last minute, or "unknown".
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	load, _, _ := strings.Cut(string(text), " ")
	return load
}
