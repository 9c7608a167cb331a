// Package readers reads what cclf writes with Parquet readers that have no
// code in common with its writer, and with DuckDB, and compares what they find
// with the CSV files of the same conversion.
package readers

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A parquetFile is the content of a Parquet file as a reader finds it.
type parquetFile struct {
	columns   []column
	rows      [][]string // values as in CSV; null is the empty string
	rowGroups int
}

type column struct {
	name string
	typ  string // physical and logical: "INT64 decimal(13,2)"
}

// The independent readers.
var readers = map[string]func(name string) (*parquetFile, error){
	"parquet-go": readParquetGo,
	"xitongsys":  readXitongsys,
}

// cclf is the path of the program. The tests know only how to run it.
var cclf string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "cclf-readers-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	cclf = filepath.Join(dir, "cclf")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", cclf, "./cmd/cclf")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func run(t *testing.T, args ...string) []byte {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(cclf, append([]string{"--quiet"}, args...)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("cclf %s: %v\n%s", args[0], err, &stderr)
	}
	return out
}

// coverage describes the files that were compared.
type coverage struct {
	types     map[string]bool
	rowGroups int // maximum per file
	empty     int // tables without rows
}

// TestReaders reads every table of several data sets with every reader: one of many rows
// and one of few, one with extra columns of all types, and the sources of the Tuva
// connector.
func TestReaders(t *testing.T) {
	full, small, sparse := t.TempDir(), t.TempDir(), t.TempDir()
	run(t, "synth", "--api", "v2", "--out", full, "--beneficiaries", "10")
	writeSupplierClaims(t, filepath.Join(full, "suppliers.ndjson"), 200)
	run(t, "synth", "--api", "v2", "--out", small, "--beneficiaries", "4")
	writeSupplierClaims(t, filepath.Join(small, "suppliers.ndjson"), 7)
	writeSupplierClaims(t, filepath.Join(sparse, "suppliers.ndjson"), 1)
	covered := coverage{types: map[string]bool{}}
	t.Run("full", func(t *testing.T) { covered.read(t, full) })
	t.Run("sparse", func(t *testing.T) { covered.read(t, sparse) })
	extra := filepath.Join(t.TempDir(), "extra.txt")
	if err := os.WriteFile(extra, []byte(extraColumns), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("extra", func(t *testing.T) { covered.read(t, small, "--extra-columns", extra) })
	t.Run("tuva", func(t *testing.T) { covered.read(t, small, "--profile", "tuva") })
	if covered.rowGroups < 2 || covered.empty == 0 {
		t.Errorf("files of up to %d row groups, %d empty tables: the input covers too little",
			covered.rowGroups, covered.empty)
	}
	for _, typ := range []string{
		"BYTE_ARRAY string", "INT64 int", "INT32 date", "INT64 decimal(13,2)", "FIXED_LEN_BYTE_ARRAY decimal(22,4)",
		"INT32 decimal(9,3)", "FIXED_LEN_BYTE_ARRAY decimal(37,10)",
	} {
		if !covered.types[typ] {
			t.Errorf("no column of type %s, but %v", typ, covered.types)
		}
	}
}

// extraColumns are columns of all types, and of decimals in each of Parquet's
// physical types.
const extraColumns = `
cclf5 A_TEXT  text           item.productOrService.coding.display
cclf5 A_DATE  date           billablePeriod.start
cclf5 AN_INT  int            item.sequence
cclf5 SMALL   decimal(9,3)   item.sequence
cclf5 LARGE   decimal(37,10) item.quantity.value
`

// read converts an export and reads all tables.
func (c *coverage) read(t *testing.T, export string, flags ...string) {
	dir := t.TempDir()
	formats := []string{"csv", "parquet", "duckdb"}
	if slices.Contains(flags, "tuva") { // the profile has no database
		formats = formats[:2]
	}
	sets := map[string]string{}
	for _, format := range formats {
		sets[format] = filepath.Join(dir, format)
		args := append([]string{"convert", "--format", format, "--out", sets[format], export}, flags...)
		if format == "parquet" {
			args = append(args, "--row-group-rows", "5000") // so that few rows fill several
		}
		run(t, args...)
	}
	tables := tablesOf(t, sets["csv"])
	queried := map[string]map[string][][]string{}
	for _, format := range formats[1:] {
		queried[format] = queryTables(t, sets[format], tables)
	}
	for _, table := range tables {
		name := nameOf(table)
		t.Run(name, func(t *testing.T) {
			header, want := readCSV(t, sets["csv"], table)
			if len(want) == 0 {
				c.empty++
			}
			for _, format := range formats[1:] {
				got := queried[format][table]
				if len(got) == 0 {
					t.Fatalf("cclf query printed nothing of %s in %s", name, format)
				}
				compare(t, "DuckDB, "+format, header, want, got[0], got[1:])
			}
			for reader, read := range readers {
				var names []string
				var rows [][]string
				for _, file := range partsOf(t, sets["parquet"], table) {
					found, err := read(file)
					if err != nil {
						t.Fatalf("%s: %v", reader, err)
					}
					names = nil
					for _, column := range found.columns {
						names = append(names, column.name)
						c.types[column.typ] = true
					}
					rows = append(rows, found.rows...)
					c.rowGroups = max(c.rowGroups, found.rowGroups)
				}
				compare(t, reader, header, want, names, rows)
			}
		})
	}
}

// nameOf returns the name of a table in SQL.
func nameOf(table string) string { return strings.ReplaceAll(table, "/", ".") }

// queryTables returns the records of each table, with the header, as one process of cclf
// query prints them.
func queryTables(t *testing.T, dir string, tables []string) map[string][][]string {
	t.Helper()
	var script strings.Builder
	for _, table := range tables {
		fmt.Fprintf(&script, "SELECT '%s' AS next_table; FROM %s;\n", table, nameOf(table))
	}
	r := csv.NewReader(bytes.NewReader(run(t, "query", "--data", dir, "--format", "csv", script.String())))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatalf("bad CSV: %v", err)
	}
	found, table := map[string][][]string{}, ""
	for i := 0; i < len(records); i++ {
		if len(records[i]) == 1 && records[i][0] == "next_table" && i+1 < len(records) {
			i++
			table = records[i][0]
			continue
		}
		found[table] = append(found[table], records[i])
	}
	return found
}

