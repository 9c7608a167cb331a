package schema

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// TestDialects compares statements with golden files that were read against the
// manuals of the databases. The tables have a field of each kind, and names and
// texts that are hard to write; the second has a key with nulls.
func TestDialects(t *testing.T) {
	table := &Table{
		Name:        "t1",
		Title:       "A table",
		Description: `It's a "test" \ here.`,
		Key:         []string{"CODE_CD", "GROUP"},
		Fields: []Field{
			{Label: "CODE_CD", Description: "It's a code", Type: text(3)},
			{Label: "LINE_NUM", Description: "Number", Type: integer(10)},
			{Label: "PMT_AMT", Description: "Amount", Type: amount(13)},
			{Label: "UNIT_QTY", Description: "Quantity", Type: quantity},
			{Label: "FROM_DT", Description: `Date \n`, Type: date},
			{Label: "GROUP", Description: "A word of SQL", Type: digits(2)},
			{Label: "1ST NAME", Description: "Not a name in SQL", Type: text(100)},
		},
	}
	nulls := &Table{Name: "t2", Title: "Another", Key: []string{"LINE_NUM"}, KeyHasNulls: true, Fields: table.Fields[1:2]}
	foreign := &Table{Name: "t3", Title: "A third", Key: []string{"NONE"}, Fields: table.Fields[:1]} // as those of profiles
	for _, d := range Dialects() {
		t.Run(d.Name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString(d.CreateSchema("s"))
			b.WriteString(d.CreateTable(table, CreateOptions{Schema: "s"}))
			b.WriteString(d.CreateTable(nulls, CreateOptions{}))
			b.WriteString(d.CreateTable(table, CreateOptions{NoKey: true}))
			b.WriteString(d.CreateTable(foreign, CreateOptions{}))
			for _, format := range d.LoadFormats() {
				b.WriteString(d.Load("t1", LoadOptions{
					Schema: "s", Location: d.LoadPlaceholder() + "/", Folder: "s/t1", Format: format,
					Files: []string{"s/t1/a'1." + format, "s/t1/b2." + format}, Columns: []string{"CODE_CD", "GROUP"},
				}))
			}
			golden := filepath.Join("testdata", "dialects", d.Name+".sql")
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}
		})
		if LookupDialect(d.Name) != d {
			t.Errorf("LookupDialect(%s) does not find it", d.Name)
		}
		if d.Load("t1", LoadOptions{Format: "fixed"}) != "" {
			t.Errorf("%s loads fixed-width files", d.Name)
		}
	}
	if LookupDialect("mysql") != nil {
		t.Error("there is a dialect mysql")
	}
}

// TestKeys checks that the keys of all tables are columns that all databases can
// index: SQL Server allows 1,700 bytes.
func TestKeys(t *testing.T) {
	for _, table := range AllTables() {
		size := 0
		for _, label := range table.Key {
			f := table.Field(label)
			if f == nil {
				t.Errorf("%s has no column %s of its key", table.Name, label)
				continue
			}
			if f.Kind == Text {
				size += 2 * max(leastLength, 4*f.Width)
			}
		}
		if size > 1700 {
			t.Errorf("the key of %s has %d bytes", table.Name, size)
		}
	}
}

// TestFieldsFitDialects checks that all tables keep to the limits that the
// dialects have, so that CreateTable need not look at them.
func TestFieldsFitDialects(t *testing.T) {
	for _, table := range AllTables() {
		for _, f := range table.Fields {
			name := table.Name + "." + f.Label
			if f.Kind == Decimal && (f.Precision > 38 || f.Scale > 9 || f.Precision-f.Scale > 29) {
				t.Errorf("%s: NUMERIC(%d,%d) is too much for BigQuery", name, f.Precision, f.Scale)
			}
			if len(f.Description) > 1024 {
				t.Errorf("%s: the description is too long for BigQuery", name)
			}
			for _, d := range Dialects() {
				if got := d.Identifier(f.Label); got != strings.ToUpper(f.Label) {
					t.Errorf("%s is %s in %s: users would have to quote it", name, got, d.Name)
				}
			}
		}
	}
}
