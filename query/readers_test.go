//go:build cgo

package query

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// generation is the n-th of the data sets that replace each other: the texts of the rows
// of a table by year. One file is the same in all, one differs, and each has one that the
// one before lacks.
func generation(n int) map[string]string {
	last := []string{"2023", "2026"}[n%2]
	return map[string]string{"2024": "2024", "2025": fmt.Sprint("2025 ", n), last: fmt.Sprint(last, " ", n)}
}

// publishYears publishes a generation, with a file per year, in partitions or not.
func publishYears(out string, years map[string]string, divided bool) error {
	w, err := dataset.Create(out, dataset.CSV, dataset.Options{Overwrite: true})
	if err != nil {
		return err
	}
	defer w.Close()
	m := &dataset.Manifest{Format: dataset.CSV, Tables: []dataset.Table{{Name: "cclf1"}}}
	table := &m.Tables[0]
	for i, year := range slices.Sorted(maps.Keys(years)) {
		folder, partition := table.Name, map[string]string(nil)
		if divided {
			folder, partition, i = folder+"/service_year="+year, map[string]string{"service_year": year}, 0
			m.PartitionBy = dataset.ServiceYear
		}
		f, err := w.CreatePart(folder, i, dataset.CSV)
		if err != nil {
			return err
		}
		fmt.Fprintf(f, "cur_clm_uniq_id\n%s\n", years[year])
		file, err := f.Finish(1)
		if err != nil {
			return err
		}
		file.Partition = partition
		table.Files, table.Rows = append(table.Files, file), table.Rows+1
	}
	return w.Commit(m)
}

// A yearsReader counts what readers find of data sets that replace each other.
type yearsReader struct {
	t                       *testing.T
	whole, incomplete, gone atomic.Int64
}

// found checks the rows that a reader found. Rows of both generations are an error, and
// so are missing ones, unless the reader knows nothing of manifests: then the exchange can
// overtake its listing of folders.
func (y *yearsReader) found(rows []string, byManifest bool) bool {
	n := 0
	for _, row := range rows {
		if _, number, ok := strings.Cut(row, " "); ok {
			n, _ = strconv.Atoi(number)
		}
	}
	all := slices.Sorted(maps.Values(generation(n)))
	switch {
	case slices.Equal(rows, all):
		y.whole.Add(1)
	case !byManifest && !slices.ContainsFunc(rows, func(row string) bool { return !slices.Contains(all, row) }):
		y.incomplete.Add(1)
	default:
		y.t.Errorf("a mixture: %q", rows)
		return false
	}
	return true
}

// read reads the data set by its manifest.
func (y *yearsReader) read(out string) bool {
	db, err := Open(y.t.Context(), out, Options{Threads: 1})
	if errors.Is(err, ErrReplaced) {
		y.gone.Add(1)
		return true
	}
	if err != nil {
		y.t.Error(err)
		return false
	}
	defer db.Close()
	var rows []string
	err = db.Run(y.t.Context(), "SELECT cur_clm_uniq_id FROM cclf1 ORDER BY 1", func(r *Rows) error {
		for r.Next() {
			rows = append(rows, fmt.Sprint(r.Values()...))
		}
		return r.Err()
	})
	if errors.Is(err, ErrReplaced) {
		y.gone.Add(1)
		return true
	}
	if err != nil {
		y.t.Error(err)
		return false
	}
	return y.found(rows, true)
}

// glob reads the files of the table as DuckDB finds them.
func (y *yearsReader) glob(db *sql.DB, pattern string) bool {
	rows, err := db.QueryContext(y.t.Context(), "SELECT cur_clm_uniq_id FROM read_csv('"+pattern+
		"', header = true, all_varchar = true, auto_detect = false, columns = {'cur_clm_uniq_id': 'VARCHAR'}, hive_partitioning = false) ORDER BY 1")
	var texts []string
	if err == nil {
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				y.t.Error(err)
				return false
			}
			texts = append(texts, text)
		}
		err = rows.Err()
	}
	switch {
	case err == nil:
		return y.found(texts, false)
	case strings.Contains(err.Error(), "IO Error"): // no such file, or none at all
		y.gone.Add(1)
		return true
	}
	y.t.Error(err)
	return false
}

// TestReadersInDuckDB reads a table in DuckDB while it is replaced again and again, in
// partitions and without, by its manifest and by the names of its files.
func TestReadersInDuckDB(t *testing.T) {
	t.Parallel()
	publications := 12
	if os.Getenv("CCLF_TORTURE") != "" {
		publications = 300
	}
	for _, divided := range []bool{false, true} {
		t.Run(fmt.Sprintf("divided=%t", divided), func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			if err := publishYears(out, generation(0), divided); err != nil {
				t.Fatal(err)
			}
			pattern := out + "/cclf1/*.csv"
			if divided {
				pattern = out + "/cclf1/*/*.csv"
			}
			db, err := sql.Open("duckdb", "")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			byManifest, byName := &yearsReader{t: t}, &yearsReader{t: t}
			var done atomic.Bool
			var readers sync.WaitGroup
			readers.Go(func() {
				for byManifest.read(out) && !done.Load() {
				}
			})
			readers.Go(func() {
				for byName.glob(db, pattern) && !done.Load() {
				}
			})
			for i := range publications {
				if err := publishYears(out, generation(i+1), divided); err != nil {
					t.Error(err)
					break
				}
			}
			done.Store(true)
			readers.Wait()
			byManifest.read(out)
			byName.glob(db, pattern)
			for what, y := range map[string]*yearsReader{"by the manifest": byManifest, "by names": byName} {
				t.Logf("%d publications; reads %s: %d whole, %d incomplete, %d with a file gone",
					publications, what, y.whole.Load(), y.incomplete.Load(), y.gone.Load())
				if y.whole.Load() == 0 {
					t.Errorf("nothing was read %s", what)
				}
			}
		})
	}
}
