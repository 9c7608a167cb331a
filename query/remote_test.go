//go:build cgo

package query

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cclf-tools/cclf/internal/blob/blobtest"
)

func init() {
	minio.DefaultRetryUnit, minio.DefaultRetryCap = time.Millisecond, time.Millisecond
}

// storedSet puts a data set of CSV files with some rows into an object store.
func storedSet(t *testing.T, server *blobtest.Server, rows int) {
	t.Helper()
	var text strings.Builder
	text.WriteString("CLM_LINE_NUM,CLM_LINE_FROM_DT,CLM_LINE_CVRD_PD_AMT,BENE_MBI_ID\n")
	for i := range rows {
		fmt.Fprintf(&text, "%d,2025-01-%02d,%d.50,\n", i, i%28+1, i)
	}
	half := text.Len()
	files := []string{text.String(), "CLM_LINE_NUM,CLM_LINE_FROM_DT,CLM_LINE_CVRD_PD_AMT,BENE_MBI_ID\n7,,,1S00A00AA00\n"}
	server.Put(t, "lake/cclf5/part-00000-aaaaaaaaaaaa.csv", []byte(files[0]))
	server.Put(t, "lake/cclf5/part-00001-bbbbbbbbbbbb.csv", []byte(files[1]))
	server.Put(t, "lake/_manifest.json", fmt.Appendf(nil, `{"schema_version":1,"format":"csv","tables":[{"name":"cclf5","rows":%d,"files":[
		{"name":"cclf5/part-00000-aaaaaaaaaaaa.csv","rows":%d,"bytes":%d},{"name":"cclf5/part-00001-bbbbbbbbbbbb.csv","rows":1,"bytes":%d}]}]}`,
		rows+1, rows, half, len(files[1])))
}

func TestStoredTables(t *testing.T) {
	server := blobtest.Start(t)
	server.Use(t)
	storedSet(t, server, 10_000)
	db, err := Open(t.Context(), server.Path("lake"), Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for sql, want := range map[string]string{
		`SELECT count(*), count(BENE_MBI_ID), sum(CLM_LINE_CVRD_PD_AMT), min(CLM_LINE_FROM_DT) FROM cclf5`: "10001|1|50000000.00|2025-01-01",
		`SELECT count(*) FROM cclf5`:                                                                                                            "10001",
		`SELECT CLM_LINE_NUM FROM cclf5 WHERE CLM_LINE_NUM = 9999`:                                                                              "9999",
		`SELECT count(*) FROM (FROM cclf5 LIMIT 3)`:                                                                                             "3",
		`SELECT count(*) FROM cclf5 a JOIN cclf5 b USING (CLM_LINE_NUM)`:                                                                        "10003",
		`WITH x AS (SELECT CLM_LINE_NUM AS n FROM cclf5) SELECT (SELECT count(*) FROM x) + (SELECT max(n) FROM x)`:                              "20000",
		`WITH RECURSIVE r(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM r WHERE n < 3 AND (SELECT count(*) FROM cclf5) > n) SELECT max(n) FROM r`: "3",
		`SELECT count(*) FROM cclf5 x WHERE EXISTS (FROM cclf5 y WHERE y.CLM_LINE_NUM = x.CLM_LINE_NUM + 1)`:                                    "10000",
		`SELECT count(*) FROM cclf1`:                                                                                                            "0",
	} {
		if got, err := oneRow(t, db, sql); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", sql, got, err, want)
		}
	}
}

// oneRow returns the values of the only row of a result.
func oneRow(t *testing.T, db *DB, sql string) (string, error) {
	t.Helper()
	var found []string
	err := db.Run(t.Context(), sql, func(rows *Rows) error {
		for batch := rows.NextBatch(); batch != nil; batch = rows.NextBatch() {
			for row := range batch.Len() {
				var values []string
				for col := range rows.Columns() {
					text, _ := batch.AppendText(nil, col, row)
					values = append(values, string(text))
				}
				found = append(found, strings.Join(values, "|"))
			}
			batch.Release()
		}
		return rows.Err()
	})
	return strings.Join(found, "\n"), err
}

// What cannot be read is an error, never fewer rows.
func TestStoredTableGone(t *testing.T) {
	const sum = `SELECT sum(CLM_LINE_NUM) FROM cclf5`
	for name, breakIt := range map[string]func(*testing.T, *blobtest.Server){
		"replaced": func(t *testing.T, s *blobtest.Server) {
			s.Put(t, "lake/_manifest.json", []byte(`{"schema_version":1,"format":"csv","tables":[]}`))
			s.Put(t, "lake/cclf5/part-00001-bbbbbbbbbbbb.csv", []byte("CLM_LINE_NUM\n1\n"))
		},
		// Replaced twice, the second time by equal files.
		"returned": func(_ *testing.T, s *blobtest.Server) {
			s.FailFirst(1, blobtest.Missing, func(r *http.Request) bool { return strings.Contains(r.URL.Path, "part-00001") })
		},
		"denied": func(_ *testing.T, s *blobtest.Server) {
			s.Inject(func(r *http.Request) blobtest.Fault {
				if strings.Contains(r.URL.Path, "part-00001") {
					return blobtest.Deny
				}
				return blobtest.None
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := blobtest.Start(t)
			server.Use(t)
			storedSet(t, server, 100)
			db, err := Open(t.Context(), server.Path("lake"), Options{Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			breakIt(t, server)
			got, err := oneRow(t, db, sum)
			if err == nil {
				t.Fatalf("no error, and the sum %s", got)
			}
			if name != "denied" && !errors.Is(err, ErrReplaced) {
				t.Errorf("error %v", err)
			}
			if name == "denied" && !strings.Contains(err.Error(), "access denied") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestStoredTablesFenced(t *testing.T) {
	server := blobtest.Start(t)
	server.Use(t)
	storedSet(t, server, 1)
	file := filepath.Join(t.TempDir(), "x.csv")
	if err := os.WriteFile(file, []byte("a\n1\n"), 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), server.Path("lake"), Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	server.Put(t, "elsewhere/x.csv", []byte("a\n1\n"))
	for _, sql := range []string{
		"FROM read_csv(" + quote(file) + ")",
		"FROM read_csv(" + quote(server.Path("elsewhere/x.csv")) + ")",
		"FROM read_text(" + quote(server.URL+"/elsewhere") + ")",
		"FROM cclf_stored_table(" + quote(file) + ")",
	} {
		if got, err := oneRow(t, db, sql); err == nil {
			t.Errorf("%s: %s", sql, got)
		}
	}
	for _, request := range server.Requests() {
		if strings.Contains(request, "elsewhere") {
			t.Errorf("SQL made a request: %s", request)
		}
	}
}
