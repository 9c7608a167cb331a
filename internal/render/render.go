// Package render makes text of unknown origin fit to be shown to people.
//
// Values of a data set, names of files and messages of libraries can have
// characters that a terminal obeys (escape sequences), that change the order in
// which text is shown (bidirectional controls), or that are not seen at all
// (zero-width characters). Plain takes their effect away.
package render

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain replaces control characters, and characters that are not seen or that
// reorder others, by U+FFFD; tabs become spaces. Line ends stay: those who write
// single lines use Line.
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

// Line is Plain for what must stay on one line.
func Line(s string) string {
	return strings.NewReplacer("\n", "\uFFFD").Replace(Plain(s))
}

// isPlain reports whether there is nothing to replace in a text of ASCII.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c < ' ' && c != '\n' || c == 0x7f {
			return false
		}
	}
	return true
}

// hidden reports whether a character controls the terminal or the order of text,
// or takes no room. Format characters (Cf) are all of these: bidirectional marks,
// embeddings and isolates, zero-width spaces and joiners, the soft hyphen, tags.
func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef: // variation selectors
		return true
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xffa0: // take no room, or look like a space
		return true
	}
	return false
}

// A Writer passes on what is written to it as Plain has it. Each Write must be of
// whole characters, as those of messages are.
type Writer struct{ W io.Writer }

func (w Writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.W, Plain(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// SpreadsheetSafe makes a text that a spreadsheet would take for a formula one
// that it shows: an apostrophe comes before it. Numbers are not to be given to it.
func SpreadsheetSafe(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	// Full-width forms, that some programs take for the same.
	for _, prefix := range []string{"＝", "＋", "－", "＠"} {
		if strings.HasPrefix(s, prefix) {
			return "'" + s
		}
	}
	return s
}
