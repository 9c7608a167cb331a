package ndjson

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

var censusRules = []CensusRule{
	{Under: []string{"ext"}, Members: []string{"url"}},
	{Under: []string{"cat", "coding"}, Members: []string{"sys", "code"}},
	{Members: []string{"sys"}},
}

// naive counts the objects of a value as a census does.
func naive(v any, path []string, counts map[string]int64) {
	switch v := v.(type) {
	case []any:
		for _, element := range v {
			naive(element, path, counts)
		}
	case map[string]any:
		for name, member := range v {
			naive(member, append(path[:len(path):len(path)], name), counts)
		}
		for _, rule := range censusRules {
			n := len(path) - len(rule.Under)
			if n < 0 || strings.Join(path[n:], ".") != strings.Join(rule.Under, ".") {
				continue
			}
			var texts [2][]byte
			for i, member := range rule.Members {
				texts[i] = lastString(v[member])
			}
			if texts[len(rule.Members)-1] != nil {
				counts[censusKey(path, texts)]++
			}
			return
		}
	}
}

// lastString is the value, or the last one of an array.
func lastString(v any) (text []byte) {
	switch v := v.(type) {
	case string:
		return []byte(v)
	case []any:
		for _, element := range v {
			if s := lastString(element); s != nil {
				text = s
			}
		}
	}
	return text
}

func censusKey(path []string, texts [2][]byte) string {
	return fmt.Sprintf("%s %q %q %t", strings.Join(path, "."), texts[0], texts[1], texts[0] != nil)
}

// censusProgram has a census beside some paths.
func censusProgram(t testing.TB, name func([]string, [2][]byte, Use) (string, bool)) *Program {
	b := NewBuilder()
	b.Value(Path{{Name: "item"}, {Name: "ext", Where: []Cond{{Path: []string{"url"}, Values: []string{"u1"}}}}, {Name: "value"}}, 1)
	b.Value(Path{{Name: "item"}, {Name: "cat"}, {Name: "coding"}, {Name: "code"}}, 1)
	b.Value(Path{{Name: "item"}, {Name: "type"}, {Name: "coding", Where: []Cond{{Path: []string{"sys"}, Values: []string{"s1"}}}}, {Name: "code"}}, 2)
	set := b.Rows("item")
	b.RowValue(set, Path{{Name: "id"}}, 1)
	b.Census(&Census{Rules: censusRules, Name: name})
	p, err := b.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func allCounted(path []string, texts [2][]byte, _ Use) (string, bool) {
	return censusKey(path, texts), true
}

// censusValue makes a value with members of the rules in it.
func censusValue(r *rand.Rand, depth int) any {
	texts := []any{"u1", "u2", "s1", "s2", "", "a\"b", "\u00e9", json.Number("1"), true, nil, "x"}
	if depth == 0 || r.IntN(4) == 0 {
		return texts[r.IntN(len(texts))]
	}
	if r.IntN(4) == 0 {
		list := make([]any, r.IntN(3))
		for i := range list {
			list[i] = censusValue(r, depth-1)
		}
		return list
	}
	names := []string{"item", "ext", "cat", "coding", "type", "url", "sys", "code", "value", "id", "other", "more"}
	object := map[string]any{}
	for range r.IntN(5) {
		object[names[r.IntN(len(names))]] = censusValue(r, depth-1)
	}
	return object
}

// TestCensus walks lines that are alike with one record, and counts what a plain
// walk over the decoded lines counts. Lines that are not tallied do not count.
func TestCensus(t *testing.T) {
	synthtest.WithoutRace(t)
	p := censusProgram(t, allCounted)
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 3))
		shapes := []map[string]any{}
		for len(shapes) < 3 {
			if object, ok := censusValue(r, 6).(map[string]any); ok && len(object) > 0 {
				shapes = append(shapes, object)
			}
		}
		var rec Record
		want, got := map[string]int64{}, map[string]int64{}
		for range 60 {
			object := map[string]any{"item": []any{}}
			for range 1 + r.IntN(4) {
				object["item"] = append(object["item"].([]any), alike(shapes[r.IntN(len(shapes))], r))
			}
			object["unknown"] = alike(shapes[r.IntN(len(shapes))], r)
			line, err := json.Marshal(object)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Walk(&rec, line); err != nil {
				t.Fatal(err)
			}
			if r.IntN(5) == 0 {
				continue
			}
			rec.Tally()
			naive(object, nil, want)
			if r.IntN(20) == 0 {
				rec.Tallied(func(name string, n int64) { got[name] += n })
			}
		}
		rec.Tallied(func(name string, n int64) { got[name] += n })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d (-plain +census):\n%s", seed, diff)
		}
	}
}

// TestCensusOverflows counts the same when there are more names, and more texts,
// than a record keeps: in one line, and over many.
func TestCensusOverflows(t *testing.T) {
	synthtest.WithoutRace(t)
	p := censusProgram(t, allCounted)
	one := map[string]any{}
	for i := range 3 * censusGrown {
		name := fmt.Sprintf("n%d", i)
		if i%100 == 0 {
			name = strings.Repeat("n", i) + "é"
		}
		one[name] = map[string]any{"in": map[string]any{"ext": map[string]any{"url": "u"}}, "sys": "s"}
	}
	lines := []map[string]any{one, {"sys": "s"}, one}
	n := 2 * censusSets
	for i := range n {
		lines = append(lines, map[string]any{
			fmt.Sprintf("m%d", i%5000): []any{map[string]any{"sys": fmt.Sprint("t", i)}, map[string]any{"sys": "t"}},
		})
	}
	var rec Record
	want, got := map[string]int64{}, map[string]int64{}
	for _, object := range lines {
		line, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Walk(&rec, line); err != nil {
			t.Fatal(err)
		}
		rec.Tally()
		naive(object, nil, want)
	}
	rec.Tallied(func(name string, n int64) { got[name] += n })
	// Of names that are too long the beginning is kept.
	for _, counts := range []map[string]int64{want, got} {
		for name := range counts {
			if strings.HasPrefix(name, strings.Repeat("n", 90)) {
				delete(counts, name)
			}
		}
	}
	if len(want) < n {
		t.Fatalf("%d names", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-plain +census:\n%.4000s", diff)
	}
}

// TestCensusUse tells what the program asks for, what it reads anyway, and what
// nobody looks into.
func TestCensusUse(t *testing.T) {
	uses := map[string]Use{}
	p := censusProgram(t, func(path []string, texts [2][]byte, use Use) (string, bool) {
		uses[censusKey(path, texts)] = use
		return "", false
	})
	var rec Record
	line := `{"item":[{"ext":[{"url":"u1"},{"url":"u2"}],"cat":{"coding":[{"code":"c","sys":"s"}]},` +
		`"type":{"coding":[{"sys":"s1"},{"sys":"s2"}]},"sys":"s"}],"ext":{"url":"u1"}}`
	if err := p.Walk(&rec, []byte(line)); err != nil {
		t.Fatal(err)
	}
	rec.Tally()
	rec.Tallied(func(name string, _ int64) { t.Errorf("%s is counted", name) })
	want := map[string]Use{
		`item.ext "u1" "" true`:         Chosen,
		`item.ext "u2" "" true`:         Unused,
		`item.cat.coding "s" "c" true`:  Read,
		`item.type.coding "s1" "" true`: Chosen,
		`item.type.coding "s2" "" true`: Unused,
		`item "s" "" true`:              Read,
		`ext "u1" "" true`:              Unused,
	}
	if diff := cmp.Diff(want, uses); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
