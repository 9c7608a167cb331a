package ndjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// texts are JSON texts, and texts that are nearly JSON. They feed the unit
// tests and are the seeds of the fuzzers; encoding/json says which are valid.
var texts = []string{
	// Values.
	`{}`, `[]`, `""`, `0`, `true`, `false`, `null`, ` {} `, "\t\r\n{}\t\r\n",
	`{"a":1}`, `{"a":1,"b":[2,{"c":null}],"d":"e"}`, `[[],[[]],{"a":[]}]`,
	`{ "a" : 1 , "b" : [ 1 , 2 ] }`, "{\n\t\"a\":\r\n1\n}", `{"":""}`, `{"a":{},"a":[]}`,
	// Values that are not whole, or not alone.
	``, ` `, `{`, `[`, `"`, `{"`, `{"a`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `[1`, `[1,`,
	`{}{}`, `{} x`, `{}]`, `1 2`, "{}\x00", "\x00", "\xef\xbb\xbf{}",
	// Brackets, commas and colons.
	`}`, `]`, `{]`, `[}`, `{"a":1]`, `[1}`, `{,}`, `[,]`, `{"a":1,}`, `[1,]`, `[1,,2]`, `[1 2]`,
	`{"a" 1}`, `{"a"::1}`, `{"a":}`, `{:1}`, `{"a"}`, `{1:2}`, `{a:1}`, `{'a':1}`, `{"a":1 "b":2}`,
	`{"a":1,,"b":2}`, `{null:1}`, `{"a":1,"b"}`, `[1, ]`, `{"a":1, }`, `[,1]`,
	// Literals.
	`tru`, `truE`, `True`, `truefalse`, `nul`, `nulll`, `[null,true]`, `{"a":fals}`, `undefined`, `NaN`, `-Infinity`,
	// Numbers.
	`-0`, `-1`, `10`, `1.0`, `0.5`, `-0.25e-7`, `1e5`, `1E+5`, `1e-05`, `123456789012345678901234567890.5`,
	`-`, `+1`, `01`, `-01`, `00`, `1.`, `.5`, `-.5`, `1.e5`, `1e`, `1e+`, `e5`, `1.5.5`, `1e5.5`, `0x10`, `1_000`, `--1`, `1-`,
	// Strings: plain, with escapes, and with what must not be in them.
	`"abc"`, `"abcdefgh"`, `"abcdefg"`, `"abcdefghijklmnopqrstuvwxyz"`, `"a`, `"abcdefgh`, `'abc'`,
	`"\""`, `"\\"`, `"\/\b\f\n\r\t"`, `"abcdefg\"hijklmn\\"`, `"\u0041"`, `"\u00e9\uD83D\uDE00"`, `"\u0026amp;"`,
	`"\ud800"`, `"\udc00"`, `"\ud800\ud800"`, `"\ud800x"`, `"\ud800\n"`, `"\udc00\ud800"`, `"\udc00\udc00"`, `"\ud800\u0041"`, `"\uFFFF\u0000"`,
	`"\`, `"\"`, `"\x"`, `"\u"`, `"\u123"`, `"\u123`, `"\u12g4"`, `"\U0041"`, `"\u 041"`, `"\u-041"`, `"\'"`, `"\0"`,
	"\"\n\"", "\"\t\"", "\"\x00\"", "\"\x1f\"", "\"abcdefgh\x1f\"", "\"abcdefg\x01hijklmnop\"", "\"\x7f\"", "\"\\\n\"", "{\"a\nb\":1}",
	// Text beyond ASCII, and bytes that are not UTF-8.
	`"é"`, `"日本語"`, `"😀"`, `{"é":"ü"}`, "\"\u2028\"", "é", "{\u00a0}",
	"\"\x80\"", "\"\xff\"", "\"\xc3\"", "\"\xc3\xc3\"", "\"\xe6\x97\"", "\"\xf0\x9f\x98\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"",
	"\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"abcdefgh\xff\"", "\"abcdefg\xffhijklmnop\"", "{\"\xff\":1}", "{\"a\":\"\xe6\"}", "\xff",
	// Every length around the eight bytes that are looked at together.
	`"` + strings.Repeat("x", 7) + `"`, `"` + strings.Repeat("x", 8) + `"`, `"` + strings.Repeat("x", 9) + `"`,
	`"` + strings.Repeat("x", 15) + `"`, `"` + strings.Repeat("x", 16) + `"`, `"` + strings.Repeat("x", 17),
	// Nested to the limit and beyond it.
	nested(`[`, ``, `]`, maxDepth), nested(`[`, ``, `]`, maxDepth+1),
	nested(`{"a":`, `1`, `}`, maxDepth), nested(`{"a":`, `1`, `}`, maxDepth+1),
	nested(`{"a":[`, `1`, `]}`, maxDepth/2), nested(`{"a":[`, `1`, `]}`, maxDepth/2) + `]`,
	nested(`[`, ``, ``, maxDepth+1), nested(`{"x":`, ``, ``, maxDepth+1),
}

func nested(open, inner, end string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
}

// wellFormed is what Valid has to accept: what encoding/json does, if it is
// UTF-8 and not nested too deep.
func wellFormed(text []byte) bool {
	return json.Valid(text) && utf8.Valid(text) && depth(text) <= maxDepth
}

// depth is how deep the arrays and objects of a valid JSON text are nested.
func depth(text []byte) int {
	d := json.NewDecoder(bytes.NewReader(text))
	deepest, now := 0, 0
	for {
		token, err := d.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			now++
			deepest = max(deepest, now)
		case json.Delim('}'), json.Delim(']'):
			now--
		}
	}
}

