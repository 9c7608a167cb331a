package ndjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/jsonscan/jsontest"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/google/go-cmp/cmp"
)

// The tests below compare what a Program finds with a plain evaluation of the
// same paths over the values that encoding/json decodes.

// A request is something that a program is asked for, and where its answer is.
type request struct {
	array string // "" for the record, or the array whose elements are asked
	path  Path   // or, for marks, nil
	count int    // 0 for a list
	where []Cond // for marks

	ref   Ref
	marks Marks
}

// compile builds the program of the requests and notes where answers are.
func compile(t testing.TB, requests []request) *Program {
	t.Helper()
	b := NewBuilder()
	for i := range requests {
		r := &requests[i]
		switch {
		case r.where != nil:
			r.marks = b.RowMarks(b.Rows(r.array), r.where)
		case r.array == "":
			r.ref = b.Value(r.path, r.count)
		case r.count == 0:
			r.ref = b.RowList(b.Rows(r.array), r.path)
		default:
			r.ref = b.RowValue(b.Rows(r.array), r.path, r.count)
		}
	}
	p, err := b.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// answers reads the requests' answers from a record: for each request a list,
// and for requests of an array one for each element.
func answers(rec *Record, requests []request) [][][]string {
	// Row sets are numbered in the order in which they were first asked for.
	var sets []string
	out := make([][][]string, len(requests))
	for i := range requests {
		r := &requests[i]
		if r.array == "" {
			out[i] = [][]string{spanTexts(rec, rec.Regs(r.ref.Reg(), r.count))}
			continue
		}
		set := slices.Index(sets, r.array)
		if set < 0 {
			set = len(sets)
			sets = append(sets, r.array)
		}
		for row := range rec.Rows(set) {
			var answer []string
			switch {
			case r.where != nil:
				answer = []string{fmt.Sprint(rec.Marks(set, row).Has(r.marks))}
			case r.count == 0:
				answer = listTexts(rec, rec.Row(set, row)[r.ref.Reg()])
			default:
				answer = spanTexts(rec, rec.Row(set, row)[r.ref.Reg():r.ref.Reg()+r.count])
			}
			out[i] = append(out[i], answer)
		}
	}
	return out
}

// difference is cmp.Diff, which takes a hundred times as long as reflect.DeepEqual to
// find that answers are equal.
func difference(want, got [][][]string) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}

func spanTexts(rec *Record, spans []Span) []string {
	var list []string
	for i, s := range spans {
		switch {
		case !s.IsZero():
			list = append(list, string(rec.Text(nil, s)))
		case slices.ContainsFunc(spans[i:], func(s Span) bool { return !s.IsZero() }):
			list = append(list, "a gap")
		}
	}
	return list
}

// listTexts decodes the array that a RowList found.
func listTexts(rec *Record, s Span) []string {
	if s.IsZero() {
		return nil
	}
	text := s.Raw(rec.Line)
	if s.IsString() {
		return []string{string(rec.Text(nil, s))}
	}
	return expect(decode(text), nil)
}

// expected evaluates the requests over a decoded object.
func expected(doc any, requests []request) [][][]string {
	out := make([][][]string, len(requests))
	for i := range requests {
		r := &requests[i]
		if r.array == "" {
			out[i] = [][]string{firsts(expectAll(doc, r.path, r.count > 1), r.count)}
			continue
		}
		member := doc.(map[string]any)[r.array]
		for _, element := range objectsIn(member) {
			var answer []string
			switch {
			case r.where != nil:
				answer = []string{fmt.Sprint(meets(element, r.where))}
			case r.count == 0:
				answer = expect(element, r.path)
			default:
				answer = firsts(expectAll(element, r.path, r.count > 1), r.count)
			}
			out[i] = append(out[i], answer)
		}
	}
	return out
}

func firsts(list []string, n int) []string {
	if len(list) > n {
		return list[:n]
	}
	return list
}

// expect returns the texts of all scalars at a path.
func expect(v any, path Path) []string { return expectAll(v, path, false) }

