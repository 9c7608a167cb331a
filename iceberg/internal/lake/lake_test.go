package lake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/iceberg-go/catalog"
	"github.com/apache/iceberg-go/table"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// A set is the content of a data set: lines of JSON by table. Each file has two rows.
type set struct {
	run    int
	tables map[string][]string
	extra  []schema.Field // of cclf5
	format dataset.Format
}

// first is a data set, and second what a run later it is: a row of cclf5 changed, and
// one was added.
var (
	first = set{run: 1, tables: map[string][]string{
		"cclf5": {
			`{"CUR_CLM_UNIQ_ID":"a","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2024-12-31","CLM_LINE_CVRD_PD_AMT":"1.25"}`,
			`{"CUR_CLM_UNIQ_ID":"a","CLM_LINE_NUM":2,"CLM_LINE_FROM_DT":"2024-12-31","CLM_LINE_CVRD_PD_AMT":"-3.5"}`,
			`{"CUR_CLM_UNIQ_ID":"b","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2025-01-01","CLM_LINE_CVRD_PD_AMT":null}`,
			`{"CUR_CLM_UNIQ_ID":"c","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":null,"CLM_LINE_CVRD_PD_AMT":"1234567890123.45"}`,
		},
		"cclf6":                       {},
		"cclf8":                       {`{"BENE_MBI_ID":"Zoë","BENE_DOB":"1940-02-29"}`},
		"partially_adjudicated/cclf5": {`{"CUR_CLM_UNIQ_ID":"p","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2025-02-01","CLM_LINE_CVRD_PD_AMT":"7"}`},
	}}
	second = first.with(2, "cclf5",
		first.tables["cclf5"][0], first.tables["cclf5"][1],
		`{"CUR_CLM_UNIQ_ID":"b","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2025-01-02","CLM_LINE_CVRD_PD_AMT":"9"}`,
		first.tables["cclf5"][3],
		`{"CUR_CLM_UNIQ_ID":"d","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2025-03-01","CLM_LINE_CVRD_PD_AMT":"0.01"}`)
)

// with returns the set of another run, in which a table has these lines.
func (s set) with(run int, name string, lines ...string) set {
	tables := map[string][]string{}
	for n, l := range s.tables {
		tables[n] = l
	}
	tables[name] = lines
	s.run, s.tables = run, tables
	return s
}

// without returns the set of another run that lacks a table.
func (s set) without(run int, name string) set {
	s = s.with(run, name)
	delete(s.tables, name)
	return s
}

func field(label string, kind schema.Kind, precision, scale int) schema.Field {
	return schema.Field{Label: label, Description: "the " + label, Type: schema.Type{Kind: kind, Precision: precision, Scale: scale}}
}

func (s set) table(name string) *schema.Table {
	if name == "cclf8" {
		return &schema.Table{Name: name, Fields: []schema.Field{field("BENE_MBI_ID", schema.Text, 0, 0), field("BENE_DOB", schema.Date, 0, 0)}}
	}
	fields := []schema.Field{
		field("CUR_CLM_UNIQ_ID", schema.Text, 0, 0), field("CLM_LINE_NUM", schema.Int, 0, 0),
		field("CLM_LINE_FROM_DT", schema.Date, 0, 0), field("CLM_LINE_CVRD_PD_AMT", schema.Decimal, 15, 2),
	}
	if name == "cclf5" {
		for _, f := range s.extra {
			if i := slices.IndexFunc(fields, func(g schema.Field) bool { return g.Label == f.Label }); i >= 0 {
				fields[i] = f
			} else {
				fields = slices.Insert(fields, 1, f)
			}
		}
	}
	return &schema.Table{Name: name, Date: "CLM_LINE_FROM_DT", Fields: fields}
}

