package ndjson

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// alike returns a value of the same shape, with other scalars here and there.
func alike(v any, r *rand.Rand) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			out[name] = alike(member, r)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = alike(element, r)
		}
		return out
	case string:
		if r.IntN(4) == 0 {
			return []string{"", "x", "a\"b", "\u00e9", "a longer text with, commas and {braces}", "1"}[r.IntN(6)]
		}
	case json.Number:
		if r.IntN(2) == 0 {
			return json.Number(fmt.Sprint(r.IntN(2000) - 1000))
		}
	}
	return v
}

// TestMemo walks many lines of objects that differ in their scalars alone with
// one record, which remembers them, and compares all answers. The objects
// stand in the line several times, at the same node and at others.
func TestMemo(t *testing.T) {
	t.Run("parts", func(t *testing.T) {
		defer func(can bool) { canMatchBlocks = can }(canMatchBlocks)
		canMatchBlocks = false
		testMemo(t)
	})
	t.Run("blocks", func(t *testing.T) {
		needBlocks(t)
		testMemo(t)
	})
}

func testMemo(t *testing.T) {
	found, holes, rows := 0, 0, 0
	for seed := range synthtest.UnlessRace[uint64](100, 10) {
		r := rand.New(rand.NewPCG(seed, 2))
		requests := randomRequests(r)
		p := compile(t, requests)
		shapes := []any{randomObject(r, 4), randomObject(r, 3)}
		rec := &Record{}
		for range 40 {
			doc := map[string]any{}
			for _, name := range randomNames {
				list := make([]any, r.IntN(6))
				for i := range list {
					list[i] = alike(shapes[r.IntN(2)], r)
				}
				doc[name] = list
			}
			line, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Walk(rec, line); err != nil {
				t.Fatalf("Walk(%s): %v", line, err)
			}
			want := expected(decode(line), requests)
			if diff := difference(want, answers(rec, requests)); diff != "" {
				t.Fatalf("seed %d: Walk(%s): answers differ (-want +got):\n%s", seed, line, diff)
			}
			for _, answer := range want {
				for _, list := range answer {
					found += len(list)
				}
			}
		}
		if rec.memo.tables == nil {
			continue
		}
		for i := range rec.memo.tables.sets {
			for k := range rec.memo.tables.sets[i].ways {
				e := &rec.memo.tables.sets[i].ways[k]
				holes += int(e.count)
				if e.node != nil && e.node.rowSet >= 0 && e.count > 0 {
					rows++
				}
			}
		}
	}
	if part := int(synthtest.UnlessRace[uint64](4, 40)); found < 10_000/part || holes < 1_000/part || rows < 100/part {
		t.Errorf("only %d values found, %d holes made, %d rows remembered: the test does not reach what it is for", found, holes, rows)
	}
}

// TestMemoChecks makes sure that what is wrong in a hole, or behind it, is
// found where it is, in an object that is remembered.
func TestMemoChecks(t *testing.T) {
	p := compile(t, []request{{array: "item", path: path("a", "v"), count: 1}})
	good := func(value string) string {
		return `{"item":[{"a":{"text":"a text that is the same in all","v":` + value + `}}]}`
	}
	rec := &Record{}
	for i := range 20 {
		for _, value := range []string{fmt.Sprint(i), fmt.Sprintf("%q", fmt.Sprint(i))} {
			if err := p.Walk(rec, []byte(good(value))); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, value := range []string{"", "-", "01", "1.", "1e", "\"a", "\"\x01\"", "\"\xff\"", "tru", "1}", "\"\\x\""} {
		line := []byte(good(value))
		want, got := p.Walk(&Record{}, line), p.Walk(rec, line)
		if want == nil || got == nil || want.Error() != got.Error() {
			t.Errorf("%q: a record that knows lines like it says %v, a new one %v", line, got, want)
		}
	}
}