// expectAll is expect; placed says that an element which meets conditions and
// lacks the value keeps its place, with an empty text, as a null does.
func expectAll(v any, path Path, placed bool) []string {
	switch v := v.(type) {
	case []any:
		var all []string
		for _, element := range v {
			if placed && element == nil && len(path) == 0 {
				all = append(all, "")
			}
			all = append(all, expectAll(element, path, placed)...)
		}
		return all
	case map[string]any:
		if len(path) == 0 {
			return nil
		}
		child := v[path[0].Name]
		if len(path[0].Where) == 0 {
			return expectAll(child, path[1:], placed)
		}
		var all []string
		for _, element := range objectsIn(child) {
			if meets(element, path[0].Where) {
				found := expectAll(element, path[1:], placed)
				if placed && len(found) == 0 {
					found = []string{""}
				}
				all = append(all, found...)
			}
		}
		return all
	}
	if len(path) > 0 || v == nil {
		return nil
	}
	return []string{fmt.Sprint(v)}
}

func meets(element any, where []Cond) bool {
	for _, c := range where {
		var path Path
		for _, name := range c.Path {
			path = append(path, Step{Name: name})
		}
		if !slices.ContainsFunc(expect(element, path), func(text string) bool {
			return slices.ContainsFunc(c.Values, func(want string) bool {
				return text == want || c.Prefix && strings.HasPrefix(text, want)
			})
		}) {
			return false
		}
	}
	return true
}

// objectsIn are the objects that v is or that stand in it as an array.
func objectsIn(v any) []any {
	switch v := v.(type) {
	case map[string]any:
		return []any{v}
	case []any:
		var all []any
		for _, element := range v {
			all = append(all, objectsIn(element)...)
		}
		return all
	}
	return nil
}

// decode decodes a JSON text with its numbers as they stand.
func decode(text []byte) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// scramble encodes a value with the members of objects in any order, white
// space anywhere, and escapes where none are needed.
func scramble(dst []byte, v any, r *rand.Rand) []byte {
	space := func() {
		for r.IntN(8) == 0 {
			dst = append(dst, " \t\r\n"[r.IntN(4)])
		}
	}
	text := func(s string) {
		dst = append(dst, '"')
		for _, c := range s {
			switch {
			case c < 0x10000 && (c < ' ' || c == '"' || c == '\\' || r.IntN(10) == 0):
				dst = fmt.Appendf(dst, `\u%04x`, c)
			default:
				dst = append(dst, string(c)...)
			}
		}
		dst = append(dst, '"')
	}
	space()
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		r.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
		dst = append(dst, '{')
		for i, name := range names {
			if i > 0 {
				dst = append(dst, ',')
			}
			space()
			text(name)
			space()
			dst = append(dst, ':')
			dst = scramble(dst, v[name], r)
		}
		space()
		dst = append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, element := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = scramble(dst, element, r)
		}
		space()
		dst = append(dst, ']')
	case string:
		text(v)
	case nil:
		dst = append(dst, "null"...)
	default:
		dst = fmt.Append(dst, v)
	}
	space()
	return dst
}

func path(steps ...any) Path {
	var p Path
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			p = append(p, Step{Name: s})
		case Cond:
			last := &p[len(p)-1]
			last.Where = append(last.Where, s)
		}
	}
	return p
}

func is(names string, values ...string) Cond {
	return Cond{Path: strings.Split(names, "."), Values: values}
}

func begins(names string, values ...string) Cond {
	return Cond{Path: strings.Split(names, "."), Values: values, Prefix: true}
}

// requests are of all kinds, and share members, conditions and arrays.
func requests() []request {
	return []request{
		{path: path("id"), count: 1},
		{path: path("a"), count: 3},
		{path: path("a", "b"), count: 1},
		{path: path("a", "b"), count: 2},
		{path: path("a", "b", "c"), count: 2},
		{path: path("a", is("s", "1"), "b"), count: 1},
		{path: path("a", is("s", "1", "2"), "b"), count: 3},
		{path: path("a", is("s", "1"), is("t.u", "x"), "b"), count: 2},
		{path: path("a", begins("s", "ab"), "b", is("s", "1"), "c"), count: 2},
		{path: path("a", "b", is("s", "1"), "c"), count: 4},
		{path: path("item", "n"), count: 2},
		{path: path("item", is("s", "1"), "b", "c"), count: 2},
		{path: path("item", "a", is("s", "1"), "c"), count: 2},
		{array: "item", path: path("n"), count: 1},
		{array: "item", path: path("a", is("s", "1"), "c"), count: 2},
		{array: "item", path: path("a", is("s", ""), "c"), count: 1},
		{array: "item", path: path("a", is("c", "1"), "c"), count: 2},
		{array: "item", path: path("list"), count: 0},
		{array: "item", path: path("list"), count: 2},
		{array: "item", where: []Cond{is("s", "1")}},
		{array: "item", where: []Cond{is("s", "1"), begins("a.s", "a", "1")}},
		{array: "item", where: []Cond{begins("s", "")}},
		{array: "team", path: path("n"), count: 1},
		{array: "team", where: []Cond{is("n", "true")}},
		{array: "é\n", path: path("id"), count: 1},
	}
}

