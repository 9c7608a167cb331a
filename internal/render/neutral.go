package render

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain neutralizes text of unknown origin for display: values of a data set,
// file names, messages of libraries. It replaces control characters (escape
// sequences), bidirectional controls and invisible characters with U+FFFD, and
// tabs with spaces. Line feeds are kept; see Line.
func Plain(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case hidden(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// Line is Plain for text that must stay on one line: it replaces line feeds too.
func Line(s string) string {
	return strings.NewReplacer("\n", "\uFFFD").Replace(Plain(s))
}

// isPlain reports whether s is printable ASCII, which Plain returns unchanged.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// hidden reports whether a character controls the terminal or the order of text,
// or is invisible. Format characters (Cf) include bidirectional marks, embeddings
// and isolates, zero-width spaces and joiners, the soft hyphen and tags.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef: // variation selectors
		return true
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xffa0: // zero width, or blank
		return true
	}
	return false
}

// A Writer neutralizes what is written to it, as Plain does, and writes that to
// W. Each Write must hold whole characters.
type Writer struct{ W io.Writer }

func (w Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.W, Plain(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// SpreadsheetSafe puts an apostrophe before text that a spreadsheet would run as
// a formula. It is for text only: it would turn negative numbers into text.
func SpreadsheetSafe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	// Full-width forms, which some spreadsheets treat the same way.
	for _, prefix := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, prefix) {
			return "'" + s
		}
	}
	return s
}
