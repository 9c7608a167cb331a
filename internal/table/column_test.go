package table

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
		values[i] = a.ValueStr(i)
		if d, ok := a.(*array.Decimal128); ok { // with all decimals
			values[i] = d.Value(i).ToString(d.DataType().(*arrow.Decimal128Type).Scale)
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

// TestColumn does anything to columns of all kinds, those with a dictionary too,
// and compares them with plain lists.
func TestColumn(t *testing.T) {
	for _, kind := range []schema.Kind{schema.Text, schema.Int, schema.Decimal, schema.Date} {
		field := &schema.Field{Type: schema.Type{Kind: kind, Precision: 22, Scale: 2}}
		for seed := range uint64(200) {
			r := rand.New(rand.NewPCG(seed, uint64(kind)))
			c, m := NewColumn(field), modelColumn{kind: kind}
			if seed%2 == 0 {
				c = NewDictColumn(field)
			}
			var done []string // what was done, for the message
			for range 40 {
				switch r.IntN(6) {
				case 0, 1:
					text, fits := m.value(r)
					done = append(done, fmt.Sprintf("append %q", text))
					if err := c.Append([]byte(text)); (err == nil) != fits {
						t.Fatalf("%s: %v: error %v", kind, done, err)
					}
					if fits {
						m.values = append(m.values, text)
					}
				case 2:
					done = append(done, "append null")
					for _, none := range []string{"", " ", "~"} {
						if err := c.Append([]byte(none)); err != nil {
							t.Fatal(err)
						}
						m.values = append(m.values, "")
					}
				case 3:
					n := r.IntN(20)
					c.fill(c.n + n)
					m.values = append(m.values, make([]string, n)...)
					done = append(done, fmt.Sprintf("%d nulls", n))
				case 4:
					values := m.addPage(t, r, field, &c)
					done = append(done, fmt.Sprintf("a page of %q", values))
				case 5:
					if r.IntN(4) == 0 {
						c.reset()
						m.values = nil
						done = append(done, "reset")
					}
				}
			}
			a := c.Array()
			if got := readColumn(a); !slices.Equal(got, m.values) && len(got)+len(m.values) > 0 {
				t.Fatalf("%s, seed %d: column is %q, want %q, after %v", kind, seed, got, m.values, done)
			}
			nulls := 0
			for _, v := range m.values {
				if v == "" {
					nulls++
				}
			}
			if a.NullN() != nulls || c.n != len(m.values) {
				t.Fatalf("%s, seed %d: %d values, %d nulls, want %d, %d", kind, seed, c.n, a.NullN(), len(m.values), nulls)
			}
			want := arrowType(field)
			if c.dict != nil {
				want = dictionaryType
			}
			if !arrow.TypeEqual(a.DataType(), want) {
				t.Fatalf("%s: type %s, want %s", kind, a.DataType(), want)
			}
			a.Release()
		}
	}
}

// addPage adds a page of random values to a column, and to the model of it.
func (m *modelColumn) addPage(t *testing.T, r *rand.Rand, field *schema.Field, c *Column) []string {
	t.Helper()
	p := NewPage(&schema.Table{Fields: []schema.Field{{}, *field}})
	var values []string
	for range r.IntN(20) {
		row := p.Add(0, 0, len(values) > 0)
		switch r.IntN(4) {
		case 0: // as before
			if len(values) > 0 {
				values = append(values, values[len(values)-1])
				continue
			}
			fallthrough
		case 1:
			if err := p.Set(row, 1, nil); err != nil {
				t.Fatal(err)
			}
			values = append(values, "")
			continue
		}
		text, fits := m.value(r)
		if kind := field.Kind; fits && kind == schema.Decimal && r.IntN(3) == 0 {
			text = "12345678901234567890.12"
		}
		if err := p.Set(row, 1, []byte(text)); (err == nil) != fits {
			t.Fatalf("%q: error %v", text, err)
		}
		if !fits {
			p.Truncate(len(values))
			continue
		}
		values = append(values, text)
	}
	c.addAll(p, 1)
	m.values = append(m.values, values...)
	return values
}

// TestColumnsAddPage cuts a page back, and adds pages.
func TestColumnsAddPage(t *testing.T) {
	table := schema.Lookup("cclf3")
	add := func(p *Page, line int64, values ...string) {
		t.Helper()
		row := p.Add(line, 10*line, false)
		for i, v := range values {
			if err := p.Set(row, i, []byte(v)); err != nil {
				t.Fatal(err)
			}
		}
	}
	row := []string{"1", "m", "", "60", "1", "code", "2024-01-01", "", "ccn", "2024-01-01", "2024-01-02", "0", "ccn"}
	a, b := NewPage(table), NewPage(table)
	add(a, 0, row...)
	add(a, 1, row...)
	add(a, 2, row[:5]...) // a part of a row
	a.Truncate(1)
	add(b, 0, row...)
	add(b, 1, row...)
	all := newColumns(table)
	all.addPage(a, 0)
	all.addPage(b, 7)
	if all.rows() != 3 || !slices.Equal(all.resources.ints, []int64{0, 7, 8}) || !slices.Equal(all.beneficiaries.ints, []int64{0, 0, 10}) {
		t.Errorf("%d rows, resources %v, beneficiaries %v", all.rows(), all.resources.ints, all.beneficiaries.ints)
	}
	for i, col := range all.arrays() {
		if col.Len() != 3 {
			t.Errorf("array %d has %d values", i, col.Len())
		}
	}
	if got := readColumn(all.cols[5].Array()); !slices.Equal(got, []string{"code", "code", "code"}) {
		t.Errorf("codes %q", got)
	}
	if got := readColumn(all.cols[2].Array()); !slices.Equal(got, []string{"", "", ""}) {
		t.Errorf("a column of nulls has %q", got)
	}
}

// TestArrowSchema checks that each table's schema has its labels in order,
// with types and descriptions.
func TestArrowSchema(t *testing.T) {
	want := map[schema.Kind]arrow.Type{schema.Text: arrow.STRING, schema.Int: arrow.INT64, schema.Decimal: arrow.DECIMAL128, schema.Date: arrow.DATE32}
	for _, table := range schema.AllTables() {
		s := Schema(table)
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
