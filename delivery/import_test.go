package delivery

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// line is a record of CCLF5.
func line(t *testing.T, claim string, more map[string]string) string {
	t.Helper()
	values := map[string]string{
		"CUR_CLM_UNIQ_ID": claim, "CLM_LINE_NUM": "0000000001", "BENE_MBI_ID": "1A00A00AA00", "CLM_ADJSMT_TYPE_CD": "0",
		"CLM_EFCTV_DT": "2025-01-05", "CLM_LINE_CVRD_PD_AMT": " 00000000010.00",
	}
	maps.Copy(values, more)
	return record(t, "CCLF5", schema.LayoutV36, values)
}

func monthly(name string, lines ...string) fakeDelivery {
	return fakeDelivery{name: name, records: map[string][]string{"CCLF5": lines}}
}

// Three monthly deliveries, and a weekly one that the second covers.
const (
	january  = "P.A1234.ACO.ZCY25.D250121.T0912345"
	february = "P.A1234.ACO.ZCY25.D250218.T0912345"
	march    = "P.A1234.ACO.ZCY25.D250318.T0912345"
	week     = "P.A1234.ACO.ZCWY25.D250128.T0912345"
)

var summaryOf = []string{"FILE_NAME", "KIND", "PROGRAM", "ACO_ID", "PERFORMANCE_YEAR", "FILE_DATE", "ROWS_READ", "ROWS_PROMISED", "ROWS_REJECTED", "ROWS_REDELIVERED", "ROWS_REVISED", "SUPERSEDED"}

// grep returns the strings with some text in them.
func grep(list []string, text string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !strings.Contains(s, text) })
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestRedelivered(t *testing.T) {
	dir := t.TempDir()
	same := line(t, "1", nil)
	twice := line(t, "5", nil)
	deliveries := []fakeDelivery{
		monthly(march, same, line(t, "3", nil)),
		monthly(january, same, line(t, "2", map[string]string{"HCPCS_BETOS_CD": "M1A"}), twice, twice),
		monthly(february, same, line(t, "2", nil), twice),
		monthly(week, line(t, "4", nil), line(t, "3", nil)),
	}
	for i := range deliveries {
		deliveries[i].zip(t, dir)
	}
	r, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "cclf5", rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID", "HCPCS_BETOS_CD", "FILE_NAME", "FILE_DATE"),
		"1||P.A1234.ACO.ZC5Y25.D250121.T0912345|2025-01-21",
		"2|M1A|P.A1234.ACO.ZC5Y25.D250121.T0912345|2025-01-21",
		"2||P.A1234.ACO.ZC5Y25.D250218.T0912345|2025-02-18",
		"3||P.A1234.ACO.ZC5Y25.D250318.T0912345|2025-03-18",
		"5||P.A1234.ACO.ZC5Y25.D250121.T0912345|2025-01-21",
		"5||P.A1234.ACO.ZC5Y25.D250121.T0912345|2025-01-21")
	equal(t, "deliveries", grep(rows(t, out, "deliveries", summaryOf...), "ZC5"),
		"P.A1234.ACO.ZC5WY25.D250128.T0912345|weekly|mssp|A1234|2025|2025-01-28|2|2|0|0|0|1",
		"P.A1234.ACO.ZC5Y25.D250121.T0912345|monthly|mssp|A1234|2025|2025-01-21|4|4|0|0|0|0",
		"P.A1234.ACO.ZC5Y25.D250218.T0912345|monthly|mssp|A1234|2025|2025-02-18|3|3|0|2|1|0",
		"P.A1234.ACO.ZC5Y25.D250318.T0912345|monthly|mssp|A1234|2025|2025-03-18|2|2|0|1|0|0")
	if r.Redelivered != 3 || r.Revised != 1 || len(r.Superseded) != 1 {
		t.Errorf("%d rows delivered again, %d revised, superseded %v", r.Redelivered, r.Revised, r.Superseded)
	}
}

