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
