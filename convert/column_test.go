package convert

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/cclf-tools/cclf/schema"
)

// A modelColumn is a column as a list of texts, "" for null.
type modelColumn struct {
	kind   schema.Kind
	values []string
}

// readColumn lists the values of an array as texts, "" for null.
func readColumn(a arrow.Array) []string {
	values := make([]string, a.Len())
	for i := range values {
		if a.IsNull(i) {
			continue
		}
		switch a := a.(type) {
		case *array.String, *array.Dictionary:
			values[i] = textsOf(a).Value(i)
		case *array.Int64:
			values[i] = strconv.FormatInt(a.Value(i), 10)
		case *array.Decimal128:
			values[i] = a.Value(i).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
		case *array.Date32:
			values[i] = a.Value(i).ToTime().Format(time.DateOnly)
		}
	}
	return values
}

// value makes a value of the column's kind, or one that does not fit.
func (m *modelColumn) value(r *rand.Rand) (text string, fits bool) {
	if m.kind != schema.Text && r.IntN(6) == 0 {
		return "x", false
	}
	switch m.kind {
	case schema.Int:
		return strconv.Itoa(r.IntN(2000) - 1000), true
	case schema.Decimal:
		return new(big.Rat).SetFrac64(int64(r.IntN(2_000_000)-1_000_000), 100).FloatString(2), true
	case schema.Date:
		return time.Unix(0, 0).AddDate(0, 0, r.IntN(40_000)-20_000).UTC().Format(time.DateOnly), true
	}
	return strings.Repeat("aé", r.IntN(5)) + "z", true
}

// TestColumn does anything to columns of all kinds, and compares them with
// plain lists.
func TestColumn(t *testing.T) {
	for _, kind := range []schema.Kind{schema.Text, schema.Int, schema.Decimal, schema.Date} {
		field := &schema.Field{Type: schema.Type{Kind: kind, Precision: 10, Scale: 2}}
		for seed := range uint64(200) {
			r := rand.New(rand.NewPCG(seed, uint64(kind)))
			columns := []column{newColumn(field), newColumn(field)}
			models := []modelColumn{{kind: kind}, {kind: kind}}
			var done []string // what was done, for the message
			for range 60 {
				at := r.IntN(2)
				c, m := &columns[at], &models[at]
				switch n := len(m.values); r.IntN(9) {
				case 0, 1, 2:
					text, fits := m.value(r)
					done = append(done, fmt.Sprintf("append %q to %d", text, at))
					if err := c.append([]byte(text), true); (err == nil) != fits {
						t.Fatalf("%s: %v: error %v", kind, done, err)
					}
					if fits {
						m.values = append(m.values, text)
					}
				case 3:
					done = append(done, fmt.Sprintf("append null to %d", at))
					for _, none := range []string{"", " ", "~"} {
						if err := c.append([]byte(none), r.IntN(2) == 0); err != nil {
							t.Fatal(err)
						}
						m.values = append(m.values, "")
					}
				case 4:
					c.appendNull()
					m.values = append(m.values, "")
					done = append(done, fmt.Sprintf("appendNull to %d", at))
				case 5:
					to := n - r.IntN(min(n, 20)+1)
					if r.IntN(10) == 0 {
						to = 0
					}
					c.truncate(to)
					m.values = m.values[:to]
					done = append(done, fmt.Sprintf("cut %d to %d", at, to))
				case 6:
					if n > 0 {
						c.repeat()
						m.values = append(m.values, m.values[n-1])
						done = append(done, fmt.Sprintf("repeat in %d", at))
					}
				case 7:
					c.addAll(&columns[1-at])
					m.values = append(m.values, models[1-at].values...)
					done = append(done, fmt.Sprintf("add %d to %d", 1-at, at))
				}
				if len(m.values) > 300 {
					c.truncate(0)
					m.values = nil
				}
			}
			gatherer, all := newGatherer(field), modelColumn{kind: kind}
			nulls := newColumn(field)
			for range 9 {
				nulls.appendNull()
			}
			for round := range 3 {
				for at := range columns {
					gatherer.addAll(&columns[at])
					gatherer.addAll(&nulls)
					all.values = slices.Concat(all.values, models[at].values, make([]string, 9))
				}
				if round == 0 && seed%2 == 0 {
					gatherer.truncate(0)
					all.values = nil
				}
			}
			columns, models = append(columns, gatherer), append(models, all)
			for at := range columns {
				a := columns[at].array()
				if got := readColumn(a); !slices.Equal(got, models[at].values) && len(got)+len(models[at].values) > 0 {
					t.Fatalf("%s, seed %d: column %d is %q, want %q, after %v", kind, seed, at, got, models[at].values, done)
				}
				nulls := 0
				for _, v := range models[at].values {
					if v == "" {
						nulls++
					}
				}
				if a.NullN() != nulls || columns[at].n != len(models[at].values) {
					t.Fatalf("%s, seed %d: %d values, %d nulls, want %d, %d", kind, seed, columns[at].n, a.NullN(), len(models[at].values), nulls)
				}
				if !arrow.TypeEqual(a.DataType(), arrowType(field)) && (!columns[at].gathers || !arrow.TypeEqual(a.DataType(), dictionaryType)) {
					t.Fatalf("%s: type %s", kind, a.DataType())
				}
				a.Release()
			}
		}
	}
}

