package render

import (
	"bytes"
	"fmt"
	"testing"
	"unicode"
)

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		"plain text, 12.50\nline":    "plain text, 12.50\nline",
		"José 日本 €":                  "José 日本 €",
		"\x1b[31mred\x1b]0;t\a":      "\ufffd[31mred\ufffd]0;t\ufffd",
		"a\tb\rc\x00":                "a b\ufffdc\ufffd",
		"\u009b31m":                  "\ufffd31m",
		"txt.\u202egpj":              "txt.\ufffdgpj",
		"\u2066a\u2069\u061c":        "\ufffda\ufffd\ufffd",
		"a\u200bb\u2060\ufeff\u00ad": "a\ufffdb\ufffd\ufffd\ufffd",
		"\U000e0041x\u2028":          "\ufffdx\ufffd",
		"bad\xffutf8":                "bad\ufffdutf8",
	} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Line("a\nb"); got != "a\ufffdb" {
		t.Errorf("Line = %q", got)
	}
}

func TestWriter(t *testing.T) {
	var b bytes.Buffer
	if n, err := fmt.Fprintf(Writer{&b}, "file %s\n", "\x1b[2J\u202e"); err != nil || n != len("file \x1b[2J\u202e\n") {
		t.Errorf("%d, %v", n, err)
	}
	if b.String() != "file \ufffd[2J\ufffd\n" {
		t.Errorf("%q", b.String())
	}
}

func TestSpreadsheetSafe(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "=1+1": "'=1+1", "+1": "'+1", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "a=1": "a=1", "＝1": "'＝1",
	} {
		if got := SpreadsheetSafe(in); got != want {
			t.Errorf("SpreadsheetSafe(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("\x1b[0m\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		for _, r := range got {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
				t.Errorf("Plain(%q) = %q has %U", s, got, r)
			}
		}
		if again := Plain(got); again != got {
			t.Errorf("Plain(Plain(%q)) = %q", s, again)
		}
	})
}
