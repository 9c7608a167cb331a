//go:build cgo

package query

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// publish writes a data set with one CSV table, which has one row in each of its part
// files.
func publish(t *testing.T, out string, parts int) {
	t.Helper()
	w, err := dataset.Create(out, dataset.CSV, dataset.Options{Overwrite: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	table := dataset.Table{Name: "cclf1", Rows: int64(parts)}
	for i := range parts {
		f, err := w.CreatePart(table.Name, i, dataset.CSV)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(f, "cur_clm_uniq_id\n%d of %d\n", i, parts)
		file, err := f.Finish(1)
		if err != nil {
			t.Fatal(err)
		}
		table.Files = append(table.Files, file)
	}
	if err := w.Commit(&dataset.Manifest{Format: dataset.CSV, Tables: []dataset.Table{table}}); err != nil {
		t.Fatal(err)
	}
}

// TestReplaced replaces a data set while it is open. A query fails with ErrReplaced,
// and never reads a mixture of both.
func TestReplaced(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	publish(t, out, 2)
	db, err := Open(t.Context(), out, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const sql = "SELECT count(*) FROM cclf1"
	if got := get(t, db, sql); fmt.Sprint(got) != "[[2]]" {
		t.Errorf("%v rows", got)
	}
	publish(t, out, 3)
	if err := db.Run(t.Context(), sql, drain); !errors.Is(err, ErrReplaced) || !strings.Contains(err.Error(), "was replaced") {
		t.Errorf("error %v, want ErrReplaced", err)
	}
	if _, err := db.Query(t.Context(), "SELECT nonsense"); err == nil || errors.Is(err, ErrReplaced) {
		t.Errorf("error %v, want an unknown column", err)
	}
	again, err := Open(t.Context(), out, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := get(t, again, sql); fmt.Sprint(got) != "[[3]]" {
		t.Errorf("%v rows after the replacement", got)
	}
}

// TestReturned replaces a data set twice, the second time by one that equals the first.
// A statement that met the one between finds the manifest that it knows, and files that
// are all there, and must be told that they were not.
func TestReturned(t *testing.T) {
	t.Parallel()
	const sql = "SELECT count(*) FROM cclf1"
	for name, read := range map[string]func(*DB) error{
		"view": func(db *DB) error { return db.createViewsFor(t.Context(), sql) },
		"plan": func(db *DB) error {
			_, err := db.judge(t.Context(), split(sql)[0], nil)
			return err
		},
		"read": func(db *DB) error {
			_, err := openStream(t.Context(), db.conn, sql, nil)
			return sqlError(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			publish(t, out, 2)
			db, err := Open(t.Context(), out, Options{Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			if name != "view" {
				if err := db.createViewsFor(t.Context(), sql); err != nil {
					t.Fatal(err)
				}
			}
			publish(t, out, 3)
			err = read(db)
			if err == nil || errors.Is(err, ErrReplaced) {
				t.Fatalf("error %v, want one of DuckDB", err)
			}
			publish(t, out, 2)
			if err := db.replaced(err); !errors.Is(err, ErrReplaced) {
				t.Errorf("error %v, want ErrReplaced", err)
			}
			if got := get(t, db, sql); fmt.Sprint(got) != "[[2]]" {
				t.Errorf("%v rows after that", got)
			}
		})
	}
}

// TestMissed has the messages of DuckDB about files.
func TestMissed(t *testing.T) {
	t.Parallel()
	db := &DB{tables: []tableSource{{files: []string{"/out/cclf1/part-00000-abc.parquet"}}}}
	for msg, want := range map[string]bool{
		`Permission Error: Cannot access file "/out/cclf1/part-00000-abc.parquet" - file system operations are disabled by configuration`:              true,
		`Permission Error: Cannot access file "/out/cclf1/part-00000-abc.parquet/**/*.parquet" - file system operations are disabled by configuration`: true,
		`IO Error: Cannot open file "/out/cclf1/part-00000-abc.parquet": No such file or directory`:                                                    true,
		`IO Error: No files found that match the pattern "/out/cclf1/part-00000-abc.parquet"`:                                                          true,
		`IO Error: Cannot open file "/out/cclf1/part-00000-abc.parquet": Permission denied`:                                                            false,
		`IO Error: Could not read from file "/out/cclf1/part-00000-abc.parquet": Input/output error`:                                                   false,
		`Permission Error: Cannot access file "/etc/passwd" - file system operations are disabled by configuration`:                                    false,
		`Permission Error: Cannot access file "/out/cclf1/part-00000-abc.parquet.key" - file system operations are disabled by configuration`:          false,
		`IO Error: Cannot open file "/tmp/duckdb_temp_storage-0.tmp": No such file or directory`:                                                       false,
		`Invalid Input Error: No magic bytes found at end of file '/out/cclf1/part-00000-abc.parquet'`:                                                 false,
	} {
		if got := db.missed(sqlError(engineError(msg))); got != want {
			t.Errorf("%s: %t", msg, got)
		}
	}
}

// TestReplacedMeanwhile opens and queries a data set that is replaced continuously.
func TestReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "out")
	publish(t, out, 1)
	var done atomic.Bool
	read := make(chan int)
	go func() {
		n := 0
		for !done.Load() {
			db, err := Open(t.Context(), out, Options{Threads: 1})
			if errors.Is(err, ErrReplaced) {
				continue // in each try
			}
			if err != nil {
				t.Error(err)
				break
			}
			rows, err := db.Query(t.Context(), "SELECT count(*) = any_value(split_part(cur_clm_uniq_id, ' of ', 2))::int FROM cclf1")
			switch {
			case errors.Is(err, ErrReplaced):
			case err != nil:
				t.Error(err)
			default:
				if ok := rows.Next(); ok && rows.Values()[0] != true {
					t.Errorf("a mixture: %v", rows.Values())
				} else if !ok && !errors.Is(rows.Err(), ErrReplaced) {
					t.Errorf("no row, and %v", rows.Err())
				}
				rows.Close()
				n++
			}
			db.Close()
		}
		read <- n
	}()
	for i := range 30 {
		publish(t, out, 1+i%4)
	}
	done.Store(true)
	if n := <-read; n == 0 {
		t.Log("all queries met a replacement")
	}
}
