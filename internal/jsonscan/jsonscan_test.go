package jsonscan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cclf-tools/cclf/internal/jsonscan"
	"github.com/cclf-tools/cclf/internal/jsonscan/jsontest"
)

func checkValid(t *testing.T, text []byte) {
	t.Helper()
	offset, err := jsonscan.Valid(text)
	if want := jsontest.Valid(text); (err == nil) != want {
		t.Errorf("Valid(%.100q) = %v, want valid %v", text, err, want)
	}
	if offset < 0 || offset > len(text) || err == nil && offset != len(text) {
		t.Errorf("Valid(%.100q): offset %d, error %v", text, offset, err)
	}
	if _, ok := errors.AsType[jsonscan.Error](err); err != nil && !ok {
		t.Errorf("%.100q: error %#v is not one of the constants", text, err)
	}
}

func TestValid(t *testing.T) {
	if jsontest.MaxDepth != jsonscan.MaxDepth {
		t.Fatalf("MaxDepth is %d, and %d in the tests", jsonscan.MaxDepth, jsontest.MaxDepth)
	}
	for _, text := range jsontest.Texts {
		checkValid(t, []byte(text))
		// At every place in a word of eight bytes.
		for pad := range 9 {
			checkValid(t, []byte(strings.Repeat(" ", pad)+text))
			checkValid(t, fmt.Appendf(nil, `{"%s":%s,"k":"and more after it"}`, strings.Repeat("x", pad), text))
			checkValid(t, fmt.Appendf(nil, `[[%s,%s]]`, strings.Repeat("1", pad+1), text))
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, text := range jsontest.Texts {
		f.Add([]byte(text))
	}
	f.Fuzz(checkValid)
}

// TestErrors checks that each error is reported, at the offending byte.
func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		text   string
		offset int
		err    jsonscan.Error
	}{
		{``, 0, jsonscan.ErrValue},
		{`{"a":tru}`, 5, jsonscan.ErrValue},
		{`{"a":-}`, 5, jsonscan.ErrValue},
		{`{"a":[1,2,]}`, 10, jsonscan.ErrValue},
		{`{"a":1.}`, 6, jsonscan.ErrFraction},
		{`{"a":1e}`, 6, jsonscan.ErrExponent},
		{`{"a":01}`, 6, jsonscan.ErrSeparator},
		{`{"a" 1}`, 5, jsonscan.ErrColon},
		{`{a:1}`, 1, jsonscan.ErrMemberName},
		{`{"a":1,}`, 7, jsonscan.ErrMemberName},
		{`{"a":1`, 6, jsonscan.ErrUnclosed},
		{`{"a":"b`, 7, jsonscan.ErrString},
		{`{"a":"b\`, 7, jsonscan.ErrString},
		{`{"a":"\u00`, 6, jsonscan.ErrString},
		{`{"a":"\u00zz"}`, 6, jsonscan.ErrHexEscape},
		{`{"a":"bcdefghijk\q"}`, 16, jsonscan.ErrEscape},
		{"{\"a\":\"bcdefghijk\x02\"}", 16, jsonscan.ErrControl},
		{`{"a":1} 2`, 8, jsonscan.ErrTrailing},
		{"{\"a\":\"é\xff\"}", 8, jsonscan.ErrUTF8},
		{jsontest.Nested(`[`, ``, `]`, jsonscan.MaxDepth+1), jsonscan.MaxDepth, jsonscan.ErrDepth},
	} {
		if offset, err := jsonscan.Valid([]byte(tt.text)); offset != tt.offset || !errors.Is(err, tt.err) {
			t.Errorf("Valid(%.50q) = %d, %v, want %d, %v", tt.text, offset, err, tt.offset, tt.err)
		}
	}
}

func checkUnescape(t *testing.T, inside []byte) {
	t.Helper()
	quoted := append(append([]byte{'"'}, inside...), '"')
	var want string
	if !utf8.Valid(inside) || json.Unmarshal(quoted, &want) != nil {
		return // not the inside of a valid string
	}
	if got := jsonscan.AppendUnescaped([]byte("before "), inside); string(got) != "before "+want {
		t.Errorf("AppendUnescaped(%q) = %q, want %q", inside, got, "before "+want)
	}
}

func TestAppendUnescaped(t *testing.T) {
	n := 0
	for _, text := range jsontest.Texts {
		if len(text) > 2 && text[0] == '"' && jsontest.Valid([]byte(text)) {
			checkUnescape(t, []byte(text[1:len(text)-1]))
			n++
		}
	}
	if n < 20 {
		t.Errorf("only %d strings compared", n)
	}
}

func FuzzAppendUnescaped(f *testing.F) {
	for _, text := range jsontest.Texts {
		f.Add([]byte(strings.Trim(text, `"`)))
	}
	f.Fuzz(checkUnescape)
}

// TestSkipText compares with a search byte by byte, at every place in a word.
func TestSkipText(t *testing.T) {
	for _, text := range jsontest.Texts {
		for pad := range 9 {
			b := []byte(strings.Repeat("x", pad) + strings.Trim(text, `"`) + "é\x00\n")
			want := strings.IndexAny(string(b), "\"\\\n")
			if got := jsonscan.SkipText(b, 0); got != want {
				t.Errorf("SkipText(%.100q) = %d, want %d", b, got, want)
			}
			if got := jsonscan.SkipText(b[:want], 0); got != want {
				t.Errorf("SkipText(%.100q) = %d, want %d", b[:want], got, want)
			}
		}
	}
}

func TestSkipBOM(t *testing.T) {
	for text, want := range map[string]int{"": 0, "{}": 0, "\xef\xbb": 0, "\xef\xbb\xbf": 3, "\xef\xbb\xbf\xef\xbb\xbf{}": 6} {
		if got := jsonscan.SkipBOM([]byte(text), 0); got != want {
			t.Errorf("SkipBOM(%q) = %d, want %d", text, got, want)
		}
	}
}

func BenchmarkValid(b *testing.B) {
	line := []byte(`{"resourceType":"ExplanationOfBenefit","id":"1",` +
		strings.Repeat(`"item":{"sequence":1,"value":[1,2.5,"text of some length",{"code":"A","system":"https://example.org/x"}]},`, 200) + `"end":null}`)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonscan.Valid(line); err != nil {
			b.Fatal(err)
		}
	}
}
