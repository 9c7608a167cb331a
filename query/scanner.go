//go:build cgo

package query

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A scanner splits SQL into coarse tokens: words, quoted text, blanks (space and
// comments), and single characters for everything else.
type scanner struct {
	src       string
	start     int // start of the token
	startLine int
	pos       int // end of the token
	line      int // line of pos, from 0
	blank     bool
	word      bool
}

// next advances to the next token, and reports whether there is one.
func (s *scanner) next() bool {
	if s.pos == len(s.src) {
		return false
	}
	s.start, s.startLine = s.pos, s.line
	s.blank, s.word = false, false
	rest := s.src[s.pos:]
	n := 1
	switch c := rest[0]; {
	case c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v':
		s.blank = true
	case unicodeSpace(rest) > 0:
		s.blank = true
		n = unicodeSpace(rest)
	case strings.HasPrefix(rest, "--"):
		s.blank = true
		if n = strings.IndexAny(rest, "\r\n"); n < 0 {
			n = len(rest)
		}
	case strings.HasPrefix(rest, "/*"):
		s.blank = true
		n = comment(rest)
	case c == '\'' || c == '"':
		n = quoted(rest, c, false)
	case (c == 'e' || c == 'E') && strings.HasPrefix(rest[1:], "'"):
		n = 1 + quoted(rest[1:], '\'', true)
	case c == '$':
		n = dollar(rest)
	case isWordStart(c):
		s.word = true
		for n < len(rest) && isWordPart(rest[n]) && unicodeSpace(rest[n:]) == 0 {
			n++
		}
	}
	s.pos += n
	s.line += strings.Count(rest[:n], "\n")
	return true
}

// peekWord reports whether the next token, ignoring blanks, is one of words.
func (s *scanner) peekWord(words ...string) bool {
	ahead := *s
	for ahead.next() {
		if !ahead.blank {
			return slices.Contains(words, strings.ToUpper(ahead.src[ahead.start:ahead.pos]))
		}
	}
	return false
}

// unicodeSpace returns the length of the non-ASCII space at the beginning of s, or
// 0. DuckDB treats these characters as space outside of quotes.
func unicodeSpace(s string) int {
	if s[0] < utf8.RuneSelf {
		return 0
	}
	r, n := utf8.DecodeRuneInString(s)
	if '\u0080' <= r && r <= '\u00a0' || '\u2000' <= r && r <= '\u200b' || r == '\u202f' || r == '\u205f' || r == '\u2060' || r == '\u3000' || r == '\ufeff' {
		return n
	}
	return 0
}

// comment returns the length of the block comment at the beginning of s.
func comment(s string) int {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(s)
}

// quoted returns the length of the string or quoted name at the beginning of s. A
// quote is escaped by doubling it, or by a backslash if escapes is true.
func quoted(s string, quote byte, escapes bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case escapes && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// dollar returns the length of the dollar-quoted string at the beginning of s, or
// 1 if it is only a dollar sign, as in $1.
func dollar(s string) int {
	n := 1
	for n < len(s) && isWordPart(s[n]) && s[n] != '$' {
		n++
	}
	if n == len(s) || s[n] != '$' || n > 1 && !isWordStart(s[1]) {
		return 1
	}
	tag := s[:n+1]
	body := s[len(tag):]
	if i := strings.Index(body, tag); i >= 0 {
		return len(tag) + i + len(tag)
	}
	return len(s)
}

func isWordStart(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

func isWordPart(c byte) bool {
	return isWordStart(c) || '0' <= c && c <= '9' || c == '$'
}
