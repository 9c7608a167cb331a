//go:build cgo

package query

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// openWith opens a data set without rows, with a file as the table roster.
func openWith(t *testing.T, name string, content []byte) (*DB, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), dataSet(t, nil), Options{Threads: 1, TableFiles: []TableFile{{"roster", path}}})
	if err == nil {
		t.Cleanup(func() { _ = db.Close() })
	}
	return db, err
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close() // into memory
	return b.Bytes()
}

func TestTableFile(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	parquet, err := os.ReadFile(filepath.Join(dataSet(t, map[string]string{"x/part-00000.parquet": "SELECT '007' AS id, 1.50 AS amt"}), "x", "part-00000.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, file string
		content    []byte
		types      string
		rows       string
	}{
		{"csv", "r.csv", []byte("a,b\n1,x\n2,\n"), "BIGINT VARCHAR", "1,x\n2,\n"},
		{"by content", "roster", []byte("\ufeffa,b\r\n1,\"x,y\"\r\n"), "BIGINT VARCHAR", "1,\"x,y\"\n"},
		{"tsv", "r.tsv", []byte("a\tb,c\n1\tx\n"), "BIGINT VARCHAR", "1,x\n"},
		{"bars", "r.txt", []byte("a|b\n1|x\n"), "BIGINT VARCHAR", "1,x\n"},
		{"semicolons", "r.csv", []byte("a;b\n1;x\n"), "BIGINT VARCHAR", "1,x\n"},
		{"gzip", "r.csv.gz", gzipped("a,b\n1,x\n"), "BIGINT VARCHAR", "1,x\n"},
		{"gzip in members", "r.csv.gz", append(gzipped("a,b\n1,x\n"), gzipped("2,y\n")...), "BIGINT VARCHAR", "1,x\n2,y\n"},
		{"gzip without suffix", "r", gzipped(`{"a": "01"}` + "\n"), "VARCHAR", "01\n"},
		{"ndjson", "r.ndjson", []byte("{\"a\": \"0123\", \"n\": 1}\n{\"a\": \"4\", \"n\": 2}\n"), "VARCHAR BIGINT", "0123,1\n4,2\n"},
		{"json", "r.json", []byte("[\n {\"a\": \"0123\"},\n {\"a\": \"4\"}\n]\n"), "VARCHAR", "0123\n4\n"},
		{"parquet", "r.dat", parquet, "VARCHAR DECIMAL(3,2)", "007,1.50\n"},
		{"header alone", "r.csv", []byte("a,b\n"), "VARCHAR VARCHAR", ""},

		// Codes are unchanged.
		{"leading zero", "r.csv", []byte("a\n10\n02134\n"), "VARCHAR", "10\n02134\n"},
		{"leading zero in a late row", "r.csv", []byte("a\n" + strings.Repeat("12345\n", 30000) + "02134\n"), "VARCHAR", ""},
		{"codes by name", "r.csv", []byte("Provider NPI,tin,zip_code,bene_id,ccn,CLM_TYPE_CD\n1234567890,123456789,90210,7,123456,60\n"), "VARCHAR VARCHAR VARCHAR BIGINT VARCHAR VARCHAR", ""},
		{"more digits than a number has", "r.csv", []byte("a\n12345678901234567890\n"), "VARCHAR", "12345678901234567890\n"},
		{"exponents in codes", "r.csv", []byte("a\n1E5\n2E6\n"), "VARCHAR", "1E5\n2E6\n"},
		{"sexes", "r.csv", []byte("a,b\nF,T\nF,F\n"), "VARCHAR VARCHAR", "F,T\nF,F\n"},
		{"plus, space", "r.csv", []byte("a,b\n+1, 1\n+2,2\n"), "VARCHAR VARCHAR", "+1,\" 1\"\n+2,2\n"},
		{"numbers", "r.csv", []byte("a,b,c,d\n-1,0.5,1.5E+10,0\n2,-12,,\n"), "BIGINT DOUBLE DOUBLE BIGINT", "-1,0.5,15000000000,0\n2,-12,,\n"},
		{"dates", "r.csv", []byte("a,b,c\n2024-01-02,1/2/2024,2024-01-02 10:00:00\n,12/31/2024,2024-01-02T10:00\n"), "DATE DATE TIMESTAMP", "2024-01-02,2024-01-02,2024-01-02 10:00:00\n,2024-12-31,2024-01-02 10:00:00\n"},
		{"no dates", "r.csv", []byte("a,b\n2024-02-30,31/12/2024\n"), "VARCHAR VARCHAR", "2024-02-30,31/12/2024\n"},
		{"booleans", "r.csv", []byte("a\ntrue\nFALSE\n"), "BOOLEAN", "true\nfalse\n"},
		{"comments and quotes", "r.csv", []byte("a,b\n#1,\"say \"\"x\"\"\"\n\"two\nlines\",y\n"), "VARCHAR VARCHAR", "#1,\"say \"\"x\"\"\"\n\"two\nlines\",y\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db, err := openWith(t, tt.file, tt.content)
			if err != nil {
				t.Fatal(err)
			}
			var types []string
			for _, row := range get(t, db, "SELECT column_type FROM (DESCRIBE roster)") {
				types = append(types, row[0].(string))
			}
			if got := strings.Join(types, " "); got != tt.types {
				t.Errorf("types are %s, want %s", got, tt.types)
			}
			if tt.rows == "" {
				return
			}
			var out strings.Builder
			if err := db.Run(t.Context(), "FROM roster", func(rows *Rows) error { return writeCSV(&out, rows) }); err != nil {
				t.Fatal(err)
			}
			if _, rows, _ := strings.Cut(out.String(), "\n"); rows != tt.rows {
				t.Errorf("rows (-want +got):\n%s", cmp.Diff(tt.rows, rows))
			}
		})
	}
}

