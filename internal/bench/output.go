package main

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// outputs are the measurements of the output of queries.
type outputs struct {
	results  []resultRatio
	firstRow float64 // seconds from the start of the program to the first row
}

// A resultRatio compares the output of a result; MB/s are of the output.
type resultRatio struct {
	ratio
	bytes int64 // of the output
}

const (
	// outputTable is the table that is written: the widest of the large ones.
	outputTable = "cclf5"
	// largeResult is the size that the CSV of the larger result has at least. The
	// start of the programs takes most of the time of the smaller one, which is the
	// table as it is.
	largeResult = 200e6
)

// writeResults compares cclf query with DuckDB's COPY of the same part files, by turns.
func (b *bench) writeResults(set string) error {
	if err := b.writeTable([]string{"-d", set}, filepath.Join(set, outputTable)); err != nil {
		return err
	}
	large := filepath.Join(b.dir, "large")
	defer os.RemoveAll(large)
	copies := int(largeResult/b.output.results[0].bytes) + 1
	if err := repeatTable(filepath.Join(set, outputTable), filepath.Join(large, outputTable), copies); err != nil {
		return err
	}
	if err := b.writeTable([]string{"-d", large, "--no-manifest"}, filepath.Join(large, outputTable)); err != nil {
		return err
	}
	var err error
	b.output.firstRow, err = b.firstRow(set)
	return err
}

// repeatTable makes a table with the part files of another one several times.
func repeatTable(from, to string, copies int) error {
	files, err := filepath.Glob(filepath.Join(from, "*.parquet"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for i := range copies * len(files) {
		if err := os.Link(files[i%len(files)], filepath.Join(to, fmt.Sprintf("part-%05d.parquet", i))); err != nil {
			return err
		}
	}
	return nil
}

// writeTable compares the output of a table, which is in the data set that flags name.
func (b *bench) writeTable(flags []string, table string) error {
	for _, format := range []string{"csv", "parquet"} {
		fmt.Fprintf(os.Stderr, "query output: %s, %d rounds\n", format, b.rounds)
		out := filepath.Join(b.dir, "result."+format)
		r := resultRatio{ratio: ratio{name: format}}
		var mine, others []float64
		for range b.rounds {
			m, err := b.process(b.cclf, slices.Concat([]string{"query", "-o", out}, flags, []string{"FROM " + outputTable})...)
			if err != nil {
				return err
			}
			p, err := b.peer("copy-"+format, "v2", table, b.cores)
			if err != nil {
				return err
			}
			mine, others = append(mine, m.seconds), append(others, p.seconds)
			r.rounds = append(r.rounds, p.seconds/m.seconds)
			r.rss, r.peerRSS = max(r.rss, m.rss), max(r.peerRSS, p.rss)
		}
		info, err := os.Stat(out)
		if err != nil {
			return err
		}
		r.bytes = info.Size()
		r.cclf, r.peer = float64(r.bytes)/1e6/median(mine), float64(r.bytes)/1e6/median(others)
		b.output.results = append(b.output.results, r)
	}
	return nil
}

// firstRow returns the seconds until a query with 100 million rows prints the first.
func (b *bench) firstRow(set string) (float64, error) {
	cmd := exec.Command(b.cclf, "query", "-d", set, "-f", "csv", "FROM range(100_000_000)")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	lines := bufio.NewReader(out)
	for range 2 { // the header is first
		if _, err = lines.ReadString('\n'); err != nil {
			break
		}
	}
	seconds := time.Since(start).Seconds()
	_ = cmd.Process.Kill() // Wait reports that, and nothing else
	_, _ = io.Copy(io.Discard, lines)
	_ = cmd.Wait()
	return seconds, err
}

// runCopy writes the part files of a table as one file with DuckDB's COPY, as csv or
// parquet.
func runCopy(ctx context.Context, format, table, out string, threads int) error {
	files, err := filepath.Glob(filepath.Join(table, "*.parquet"))
	if err != nil {
		return err
	}
	options := map[string]string{"csv": "FORMAT csv, HEADER", "parquet": "FORMAT parquet, COMPRESSION zstd"}[format]
	db, err := sql.Open("duckdb", fmt.Sprintf("?threads=%d&autoinstall_known_extensions=false&autoload_known_extensions=false", threads))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, fmt.Sprintf("COPY (FROM read_parquet(['%s'])) TO '%s' (%s)", strings.Join(files, "', '"), out, options))
	return err
}

const reportOutput = `
## Output of queries

%[1]scclf query -o FILE 'FROM %[2]s'%[1]s on the data set of the v2 export, and on one with its
part files many times, compared with DuckDB's own %[1]sCOPY%[1]s of the same part files in a
process of its own. A ratio of 1 is the speed of COPY. The start of both programs is counted;
it is most of the time of the small results. The first row of a result of 100 million rows is
printed %.2[3]f seconds after the start of the program.

| format | output MB | cclf MB/s | COPY MB/s | ratio | spread | cclf peak MB | COPY peak MB |
|---|---|---|---|---|---|---|---|
`

// reportOutput writes the section about the output of queries.
func (b *bench) reportOutput(out *strings.Builder) {
	fmt.Fprintf(out, reportOutput, "`", outputTable, b.output.firstRow)
	for _, r := range b.output.results {
		fmt.Fprintf(out, "| %s | %.1f | %s | %s | **%.2f** | %.2f to %.2f | %s | %s |\n", r.name, float64(r.bytes)/1e6, thousands(r.cclf), thousands(r.peer),
			median(r.rounds), slices.Min(r.rounds), slices.Max(r.rounds), megabytes(r.rss), megabytes(r.peerRSS))
	}
}
