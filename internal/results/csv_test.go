//go:build cgo

package results

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
)

// TestCSVValues checks that a field has the text of its value, for every type.
func TestCSVValues(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	for _, expr := range []string{
		"true", "-7::TINYINT", "300::SMALLINT", "-70000", "5000000000", "255::UTINYINT", "65535::USMALLINT", "4294967295::UINTEGER",
		"18446744073709551615::UBIGINT", "-170141183460469231731687303715884105727::HUGEINT", "340282366920938463463374607431768211455::UHUGEINT",
		"0.05::DECIMAL(3,2)", "-12.50::DECIMAL(9,2)", "-0.07::DECIMAL(17,2)", "0::DECIMAL(17,2)", "9999999999999.99::DECIMAL(15,2)", "7::DECIMAL(5,0)",
		"-1234567890123456789012345.6789::DECIMAL(38,4)", "0.1::FLOAT", "1e-7::DOUBLE", "1e20::DOUBLE", "1e21::DOUBLE", "'nan'::DOUBLE", "'-inf'::DOUBLE",
		"DATE '2024-02-29'", "DATE '0099-01-02'", "DATE '1900-12-31'", "'infinity'::DATE", "TIMESTAMP '2024-02-29 01:02:03.5'", "TIMESTAMPTZ '2024-02-29 01:02:03+00'",
		"TIME '01:02:03'", "INTERVAL 3 DAY", "'\\xAB'::BLOB", "'a'::ENUM('a', 'b')", "[1, NULL, 3]", "{'a': 'x,y'}", "MAP {'k': [1.5]}", `'{"x": 1.10}'::JSON`,
		"'short'", "'twelve bytes'", "'thirteen byte'", "'a long text with, a comma'", `'with "quotes"'`, "' space'", "E'line\\nbreak'", "'é'", "'\\.'",
	} {
		rows, err := db.Query(t.Context(), "SELECT "+expr+" AS v, 1 AS n")
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(printed(t, func(w io.Writer) error { return writeCSV(w, rows, render.CSVOptions{}) }))).ReadAll()
		if err = errors.Join(err, rows.Close()); err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		if rows, err = db.Query(t.Context(), "SELECT "+expr+" AS v"); err != nil || !rows.Next() {
			t.Fatal(err)
		}
		want := [][]string{{"v", "n"}, {render.Text(rows.Values()[0]), "1"}}
		if diff := cmp.Diff(want, records); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expr, diff)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestCSVOrder checks that the rows of many batches are in order.
func TestCSVOrder(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	const n = 50_000
	rows, err := db.Query(t.Context(), fmt.Sprintf("SELECT range AS n, nullif(range %% 3, 0)::VARCHAR AS s FROM range(%d)", n))
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	want.WriteString("n,s\n")
	for i := range n {
		s := ""
		if i%3 > 0 {
			s = fmt.Sprint(i % 3)
		}
		fmt.Fprintf(&want, "%d,%s\n", i, s)
	}
	if got := printed(t, func(w io.Writer) error { return errors.Join(writeCSV(w, rows, render.CSVOptions{}), rows.Close()) }); got != want.String() {
		t.Errorf("%d bytes that differ from %d", len(got), want.Len())
	}
}

// fullDisk is a writer that fails after some bytes.
type fullDisk struct{ left int }

var errFull = errors.New("full")

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.left -= len(p); d.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestCSVErrors checks that a result ends when it cannot be written, and with the
// error of the query.
func TestCSVErrors(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	for _, tt := range []struct {
		sql  string
		left int
		want func(error) bool
	}{
		{"SELECT a.range FROM range(10_000_000) a, range(10_000_000) b", 1 << 20, func(err error) bool { return errors.Is(err, errFull) }},
		{"SELECT a.range FROM range(10_000_000) a, range(10_000_000) b", 0, func(err error) bool { return errors.Is(err, errFull) }},
		{"SELECT if(range < 100_000, 1, error('x')::INT) FROM range(200_000)", 1 << 30, func(err error) bool {
			_, ok := errors.AsType[*query.Error](err)
			return ok
		}},
	} {
		rows, err := db.Query(t.Context(), tt.sql)
		if err != nil {
			t.Fatal(err)
		}
		if err := writeCSV(&fullDisk{tt.left}, rows, render.CSVOptions{}); !tt.want(err) {
			t.Errorf("%s: %v", tt.sql, err)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
}