// compare compares the content that a reader found with the CSV files.
func compare(t *testing.T, reader string, header []string, want [][]string, names []string, got [][]string) {
	t.Helper()
	if !slices.Equal(header, names) {
		t.Errorf("%s: columns %v, want %v", reader, names, header)
		return
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", reader, len(got), len(want))
		return
	}
	differ := 0
	for i := range want {
		for c := range want[i] {
			if got[i][c] == want[i][c] {
				continue
			}
			if differ++; differ <= 5 {
				t.Errorf("%s: row %d, %s: %q, want %q", reader, i+1, header[c], got[i][c], want[i][c])
			}
		}
	}
	if differ > 5 {
		t.Errorf("%s: %d values differ", reader, differ)
	}
}

// writeSupplierClaims writes claims with 200 lines each, so 200 of them fill several row
// groups. Amounts are large and small, negative, and missing.
func writeSupplierClaims(t *testing.T, name string, claims int) {
	t.Helper()
	const lines = 200
	amount := func(variable, value string) string {
		return fmt.Sprintf(`{"category":{"coding":[{"code":"https://bluebutton.cms.gov/resources/variables/%s"}]},`+
			`"amount":{"value":%s}}`, variable, value)
	}
	var b strings.Builder
	for claim := range claims {
		fmt.Fprintf(&b, `{"resourceType":"ExplanationOfBenefit","id":"dme-9%06d","meta":{"lastUpdated":"2026-01-10T00:00:00Z",`+
			`"profile":["http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-ExplanationOfBenefit-Professional-NonClinician"]},`+
			`"status":"active","type":{"coding":[{"system":"https://bluebutton.cms.gov/resources/codesystem/eob-type","code":"DME"}]},`+
			`"identifier":[{"system":"https://bluebutton.cms.gov/resources/variables/clm_id","value":"9%06d"}],`+
			`"patient":{"reference":"Patient/-1"},"billablePeriod":{"start":"%d-02-28"},"item":[`, claim, claim, 1900+claim%200)
		for line := range lines {
			if line > 0 {
				b.WriteByte(',')
			}
			n := claim*lines + line
			fmt.Fprintf(&b, `{"sequence":%d,"adjudication":[`, line+1)
			if n%3 > 0 {
				b.WriteString(amount("line_nch_pmt_amt", fmt.Sprintf("%d.%02d", (n%2*2-1)*n*7919, n%100)))
			}
			if n%3 == 1 {
				b.WriteString("," + amount("line_alowd_chrg_amt", fmt.Sprintf("%d", n*1_000_003)))
			}
			b.WriteString(`]}`)
		}
		b.WriteString("]}\n")
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tablesOf lists the tables of a data set.
func tablesOf(t *testing.T, dir string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "_manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Tables []struct{ Name string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Tables) < 11 {
		t.Fatalf("only %d tables", len(manifest.Tables))
	}
	var names []string
	for _, table := range manifest.Tables {
		names = append(names, table.Name)
	}
	return names
}

func partsOf(t *testing.T, dir, table string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, table, "part-*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no part files, %v", table, err)
	}
	return files
}

func readCSV(t *testing.T, dir, table string) (header []string, rows [][]string) {
	t.Helper()
	for _, file := range partsOf(t, dir, table) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		records := parseCSV(t, text)
		header = records[0]
		rows = append(rows, records[1:]...)
	}
	return header, rows
}

func parseCSV(t *testing.T, text []byte) [][]string {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("bad CSV: %d records, %v", len(records), err)
	}
	return records
}

// dateText formats a number of days since 1970 as in CSV.
func dateText(days int32) string {
	return time.Unix(0, 0).UTC().AddDate(0, 0, int(days)).Format(time.DateOnly)
}

// decimalText formats unscaled / 10^scale as in CSV.
func decimalText(unscaled *big.Int, scale int) string {
	digits := new(big.Int).Abs(unscaled).String()
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - scale
	text := digits[:point] + "." + digits[point:]
	if unscaled.Sign() < 0 {
		return "-" + text
	}
	return text
}

// signed reads a big-endian number in two's complement.
func signed(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n
}