// TestAdded imports deliveries one after the other: the data set must have the
// rows that importing all at once gives.
func TestAdded(t *testing.T) {
	synthtest.WithoutRace(t)
	dir := t.TempDir()
	same := line(t, "1", nil)
	deliveries := []fakeDelivery{
		monthly(january, same, line(t, "2", map[string]string{"HCPCS_BETOS_CD": "M1A"}), "short"),
		monthly(week, line(t, "4", nil), same),
		monthly(february, same, line(t, "2", nil)),
		monthly(march, line(t, "2", nil), line(t, "3", nil)),
	}
	var paths []string
	for i := range deliveries {
		paths = append(paths, deliveries[i].zip(t, dir))
	}
	once := filepath.Join(t.TempDir(), "once")
	if _, err := Import(context.Background(), Options{Inputs: []string{dir}, Out: once, MaxRejects: -1}); err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 0, 2, 1}, {1, 0, 3, 2}} {
		added := filepath.Join(t.TempDir(), "added")
		for _, i := range order {
			r, err := Import(context.Background(), Options{Inputs: []string{paths[i]}, Out: added, MaxRejects: -1})
			if err != nil {
				t.Fatal(err)
			}
			if r.Unchanged {
				t.Errorf("delivery %d was not added", i)
			}
		}
		for _, table := range []string{"cclf5", "deliveries"} {
			equal(t, table+" of "+strconv.Itoa(order[0])+"...", parquetTexts(t, added, table), parquetTexts(t, once, table)...)
		}
		if got, want := rejects(t, added), rejects(t, once); got != want {
			t.Errorf("rejects:\n%s\nwant:\n%s", got, want)
		}
		r, err := Import(context.Background(), Options{Inputs: []string{dir}, Out: added, MaxRejects: -1})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Unchanged || len(r.Before) != 4*12 {
			t.Errorf("imported again: unchanged %t, %d files imported before", r.Unchanged, len(r.Before))
		}
	}
}

