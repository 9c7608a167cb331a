package delivery

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// A fakeDelivery is a delivery to be written for a test: records by file, such
// as CCLF1.
type fakeDelivery struct {
	name     string // of the zip file, such as P.A1234.ACO.ZCY25.D250121.T0912345
	layout   schema.Layout
	records  map[string][]string
	without  []string       // files that are missing
	counts   map[string]int // record counts in CCLF0 that differ from the true ones
	unlisted []string       // files that CCLF0 does not list
	lineEnd  string         // "\n" unless set
}

// record makes a record of a table: blank, but for some fields.
func record(t *testing.T, file string, l schema.Layout, values map[string]string) string {
	t.Helper()
	table := tableOf(file)
	text := bytes.Repeat([]byte(" "), table.Length(l))
	found := 0
	for _, s := range table.Record(l) {
		v, ok := values[s.Field.Label]
		if !ok {
			continue
		}
		found++
		if len(v) > s.End-s.Start+1 {
			t.Fatalf("%s is too long for %s", v, s.Field.Label)
		}
		copy(text[s.Start-1:], v)
	}
	if found != len(values) {
		t.Fatalf("%s in layout %s lacks some of %v", file, l, values)
	}
	return string(text)
}

// members returns the texts of the members by name.
func (d *fakeDelivery) members() map[string]string {
	end := d.lineEnd
	if end == "" {
		end = "\n"
	}
	members := map[string]string{}
	summary := fmt.Sprintf("%-13s|%-20s|%-20s|%-13s%s", "File Number", "File Description", "Total Records Count", "Record Length", end)
	head, rest, _ := strings.Cut(d.name, ".ZC")
	name := func(file string) string { return head + ".ZC" + strings.TrimPrefix(file, "CCLF") + rest }
	for _, t := range schema.Tables() {
		records := d.records[t.File]
		count := len(records)
		if n, ok := d.counts[t.File]; ok {
			count = n
		}
		if !slices.Contains(d.unlisted, t.File) {
			summary += fmt.Sprintf("%-7s|%-43s|%11d|%5d %s", t.File, t.Title, count, t.Length(d.layout), end)
		}
		text := ""
		for _, r := range records {
			text += r + end
		}
		members[name(t.File)] = text
	}
	members[name("CCLF0")] = summary
	for _, file := range d.without {
		delete(members, name(file))
	}
	return members
}

// zip writes the delivery as a zip file in a folder.
func (d *fakeDelivery) zip(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, d.name+".zip")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	members := d.members()
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Sort(sort.Reverse(sort.StringSlice(names))) // CCLF0 last
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// folder writes the delivery as files in a folder.
func (d *fakeDelivery) folder(t *testing.T, dir string) string {
	t.Helper()
	for name, text := range d.members() {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// importCSV imports into a data set of CSV files.
func importCSV(t *testing.T, opts Options) (*Report, string) {
	t.Helper()
	opts.Out = filepath.Join(t.TempDir(), "out")
	opts.Format = dataset.CSV
	opts.MaxRejects = -1
	r, err := Import(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return r, opts.Out
}

// rows reads some columns of a table in CSV, sorted.
func rows(t *testing.T, out, table string, columns ...string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(out, table, "part-*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		at := map[string]int{}
		for i, label := range records[0] {
			at[label] = i
		}
		for _, r := range records[1:] {
			var values []string
			for _, c := range columns {
				i, ok := at[c]
				if !ok {
					t.Fatalf("table %s has no column %s", table, c)
				}
				values = append(values, r[i])
			}
			list = append(list, strings.Join(values, "|"))
		}
	}
	sort.Strings(list)
	return list
}

// randomRecords makes records with values in all fields, as CMS writes them.
func randomRecords(t *testing.T, rng *rand.Rand, file string, l schema.Layout, n int) []string {
	t.Helper()
	var list []string
	for range n {
		values := map[string]string{}
		for _, s := range tableOf(file).Record(l) {
			if v := randomValue(rng, s); v != "" {
				values[s.Field.Label] = v
			}
		}
		list = append(list, record(t, file, l, values))
	}
	return list
}

// randomValue makes the text of a field, or none.
func randomValue(rng *rand.Rand, s schema.Slot) string {
	if rng.IntN(5) == 0 {
		return ""
	}
	digits := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + rng.IntN(10))
		}
		return string(b)
	}
	width := s.End - s.Start + 1
	switch s.Field.Kind {
	case schema.Date:
		return fmt.Sprintf("%04d-%02d-%02d", 1+rng.IntN(2100), 1+rng.IntN(12), 1+rng.IntN(28))
	case schema.Decimal:
		sign := " "
		whole := digits(width - 2 - s.Field.Scale)
		if rng.IntN(3) == 0 && strings.Trim(whole, "0") != "" {
			sign = "-"
		}
		return sign + whole + "." + digits(s.Field.Scale)
	case schema.Int:
		return digits(width)
	}
	if s.Field.Digits {
		return digits(width)
	}
	if rng.IntN(8) == 0 {
		return "~"
	}
	const letters = "ABC xyz 019 -'&~,"
	b := make([]byte, 1+rng.IntN(width))
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
	}
	return strings.TrimRight(string(b), " ")
}