// documents are seeds for FuzzWalk. Conditions stand before and behind what
// they decide about.
var documents = []string{
	`{"id":"1"}`, `{"id":1}`, `{"id":null}`, `{"id":true,"a":false}`, `{"id":{"id":"2"}}`, `{"id":["1","2"]}`, `{"id":""}`,
	`{"a":[1,2,3,4]}`, `{"a":[[1],[2,[3]]]}`, `{"a":{"b":"1"}}`, `{"a":[{"b":[1,2]},{"b":3}]}`, `{"a":{"b":{"c":[1,2,3]}}}`,
	`{"a":[{"b":"no","s":"3"},{"b":"yes","s":"1"},{"s":"2","b":"too"}]}`,
	`{"a":[{"s":["0","1"],"b":"yes"},{"s":{"s":"1"},"b":"no"}]}`,
	`{"a":{"s":"1","t":[{"u":"y"},{"u":"x"}],"b":["p","q","r"]}}`,
	`{"a":[{"s":"abc","b":[{"s":"1","c":"yes"},{"s":"2","c":"no"}]},{"s":"b","b":{"s":"1","c":"no"}}]}`,
	`{"a":[{"s":"b","b":{"s":"1","c":"no"}},{"s":"abc","b":[{"s":"2","c":"no"},{"s":"1","c":"yes"}]}]}`,
	`{"item":[{"n":1,"s":"1","a":[{"s":"1","c":"x"},{"c":"y"}],"list":[1,2,3]},{"n":2},{"list":[]}]}`,
	`{"item":{"n":1,"list":4,"b":{"c":[5,6]},"s":1}}`, `{"item":[1,"x",null,[{"n":3}],{}]}`, `{"item":[]}`,
	`{"item":[{"list":["a b","c,d","]"]},{"list":[[1],2]},{"list":{"x":1}},{"list":"z"}]}`,
	`{"item":[{"a":[{"s":"","c":1},{"c":"1"}]}],"team":[{"n":true},{"n":"true"},{}]}`,
	`{"é\n":{"id":"\u0026 é"},"\u0069\u0064":"\u00e9\ud83d\ude00"}`,
	`{"item":[{"s":"1"},{"s":"1","a":{"s":"abc"}},{"s":1.0},{"s":"1","a":{"s":"b"}}]}`,
	`{"a":[null,"x",null]}`, `{"a":[[null],{"b":[null,"y"]},null]}`, `{"a":{"s":"1","b":[null,null,"z"]},"item":[{"n":[null,1]},{"n":null}]}`,
}

// checkWalk compares a program's answers on a text, and on the same text
// scrambled, with the plain evaluation.
func checkWalk(t *testing.T, p *Program, requests []request, text []byte, seed uint64) {
	t.Helper()
	rec := &Record{}
	err := p.Walk(rec, text)
	checkSyntaxError(t, text, err)
	isObject := jsontest.Valid(text) && bytes.HasPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("{"))
	if (err == nil) != isObject {
		t.Fatalf("Walk(%.200q) = %v, want valid %v", text, err, isObject)
	}
	if !isObject {
		return
	}
	// Decoding and encoding again leaves one of members with equal names.
	doc := decode(text)
	want := expected(doc, requests)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 3 {
		line := scramble(nil, doc, r)
		// What the record has learned in the first walk serves in the others.
		for again := range 3 {
			line = append([]byte(strings.Repeat(" ", again)), line...)
			if err := p.Walk(rec, line); err != nil {
				t.Fatalf("Walk(%s): %v", line, err)
			}
			if diff := difference(want, answers(rec, requests)); diff != "" {
				t.Fatalf("Walk(%s), time %d: answers differ (-want +got):\n%s", line, again, diff)
			}
		}
	}
}

func TestWalk(t *testing.T) {
	requests := requests()
	p := compile(t, requests)
	for i, text := range slices.Concat(documents, jsontest.Texts) {
		checkWalk(t, p, requests, []byte(text), uint64(i))
	}
}

