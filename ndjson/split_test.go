package ndjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

var testEnvelope = Envelope{Member: "resourceType", Value: "Bundle", List: "entry", Item: "resource"}

const (
	textEnds = "!the input breaks off here: the text ends within "
	listLost = "!the input breaks off here: a list of resources with an error in it, after which no other can be found"
)

// found is an object, or an error, and its line.
type found struct {
	Line int64
	Text string
}

// TestForms reads texts that are not one object per line.
func TestForms(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, tt := range []struct {
		name, text string
		want       []found
	}{
		{"pretty-printed", "{\n  \"a\": {\n    \"b\": [1, 2]\n  }\n}\n{\n  \"c\": 3\n}\n",
			[]found{{1, "{\n  \"a\": {\n    \"b\": [1, 2]\n  }\n}"}, {6, "{\n  \"c\": 3\n}"}}},
		{"pretty-printed, with carriage returns", "{\r\n \"a\": 1\r\n}\r\n{\r\n}\r\n", []found{{1, "{\r\n \"a\": 1\r\n}"}, {4, "{\r\n}"}}},
		{"pretty-printed behind lines", "{\"a\":1}\n{\"b\":2}\n{\n\"c\":3\n}\n{\"d\":4}\n",
			[]found{{1, `{"a":1}`}, {2, `{"b":2}`}, {3, "{\n\"c\":3\n}"}, {6, `{"d":4}`}}},
		{"lines that look whole and are not", "{\"a\":1}\n{\"b\":{}\n\n}\n{\"c\":{}\n, \"d\":{}\n}\n{\"e\":1}\n",
			[]found{{1, `{"a":1}`}, {2, "{\"b\":{}\n\n}"}, {5, "{\"c\":{}\n, \"d\":{}\n}"}, {8, `{"e":1}`}}},
		{"a bracket too many", "{\"a\":1}\n}\n{\"b\":1}\n}\n", []found{{1, `{"a":1}`}, {2, "}"}, {3, `{"b":1}`}, {4, "}"}}},
		{"an array on a line", `[{"a":1},{"b":"]"} , {"c":{}}]`, []found{{1, `{"a":1}`}, {1, `{"b":"]"}`}, {1, `{"c":{}}`}}},
		{"an array over lines", "[\n{\"a\":1},\n{\"b\":2}\n]\n", []found{{2, `{"a":1}`}, {3, `{"b":2}`}}},
		{"an array after lines", "{\"a\":1}\n[{\"b\":2}]\n{\"c\":3}\n", []found{{1, `{"a":1}`}, {2, `{"b":2}`}, {3, `{"c":3}`}}},
		{"an empty array", "[]\n", nil},
		{"an empty array, and space", " [ \n ] \n", nil},
		{"arrays in a row", "[{}] [{}][\n{}]", []found{{1, "{}"}, {1, "{}"}, {2, "{}"}}},
		{"elements that are no objects", "[1, \"a\",\n[{}], true]", []found{{1, "1"}, {1, `"a"`}, {2, "[{}]"}, {2, "true"}}},
		{"an array with a comma at the end", "[{},]", []found{{1, "{}"}}},
		{"a byte order mark before an array", bomText + "[{}]", []found{{1, "{}"}}},
		{"byte order marks before lines that are split", bomText + "{\n}\n" + bomText + "{}\n" + bomText + "{\n}", []found{{1, "{\n}"}, {3, "{}"}, {4, "{\n}"}}},
		{"one after the other over lines", "{\n}{\n} {\n}\n", []found{{1, "{\n}"}, {2, "{\n}"}, {3, "{\n}"}}},
		{"strings with brackets and escapes", "{\n\"a\\\"}\": \"\\\\\", \"b\": \"{[\\\\\\\"\"\n}\n{}", []found{{1, "{\n\"a\\\"}\": \"\\\\\", \"b\": \"{[\\\\\\\"\"\n}"}, {4, "{}"}}},

		{"a Bundle over lines", "{\n\"resourceType\": \"Bundle\",\n\"entry\": [\n{\"fullUrl\":\"x\",\"resource\":{\"a\":1}},\n{\n\"resource\": {\"b\":2},\"search\":{}}\n],\"type\":\"x\"\n}\n{}\n",
			[]found{{4, `{"a":1}`}, {6, `{"b":2}`}, {9, "{}"}}},
		{"a Bundle that says so at its end", "{\n\"entry\":[{\"resource\":{}}],\"resourceType\":\"Bundle\"}", []found{{2, "{}"}}},
		{"a list that is no Bundle", "{\n\"resourceType\":\"List\",\"entry\":[{\"item\":{}}]}", []found{{1, "{\n\"resourceType\":\"List\",\"entry\":[{\"item\":{}}]}"}}},
		{"a list that is no Bundle, and says so late", "{\n\"entry\":[{\"item\":{}}],\"resourceType\":\"List\"}",
			[]found{{2, `{"item":{}}`}, {1, `!an object with a list "entry" that is not a Bundle`}}},
		{"an entry without a resource", "{\n\"resourceType\":\"Bundle\",\"entry\":[{\"request\":{\"method\":\"DELETE\"}},{\"resource\":{}}]}",
			[]found{{2, `{"request":{"method":"DELETE"}}`}, {2, "{}"}}},
		{"an empty Bundle", "{\n\"resourceType\":\"Bundle\"}", nil},
		{"Bundles in an array", `[{"resourceType":"Bundle","entry":[{"resource":{"a":1}}]},{"b":2}]`, []found{{1, `{"a":1}`}, {1, `{"b":2}`}}},
		{"a Bundle in a Bundle stays whole", "{\n\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Bundle\",\"entry\":[]}}]}",
			[]found{{2, `{"resourceType":"Bundle","entry":[]}`}}},

		{"words between lines", "{\n}\nsome words\n{\n}\n", []found{{1, "{\n}"}, {3, "some words"}, {4, "{\n}"}}},
		{"words after an object", "{\n} x\n{\n}\n", []found{{1, "{\n} x"}, {3, "{\n}"}}},
		{"commas between lines", "{\"a\":1},\n{\"b\":2},\n{\"c\":3}\n", []found{{1, `{"a":1},`}, {2, `{"b":2},`}, {3, `{"c":3}`}}},
		{"a line that is cut short", "{\"a\":1}\n{\"b\":{\"c\":2}\n{\"d\":3}\n{\"e\":4}\n", []found{{1, `{"a":1}`}, {2, `{"b":{"c":2}`}, {3, `{"d":3}`}, {4, `{"e":4}`}}},
		{"a line that is cut short after a comma", "{\"b\":[2,\n{\"d\":3}\n{\"e\":4}\n", []found{{1, `{"b":[2,`}, {2, `{"d":3}`}, {3, `{"e":4}`}}},
		{"a line that is cut short before the last", "{\"b\":[2,\n{\"d\":3}\n", []found{{1, `{"b":[2,`}, {2, `{"d":3}`}}},
		{"a line that is cut short within a string", "{\"a\":\"b\n{\"d\":3}\n", []found{{1, `{"a":"b`}, {2, `{"d":3}`}}},
		{"a line that is cut short after a backslash", "{\"a\":\"b\\\n{\"d\":3}\n", []found{{1, `{"a":"b\`}, {2, `{"d":3}`}}},
		{"brackets that do not match", "{\n \"a\": [1}\n}\n{\n \"b\": 2\n}\n", []found{{1, "{\n \"a\": [1}\n}"}, {4, "{\n \"b\": 2\n}"}}},
		{"an element that is broken, by lines", "[\n {\n  \"a\": [1}\n },\n {\n  \"b\": 2\n }\n]\n{}\n",
			[]found{{2, "{\n  \"a\": [1}\n },"}, {5, "{\n  \"b\": 2\n }"}, {9, "{}"}}},
		{"a last element that is broken, by lines", "[\n {\n  \"a\": [1}\n }\n]\n{}\n", []found{{2, "{\n  \"a\": [1}\n }"}, {6, "{}"}}},
		{"an element with an error that brackets do not show", `[{"a":tru},{"b":2}]`, []found{{1, `{"a":tru}`}, {1, `{"b":2}`}}},
		{"an element that is broken, on one line", `[{"a":1},{"b":[2},{"c":3}]`, []found{{1, `{"a":1}`}, {1, listLost}}},

		{"an object that ends early", "{\"a\":1}\n{\"b\":{\"c\":2}", []found{{1, `{"a":1}`}, {2, textEnds + "a JSON value"}}},
		{"an object that ends within a string", "{\"a\":1}\n{\"b\":\"c", []found{{1, `{"a":1}`}, {2, textEnds + "a JSON value"}}},
		{"an object over lines that ends early", "{\n  \"b\": {\n    \"c\": 1\n  }\n", []found{{1, textEnds + "a JSON value"}}},
		{"an array that ends early", "[\n{\"a\":1},\n", []found{{2, `{"a":1}`}, {3, textEnds + "a list of resources"}}},
		{"an array that ends within an element", "[\n{\"a\":1},\n{\"b\":", []found{{2, `{"a":1}`}, {3, textEnds + "a resource"}}},
		{"an array on a line that ends within an element", `[{"a":1},{"b":`, []found{{1, `{"a":1}`}, {1, textEnds + "a resource"}}},
		{"a Bundle that ends early", "{\n\"entry\":[{\"resource\":{}}]", []found{{2, "{}"}, {1, textEnds + "a JSON value"}}},
		{"a Bundle that ends within a resource", "{\n\"entry\":[{\"resource\":{\"a\":1}},{\"resource\":{\"b\":", []found{{2, `{"a":1}`}, {2, textEnds + "a resource"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for name, r := range readers(tt.text) {
				list, err := chunks(t, r, 0)
				if err != nil {
					t.Fatal(err)
				}
				var got []found
				for _, l := range linesOf(list) {
					got = append(got, found{l.Line, l.Text})
					if l.Text[0] != '!' && !strings.HasPrefix(tt.text[l.Offset:], l.Text) {
						t.Errorf("%s: %q is not what is at its offset", name, l.Text)
					}
					if n := strings.Count(tt.text[:l.Offset], "\n") + 1; int64(n) != l.Line {
						t.Errorf("%s: %q is on line %d, not on %d", name, l.Text, n, l.Line)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s: objects differ (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// TestSplit takes lines apart that hold more than one object.
func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []line // nil for an error
	}{
		{`{"a":1}`, []line{{3, 10, `{"a":1}`}}},
		{`{"a":1}{"b":2} {"c":3}`, []line{{3, 10, `{"a":1}`}, {3, 17, `{"b":2}`}, {3, 25, `{"c":3}`}}},
		{`[{"a":1}]{}`, []line{{3, 11, `{"a":1}`}, {3, 19, `{}`}}},
		{`{"resourceType":"Bundle","entry":[{"resource":{"a":1}}]}`, []line{{3, 56, `{"a":1}`}}},
		{`{"resourceType":"Bundle"}`, []line{}},
		{`{"a":1}x{"b":2}`, nil},
		{`{"a":1}{"b":`, nil},
		{`{"a":[1}`, nil},
		{`x`, nil},
		{`[{"a":[1},{}]`, nil},
	} {
		pieces, err := Split([]byte(tt.text), Position{3, 10}, &testEnvelope)
		if (err != nil) != (tt.want == nil) {
			t.Errorf("%s: error %v", tt.text, err)
		}
		got := []line{}
		for _, p := range pieces {
			got = append(got, line{p.Line, p.Offset, string(p.Text)})
		}
		if diff := cmp.Diff(tt.want, got); tt.want != nil && diff != "" {
			t.Errorf("%s: objects differ (-want +got):\n%s", tt.text, diff)
		}
	}
}

// manyForms is a text of several chunks in all forms.
func manyForms() string {
	var b strings.Builder
	for i := range 40 {
		long := strings.Repeat("x", i*i*700)
		fmt.Fprintf(&b, "{\"n\":%d,\"a\":\"%s\"}\n", i, long)
		fmt.Fprintf(&b, "{\n  \"n\": %d,\n  \"a\": \"%s\"\n}{\"b\":[{}]}\n", i, long)
		fmt.Fprintf(&b, "[{\"n\":%d},\n{\"a\":\"%s\"}]\n{\"a\":[1}\n", i, long)
		fmt.Fprintf(&b, "{\"resourceType\":\"Bundle\",\n\"entry\":[{\"resource\":{\"a\":\"%s\"}},{\"resource\":{\"n\":%d}}]}\n", long, i)
	}
	return b.String()
}

// TestFormsDependOnTextAlone checks that chunks of objects are cut at the same
// places however the text arrives.
func TestFormsDependOnTextAlone(t *testing.T) {
	synthtest.WithoutRace(t)
	text := manyForms()
	first, err := chunks(t, strings.NewReader(text), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(first) < 10 {
		t.Fatalf("only %d chunks", len(first))
	}
	var size int64
	for _, c := range first {
		size += c.TextSize()
	}
	if size != int64(len(text)) {
		t.Errorf("chunks of %d bytes of text, want %d", size, len(text))
	}
	for name, r := range map[string]io.Reader{
		"half of what fits": iotest.HalfReader(strings.NewReader(text)),
		"end with the data": iotest.DataErrReader(strings.NewReader(text)),
	} {
		list, err := chunks(t, r, ChunkSize)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cuts(first), cuts(list)); diff != "" {
			t.Errorf("%s: chunks differ (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(linesOf(first), linesOf(list)); diff != "" {
			t.Errorf("%s: objects differ", name)
		}
	}
}

// repeatText reads as a text, many times over.
type repeatText struct {
	text string
	left int
	rest string
}

func (r *repeatText) Read(p []byte) (int, error) {
	if r.rest == "" {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		r.rest = r.text
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// TestFormsMemory reads arrays and Bundles of 60 MB on one line. What is held
// of them is a few objects.
func TestFormsMemory(t *testing.T) {
	synthtest.WithoutRace(t)
	element := `{"a":"` + strings.Repeat("x", 3000) + `"},`
	entry := `{"resource":{"a":"` + strings.Repeat("x", 3000) + `"}},`
	const n = 20_000
	for name, r := range map[string]io.Reader{
		"array":           io.MultiReader(strings.NewReader("["), &repeatText{text: element, left: n}, strings.NewReader("{}]")),
		"Bundle":          io.MultiReader(strings.NewReader(`{"resourceType":"Bundle","entry":[`), &repeatText{text: entry, left: n}, strings.NewReader(`{"resource":{}}]}`)),
		"Bundle in lines": io.MultiReader(strings.NewReader("{}\n{\"entry\":[\n"), &repeatText{text: entry + "\n", left: n}, strings.NewReader(`{"resource":{}}],"resourceType":"Bundle"}`)),
	} {
		objects, largest := 0, 0
		err := Chunks(t.Context(), 0, r, &testEnvelope, func(n int) []byte { return make([]byte, 0, n) }, func(c Chunk) error {
			if c.Err != nil {
				return c.Err
			}
			largest = max(largest, cap(c.Data))
			for range c.Lines {
				objects++
			}
			return nil
		})
		want := n + 1
		if strings.HasSuffix(name, "lines") {
			want++
		}
		if err != nil || objects != want {
			t.Errorf("%s: %d objects, %v", name, objects, err)
		}
		if largest > 2*ChunkSize {
			t.Errorf("%s: a chunk of %d bytes", name, largest)
		}
	}
}

// TestOverlongObjects passes over objects of more than 32 MiB, wherever they
// are.
func TestOverlongObjects(t *testing.T) {
	synthtest.WithoutRace(t)
	const long = "!the resource is longer than 32 MiB"
	text := func(s string) io.Reader { return strings.NewReader(s) }
	for _, tt := range []struct {
		name  string
		parts []io.Reader
		want  []line
	}{
		{"on a line", []io.Reader{text("{}\n{\"a\":\""), repeated(MaxLine), text("\"}\n{}\n")}, []line{{1, 0, "{}"}, {2, 3, long}, {3, MaxLine + 12, "{}"}}},
		{"over lines", []io.Reader{text("{\n\"a\":\""), repeated(MaxLine), text("\"\n}\n{}\n")}, []line{{1, 0, long}, {4, MaxLine + 11, "{}"}}},
		{"in an array", []io.Reader{text("[{},{\"a\":\""), repeated(MaxLine), text("\"},{}]")}, []line{{1, 1, "{}"}, {1, 4, long}, {1, MaxLine + 13, "{}"}}},
		{"in a Bundle", []io.Reader{text(`{"entry":[{"resource":{"a":"`), repeated(MaxLine), text(`"}},{"resource":{}}],"resourceType":"Bundle"}`)},
			[]line{{1, 10, long}, {1, MaxLine + 44, "{}"}}},
		{"a name", []io.Reader{text("{\n\""), repeated(MaxLine + 1), text("\":1}\n{}\n")}, []line{{1, 0, long}, {3, MaxLine + 9, "{}"}}},
		{"of a Bundle that has none", []io.Reader{text("{\"resourceType\":\"Bundle\",\"a\":\""), repeated(MaxLine), text("\"}\n{}\n")}, []line{{2, MaxLine + 33, "{}"}}},
		{"broken", []io.Reader{text("{\n\"a\":\""), repeated(MaxLine + 1), text("\n{}\n{}\n")}, []line{{1, 0, long}, {3, MaxLine + 9, "{}"}, {4, MaxLine + 12, "{}"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, err := chunks(t, io.MultiReader(tt.parts...), 0)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, linesOf(list)); diff != "" {
				t.Errorf("objects differ (-want +got):\n%s", diff)
			}
		})
	}
}

// objectsOf is what encoding/json finds: the objects of a sequence of values,
// those in arrays and Bundles one by one.
func objectsOf(text []byte) (objects [][]byte, ok bool) {
	d := json.NewDecoder(bytes.NewReader(text))
	for {
		var v json.RawMessage
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			return objects, true
		} else if err != nil {
			return nil, false
		}
		if v[0] == '[' {
			var list []json.RawMessage
			if json.Unmarshal(v, &list) != nil {
				return nil, false
			}
			for _, e := range list {
				found, ok := wrappedIn(e)
				if !ok {
					return nil, false
				}
				objects = append(objects, found...)
			}
			continue
		}
		if v[0] != '{' {
			return nil, false
		}
		found, ok := wrappedIn(v)
		if !ok {
			return nil, false
		}
		objects = append(objects, found...)
	}
}

func wrappedIn(v json.RawMessage) (objects [][]byte, ok bool) {
	if v[0] != '{' {
		return [][]byte{v}, true
	}
	// Member names as they are: those of encoding/json are matched in any case.
	var members map[string]json.RawMessage
	if json.Unmarshal(v, &members) != nil {
		return nil, false
	}
	if string(members["resourceType"]) != `"Bundle"` {
		return [][]byte{v}, members["entry"] == nil
	}
	var entries []json.RawMessage
	if members["entry"] == nil {
		return nil, true
	}
	if json.Unmarshal(members["entry"], &entries) != nil {
		return nil, false
	}
	for _, e := range entries {
		var in map[string]json.RawMessage
		if e[0] != '{' || json.Unmarshal(e, &in) != nil || len(in["resource"]) == 0 || in["resource"][0] != '{' {
			objects = append(objects, e)
			continue
		}
		objects = append(objects, in["resource"])
	}
	return objects, true
}

// newBuffers hands out the same few buffers in each execution.
func newBuffers() func(int) []byte {
	n := 0
	return func(size int) []byte {
		if n++; n > len(fuzzBuffers) {
			return make([]byte, 0, size)
		}
		return fuzzBuffers[n-1][:0]
	}
}

var fuzzBuffers = [3][]byte{make([]byte, ChunkSize), make([]byte, ChunkSize), make([]byte, ChunkSize)}

// FuzzSplit compares the objects found in valid texts with those that
// encoding/json finds. Of others, it wants that all objects are where they
// are said to be, in order, and that the end is found.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"{}\n{}\n", "[{},\n{}]", "{\n\"a\":\"\\\"}\"\n}{}", "{\"resourceType\":\"Bundle\",\n\"entry\":[{\"resource\":{\"a\":1}},{\"x\":2},3]}",
		"[[{}],1,\"a\",null]", "{\"a\":[1,\n{}\n{}\n", "{\"a\":{\"b\":1}\n{}\n", " \n\t[\r\n]", "{\"a\":1,}\n\"x", bomText + "{}\n" + bomText + "{\n}", "{\n\"entry\":[]}", "[{}{}]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		// A member named twice is another object for a map than for us.
		want, valid := objectsOf(text)
		valid = valid && !bytes.Contains(text, []byte(`\u`)) && bytes.Count(text, []byte(`"entry"`)) < 2 && bytes.Count(text, []byte(`"resource"`)) < 2 && bytes.Count(text, []byte(`"resourceType"`)) < 2
		var list []Chunk
		r := iotest.HalfReader(bytes.NewReader(text))
		err := Chunks(t.Context(), 0, r, &testEnvelope, newBuffers(), func(c Chunk) error { list = append(list, c); return nil })
		if err != nil {
			t.Fatal(err)
		}
		var got [][]byte
		for _, c := range list {
			if c.Err != nil && valid {
				t.Fatalf("%q: %v", text, c.Err)
			}
			for pos, piece := range c.Lines {
				if !bytes.HasPrefix(text[pos.Offset:], piece) {
					t.Fatalf("%q is not at offset %d of %q", piece, pos.Offset, text)
				}
				if lines := bytes.Count(text[:pos.Offset], []byte("\n")) + 1; int64(lines) != pos.Line {
					t.Fatalf("%q is on line %d of %q, not on %d", piece, lines, text, pos.Line)
				}
				pieces, err := Split(piece, pos, &testEnvelope)
				if err != nil || piece[0] == '[' {
					got = append(got, piece)
					continue
				}
				for _, p := range pieces {
					got = append(got, p.Text)
				}
			}
		}
		if !valid {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d objects, want %d: %q", text, len(got), len(want), got)
		}
		for i := range want {
			if !bytes.Equal(bytes.TrimSpace(got[i]), want[i]) {
				t.Errorf("%q: object %d is %q, want %q", text, i, got[i], want[i])
			}
		}
	})
}
