package convert

import (
	"fmt"
	"math"
	"runtime"
	"testing"

	"github.com/cclf-tools/cclf/schema"
)

func TestPersonFields(t *testing.T) {
	if n := len(personFields); n == 0 || n > maxPersonValues {
		t.Errorf("%d columns of CCLF8 are filled from other resources, there is room for %d", n, maxPersonValues)
	}
	table := schema.Lookup("cclf8")
	for slot, col := range personFields {
		if got := slotOf(table, col); got != slot {
			t.Errorf("%s: slot %d, want %d", table.Fields[col].Label, got, slot)
		}
	}
	if slotOf(table, 0) != -1 || slotOf(schema.Lookup("cclf1"), personFields[0]) != -1 {
		t.Error("other columns have slots")
	}
}

// TestWords keeps each text once.
func TestWords(t *testing.T) {
	p := newPeople()
	a, none, again, b := p.word([]byte("a")), p.word(nil), p.word([]byte("a")), p.word([]byte("b"))
	if a != again || a == b || none != 0 || len(p.words) != 3 {
		t.Errorf("words %q: %d, %d, %d, %d", p.words, a, none, again, b)
	}
}

func mbiText(s string) (m mbi) {
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
		{"two steps, told in the other order", []link{{"B", "C", 0}, {"A", "B", 0}}, "A", "C"},
		{"two former ones", []link{{"A", "C", 0}, {"B", "C", 0}}, "B", "C"},
		{"the newer link", []link{{"A", "B", 1}, {"A", "C", 2}}, "A", "C"},
		{"the newer link, told first", []link{{"A", "C", 2}, {"A", "B", 1}}, "A", "C"},
		{"of equally new links the last", []link{{"A", "B", 1}, {"A", "C", 1}}, "A", "C"},
		{"to itself", []link{{"A", "A", 0}}, "A", "A"},
		{"in a circle", []link{{"A", "B", 0}, {"B", "A", 0}}, "A", "A"},
		{"into a circle", []link{{"A", "B", 0}, {"B", "C", 0}, {"C", "B", 0}}, "A", "A"},
	} {
		p := newPeople()
		for i, l := range tt.links {
			p.apply(&personUpdate{id: personID(i), rank: l.updated, isPatient: true, mbi: mbiText(l.to), former: []mbi{mbiText(l.from)}})
		}
		if got := p.currentText([]byte(tt.from)); string(got) != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	p := newPeople()
	p.apply(&personUpdate{isPatient: true, mbi: mbiText("B"), former: []mbi{mbiText("A")}})
	if got := p.currentText([]byte("longer than any MBI")); string(got) != "longer than any MBI" {
		t.Errorf("text that is no MBI became %q", got)
	}
}

// TestPeopleValues chooses among what Coverages say.
func TestPeopleValues(t *testing.T) {
	const slot = 2
	type says struct {
		part int
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
		{"one part", []says{{partA, 2023, 1, "a"}}, "a", "a", "", ""},
		{"each part", []says{{partB, 2023, 1, "b"}, {partA, 2023, 1, "a"}}, "a", "a", "b", ""},
		{"the newest year", []says{{partA, 2022, 9, "a"}, {partB, 2023, 1, "b"}}, "b", "a", "b", ""},
		{"the newest year that has a value", []says{{partA, 2022, 1, "a"}, {partB, 2023, 1, ""}}, "a", "a", "", ""},
		{"another part", []says{{otherPart, 2023, 1, "d"}}, "d", "", "", ""},
		{"a newer version", []says{{partA, 2023, 2, "new"}, {partA, 2023, 1, "old"}}, "new", "new", "", ""},
		{"a newer version without the value", []says{{partA, 2023, 1, "old"}, {partA, 2023, 2, ""}}, "", "", "", ""},
		{"equally new versions", []says{{partA, 2023, 1, "1"}, {partA, 2023, 1, "2"}}, "2", "2", "", ""},
		{"no update", []says{{partA, 0, math.MinInt64, "a"}}, "a", "a", "", ""},
		{"a hospice claim", []says{{hospice, 0, 5, "h"}}, "", "", "", "h"},
	} {
		p := newPeople()
		p.get(1) // somebody else
		for _, s := range tt.says {
			u := personUpdate{id: 7, part: s.part, year: s.year, rank: s.rank}
			if s.v != "" {
				u.values[slot] = []byte(s.v)
			}
			p.apply(&u)
		}
		got := fmt.Sprintf("%s %s %s %s", p.value(7, slot, newestCoverage), p.value(7, slot, partA), p.value(7, slot, partB), p.value(7, slot, hospice))
		if want := fmt.Sprintf("%s %s %s %s", tt.newest, tt.a, tt.b, tt.hospiceWant); got != want {
			t.Errorf("%s: %q, want %q", tt.name, got, want)
		}
		if p.value(7, slot+1, newestCoverage) != nil && len(p.value(7, slot+1, newestCoverage)) > 0 || len(p.value(1, slot, newestCoverage)) > 0 || p.describes(7) {
			t.Errorf("%s: something is said of others", tt.name)
		}
	}
}

// TestPeopleMemory holds the documents to what they say a beneficiary takes,
// also right after the list has grown.
func TestPeopleMemory(t *testing.T) {
	const n = 100_000
	measure := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := measure()
	p := newPeople()
	for i := range n {
		id := personID(uint64(i) * 0x9E3779B97F4A7C15)
		u := personUpdate{id: id, isPatient: true, rank: 1}
		copy(u.mbi[:], fmt.Sprintf("1EG4TE%05d", i))
		p.apply(&u)
		for part := range parts {
			u := personUpdate{id: id, part: part, year: 2026, rank: 1}
			u.values[0] = []byte(fmt.Sprintf("2026-01-%02d", i%28+1))
			p.apply(&u)
		}
	}
	each := (measure() - before) / n
	if each > 450 {
		t.Errorf("%d bytes a beneficiary", each)
	}
	t.Logf("%d bytes a beneficiary", each)
	runtime.KeepAlive(p)
}
