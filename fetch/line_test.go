package fetch

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/jsonscan"
	"github.com/cclf-tools/cclf/internal/jsonscan/jsontest"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/ndjson"
)

// lines are those that a conversion treats in its own way, beyond their syntax.
var lines = []string{
	`{"resourceType":"Patient"}`,
	` { "a" : [ 1 , -2.5e+3 , true , false , null , "x\u00e9\"" ] , "resourceType" : "Coverage" } `,
	`{"a":{"resourceType":"X"},"resourceType":"Y"}`, `{"resourceType":5}`, `{"resourceType":"A","resourceType":"B"}`,
	`{"resourceType":"A","resourceType":null}`, `{"\u0072esourceType":"A"}`, `{"resourceType":"\u0041"}`, `{"resourceType":"A`,
	"\xef\xbb\xbf{\"resourceType\":\"A\"}", "{\"resourceType\":\"A\",\"a\":\"\xff\"}", `{"resourceType":"A","a":"\x"}`,
	`{"resourceType":"A","resourceType":["B"]}`, `{"resourceType":["A","B"]}`, `{"resourceType":["A"],"a":[{}]}{}`,
}

// TestCheckLine checks that a download passes exactly if a conversion reads it,
// and that its resource type is found.
func TestCheckLine(t *testing.T) {
	compare := newComparison(t)
	for _, line := range append(lines, jsontest.Texts...) {
		compare(t, []byte(line))
		compare(t, []byte(`{"resourceType":"Patient","a":`+line+`}`))
		compare(t, []byte(`{`+line+`:1,"resourceType":"Patient"}`))
	}
}

// TestReadLines checks that lines are numbered and counted, and that what is wrong
// with the first bad one is reported.
func TestReadLines(t *testing.T) {
	synthtest.WithoutRace(t)
	const good = `{"resourceType":"Patient"}`
	for _, tt := range []struct {
		text      string
		good, bad int64
		says      string
	}{
		{text: good + "\n\n" + good + "\r\n" + good, good: 3},
		{text: "\xef\xbb\xbf" + good + "\n\xef\xbb\xbf" + good + "\n\xef\xbb\xbf\n", good: 2},
		{text: good + "\n" + "{\"resourceType\":\"Patient\",\"a\":\"\xc3\x28\"}\n", good: 1, bad: 1, says: "line 2 is not valid JSON: invalid UTF-8 at byte 31"},
		{text: "\n" + `{"a":"\u12g4"}` + "\n{\n", bad: 2, says: `line 2 is not valid JSON: invalid \u escape in string at byte 6`},
		{text: "[]\n" + good, good: 1, bad: 1, says: "line 1 is not a JSON object"},
		{text: `{"resourceType":"` + strings.Repeat("x", jsonscan.MaxLine) + `"}` + "\n", bad: 1, says: "line 1 is longer than 32 MiB"},
	} {
		var c content
		if err := c.readLines(t.Context(), strings.NewReader(tt.text), "Patient"); err != nil {
			t.Fatal(err)
		}
		if c.lines != tt.good || c.badLines != tt.bad || c.firstBad != tt.says {
			t.Errorf("%.80q: %d good lines, %d bad, %q; want %d, %d, %q", tt.text, c.lines, c.badLines, c.firstBad, tt.good, tt.bad, tt.says)
		}
	}
}

func FuzzCheckLine(f *testing.F) {
	for _, line := range append(lines, jsontest.Texts...) {
		f.Add([]byte(line))
	}
	compare := newComparison(f)
	f.Fuzz(compare)
}

// newComparison returns a function that compares checkLine with package ndjson, and
// the resource type and the id with encoding/json.
func newComparison(t testing.TB) func(t *testing.T, line []byte) {
	p, err := ndjson.NewBuilder().Compile()
	if err != nil {
		t.Fatal(err)
	}
	return func(t *testing.T, line []byte) {
		t.Helper()
		gotType, gotID, err := checkLine(line)
		wantErr := p.Walk(&ndjson.Record{}, line)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%.200q: checkLine says %v, a conversion %v", line, err, wantErr)
		}
		var members map[string]json.RawMessage
		var wantType, wantID string
		if err == nil && json.Unmarshal(line, &members) == nil {
			_ = json.Unmarshal(members["resourceType"], &wantType) // no string is no type
			_ = json.Unmarshal(members["id"], &wantID)
		}
		if gotType != wantType || gotID != wantID {
			t.Errorf("%.200q: checkLine finds %q and %q, want %q and %q", line, gotType, gotID, wantType, wantID)
		}
	}
}

func BenchmarkCheckLine(b *testing.B) {
	line := []byte(`{"resourceType":"ExplanationOfBenefit","id":"1",` + strings.Repeat(`"item":{"sequence":1,"value":[1,2.5,"text of some length",{"code":"A","system":"https://example.org/x"}]},`, 200) + `"end":null}`)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, _, err := checkLine(line); err != nil {
			b.Fatal(err)
		}
	}
}
