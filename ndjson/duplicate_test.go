package ndjson

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// TestDuplicates walks lines with members that come twice, each with a past and
// without one. The last member counts, as in encoding/json.
func TestDuplicates(t *testing.T) {
	b := NewBuilder()
	status := b.Value(Path{{Name: "status"}}, 1)
	family := b.Value(Path{{Name: "name"}, {Name: "family"}}, 1)
	current := b.Value(Path{{Name: "identifier", Where: []Cond{{Path: []string{"system"}, Values: []string{"mbi"}}}}, {Name: "value"}}, 1)
	set := b.Rows("item")
	sequence := b.RowValue(set, Path{{Name: "sequence"}}, 1)
	p, err := b.Compile()
	if err != nil {
		t.Fatal(err)
	}
	type found struct {
		status, family, current string
		items                   int
		last                    string // sequence
	}
	var past Record
	for _, tt := range []struct {
		line       string
		want       found
		duplicates bool
	}{
		{`{"status":"a","name":{"family":"b"},"identifier":[{"system":"mbi","value":"1"}],"item":[{"sequence":1}]}`, found{"a", "b", "1", 1, "1"}, false},
		{`{"status":"a","status":"b"}`, found{status: "b"}, true},
		{`{"status":"a","x":1,"status":"b","status":"c"}`, found{status: "c"}, true},
		{`{"status":"a","status":null}`, found{}, true},
		{`{"status":"a","st\u0061tus":"b"}`, found{status: "b"}, true},
		{`{"st\u0061tus":"a","status":"b"}`, found{status: "b"}, true},
		{`{"status" :"a","status":"b"}`, found{status: "b"}, true},
		{` { "status" : "a" , "status" : "b" } `, found{status: "b"}, true},
		{`{"name":{"family":"a"},"name":{"family":"b"}}`, found{family: "b"}, true},
		{`{"name":{"family":"a"},"name":{"given":"b"}}`, found{}, true},
		{`{"name":{"family":"a","family":"b"}}`, found{family: "b"}, true},
		{`{"name":[{"family":"a","family":"b"},{"family":"c"}]}`, found{family: "b"}, true},
		{`{"item":[{"sequence":1},{"sequence":2}],"item":[{"sequence":3}]}`, found{items: 1, last: "3"}, true},
		{`{"item":[{"sequence":1}],"item":[]}`, found{}, true},
		{`{"item":[{"sequence":1},{"sequence":2,"x":{},"sequence":3}]}`, found{items: 2, last: "3"}, true},
		{`{"identifier":[{"system":"mbi","value":"1","system":"other"}]}`, found{}, true},
		{`{"identifier":[{"value":"1","system":"other","value":"2","system":"mbi"}]}`, found{current: "2"}, true},
		{`{"status":"a","name":{"status":"b"},"item":[{"status":1},{"status":2}]}`, found{status: "a", items: 2}, false},
		{`{"other":{"x":1,"x":2},"status":"a"}`, found{status: "a"}, false},
		{`{"x":1,"status":"a","x":2}`, found{status: "a"}, false},
	} {
		for _, r := range []*Record{{}, &past, &past, &past} {
			if err := p.Walk(r, []byte(tt.line)); err != nil {
				t.Fatalf("%s: %v", tt.line, err)
			}
			got := found{
				status: string(r.Reg(status.Reg()).Raw(r.Line)), family: string(r.Reg(family.Reg()).Raw(r.Line)),
				current: string(r.Reg(current.Reg()).Raw(r.Line)), items: r.Rows(set),
			}
			if got.items > 0 {
				got.last = string(r.Row(set, got.items-1)[sequence.Reg()].Raw(r.Line))
			}
			if got != tt.want || r.Duplicates != tt.duplicates {
				t.Errorf("%s: got %+v, duplicates %v, want %+v", tt.line, got, r.Duplicates, tt.want)
			}
		}
	}
	if err := p.Walk(&past, []byte(`{"status":"a","status":"b",}`)); err == nil {
		t.Error("a line with duplicates that is not valid was taken")
	}
}

// TestManyMembers finds the last of as many members as an object may have twice.
func TestManyMembers(t *testing.T) {
	b := NewBuilder()
	var last Ref
	for i := range maxChildren {
		last = b.Value(Path{{Name: fmt.Sprint(i)}}, 1)
	}
	p, err := b.Compile()
	if err != nil {
		t.Fatal(err)
	}
	var r Record
	if err := p.Walk(&r, []byte(`{"63":"a","62":"b","63":"c"}`)); err != nil {
		t.Fatal(err)
	}
	if got := string(r.Reg(last.Reg()).Raw(r.Line)); got != "c" || !r.Duplicates {
		t.Errorf("got %q, duplicates %v", got, r.Duplicates)
	}
	b = NewBuilder()
	for i := range maxChildren + 1 {
		b.Value(Path{{Name: fmt.Sprint(i)}}, 1)
	}
	if _, err := b.Compile(); err == nil {
		t.Error("a program with too many members was compiled")
	}
}

// FuzzLastMembers compares with encoding/json, in which the last of several
// members counts unless values merge.
func FuzzLastMembers(f *testing.F) {
	for _, text := range []string{
		`{"a":1,"a":2}`, `[{"a":[{}],"b":"x","a":{"a":1,"a":null}}]`, `{"\u0061":1,"a":2}`, ` { } `, `"x"`, `{"a":{"b":1},"a":{"c":1}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if Valid(text) != nil {
			return
		}
		once, _ := lastMembers(nil, text, jsonscan.SkipSpace(text, 0))
		if err := Valid(once); err != nil {
			t.Fatalf("%s becomes %s: %v", text, once, err)
		}
		var want, got any
		if err := json.Unmarshal(text, &want); err != nil {
			return // numbers out of range
		}
		if err := json.Unmarshal(once, &got); err != nil {
			t.Fatalf("%s becomes %s: %v", text, once, err)
		}
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(got)
		if string(a) != string(b) {
			t.Fatalf("%s becomes %s: %s, want %s", text, once, b, a)
		}
	})
}