// TestTableFileFolder checks that the name of a folder such as month=2024-01 is no column:
// it would replace that of the file.
func TestTableFileFolder(t *testing.T) {
	t.Parallel()
	dir := dataSet(t, map[string]string{"k=5/r.parquet": "SELECT 7 AS k, 1 AS a", "k=5/r.json": `{"k": 7, "a": 1}`, "k=5/r.csv": "k,a\n7,1\n"})
	for _, name := range []string{"r.parquet", "r.json", "r.csv"} {
		file := TableFile{"roster", filepath.Join(dir, "k=5", name)}
		db, err := Open(t.Context(), dataSet(t, nil), Options{Threads: 1, TableFiles: []TableFile{file}})
		if err != nil {
			t.Fatal(err)
		}
		check(t, db, "SELECT * FROM roster", "7 1")
		_ = db.Close() // read only
	}
}

// TestTableFileAlone checks that SQL cannot read the file itself.
func TestTableFileAlone(t *testing.T) {
	t.Parallel()
	db, err := openWith(t, "r.csv", []byte("a\n1\n"))
	if err != nil {
		t.Fatal(err)
	}
	path := db.loaded[0].Path
	for _, sql := range []string{"FROM read_csv(" + quote(path) + ")", "FROM " + quote(path), "FROM read_text(" + quote(path) + ")", "COPY roster TO " + quote(path)} {
		if err := db.Run(t.Context(), sql, func(*Rows) error { return nil }); err == nil {
			t.Errorf("%s: no error", sql)
		}
	}
	rows, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var last []any
	for rows.Next() {
		last = append([]any(nil), rows.Values()...)
	}
	if diff := cmp.Diff([]any{"roster", int64(1), "file r.csv"}, last); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTableFileErrors(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	const phi = "SMITH"
	for _, tt := range []struct{ file, content, want string }{
		{"r.csv", "", "the file is empty"},
		{"r.csv", "\na\n1\n", "the first line is empty"},
		{"r.csv", "a,b\n1,2\n3,4," + phi + "\n", "line 3"},
		{"r.csv", "a,b\n1,2\n" + phi + "\n", "line 3"},
		{"r.csv", "a,a\n1,2\n", "two columns have the same name"},
		{"r.csv", "a,,b\n1,2,3\n", "column 2 has no name"},
		{"r.csv", "a,n\xfcm\n1,2\n", "the name of column 2 is not UTF-8"},
		{"r.csv", "a\n\"" + phi + "\n", "r.csv"},
		{"r.csv", "a\n" + phi + "\xff\n", "r.csv"},
		{"r.csv", "\xff\xfea\x00\n\x00", "not CSV"},
		{"r.xlsx", "PK\x03\x04...", "the file is a zip archive or a spreadsheet"},
		{"r.parquet", "PAR1" + phi, "r.parquet"},
		{"r.json", `{"a": "` + phi, "r.json"},
		{"r.ndjson", "{\"a\": 1}\n{\"a\": \"" + phi + "\n", "malformed JSON at byte"},
		{"r.csv.gz", string(gzipped("a\n" + strings.Repeat(phi+"\n", 9999))[:60]), "r.csv.gz"},
	} {
		_, err := openWith(t, tt.file, []byte(tt.content))
		if e, ok := errors.AsType[*TableFileError](err); !ok || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.file) {
			t.Errorf("%q: %v (%T), want a TableFileError with %q", tt.content, err, e, tt.want)
		} else if strings.Contains(err.Error(), phi) || strings.Contains(err.Error(), "of the SQL") {
			t.Errorf("%q: %v has a value, or a place in our SQL", tt.content, err)
		}
	}
	file := filepath.Join(t.TempDir(), "r.csv")
	if err := os.WriteFile(file, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, want string }{
		{"cclf1", "has a table of this name"},
		{"CCLF9", "has a table of this name"},
		{"my-roster", "expected a letter"},
		{"a b", "expected a letter"},
		{"", "expected a letter"},
		{"1st", "expected a letter"},
		{"_result_1", "expected a letter"},
		{"x\";DROP VIEW cclf1", "expected a letter"},
		{"Select", "an SQL keyword"},
		{"left", "an SQL keyword"},
	} {
		_, err := Open(t.Context(), dataSet(t, nil), Options{Threads: 1, TableFiles: []TableFile{{tt.name, file}}})
		if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want ErrOptions with %q", tt.name, err, tt.want)
		}
	}
	_, err := Open(t.Context(), dataSet(t, nil), Options{TableFiles: []TableFile{{"r", file}, {"R", file}}})
	if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), "two files have this name") {
		t.Errorf("%v", err)
	}
	_, err = Open(t.Context(), dataSet(t, nil), Options{TableFiles: []TableFile{{"r", file + "x"}}})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
