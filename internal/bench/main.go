// Command bench measures cclf convert end to end against two peers that do less
// with the same export, and writes docs/performance.md.
//
// The peers are DuckDB's read_ndjson with an explicit schema, and a simple
// program on encoding/json. Both write one table of claim lines to zstd Parquet;
// cclf writes all of its tables. It also measures cclf import of a fixed-width
// file against DuckDB's read_csv of the same lines. Each run is a separate process,
// and the runs alternate, so that other load on the machine affects all of them
// equally.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
)

func main() {
	var o options
	flag.StringVar(&o.cclf, "cclf", "bin/cclf", "the program to measure")
	flag.StringVar(&o.out, "o", "docs/performance.md", "the report to write")
	flag.StringVar(&o.benchmarks, "benchmarks", "", "output of go test -bench to include in the report")
	flag.StringVar(&o.size, "size", "1GB", "size of the exports")
	flag.StringVar(&o.scale, "scale", "1MB,100MB,1GB,4GB", "sizes for the comparison of throughput and memory")
	flag.IntVar(&o.rounds, "rounds", 5, "runs of each program")
	flag.Parse()
	if err := run(context.Background(), &o, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures everything, or does the work of a subprocess, whose arguments are
// the task, the API version, the export, the output and the number of threads.
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
	case "substr":
		return runSubstr(ctx, args[2], args[3], threads)
	case "copy-csv", "copy-parquet":
		return runCopy(ctx, strings.TrimPrefix(args[0], "copy-"), args[2], args[3], threads)
	case "json":
		return runJSON(args[1], args[2], args[3])
	case "profile":
		return runProfile(ctx, args[2], args[3], threads)
	case "read":
		return runRead(args[2])
	}
	return fmt.Errorf("unknown task %q", args[0])
}
