// Package jsontest has the JSON texts that all tests of JSON readers share.
package jsontest

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// MaxDepth is that of package jsonscan, which compares the two.
const MaxDepth = 512

// Texts are valid JSON, and texts that are nearly valid. Unit tests run over them
// and fuzz tests start from them; encoding/json decides which are valid.
var Texts = []string{
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
	Nested(`[`, ``, `]`, MaxDepth), Nested(`[`, ``, `]`, MaxDepth+1),
	Nested(`{"a":`, `1`, `}`, MaxDepth), Nested(`{"a":`, `1`, `}`, MaxDepth+1),
	Nested(`{"a":[`, `1`, `]}`, MaxDepth/2), Nested(`{"a":[`, `1`, `]}`, MaxDepth/2) + `]`,
	Nested(`[`, ``, ``, MaxDepth+1), Nested(`{"x":`, ``, ``, MaxDepth+1),
}

// Nested repeats open n times, then inner, then end n times.
func Nested(open, inner, end string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
}

// Valid reports whether package jsonscan must accept a text: what encoding/json
// accepts, in UTF-8 and not nested too deeply.
func Valid(text []byte) bool {
	return json.Valid(text) && utf8.Valid(text) && depth(text) <= MaxDepth
}

// depth returns how deeply the arrays and objects of a valid text are nested.
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