// TestPage cuts a page back from within a row, and adds pages.
func TestPage(t *testing.T) {
	table := schema.Lookup("cclf3")
	add := func(p *page, line int64, values ...string) {
		t.Helper()
		for i, v := range values {
			if err := p.cols[i].append([]byte(v), true); err != nil {
				t.Fatal(err)
			}
		}
		if len(values) == len(p.cols) {
			p.lines.appendInt(line)
			p.people.appendInt(10 * line)
		}
	}
	row := []string{"1", "m", "", "60", "1", "code", "2024-01-01", "", "ccn", "2024-01-01", "2024-01-02", "0", "ccn"}
	a, b := newPage(table), newPage(table)
	add(a, 0, row...)
	add(a, 1, row...)
	add(a, 2, row[:5]...) // a part of a row
	a.truncate(1)
	add(b, 0, row...)
	add(b, 1, row...)
	a.addAll([]basedPage{{b, 7}})
	if a.rows() != 3 || !slices.Equal(a.lines.ints, []int64{0, 7, 8}) || !slices.Equal(a.people.ints, []int64{0, 0, 10}) {
		t.Errorf("%d rows, lines %v, people %v", a.rows(), a.lines.ints, a.people.ints)
	}
	a.settle()
	for i := range a.cols {
		if a.cols[i].n != 3 {
			t.Errorf("%s has %d values", table.Fields[i].Label, a.cols[i].n)
		}
	}
	if got := readColumn(a.cols[5].array()); !slices.Equal(got, []string{"code", "code", "code"}) {
		t.Errorf("codes %q", got)
	}
}

// TestArrowSchema checks that each table's schema has its labels in order,
// with types and descriptions.
func TestArrowSchema(t *testing.T) {
	want := map[schema.Kind]arrow.Type{schema.Text: arrow.STRING, schema.Int: arrow.INT64, schema.Decimal: arrow.DECIMAL128, schema.Date: arrow.DATE32}
	for _, table := range schema.AllTables() {
		s := arrowSchema(table)
		if s.NumFields() != len(table.Fields) {
			t.Fatalf("%s has %d columns, want %d", table.Name, s.NumFields(), len(table.Fields))
		}
		for i, f := range table.Fields {
			got := s.Field(i)
			description, _ := got.Metadata.GetValue("description")
			if got.Name != f.Label || got.Type.ID() != want[f.Kind] || !got.Nullable || description != f.Description {
				t.Errorf("%s: column %v for %s", table.Name, got, f.Label)
			}
			if d, ok := got.Type.(*arrow.Decimal128Type); ok && (int(d.Precision) != f.Precision || int(d.Scale) != f.Scale) {
				t.Errorf("%s: %s is %s", table.Name, f.Label, d)
			}
		}
	}
}