func FuzzWalk(f *testing.F) {
	requests := requests()
	p := compile(f, requests)
	for i, text := range slices.Concat(documents, jsontest.Texts) {
		f.Add([]byte(text), uint64(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, seed uint64) { checkWalk(t, p, requests, text, seed) })
}

// TestWalkAnyProgram compares programs made at random.
func TestWalkAnyProgram(t *testing.T) {
	found := 0
	for seed := range synthtest.UnlessRace[uint64](3000, 300) {
		r := rand.New(rand.NewPCG(seed, 1))
		requests := randomRequests(r)
		p := compile(t, requests)
		text := scramble(nil, randomObject(r, 5), r)
		checkWalk(t, p, requests, text, seed)
		for _, answer := range expected(decode(text), requests) {
			found += len(slices.Concat(answer...))
		}
	}
	if found < int(synthtest.UnlessRace[uint64](4_000, 400)) {
		t.Errorf("only %d values found: the programs do not fit the objects", found)
	}
}

var randomNames = []string{"a", "b", "item"}

func randomRequests(r *rand.Rand) []request {
	name := func() string { return randomNames[r.IntN(len(randomNames))] }
	cond := func() Cond {
		c := Cond{Path: []string{name()}, Values: []string{fmt.Sprint(r.IntN(2))}, Prefix: r.IntN(4) == 0}
		if r.IntN(3) == 0 {
			c.Path = append(c.Path, name())
		}
		if r.IntN(3) == 0 {
			c.Values = append(c.Values, fmt.Sprint(r.IntN(2)))
		}
		return c
	}
	requests := make([]request, 1+r.IntN(12))
	for i := range requests {
		q := &requests[i]
		if r.IntN(2) == 0 {
			q.array = []string{"item", "b"}[r.IntN(2)]
		}
		if q.array != "" && r.IntN(4) == 0 {
			q.where = []Cond{cond()}
			continue
		}
		q.count = 1 + r.IntN(3)
		steps := 1 + r.IntN(3)
		for k := range steps {
			s := Step{Name: name()}
			// The last step has no condition: it means a scalar.
			for k < steps-1 && r.IntN(3) == 0 {
				s.Where = append(s.Where, cond())
			}
			q.path = append(q.path, s)
		}
	}
	return requests
}

func randomObject(r *rand.Rand, depth int) map[string]any {
	object := map[string]any{}
	for range 2 + r.IntN(6) {
		object[randomNames[r.IntN(len(randomNames))]] = randomValue(r, depth-1)
	}
	return object
}

func randomValue(r *rand.Rand, depth int) any {
	kind := r.IntN(8)
	switch {
	case kind < 3 && depth > 0:
		return randomObject(r, depth)
	case kind < 5 && depth > 0:
		list := make([]any, r.IntN(5))
		for i := range list {
			list[i] = randomValue(r, depth-1)
		}
		return list
	case kind == 5:
		return json.Number(fmt.Sprint(r.IntN(2)))
	case kind == 6 && r.IntN(4) == 0:
		return nil
	}
	return fmt.Sprint(r.IntN(2))
}

// TestBuilderSharing makes sure that what is asked for twice takes no second
// register or row set.
func TestBuilderSharing(t *testing.T) {
	b := NewBuilder()
	p := path("a", is("s", "1"), "b")
	if item, team, again := b.Rows("item"), b.Rows("team"), b.Rows("item"); item != again || item == team {
		t.Error("row sets are not told apart by their array")
	}
	first, again := b.Value(p, 2), b.Value(p, 2)
	other := b.Value(path("a", is("s", "2"), "b"), 2)
	if one, same := b.RowMarks(0, []Cond{is("s", "1")}), b.RowMarks(0, []Cond{is("s", "1")}); one != same {
		t.Error("one condition has two marks")
	}
	if _, err := b.Compile(); err != nil {
		t.Fatal(err)
	}
	if first.Reg() != again.Reg() || first.Reg() == other.Reg() {
		t.Errorf("registers %d and %d for one path, %d for another", first.Reg(), again.Reg(), other.Reg())
	}
}

func TestTooManyConditions(t *testing.T) {
	for _, tt := range []struct {
		conds int
		ok    bool
	}{{maxMarks, true}, {maxMarks + 1, false}} {
		b := NewBuilder()
		for i := range tt.conds {
			b.Value(path("a", is("s", fmt.Sprint(i)), "b"), 1)
		}
		p, err := b.Compile()
		if (err == nil) != tt.ok {
			t.Fatalf("%d conditions: %v", tt.conds, err)
		}
		if !tt.ok {
			continue
		}
		// The conditions in the second word of the marks count too.
		rec := &Record{}
		if err := p.Walk(rec, fmt.Appendf(nil, `{"a":{"b":"yes","s":"%d"}}`, tt.conds-1)); err != nil {
			t.Fatal(err)
		}
		if got := rec.Text(nil, rec.Regs(0, tt.conds)[tt.conds-1]); string(got) != "yes" {
			t.Errorf("%d conditions: found %q for the last", tt.conds, got)
		}
	}
}

func TestMarks(t *testing.T) {
	var low, high, both Marks
	low.set(3)
	high.set(100)
	both.set(3)
	both.set(100)
	for _, tt := range []struct {
		marks, other Marks
		has, any     bool
	}{
		{both, low, true, true},
		{both, high, true, true},
		{both, both, true, true},
		{low, both, false, true},
		{low, high, false, false},
		{high, Marks{}, true, false},
	} {
		if got := tt.marks.Has(tt.other); got != tt.has {
			t.Errorf("%x.Has(%x) = %v", tt.marks, tt.other, got)
		}
		if got := tt.marks.Any(tt.other); got != tt.any {
			t.Errorf("%x.Any(%x) = %v", tt.marks, tt.other, got)
		}
	}
}

// TestRecordReuse walks lines of different shape with one record, and with
// programs in turns.
func TestRecordReuse(t *testing.T) {
	wide := requests()
	narrow := []request{{path: path("id"), count: 1}, {array: "team", path: path("n"), count: 1}}
	programs := []*Program{compile(t, wide), compile(t, narrow)}
	rec := &Record{}
	for i, text := range slices.Concat(documents, documents) {
		which := i % 2
		asked := [][]request{wide, narrow}[which]
		if err := programs[which].Walk(rec, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if diff := difference(expected(decode([]byte(text)), asked), answers(rec, asked)); diff != "" {
			t.Errorf("%s: something is left of an earlier line (-want +got):\n%s", text, diff)
		}
	}
}

// claim is a record of the shape and size of a professional claim, as large
// as lines are on average.
func claim() []byte {
	var b bytes.Buffer
	b.WriteString(`{"billablePeriod":{"end":"2024-01-27","start":"2024-01-20"},"careTeam":[`)
	const system = "https://bluebutton.cms.gov/resources/"
	for i := range 6 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"provider":{"display":"Dr. Who \u0026 Sons","identifier":{"type":{"coding":[{"code":"npi",`+
			`"display":"National Provider Identifier","system":"%scodesystem/identifier"}]},"value":"99999%05d"}},`+
			`"qualification":{"coding":[{"code":"%02d","display":"Optometrist \u0026 others","system":"%svariables/prvdr_spclty"}]},`+
			`"role":{"coding":[{"code":"performing","system":"http://hl7.org/fhir/claimcareteamrole"}]},"sequence":%d}`, system, i, i, system, i+1)
	}
	b.WriteString(`],"id":"carrier-123456","item":[`)
	for i := range 12 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"adjudication":[`)
		for k, code := range []string{"line_nch_pmt_amt", "line_bene_pmt_amt", "line_prvdr_pmt_amt", "line_sbmtd_chrg_amt", "line_alowd_chrg_amt"} {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"amount":{"currency":"USD","value":%d.%02d},"category":{"coding":[{"code":"%svariables/%s",`+
				`"display":"Line Payment Amount, a text that no one reads","system":"%scodesystem/adjudication"}]}}`, 100*i, k, system, code, system)
		}
		fmt.Fprintf(&b, `],"careTeamSequence":[%d],"extension":[{"url":"%svariables/betos_cd","valueCoding":{"code":"T2D",`+
			`"display":"Other tests","system":"%svariables/betos_cd"}}],"quantity":{"value":1},"sequence":%d}`, i%6+1, system, system, i+1)
	}
	b.WriteString(`],"meta":{"lastUpdated":"2024-03-01T00:00:00.000+00:00"},"resourceType":"ExplanationOfBenefit","status":"active"}`)
	return b.Bytes()
}

func claimRequests() []request {
	const system = "https://bluebutton.cms.gov/resources/"
	asked := []request{
		{path: path("id"), count: 1},
		{path: path("status"), count: 1},
		{path: path("resourceType"), count: 1},
		{path: path("meta", "lastUpdated"), count: 1},
		{path: path("billablePeriod", "start"), count: 1},
		{array: "item", path: path("sequence"), count: 1},
		{array: "item", path: path("quantity", "value"), count: 1},
		{array: "item", path: path("careTeamSequence"), count: 0},
		{array: "item", path: path("extension", is("url", system+"variables/betos_cd"), "valueCoding", "code"), count: 1},
		{array: "careTeam", where: []Cond{is("role.coding.code", "performing")}},
		{array: "careTeam", where: []Cond{is("provider.display", "Dr. Who & Sons")}},
		{array: "careTeam", path: path("provider", "identifier", is("type.coding.code", "npi"), "value"), count: 1},
		{array: "careTeam", path: path("qualification", "coding", is("system", system+"variables/prvdr_spclty"), "code"), count: 1},
	}
	for _, code := range []string{"line_nch_pmt_amt", "line_alowd_chrg_amt"} {
		asked = append(asked, request{array: "item", count: 1,
			path: path("adjudication", is("category.coding.code", system+"variables/"+code), "amount", "value")})
	}
	return asked
}

// TestWalkAllocates makes sure that a record costs no allocation once the
// first has been read, not even where tested values have escapes.
func TestWalkAllocates(t *testing.T) {
	asked := claimRequests()
	p := compile(t, asked)
	line := claim()
	rec := &Record{}
	if err := p.Walk(rec, line); err != nil {
		t.Fatal(err)
	}
	if diff := difference(expected(decode(line), asked), answers(rec, asked)); diff != "" {
		t.Fatalf("answers differ (-want +got):\n%s", diff)
	}
	if n := testing.AllocsPerRun(100, func() { _ = p.Walk(rec, line) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
	if n := testing.AllocsPerRun(100, func() { _ = Valid(line) }); n != 0 {
		t.Errorf("Valid: %v allocations a record", n)
	}
}

func BenchmarkValid(b *testing.B) {
	line := claim()
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Valid(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWalk(b *testing.B) {
	p := compile(b, claimRequests())
	line := claim()
	rec := &Record{}
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Walk(rec, line); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTable(t *testing.T) {
	var tab table[int]
	if _, ok := tab.find([]byte("x")); ok {
		t.Error("the empty table has something")
	}
	// Names of all lengths, many of them with equal ends, which are hashed.
	var keys []string
	for n := range 40 {
		for _, first := range "abcdefgh" {
			keys = append(keys, string(first)+strings.Repeat("x", n))
		}
	}
	keys = append(keys, "")
	for i, k := range keys {
		tab.add(k, i)
	}
	for i, k := range keys {
		if got, ok := tab.find([]byte(k)); !ok || got != i {
			t.Errorf("find(%q) = %d, %v, want %d", k, got, ok, i)
		}
		if got, ok := tab.find([]byte(k + "!")); ok {
			t.Errorf("find(%q) = %d, which was not added", k+"!", got)
		}
	}
}

// TestLimitRows walks records with as many elements as are allowed, and with
// more, of objects that are remembered and that are not.
func TestLimitRows(t *testing.T) {
	b := NewBuilder()
	set := b.Rows("item")
	value := b.RowValue(set, Path{{Name: "a"}}, 1)
	b.LimitRows(func(string) int { return 3 })
	p, err := b.Compile()
	if err != nil {
		t.Fatal(err)
	}
	var rec Record
	for round := range 3 {
		for n := range 9 {
			var items []string
			for i := range n {
				items = append(items, fmt.Sprintf(`{"a":%d,"b":"something that is long enough"}`, i%2))
			}
			err := p.Walk(&rec, []byte(`{"item":[`+strings.Join(items, ",")+`]}`))
			var over *RowsError
			if n > 3 {
				if !errors.As(err, &over) || over.Array != "item" || over.Most != 3 {
					t.Fatalf("round %d: %d elements: %v", round, n, err)
				}
				continue
			}
			if err != nil || rec.Rows(set) != n {
				t.Fatalf("round %d: %d elements: %d rows, %v", round, n, rec.Rows(set), err)
			}
			for i := range n {
				if got := string(rec.Row(set, i)[value.Reg()].Raw(rec.Line)); got != fmt.Sprint(i%2) {
					t.Errorf("round %d: element %d of %d has %s", round, i, n, got)
				}
			}
		}
	}
}
