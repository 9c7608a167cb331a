// Command bench measures cclf convert from end to end, in turn with two peers
// that make less of the same export, and writes docs/performance.md.
//
// The peers are DuckDB's read_ndjson with an explicit schema, and a plain
// program around encoding/json. Both write one table of claim lines to zstd
// Parquet, while cclf writes all of its tables. Each run is a process of its
// own; the runs alternate, so that what else the machine does meets all alike.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	var o options
	flag.StringVar(&o.cclf, "cclf", "bin/cclf", "the program to measure")
	flag.StringVar(&o.out, "o", "docs/performance.md", "the report to write")
	flag.StringVar(&o.benchmarks, "benchmarks", "", "output of go test -bench to put into the report")
	flag.StringVar(&o.size, "size", "1GB", "size of the exports")
	flag.StringVar(&o.scale, "scale", "100MB,1GB,4GB", "sizes over which throughput and memory are compared")
	flag.IntVar(&o.rounds, "rounds", 5, "runs of each kind")
	flag.Parse()
	if err := run(context.Background(), &o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	cclf, out, benchmarks, size, scale string
	rounds                             int
}

// run measures everything, or does the work of a peer when it is called as
// one, with what to do, the generation, the export, the output and the threads.
func run(ctx context.Context, o *options, args []string) error {
	if len(args) == 0 {
		return measure(o)
	}
	if len(args) != 5 {
		return errors.New("usage: bench [options]")
	}
	threads, err := strconv.Atoi(args[4])
	if err != nil {
		return err
	}
	switch args[0] {
	case "duckdb":
		return runDuckDB(ctx, args[1], args[2], args[3], threads)
	case "json":
		return runJSON(args[1], args[2], args[3])
	case "profile":
		return runProfile(ctx, args[2], args[3], threads)
	case "read":
		return runRead(args[2])
	}
	return fmt.Errorf("unknown work %q", args[0])
}

// measure makes the exports, runs everything on them, and writes the report.
func measure(o *options) error {
	dir, err := os.MkdirTemp("", "cclf-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b := &bench{options: o, dir: dir, self: self, cores: runtime.GOMAXPROCS(0), load: loadAverage()}
	for _, api := range []string{"v2", "v3"} {
		export, size, err := b.export(api, o.size)
		if err != nil {
			return err
		}
		if err := b.compare(api, export, size); err != nil {
			return err
		}
		if err := b.rooms(api, export); err != nil {
			return err
		}
		if api == "v2" {
			if err := b.compressed(export, size); err != nil {
				return err
			}
		}
		if err := os.RemoveAll(export); err != nil {
			return err
		}
	}
	for _, size := range strings.Split(o.scale, ",") {
		if err := b.scaled(size); err != nil {
			return err
		}
	}
	return b.report()
}

// export makes a synthetic export and returns its folder and its size.
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
