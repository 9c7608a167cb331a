package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
)

// An importing compares the import of a fixed-width file of CCLF5 with DuckDB.
type importing struct {
	ratio  ratio // of the smallest file
	scales []scaling
}

// imports measures the import of CCLF5 files of 100 MB and 1 GB, the first against
// DuckDB, which is slow.
func (b *bench) imports() error {
	records, err := b.lines()
	if err != nil {
		return err
	}
	for i, size := range []int64{1e8, 1e9} {
		file := filepath.Join(b.dir, fmt.Sprintf("CCLF5-%d", size), "CCLF5.txt")
		if err := writeLines(file, records, size); err != nil {
			return err
		}
		if err := b.importOf(file, size, i == 0); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Dir(file)); err != nil {
			return err
		}
	}
	return nil
}

// importOf measures the import of a file, and that by DuckDB if it is compared.
func (b *bench) importOf(file string, size int64, compared bool) error {
	fmt.Fprintf(os.Stderr, "import of %d MB\n", size/1e6)
	r := ratio{name: "DuckDB, all cores"}
	var mine, others []float64
	for range min(3, b.rounds) {
		b.sets++
		m, err := b.process(b.cclf, "-q", "import", "-o", b.lastSet(), file)
		if err != nil {
			return err
		}
		mine, r.rss = append(mine, m.seconds), max(r.rss, m.rss)
		if !compared {
			continue
		}
		p, err := b.peer("substr", "", file, b.cores)
		if err != nil {
			return err
		}
		others, r.peerRSS = append(others, p.seconds), max(r.peerRSS, p.rss)
		r.rounds = append(r.rounds, p.seconds/m.seconds)
	}
	mb := float64(size) / 1e6
	r.cclf = mb / median(mine)
	b.importing.scales = append(b.importing.scales, scaling{fmt.Sprintf("%.0f MB", mb), r.cclf, r.rss})
	if compared {
		r.peer = mb / median(others)
		b.importing.ratio = r
	}
	return nil
}

// lines returns the records of CCLF5 of a small synthetic export.
func (b *bench) lines() ([][]byte, error) {
	export, out := filepath.Join(b.dir, "small"), filepath.Join(b.dir, "fixed")
	if _, err := b.process(b.cclf, "-q", "synth", "-o", export); err != nil {
		return nil, err
	}
	_, err := b.process(b.cclf, "-q", "convert", "--format", "fixed", "-o", out, export)
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && (!ok || exit.ExitCode() != exitcode.Rejects) {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(out, "CCLF5"))
	return bytes.Split(bytes.TrimSpace(text), []byte("\n")), err
}

// writeLines writes records of CCLF5 again and again, each with a claim of its own.
func writeLines(name string, records [][]byte, size int64) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	for n, written := 0, int64(0); written < size; n++ {
		r := records[n%len(records)]
		fmt.Fprintf(w, "%013d%s\n", n, r[13:])
		written += int64(len(r)) + 1
	}
	return errors.Join(w.Flush(), f.Close())
}

// runSubstr reads a fixed-width file of CCLF5 with DuckDB, and writes all of its
// columns with their types to Parquet.
func runSubstr(ctx context.Context, file, out string, threads int) error {
	var columns []string
	for _, s := range schema.Lookup("cclf5").Record(schema.LayoutV36) {
		v := fmt.Sprintf("nullif(trim(substr(line, %d, %d)), '')", s.Start, s.End-s.Start+1)
		if s.Field.Kind != schema.Text {
			v = fmt.Sprintf("CAST(%s AS %s)", v, schema.DuckDB.Type(s.Field.Type))
		}
		columns = append(columns, v+" AS "+s.Field.Label)
	}
	db, err := sql.Open("duckdb", fmt.Sprintf("?threads=%d&autoinstall_known_extensions=false&autoload_known_extensions=false", threads))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, fmt.Sprintf(
		`COPY (SELECT %s FROM read_csv('%s', columns = {'line': 'VARCHAR'}, header = false, delim = '\x01', quote = '', escape = '', auto_detect = false))
		TO '%s' (FORMAT parquet, COMPRESSION zstd)`,
		strings.Join(columns, ", "), strings.ReplaceAll(file, "'", "''"), out))
	return err
}
