package beneficiary

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/cclf-tools/cclf/schema"
)

func TestValueIndex(t *testing.T) {
	if n := len(columns()); n == 0 || n > MaxValues {
		t.Errorf("%d columns of CCLF8 are filled from other resources, there is room for %d", n, MaxValues)
	}
	table := schema.Lookup("cclf8")
	for index, col := range columns() {
		if got := ValueIndex(table, col); got != index {
			t.Errorf("%s: index %d, want %d", table.Fields[col].Label, got, index)
		}
	}
	if ValueIndex(table, 0) != -1 || ValueIndex(schema.Lookup("cclf1"), columns()[0]) != -1 {
		t.Error("other columns have an index")
	}
}

// TestWords checks that each text is kept once.
func TestWords(t *testing.T) {
	p := NewRegistry()
	a, none, again, b := p.word([]byte("a")), p.word(nil), p.word([]byte("a")), p.word([]byte("b"))
	if a != again || a == b || none != 0 || len(p.words) != 3 {
		t.Errorf("words %q: %d, %d, %d, %d", p.words, a, none, again, b)
	}
}

func mbiOf(s string) (m MBI) {
	copy(m[:], s)
	return m
}

// TestCurrentMBI follows MBIs through the Patients that call them former.
func TestCurrentMBI(t *testing.T) {
	type link struct {
		from, to string
		updated  int64
	}
	for _, tt := range []struct {
		name  string
		links []link
		from  string
		want  string
	}{
		{"unknown", nil, "A", "A"},
		{"one step", []link{{"A", "B", 0}}, "A", "B"},
		{"the current one itself", []link{{"A", "B", 0}}, "B", "B"},
		{"two steps", []link{{"A", "B", 0}, {"B", "C", 0}}, "A", "C"},
		{"two steps, in the other order", []link{{"B", "C", 0}, {"A", "B", 0}}, "A", "C"},
		{"two former ones", []link{{"A", "C", 0}, {"B", "C", 0}}, "B", "C"},
		{"the newer link", []link{{"A", "B", 1}, {"A", "C", 2}}, "A", "C"},
		{"the newer link first", []link{{"A", "C", 2}, {"A", "B", 1}}, "A", "C"},
		{"of equally new links the last", []link{{"A", "B", 1}, {"A", "C", 1}}, "A", "C"},
		{"to itself", []link{{"A", "A", 0}}, "A", "A"},
		{"in a cycle", []link{{"A", "B", 0}, {"B", "A", 0}}, "A", "A"},
		{"into a cycle", []link{{"A", "B", 0}, {"B", "C", 0}, {"C", "B", 0}}, "A", "A"},
	} {
		p := NewRegistry()
		for i, l := range tt.links {
			p.Apply(&Update{ID: ID(i), Rank: l.updated, Kind: FromPatient, MBI: mbiOf(l.to), Former: []MBI{mbiOf(l.from)}})
		}
		if got := p.CurrentMBI([]byte(tt.from)); string(got) != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	p := NewRegistry()
	p.Apply(&Update{Kind: FromPatient, MBI: mbiOf("B"), Former: []MBI{mbiOf("A")}})
	if got := p.CurrentMBI([]byte("longer than any MBI")); string(got) != "longer than any MBI" {
		t.Errorf("text that is no MBI became %q", got)
	}
}

// TestValue chooses among the values of Coverages.
func TestValue(t *testing.T) {
	const index = 2
	type says struct {
		part Part
		year int16
		rank int64
		v    string
	}
	for _, tt := range []struct {
		name                      string
		says                      []says
		newest, a, b, hospiceWant string
	}{
		{"nothing", nil, "", "", "", ""},
		{"one part", []says{{PartA, 2023, 1, "a"}}, "a", "a", "", ""},
		{"each part", []says{{PartB, 2023, 1, "b"}, {PartA, 2023, 1, "a"}}, "a", "a", "b", ""},
		{"the newest year", []says{{PartA, 2022, 9, "a"}, {PartB, 2023, 1, "b"}}, "b", "a", "b", ""},
		{"the newest year that has a value", []says{{PartA, 2022, 1, "a"}, {PartB, 2023, 1, ""}}, "a", "a", "", ""},
		{"another part", []says{{OtherPart, 2023, 1, "d"}}, "d", "", "", ""},
		{"a newer version", []says{{PartA, 2023, 2, "new"}, {PartA, 2023, 1, "old"}}, "new", "new", "", ""},
		{"a newer version without the value", []says{{PartA, 2023, 1, "old"}, {PartA, 2023, 2, ""}}, "", "", "", ""},
		{"equally new versions", []says{{PartA, 2023, 1, "1"}, {PartA, 2023, 1, "2"}}, "2", "2", "", ""},
		{"no update", []says{{PartA, 0, math.MinInt64, "a"}}, "a", "a", "", ""},
		{"a hospice claim", []says{{Hospice, 0, 5, "h"}}, "", "", "", "h"},
	} {
		p := NewRegistry()
		p.get(1) // somebody else
		for _, s := range tt.says {
			u := Update{ID: 7, Part: s.part, Year: s.year, Rank: s.rank}
			if s.v != "" {
				u.Values[index] = []byte(s.v)
			}
			p.Apply(&u)
		}
		got := fmt.Sprintf("%s %s %s %s", p.Value(7, index, NewestCoverage), p.Value(7, index, PartA), p.Value(7, index, PartB), p.Value(7, index, Hospice))
		if want := fmt.Sprintf("%s %s %s %s", tt.newest, tt.a, tt.b, tt.hospiceWant); got != want {
			t.Errorf("%s: %q, want %q", tt.name, got, want)
		}
		if p.Value(7, index+1, NewestCoverage) != nil && len(p.Value(7, index+1, NewestCoverage)) > 0 || len(p.Value(1, index, NewestCoverage)) > 0 || p.HasPatient(7) {
			t.Errorf("%s: something is said of others", tt.name)
		}
	}
}

// TestRegistryMemory holds the documentation to its figure of memory per beneficiary,
// also right after the list has grown.
func TestRegistryMemory(t *testing.T) {
	const n = 100_000
	measure := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := measure()
	p := NewRegistry()
	for i := range n {
		id := ID(uint64(i) * 0x9E3779B97F4A7C15)
		u := Update{ID: id, Kind: FromPatient, Rank: 1}
		copy(u.MBI[:], fmt.Sprintf("1EG4TE%05d", i))
		p.Apply(&u)
		for part := range parts {
			u := Update{ID: id, Part: part, Year: 2026, Rank: 1}
			u.Values[0] = []byte(fmt.Sprintf("2026-01-%02d", i%28+1))
			p.Apply(&u)
		}
		for letter := byte('A'); letter <= 'D'; letter++ {
			p.Apply(&Update{ID: id, Part: OtherPart, Year: 2026, Rank: 1, Enrollment: Enrollment{Letter: letter, Coded: 0xfff}})
		}
	}
	each := (measure() - before) / n
	if each > 600 {
		t.Errorf("%d bytes per beneficiary", each)
	}
	t.Logf("%d bytes per beneficiary", each)
	runtime.KeepAlive(p)
}