func rejects(t *testing.T, out string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(out, "_rejects.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parquetTexts reads the rows of a table in Parquet, sorted.
func parquetTexts(t *testing.T, out, table string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(out, table, "part-*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := openParquet(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		for {
			row, err := p.next()
			if err != nil {
				break
			}
			var values []string
			for _, v := range row.values {
				values = append(values, string(v))
			}
			list = append(list, strings.Join(values, "|"))
		}
		p.close()
	}
	slices.Sort(list)
	return list
}

func TestFaults(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, tt := range []struct {
		name   string
		change func(*fakeDelivery)
		want   string
	}{
		{"count", func(d *fakeDelivery) { d.counts = map[string]int{"CCLF5": 3} }, "has 2 records, and CCLF0 says 3"},
		{"missing", func(d *fakeDelivery) { d.without = []string{"CCLF8"} }, "CCLF8 is missing from the monthly delivery of A1234 made on 2025-01-21"},
		{"not listed", func(d *fakeDelivery) { d.unlisted = []string{"CCLF5"} }, "has 2 records, and CCLF0 does not list it"},
		{"none listed", func(d *fakeDelivery) { d.unlisted = summarized() }, "has 2 records, and CCLF0 does not list it"},
		{"no CCLF0", func(d *fakeDelivery) { d.without = []string{"CCLF0"} }, "CCLF0 is missing"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := monthly(january, line(t, "1", nil), line(t, "2", nil))
			tt.change(&d)
			dir := t.TempDir()
			path := d.zip(t, dir)
			out := filepath.Join(dir, "out")
			_, err := Import(context.Background(), Options{Inputs: []string{path}, Out: out, MaxRejects: -1})
			if _, ok := errors.AsType[*SummaryError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if _, err := os.Stat(filepath.Join(out, "_manifest.json")); err == nil {
				t.Error("there is a data set")
			}
			r, err := Import(context.Background(), Options{Inputs: []string{path}, Out: out, MaxRejects: -1, AllowFaults: true})
			if err != nil || len(r.Faults) != 1 {
				t.Errorf("error %v, faults %v", err, r)
			}
		})
	}
}

// summarized are the files that CCLF0 lists.
func summarized() (files []string) {
	for _, t := range schema.Tables() {
		files = append(files, t.File)
	}
	return files
}

// TestGzip imports files of gzip, the last block of which is filled with zeros.
func TestGzip(t *testing.T) {
	d := monthly(january, line(t, "1", nil), line(t, "2", nil))
	for end, want := range map[string]bool{"": true, strings.Repeat("\x00", 5000): true, "\x00more": false} {
		dir := d.folder(t, t.TempDir())
		for name, text := range d.members() {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, _ = io.WriteString(z, text)
			_ = z.Close()
			if err := os.WriteFile(filepath.Join(dir, name), append(packed.Bytes(), end...), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		opts := Options{Inputs: []string{dir}, Out: filepath.Join(t.TempDir(), "out"), Format: dataset.CSV}
		r, err := Import(t.Context(), opts)
		if want != (err == nil) {
			t.Errorf("%d bytes at the end: error %v", len(end), err)
		} else if want && r.Rejected != 0 {
			t.Errorf("%d bytes at the end: %d rejects", len(end), r.Rejected)
		} else if want {
			equal(t, "cclf5", rows(t, opts.Out, "cclf5", "CUR_CLM_UNIQ_ID"), "1", "2")
		}
	}
}

func TestRejects(t *testing.T) {
	good := line(t, "1", nil)
	bad := func(label, v string) string { return line(t, "2", map[string]string{label: v}) }
	d := monthly(january,
		good, good[:100], bad("CLM_LINE_CVRD_PD_AMT", " 000000x0010.00"), bad("CLM_FROM_DT", "2025-02-30"),
		good+"x", bad("CLM_LINE_NUM", "12a"), bad("CLM_LINE_HCPCS_CD", "\xff"), good+"  ")
	_, out := importCSV(t, Options{Inputs: []string{d.folder(t, t.TempDir())}})
	if n := len(rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID")); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
	got := rejects(t, out)
	amount := 2*(388+1) - 288 + tableOf("CCLF5").Field("CLM_LINE_CVRD_PD_AMT").Start - 1
	for _, want := range []string{
		`"line":2,"byte":489,"reason":"a record of 100 bytes in a file of records of 388"`,
		`"line":3,"byte":` + strconv.Itoa(amount) + `,"label":"CLM_LINE_CVRD_PD_AMT","reason":"not a number"`,
		`"label":"CLM_FROM_DT","reason":"not a date"`,
		`"line":5,`, `"line":6,`, `"line":7,`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if n := strings.Count(got, "\n"); n != 6 {
		t.Errorf("%d rejects, want 6:\n%s", n, got)
	}
}

// TestProgress checks that the calls of Progress do not overlap, which the race
// detector sees, and add up.
func TestProgress(t *testing.T) {
	d := monthly(january, line(t, "1", nil))
	for _, table := range schema.Tables() {
		if table.File != "CCLF5" {
			d.records[table.File] = []string{record(t, table.File, schema.LayoutV36, nil)}
		}
	}
	var want, got int64
	for name, text := range d.members() {
		if !strings.Contains(name, ".ZC0") {
			want += int64(len(text))
		}
	}
	importCSV(t, Options{Inputs: []string{d.folder(t, t.TempDir())}, Jobs: 4, Progress: func(p Progress) { got = max(got, p.Done) }})
	if got != want {
		t.Errorf("%d bytes read, want %d", got, want)
	}
}

// TestDefaults imports with no options but the inputs and the place.
func TestDefaults(t *testing.T) {
	d := monthly(january, line(t, "1", nil))
	out := filepath.Join(t.TempDir(), "out")
	r, err := Import(context.Background(), Options{Inputs: []string{d.folder(t, t.TempDir())}, Out: out})
	if err != nil || r.Manifest.Format != dataset.Parquet {
		t.Fatal(r, err)
	}
}

// TestValuesThatComeBack delivers a line, then with other values, and then as it was
// at first: the last copy is the one that holds, and must not pass for a repetition.
func TestValuesThatComeBack(t *testing.T) {
	synthtest.WithoutRace(t)
	dir := t.TempDir()
	usual, other := line(t, "1", nil), line(t, "1", map[string]string{"CLM_LINE_CVRD_PD_AMT": " 00000000099.00"})
	const april, may = "P.A1234.ACO.ZCY25.D250418.T0912345", "P.A1234.ACO.ZCY25.D250520.T0912345"
	deliveries := []fakeDelivery{
		monthly(january, usual), monthly(february, other), monthly(march, other, line(t, "2", nil)), monthly(april, usual), monthly(may, usual),
	}
	added := filepath.Join(t.TempDir(), "added")
	for i := range deliveries {
		if _, err := Import(context.Background(), Options{Inputs: []string{deliveries[i].zip(t, dir)}, Out: added, MaxRejects: -1}); err != nil {
			t.Fatal(err)
		}
	}
	r, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "cclf5", rows(t, out, "cclf5", "FILE_DATE", "CUR_CLM_UNIQ_ID", "CLM_LINE_CVRD_PD_AMT"),
		"2025-01-21|1|10.00", "2025-02-18|1|99.00", "2025-03-18|2|10.00", "2025-04-18|1|10.00")
	if r.Redelivered != 2 || r.Revised != 2 {
		t.Errorf("%d rows delivered again, %d revised; want 2 and 2", r.Redelivered, r.Revised)
	}
	if n := len(parquetTexts(t, added, "cclf5")); n != 4 {
		t.Errorf("one after the other: %d rows, want 4", n)
	}
}

// TestMemberNames reads zip files of programs that begin the names of members with
// "./" or "../", or have backslashes in them, and files that begin with an empty line.
func TestMemberNames(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, before := range []string{"./", "../", `sub\`, "./sub/./"} {
		for _, first := range []string{"", "\n", "\r\n"} {
			d := monthly(january, line(t, "1", nil))
			path := filepath.Join(t.TempDir(), "bundle")
			var text bytes.Buffer
			z := zip.NewWriter(&text)
			for name, content := range d.members() {
				w, err := z.Create(before + name)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := w.Write([]byte(first + content)); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(z.Close(), os.WriteFile(path, text.Bytes(), 0o600)); err != nil {
				t.Fatal(err)
			}
			r, out := importCSV(t, Options{Inputs: []string{path}})
			equal(t, before+" cclf5", rows(t, out, "cclf5", "CUR_CLM_UNIQ_ID", "FILE_NAME"), "1|P.A1234.ACO.ZC5Y25.D250121.T0912345")
			if n := len(rows(t, out, "deliveries", "FILE_NAME")); n != 11 || len(r.PassedOver)+len(r.Missing) > 0 {
				t.Errorf("%q before names, %q before records: %d files, passed over %v, missing %v", before, first, n, r.PassedOver, r.Missing)
			}
		}
	}
}

// TestNothingInInput: each input must have something that is imported, or nothing is. What
// is beside CCLF files in a folder is named.
func TestNothingInInput(t *testing.T) {
	t.Parallel()
	d := monthly(january, line(t, "1", nil))
	dir := writeFiles(t, map[string]string{
		"notes.txt": "Call CMS.", "empty": "", "folder/notes.txt": "Call CMS.",
	})
	delivered := d.zip(t, t.TempDir())
	for _, name := range []string{"notes.txt", "empty", "folder"} {
		name = filepath.Join(dir, name)
		out := filepath.Join(t.TempDir(), "out")
		_, err := Import(t.Context(), Options{Inputs: []string{delivered, name}, Out: out})
		if !errors.Is(err, ErrNothing) || !strings.HasSuffix(err.Error(), "in "+name) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(out, "_manifest.json")); err == nil {
			t.Errorf("%s: a data set is there", name)
		}
	}
}

// TestChangesOfDataSet: the changes of a data set are no rows of it. Those that were
// deleted would be back.
func TestChangesOfDataSet(t *testing.T) {
	t.Parallel()
	dir := writeFiles(t, map[string]string{
		"cclf5/part-1.csv": claimsCSV("1"), "_changes/1/cclf5/part-2.csv": claimsCSV("1", "2"), "_notes.csv": claimsCSV("3"),
		"_manifest.json": "{}", "_lock": "",
	})
	r, out := importCSV(t, Options{Inputs: []string{dir}})
	equal(t, "cclf5", rows(t, out, "cclf5", "FILE_NAME"), "1")
	want := []PassedOver{
		{filepath.Join(dir, "_changes"), "not of a delivery: its name begins with _"},
		{filepath.Join(dir, "_notes.csv"), "not of a delivery: its name begins with _"},
	}
	if !slices.Equal(r.PassedOver, want) {
		t.Errorf("passed over %v, want %v", r.PassedOver, want)
	}
}

// TestCutInputs imports deliveries whose packed text ends early: what is there must not
// pass for all of it.
func TestCutInputs(t *testing.T) {
	synthtest.WithoutRace(t)
	var lines []string
	usual := line(t, "1000000000001", nil)
	for i := range 2000 {
		lines = append(lines, strings.Replace(usual, "1000000000001", strconv.Itoa(1000000000001+i*7919), 1))
	}
	d := monthly(january, lines...)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(d.members()["P.A1234.ACO.ZC5Y25.D250121.T0912345"])); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(d.zip(t, t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	// the directory of the zip file says that members are longer than they are
	longer := bytes.Clone(text)
	at := bytes.Index(longer, []byte("PK\x01\x02"))
	for at >= 0 && !bytes.HasPrefix(longer[at+46:], []byte("P.A1234.ACO.ZC5Y25")) {
		next := bytes.Index(longer[at+4:], []byte("PK\x01\x02"))
		if next < 0 {
			t.Fatal("no CCLF5 in the zip file")
		}
		at += 4 + next
	}
	longer[at+26]++ // byte 2 of the size
	for name, content := range map[string][]byte{
		"P.A1234.ACO.ZC5Y25.D250121.T0912345.gz": packed.Bytes()[:packed.Len()/2],
		"members.zip":                            longer,
		"cut.zip":                                text[:len(text)/2],
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "out")
		_, err := Import(context.Background(), Options{Inputs: []string{path}, Out: out, MaxRejects: -1, AllowFaults: true})
		if bad, ok := errors.AsType[*InputError](err); !ok || !strings.HasPrefix(bad.Path, path) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestUndated imports deliveries whose names have no date: they are older than others, and
// of two of them nobody can tell the newer one.
func TestUndated(t *testing.T) {
	synthtest.WithoutRace(t)
	usual, other, newest := line(t, "1", nil), line(t, "1", map[string]string{"CLM_LINE_CVRD_PD_AMT": " 00000000099.00"}), line(t, "1", map[string]string{"CLM_LINE_CVRD_PD_AMT": " 00000000050.00"})
	folder := func(lines ...string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "CCLF5.txt"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	a, same, b := folder(usual), folder(usual, line(t, "2", nil)), folder(other, line(t, "3", nil))
	delivered := monthly(january, newest)
	dated := delivered.folder(t, t.TempDir())

	r, out := importCSV(t, Options{Inputs: []string{a, b, dated}})
	equal(t, "cclf5", rows(t, out, "cclf5", "FILE_DATE", "CUR_CLM_UNIQ_ID", "CLM_LINE_CVRD_PD_AMT"),
		"2025-01-21|1|50.00", "|1|10.00", "|1|99.00", "|3|10.00")
	if want := []string{filepath.Join(a, "CCLF5.txt"), filepath.Join(b, "CCLF5.txt")}; r.Revised != 2 || len(r.Faults) > 0 || !slices.Equal(r.Older, slices.Sorted(slices.Values(want))) {
		t.Errorf("%d revised, faults %v, older %v", r.Revised, r.Faults, r.Older)
	}
	r, _ = importCSV(t, Options{Inputs: []string{a, same}})
	if r.Redelivered != 1 || r.Revised > 0 || len(r.Older) > 0 {
		t.Errorf("%d delivered again, %d revised, older %v", r.Redelivered, r.Revised, r.Older)
	}

	out = filepath.Join(t.TempDir(), "out")
	_, err := Import(t.Context(), Options{Inputs: []string{a, b}, Out: out, MaxRejects: -1})
	if !errors.Is(err, ErrOrder) || !strings.Contains(err.Error(), "records (1)") || strings.Contains(err.Error(), "99.00") {
		t.Errorf("error %v", err)
	}
	if names, _ := filepath.Glob(filepath.Join(out, "[^_]*")); len(names) > 0 {
		t.Errorf("wrote %v", names)
	}
	if _, err := Import(t.Context(), Options{Inputs: []string{a}, Out: out, MaxRejects: -1}); err != nil {
		t.Fatal(err)
	}
	if _, err := Import(t.Context(), Options{Inputs: []string{b}, Out: out, MaxRejects: -1}); !errors.Is(err, ErrOrder) {
		t.Errorf("added: error %v", err)
	}
	r, err = Import(t.Context(), Options{Inputs: []string{b}, Out: out, MaxRejects: -1, AllowFaults: true})
	if err != nil || len(r.Faults) != 1 || r.Revised != 1 {
		t.Errorf("error %v, report %+v", err, r)
	}
}