// write publishes the data set at dir.
func (s set) write(t *testing.T, dir string) {
	t.Helper()
	if s.format == "" {
		s.format = dataset.Parquet
	}
	w, err := dataset.Create(dir, s.format, dataset.Options{Overwrite: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	tables, err := w.Tables(dataset.TableOptions{PartRows: 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names(s.tables) {
		tw := tables.Add(dataset.Target{Name: name, Table: s.table(name)})
		if lines := s.tables[name]; len(lines) > 0 {
			rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, tw.Schema, strings.NewReader("["+strings.Join(lines, ",")+"]"))
			if err != nil {
				t.Fatal(err)
			}
			if err := tw.Write(rec.Columns()); err != nil {
				t.Fatal(err)
			}
		}
		if err := tw.Close(); err != nil {
			t.Fatal(err)
		}
	}
	m := &dataset.Manifest{Version: "test", Format: s.format, Runs: []dataset.Run{{Number: s.run, TransactionTime: fmt.Sprintf("2025-0%d-01T00:00:00Z", s.run)}}}
	if m.Tables, m.Files, err = tables.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(m); err != nil {
		t.Fatal(err)
	}
}

func names(m map[string][]string) []string {
	var list []string
	for n := range m {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

// publish publishes the data set at dir as Iceberg tables.
func publish(t *testing.T, dir string) map[string]Published {
	t.Helper()
	list, err := Publish(t.Context(), Options{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]Published{}
	for _, p := range list {
		tables[p.Table] = p
	}
	return tables
}

// load returns a table of the catalog.
func load(t *testing.T, dir, name string) *table.Table {
	t.Helper()
	l, err := open(t.Context(), Options{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	tbl, err := l.catalog.LoadTable(t.Context(), l.identifier(name))
	if err != nil {
		t.Fatal(err)
	}
	return tbl
}

// scan returns the rows of a snapshot, sorted, or of the current one if it is 0.
func scan(tbl *table.Table, snapshot int64) ([]string, error) {
	var opts []table.ScanOption
	if snapshot != 0 {
		opts = append(opts, table.WithSnapshotID(snapshot))
	}
	_, batches, err := tbl.Scan(opts...).ToArrowRecords(context.Background())
	if err != nil {
		return nil, err
	}
	var rows []string
	for b, err := range batches {
		if err != nil {
			return nil, err
		}
		rows = append(rows, lines(b)...)
	}
	slices.Sort(rows)
	return rows, nil
}

// lines returns the rows of a batch in the form of set, in which nulls are explicit.
func lines(b arrow.RecordBatch) []string {
	var list []string
	for i := range int(b.NumRows()) {
		var cells []string
		for c, f := range b.Schema().Fields() {
			value := "null"
			if col := b.Column(c); !col.IsNull(i) {
				if value = col.ValueStr(i); f.Type.ID() != arrow.INT64 {
					value = `"` + value + `"`
				}
			}
			cells = append(cells, `"`+f.Name+`":`+value)
		}
		list = append(list, "{"+strings.Join(cells, ",")+"}")
	}
	return list
}

// same reports differences between the rows of a snapshot and those of a set.
func same(t *testing.T, what string, tbl *table.Table, snapshot int64, want []string) {
	t.Helper()
	got, err := scan(tbl, snapshot)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	want = slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

func check(t *testing.T, dir string, s set) {
	t.Helper()
	for name, rows := range s.tables {
		same(t, name, load(t, dir, name), 0, rows)
	}
}

// TestPublish publishes a data set, the same again, and what it is a run later.
func TestPublish(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a lake") // with a space in its path
	first.write(t, dir)
	one := publish(t, dir)
	check(t, dir, first)
	if p := one["cclf5"]; !p.Changed || p.Rows != 4 || p.Files != 2 || p.Added != 2 || p.Name != "cclf.cclf5" {
		t.Errorf("cclf5: %+v", p)
	}
	if p := one["cclf6"]; p.Changed || p.Snapshot != 0 {
		t.Errorf("a table without rows has a snapshot: %+v", p)
	}
	if p := one["partially_adjudicated/cclf5"]; p.Name != "cclf_partially_adjudicated.cclf5" {
		t.Errorf("%+v", p)
	}
	links(t, dir)

	for name, p := range publish(t, dir) {
		if p.Changed || p.Metadata != one[name].Metadata || p.Snapshot != one[name].Snapshot {
			t.Errorf("%s was published again: %+v, before %+v", name, p, one[name])
		}
	}

	second.write(t, dir)
	two := publish(t, dir)
	check(t, dir, second)
	if p := two["cclf5"]; !p.Changed || p.Files != 3 || p.Added != 2 || p.Removed != 1 {
		t.Errorf("cclf5: %+v", p)
	}
	if two["cclf8"].Changed || two["cclf8"].Snapshot != one["cclf8"].Snapshot {
		t.Errorf("cclf8 did not change, but: %+v", two["cclf8"])
	}
	same(t, "the state before", load(t, dir, "cclf5"), one["cclf5"].Snapshot, first.tables["cclf5"])

	list, err := Snapshots(t.Context(), Options{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	list = slices.DeleteFunc(list, func(s Snapshot) bool { return s.Table != "cclf5" })
	want := []Snapshot{
		{Table: "cclf5", Name: "cclf.cclf5", ID: one["cclf5"].Snapshot, Run: 1, TransactionTime: "2025-01-01T00:00:00Z", Rows: 4, Files: 2},
		{Table: "cclf5", Name: "cclf.cclf5", ID: two["cclf5"].Snapshot, Run: 2, TransactionTime: "2025-02-01T00:00:00Z", Rows: 5, Files: 3, Current: true},
	}
	for i := range list {
		list[i].Time = time.Time{}
	}
	if !slices.Equal(list, want) {
		t.Errorf("snapshots:\n got %+v\nwant %+v", list, want)
	}
}

// links checks that the files of the warehouse are those of the data set.
func links(t *testing.T, dir string) {
	t.Helper()
	plain, err := filepath.Glob(filepath.Join(dir, "cclf5", "*.parquet"))
	if err != nil || len(plain) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range plain {
		a, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.Stat(filepath.Join(dir, Folder, "cclf", "cclf5", "data", filepath.Base(name)))
		if err != nil || !os.SameFile(a, b) {
			t.Errorf("%s is not linked: %v", name, err)
		}
	}
}

// TestDocs checks that columns have their descriptions.
func TestDocs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first.write(t, dir)
	publish(t, dir)
	f, ok := load(t, dir, "cclf8").Schema().FindFieldByName("BENE_DOB")
	if !ok || f.Doc != "the BENE_DOB" || f.Type.String() != "date" {
		t.Errorf("%+v", f)
	}
}

// TestColumns publishes data sets with other columns.
func TestColumns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first.write(t, dir)
	one := publish(t, dir)["cclf5"]

	wider := first.with(2, "cclf5",
		`{"CUR_CLM_UNIQ_ID":"a","NEW":"x","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2024-12-31","CLM_LINE_CVRD_PD_AMT":"1.25"}`)
	wider.extra = []schema.Field{field("NEW", schema.Text, 0, 0), field("CLM_LINE_CVRD_PD_AMT", schema.Decimal, 17, 2)}
	wider.write(t, dir)
	two := publish(t, dir)["cclf5"]
	check(t, dir, wider)
	same(t, "before the column", load(t, dir, "cclf5"), one.Snapshot, first.tables["cclf5"])

	gone := first.with(3, "cclf5", first.tables["cclf5"][0])
	gone.extra = []schema.Field{field("CLM_LINE_CVRD_PD_AMT", schema.Decimal, 17, 2)}
	gone.write(t, dir)
	three := publish(t, dir)["cclf5"]
	if len(three.Notes) != 1 || !strings.Contains(three.Notes[0], "NEW") {
		t.Errorf("notes %q", three.Notes)
	}
	same(t, "without the column", load(t, dir, "cclf5"), 0, []string{
		`{"CUR_CLM_UNIQ_ID":"a","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2024-12-31","CLM_LINE_CVRD_PD_AMT":"1.25","NEW":null}`,
	})
	same(t, "with the column", load(t, dir, "cclf5"), two.Snapshot, wider.tables["cclf5"])

	wider.run = 4
	wider.write(t, dir)
	publish(t, dir)
	check(t, dir, wider) // it is the same column

	other := first.with(5, "cclf5", `{"CUR_CLM_UNIQ_ID":1,"CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2024-12-31","CLM_LINE_CVRD_PD_AMT":"1.25"}`)
	other.extra = []schema.Field{field("CUR_CLM_UNIQ_ID", schema.Int, 0, 0), field("CLM_LINE_CVRD_PD_AMT", schema.Decimal, 17, 2)}
	other.write(t, dir)
	if _, err := Publish(t.Context(), Options{Data: dir}); err == nil || !strings.Contains(err.Error(), "CUR_CLM_UNIQ_ID changed its type from string to long") || Hint(err) == "" {
		t.Errorf("another type: %v", err)
	}
	same(t, "after the refusal", load(t, dir, "cclf5"), 0, wider.tables["cclf5"])
}

// TestGone publishes a data set that no longer has a table.
func TestGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first.write(t, dir)
	one := publish(t, dir)["cclf8"]
	first.without(2, "cclf8").write(t, dir)
	if p := publish(t, dir)["cclf8"]; !p.Changed || p.Removed != 1 || len(p.Notes) != 1 {
		t.Errorf("%+v", p)
	}
	same(t, "gone", load(t, dir, "cclf8"), 0, nil)
	same(t, "before", load(t, dir, "cclf8"), one.Snapshot, first.tables["cclf8"])
	if p := publish(t, dir)["cclf8"]; p.Changed {
		t.Errorf("published again: %+v", p)
	}
	second.write(t, dir)
	publish(t, dir)
	check(t, dir, second)
}

// TestExpire keeps the newest snapshot.
func TestExpire(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a lake für alle") // iceberg-go escapes some of its names
	first.write(t, dir)
	one := publish(t, dir)
	time.Sleep(2 * time.Millisecond) // snapshots of the same millisecond are of the same age
	second.write(t, dir)
	publish(t, dir)
	time.Sleep(2 * time.Millisecond)
	data := filepath.Join(dir, Folder, "cclf", "cclf5", "data")
	orphan := filepath.Join(data, "part-00009-000000000000.parquet")
	if err := os.WriteFile(orphan, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := count(t, data)
	if _, err := Expire(t.Context(), Options{Data: dir}, 2); err != nil {
		t.Fatal(err)
	}
	same(t, "kept", load(t, dir, "cclf5"), one["cclf5"].Snapshot, first.tables["cclf5"])
	if now := count(t, data); now != before-1 {
		t.Errorf("%d files, then %d: expected the orphan to go", before, now)
	}
	list, err := Expire(t.Context(), Options{Data: dir}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Table == "cclf5" && (e.Snapshots != 1 || e.Kept != 1 || e.Files == 0) || e.Table == "cclf8" && e.Snapshots != 0 {
			t.Errorf("%+v", e)
		}
	}
	if now := count(t, data); now != 3 {
		t.Errorf("%d files, expected 3", now)
	}
	check(t, dir, second)
	if _, err := scan(load(t, dir, "cclf5"), one["cclf5"].Snapshot); err == nil {
		t.Error("the expired snapshot can be read")
	}
	if _, err := dataset.Open(dir); err != nil {
		t.Errorf("the data set: %v", err)
	}
	if p := publish(t, dir)["cclf5"]; p.Changed {
		t.Errorf("published again: %+v", p)
	}
}

// TestExpireUnknownNames removes nothing if files have other names than the metadata say.
func TestExpireUnknownNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first.write(t, dir)
	publish(t, dir)
	cclf5 := load(t, dir, "cclf5")
	fio, err := cclf5.FS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var e Expired
	err = sweep(cclf5, fio, nil, map[string]bool{strings.ReplaceAll(cclf5.MetadataLocation(), "/", "//"): true}, &e)
	if !errors.Is(err, ErrCatalog) || e.Files > 0 {
		t.Errorf("%+v, %v", e, err)
	}
	check(t, dir, first)
}

func count(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestRefused publishes what must not be published.
func TestRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	csv := first
	csv.format = dataset.CSV
	csv.write(t, dir)
	refused(t, Options{Data: dir}, ErrInput, "its format is csv")
	first.write(t, dir)
	refused(t, Options{Data: "s3://bucket/lake"}, ErrOptions, "expected a local folder")
	refused(t, Options{Data: dir, Namespace: "a.b"}, ErrOptions, "one name")
	refused(t, Options{Data: filepath.Join(dir, "none")}, ErrInput, "no such file")
	odd := filepath.Join(t.TempDir(), "100%")
	first.write(t, odd)
	refused(t, Options{Data: odd}, ErrOptions, "disagree on paths")

	l, err := open(t.Context(), Options{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Data: dir}, ErrBusy, dir)
	s, err := readSchema(onlyFile(t, filepath.Join(dir, "cclf8")))
	if err != nil {
		t.Fatal(err)
	}
	if err := l.makeNamespace(t.Context(), "cclf"); err != nil {
		t.Fatal(err)
	}
	if _, err := l.catalog.CreateTable(t.Context(), table.Identifier{"cclf", "cclf8"}, s, catalog.WithLocation(l.Warehouse+"/other")); err != nil {
		t.Fatal(err)
	}
	l.close()
	refused(t, Options{Data: dir}, ErrCatalog, "cclf-iceberg did not create")
}

func refused(t *testing.T, o Options, cause error, text string) {
	t.Helper()
	if _, err := Publish(t.Context(), o); !errors.Is(err, cause) || !strings.Contains(err.Error(), text) {
		t.Errorf("expected %q, got %v", text, err)
	}
}

func onlyFile(t *testing.T, dir string) string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0]
}

// TestMoved publishes a data set that was moved, with and without its Iceberg tables.
func TestMoved(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "lake"), filepath.Join(t.TempDir(), "lake")
	first.write(t, from)
	publish(t, from)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Data: to}, ErrCatalog, "is of the data set "+from)
	if err := os.RemoveAll(from); err != nil {
		t.Fatal(err)
	}
	refused(t, Options{Data: to}, ErrInput, "not where the catalog says")
	if err := os.RemoveAll(filepath.Join(to, Folder)); err != nil {
		t.Fatal(err)
	}
	publish(t, to)
	check(t, to, first)
}

// TestCopied publishes to a folder where files are copied.
func TestCopied(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first.write(t, dir)
	s, err := dataset.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, tbl := range s.Manifest.Tables {
		for _, f := range s.Files(tbl) {
			to := filepath.Join(t.TempDir(), filepath.Base(f.Name))
			if err := copyLocal(f, to); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(to); err != nil || info.Size() != f.Size || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", f.Name, info, err)
			}
			f.Size++
			if err := copyLocal(f, to+"2"); !errors.Is(err, ErrInput) || count(t, filepath.Dir(to)) != 1 {
				t.Errorf("a file of another size: %v", err)
			}
		}
	}
}

// TestInterrupted lets each write to the warehouse fail, and all that follow, and goes
// on. Every table is always in its old or its new state.
func TestInterrupted(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "lake")
	first.write(t, dir)
	publish(t, dir)
	second.write(t, dir)
	template := filepath.Join(base, "template")
	if err := os.Rename(dir, template); err != nil {
		t.Fatal(err)
	}
	defer func() { beforeWrite = nil }()
	for n := 0; ; n++ {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(dir, os.DirFS(template)); err != nil {
			t.Fatal(err)
		}
		ops := 0
		beforeWrite = func(string) error {
			if ops++; ops > n {
				return errors.New("stopped")
			}
			return nil
		}
		_, err := Publish(t.Context(), Options{Data: dir})
		beforeWrite = nil
		for name := range second.tables {
			tbl := load(t, dir, name)
			rows, scanErr := scan(tbl, 0)
			if scanErr != nil || len(rows) != len(first.tables[name]) && len(rows) != len(second.tables[name]) {
				t.Fatalf("after %d writes, %s has %d rows: %v", n, name, len(rows), scanErr)
			}
		}
		publish(t, dir)
		check(t, dir, second)
		if err == nil {
			if n < 4 {
				t.Errorf("only %d writes were seen", n)
			}
			break
		}
	}
}
