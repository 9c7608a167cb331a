//go:build cgo

package query

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWriteParquet writes results to Options.Output and to a writer, and reads them back.
func TestWriteParquet(t *testing.T) {
	t.Parallel()
	dir := dataSet(t, map[string]string{"cclf1/part-00000.csv": "CUR_CLM_UNIQ_ID\n1\n2\n"})
	for _, named := range []bool{true, false} {
		file := filepath.Join(t.TempDir(), "out.parquet")
		opts := Options{Threads: 1, TempDir: t.TempDir()}
		if named {
			opts.Output = file
		}
		db, err := Open(t.Context(), dir, opts)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		write := func(sql string, args ...any) ([]byte, error) {
			rows, err := db.Query(t.Context(), sql, args...)
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			if err := errors.Join(rows.WriteParquet(&b), rows.Close()); err != nil || !named {
				return b.Bytes(), err
			}
			return os.ReadFile(file)
		}
		text, err := write("SELECT cur_clm_uniq_id AS id, ? AS p, 1.10::DECIMAL(9,2) AS d, [1, 2] AS l, TIMESTAMP '2024-02-29 01:02:03' AS ts FROM cclf1 ORDER BY 1 -- all", "x")
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(t.TempDir(), "copy.parquet")
		if err := os.WriteFile(copied, text, 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := Open(t.Context(), dir, Options{Threads: 1, TableFiles: []TableFile{{"r", copied}}})
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		want := [][]any{{"1", "x", "DECIMAL(9,2)", "INTEGER[]", "TIMESTAMP"}, {"2", "x", "DECIMAL(9,2)", "INTEGER[]", "TIMESTAMP"}}
		if diff := cmp.Diff(want, get(t, again, "SELECT id, p, typeof(d), typeof(l), typeof(ts) FROM r ORDER BY 1")); diff != "" {
			t.Errorf("named %v (-want +got):\n%s", named, diff)
		}
		// SQL cannot write the file, and an error leaves a DB that works.
		for _, sql := range []string{"COPY (SELECT 1) TO " + quote(file), "EXPLAIN ANALYZE COPY (SELECT 1) TO " + quote(file)} {
			if _, err := write(sql); !errors.Is(err, ErrRefused) {
				t.Errorf("%s: %v", sql, err)
			}
		}
		if _, err := write("SELECT error('x')"); err == nil {
			t.Error("no error")
		}
		if _, err := write("EXPLAIN SELECT 1"); err == nil {
			t.Error("EXPLAIN was written as Parquet")
		}
		get(t, db, "FROM cclf1")
		if left, err := os.ReadDir(db.temp.dir); err != nil && !os.IsNotExist(err) || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// TestParquetWriterFails checks that the error of the writer is returned.
func TestParquetWriterFails(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	rows, err := db.Query(t.Context(), "SELECT 1 AS a")
	if err != nil {
		t.Fatal(err)
	}
	reader, writer := io.Pipe()
	reader.Close()
	if err := rows.WriteParquet(writer); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
}