func checkValid(t *testing.T, text []byte) {
	t.Helper()
	err := Valid(text)
	if want := wellFormed(text); (err == nil) != want {
		t.Errorf("Valid(%.100q) = %v, want valid %v", text, err, want)
	}
	checkSyntaxError(t, text, err)
}

// checkSyntaxError makes sure that an error points into the text, and that it
// has nothing of the text in it.
func checkSyntaxError(t *testing.T, text []byte, err error) {
	t.Helper()
	if err == nil {
		return
	}
	syntax, ok := errors.AsType[*SyntaxError](err)
	if !ok || syntax.Offset < 0 || syntax.Offset > len(text) {
		t.Fatalf("%.100q: error %#v, want a SyntaxError within the text", text, err)
	}
	if !strings.Contains(syntaxReasons, "|"+syntax.Reason+"|") {
		t.Errorf("%.100q: %q is not one of the fixed reasons", text, syntax.Reason)
	}
}

const syntaxReasons = "|nested too deep|string without an end|control character in a string|bad \\u escape in a string|" +
	"bad escape in a string|a value was expected|number without digits after its point|" +
	"number without digits in its exponent|a member name was expected|a colon was expected|" +
	"the text ends inside an object or array|a comma or closing bracket was expected|" +
	"text after the end of the JSON value|invalid UTF-8|a JSON object was expected|"

func TestValid(t *testing.T) {
	for _, text := range texts {
		checkValid(t, []byte(text))
		// At every place in a word of eight bytes.
		for pad := range 9 {
			checkValid(t, []byte(strings.Repeat(" ", pad)+text))
			checkValid(t, fmt.Appendf(nil, `{"%s":%s,"k":"and more behind it"}`, strings.Repeat("x", pad), text))
			checkValid(t, fmt.Appendf(nil, `[[%s,%s]]`, strings.Repeat("1", pad+1), text))
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(checkValid)
}

// TestSyntaxErrorOffset checks that errors point at what is wrong.
func TestSyntaxErrorOffset(t *testing.T) {
	for _, tt := range []struct {
		text   string
		offset int
		reason string
	}{
		{``, 0, "a value was expected"},
		{`{"a":tru}`, 5, "a value was expected"},
		{`{"a":-}`, 5, "a value was expected"},
		{`{"a":[1,2,]}`, 10, "a value was expected"},
		{`{"a":1.}`, 6, "number without digits after its point"},
		{`{"a":1e}`, 6, "number without digits in its exponent"},
		{`{"a":01}`, 6, "a comma or closing bracket was expected"},
		{`{"a" 1}`, 5, "a colon was expected"},
		{`{a:1}`, 1, "a member name was expected"},
		{`{"a":1,}`, 7, "a member name was expected"},
		{`{"a":1`, 6, "the text ends inside an object or array"},
		{`{"a":"b`, 7, "string without an end"},
		{`{"a":"b\`, 7, "string without an end"},
		{`{"a":"\u00`, 6, "string without an end"},
		{`{"a":"\u00zz"}`, 6, "bad \\u escape in a string"},
		{`{"a":"bcdefghijk\q"}`, 16, "bad escape in a string"},
		{"{\"a\":\"bcdefghijk\x02\"}", 16, "control character in a string"},
		{`{"a":1} 2`, 8, "text after the end of the JSON value"},
		{"{\"a\":\"é\xff\"}", 8, "invalid UTF-8"},
		{nested(`[`, ``, `]`, maxDepth+1), maxDepth, "nested too deep"},
	} {
		want := SyntaxError{Offset: tt.offset, Reason: tt.reason}
		for name, err := range map[string]error{"Valid": Valid([]byte(tt.text)), "Walk": walk(tt.text)} {
			if name == "Walk" && !strings.HasPrefix(tt.text, "{") && tt.text != "" {
				continue // not an object: checked by Valid
			}
			if got, _ := errors.AsType[*SyntaxError](err); got == nil || *got != want {
				t.Errorf("%s(%.50q) = %v, want %v", name, tt.text, err, &want)
			}
		}
	}
	if got, want := walk(`[1]`), "invalid JSON at byte 0: a JSON object was expected"; got == nil || got.Error() != want {
		t.Errorf("Walk([1]) = %v, want %s", got, want)
	}
}

// walk is the error of an empty program.
func walk(text string) error {
	p, err := NewBuilder().Compile()
	if err != nil {
		return err
	}
	return p.Walk(&Record{}, []byte(text))
}

func checkUnescape(t *testing.T, inside []byte) {
	quoted := append(append([]byte{'"'}, inside...), '"')
	var want string
	if !utf8.Valid(inside) || json.Unmarshal(quoted, &want) != nil {
		return // the scanner does not let it through
	}
	if got := Unescape([]byte("before "), inside); string(got) != "before "+want {
		t.Errorf("Unescape(%q) = %q, want %q", inside, got, "before "+want)
	}
}

func TestUnescape(t *testing.T) {
	n := 0
	for _, text := range texts {
		if len(text) > 2 && text[0] == '"' && wellFormed([]byte(text)) {
			checkUnescape(t, []byte(text[1:len(text)-1]))
			n++
		}
	}
	if n < 20 {
		t.Errorf("only %d strings compared", n)
	}
}

func FuzzUnescape(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(strings.Trim(text, `"`)))
	}
	f.Fuzz(checkUnescape)
}
