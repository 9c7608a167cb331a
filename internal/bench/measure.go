package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/convert"
)

// A bench is what was measured so far.
type bench struct {
	*options
	dir, self string
	cores     int
	load      string // of the machine, before
	sets      int    // data sets made by cclf

	ratios  []ratio
	scales  []scaling
	profile []roomShares
	gzip    [2]float64 // MB/s of text: of cclf, and of decompression alone
}

// A sample is one run of a process.
type sample struct {
	seconds float64
	rss     int64 // peak, in bytes
}

// A ratio is how much longer a peer took than cclf, over several rounds.
type ratio struct {
	api, name    string
	cclf, peer   float64 // MB/s, medians
	rounds       []float64
	rss, peerRSS int64
}

type scaling struct {
	size string
	mbs  float64
	rss  int64
}

// process runs a program to its end.
func (b *bench) process(name string, args ...string) (sample, error) {
	return b.processOn(b.cores, name, args...)
}

// processOn is process for a program of Go that may use so many cores.
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

// convert runs cclf on an export. Each run makes a data set of its own, so that
// none has the work of deleting another, nor a file system that has just done it.
func (b *bench) convert(export string, jobs int) (sample, error) {
	b.sets++
	out := filepath.Join(b.dir, fmt.Sprintf("set-%d", b.sets))
	return b.processOn(jobs, b.cclf, "-q", "convert", "--jobs", strconv.Itoa(jobs), "-o", out, export)
}

// peer runs one of the peers, or another work of this program, on an export.
func (b *bench) peer(work, api, export string, threads int) (sample, error) {
	return b.process(b.self, work, api, export, filepath.Join(b.dir, work+".out"), strconv.Itoa(threads))
}

// compare runs cclf and the peers in turn.
func (b *bench) compare(api, export string, size int64) error {
	fmt.Fprintf(os.Stderr, "%s: cclf and its peers, %d rounds\n", api, b.rounds)
	for _, c := range []struct {
		name, work  string
		jobs, peers int
	}{
		{"DuckDB, all cores", "duckdb", b.cores, b.cores},
		{"DuckDB, one core", "duckdb", 1, 1},
		{"encoding/json, one goroutine; cclf on all cores", "json", b.cores, 1},
	} {
		r := ratio{api: api, name: c.name}
		var mine, others []float64
		for range b.rounds {
			m, err := b.convert(export, c.jobs)
			if err != nil {
				return err
			}
			p, err := b.peer(c.work, api, export, c.peers)
			if err != nil {
				return err
			}
			mine, others = append(mine, m.seconds), append(others, p.seconds)
			r.rounds = append(r.rounds, p.seconds/m.seconds)
			r.rss, r.peerRSS = max(r.rss, m.rss), max(r.peerRSS, p.rss)
		}
		r.cclf, r.peer = float64(size)/1e6/median(mine), float64(size)/1e6/median(others)
		b.ratios = append(b.ratios, r)
	}
	return nil
}

func median(list []float64) float64 {
	s := slices.Sorted(slices.Values(list))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// scaled measures throughput and memory on an export of a size.
func (b *bench) scaled(size string) error {
	fmt.Fprintln(os.Stderr, "v2,", size)
	export, bytes, err := b.export("v2", size)
	if err != nil {
		return err
	}
	defer os.RemoveAll(export)
	var seconds []float64
	s := scaling{size: size}
	for range min(3, b.rounds) {
		m, err := b.convert(export, b.cores)
		if err != nil {
			return err
		}
		seconds = append(seconds, m.seconds)
		s.rss = max(s.rss, m.rss)
	}
	s.mbs = float64(bytes) / 1e6 / median(seconds)
	b.scales = append(b.scales, s)
	return nil
}

// compressed compares the conversion of a compressed export with decompression
// alone.
func (b *bench) compressed(export string, size int64) error {
	packed := filepath.Join(b.dir, "packed")
	if err := os.Mkdir(packed, 0o700); err != nil {
		return err
	}
	defer os.RemoveAll(packed)
	files, err := filepath.Glob(filepath.Join(export, "*.ndjson"))
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := pack(name, filepath.Join(packed, filepath.Base(name)+".gz")); err != nil {
			return err
		}
	}
	var whole, alone []float64
	for range min(3, b.rounds) {
		m, err := b.convert(packed, b.cores)
		if err != nil {
			return err
		}
		p, err := b.peer("read", "v2", packed, 1)
		if err != nil {
			return err
		}
		whole, alone = append(whole, m.seconds), append(alone, p.seconds)
	}
	b.gzip = [2]float64{float64(size) / 1e6 / median(whole), float64(size) / 1e6 / median(alone)}
	return nil
}

func pack(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	z, err := gzip.NewWriterLevel(out, gzip.DefaultCompression)
	if err != nil {
		return err
	}
	if _, err := io.Copy(z, in); err != nil {
		return err
	}
	return z.Close()
}

// runRead decompresses an export and does nothing with it.
func runRead(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.gz"))
	if err != nil {
		return err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<16))
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, z); err != nil {
			return err
		}
		f.Close()
	}
	return nil
}

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

// A room is a part of the pipeline, told by the functions at its door. A
// sample belongs to the first room with a function on its stack.
var rooms = []struct {
	name string
	door *regexp.Regexp
}{
	{"walk: the JSON, checked and searched", regexp.MustCompile(`ndjson\.\(\*Program\)\.Walk$`)},
	{"rows: cells evaluated and typed", regexp.MustCompile(`convert\.\(\*worker\)\.line$`)},
	{"lines: where they end", regexp.MustCompile(`ndjson\.(lineEnds|\(\*Chunk\)\.Lines)$`)},
	{"read: files into chunks", regexp.MustCompile(`ndjson\.Chunks$`)},
	{"gather: texts numbered, rows spilled", regexp.MustCompile(`convert\.\(\*(run\)\.(take|endReading)|spill\)\.end)$`)},
	{"write: rows sorted out, Parquet", regexp.MustCompile(`convert\.\(\*run\)\.write`)},
	{"garbage collection", regexp.MustCompile(`runtime\.gcBgMarkWorker`)},
}

// roomShares are the shares of the rooms in the processor time, and behind
// them that of everything else.
type roomShares struct {
	api    string
	shares []float64
}

// rooms profiles a conversion.
func (b *bench) rooms(api, export string) error {
	if _, err := b.peer("profile", api, export, b.cores); err != nil {
		return err
	}
	profile := filepath.Join(b.dir, "profile.out")
	text, err := exec.Command("go", "tool", "pprof", "-traces", b.self, profile).Output()
	if err != nil {
		return fmt.Errorf("go tool pprof: %w", err)
	}
	shares := make([]float64, len(rooms)+1)
	total := 0.0
	for _, block := range strings.Split(string(text), "-----------+")[1:] {
		value, stack := parseTrace(block)
		at := slices.IndexFunc(rooms, func(r struct {
			name string
			door *regexp.Regexp
		}) bool {
			return slices.ContainsFunc(stack, r.door.MatchString)
		})
		if at < 0 {
			at = len(rooms)
		}
		shares[at] += value
		total += value
	}
	for i := range shares {
		shares[i] /= total
	}
	b.profile = append(b.profile, roomShares{api, shares})
	return os.RemoveAll(profile + ".set")
}

// parseTrace reads one stack of "go tool pprof -traces": a line of dashes, the
// time with the function at the top, and its callers.
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

// loadAverage is that of the last minute, where the system tells.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	load, _, _ := strings.Cut(string(text), " ")
	return load
}
