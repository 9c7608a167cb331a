//go:build cgo

package query

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A statement is one SQL statement of a script.
type statement struct {
	text string // without the semicolon and the space around it
	line int    // of the script where text begins, from 0
	verb string // its first word in upper case; for EXPLAIN, that of the explained one
}

// split cuts a script at its semicolons. It knows the places where DuckDB does
// not see a semicolon: strings, quoted names, dollar quotes, and comments,
// which nest. Pieces without any SQL are left out.
//
// Nothing depends on split being right but convenience: DuckDB itself counts
// the statements again before a piece is run, and says what it is.
func split(script string) []statement {
	var (
		stmts []statement
		s     = scanner{src: script}
		begin = -1 // of the current statement, or none yet
		end   int
		line  int
		verb  string
		depth int
	)
	flush := func() {
		if begin >= 0 {
			stmts = append(stmts, statement{text: script[begin:end], line: line, verb: verb})
		}
		begin, verb, depth = -1, "", 0
	}
	for s.next() {
		tok := script[s.start:s.pos]
		switch {
		case s.blank:
			continue
		case tok == ";":
			flush()
			continue
		case tok == "(":
			depth++
		case tok == ")":
			depth--
		}
		if begin < 0 {
			begin, line = s.start, s.startLine
		}
		end = s.pos
		if s.word && depth == 0 && (verb == "" || explains[verb]) {
			verb = strings.ToUpper(tok)
		}
	}
	flush()
	return stmts
}

// explains has the words that come before an explained statement.
var explains = map[string]bool{"EXPLAIN": true, "ANALYZE": true, "ANALYSE": true, "VERBOSE": true}

// cutExplain takes an EXPLAIN apart: a prefix that means the same, in which
// there is nothing of the user's text, and the explained statement.
func cutExplain(stmt statement) (prefix string, inner statement, ok bool) {
	s := scanner{src: stmt.text}
	prefix = "EXPLAIN"
	analyze, format := false, ""
	depth := 0
	for first := true; s.next(); {
		tok := strings.ToUpper(stmt.text[s.start:s.pos])
		switch {
		case s.blank:
			continue
		case first:
			if tok != "EXPLAIN" {
				return "", inner, false
			}
		case tok == "ANALYZE", tok == "ANALYSE":
			analyze = true
		case tok == "(" && depth == 0 && s.peekWord("FORMAT", "ANALYZE", "ANALYSE"):
			depth = 1
		case depth == 1 && tok == ")":
			depth = 0
		case depth == 1 && (tok == "," || tok == "FORMAT"):
		case depth == 1 && explainFormats[strings.ToLower(strings.Trim(tok, "'"))]:
			format = strings.ToLower(strings.Trim(tok, "'"))
		case depth == 1:
			return "", inner, false
		default:
			inner = statement{text: stmt.text[s.start:], line: stmt.line + s.startLine}
			for _, part := range split(inner.text) {
				inner.verb = part.verb
			}
			switch {
			case analyze && format != "":
				prefix += " (ANALYZE, FORMAT " + format + ")"
			case analyze:
				prefix += " ANALYZE"
			case format != "":
				prefix += " (FORMAT " + format + ")"
			}
			return prefix, inner, true
		}
		first = false
	}
	return "", inner, false
}

// explainFormats are the forms of plans that DuckDB knows.
var explainFormats = map[string]bool{
	"default": true, "text": true, "json": true, "html": true, "graphviz": true, "yaml": true, "mermaid": true,
}

// peekWord reports whether the next token that is no blank is one of some words.
func (s *scanner) peekWord(words ...string) bool {
	ahead := *s
	for ahead.next() {
		if !ahead.blank {
			return slices.Contains(words, strings.ToUpper(ahead.src[ahead.start:ahead.pos]))
		}
	}
	return false
}

// makesTable reports whether a statement makes a table that is not temporary,
// in the main schema.
func (stmt statement) makesTable() bool {
	if stmt.verb != "CREATE" {
		return false
	}
	var words []string
	s := scanner{src: stmt.text}
	for s.next() && len(words) < 10 {
		if !s.blank {
			words = append(words, strings.ToUpper(stmt.text[s.start:s.pos]))
		}
	}
	rest := words[1:]
	skip := func(seq ...string) {
		if len(rest) >= len(seq) && slices.Equal(rest[:len(seq)], seq) {
			rest = rest[len(seq):]
		}
	}
	skip("OR", "REPLACE")
	if len(rest) == 0 || rest[0] != "TABLE" {
		return false
	}
	rest = rest[1:]
	skip("IF", "NOT", "EXISTS")
	return len(rest) >= 2 && rest[1] != "."
}

// A scanner cuts SQL into tokens, coarsely: words, quoted things, blanks and
// comments, and single characters for all the rest.
type scanner struct {
	src       string
	start     int // of the token
	startLine int
	pos       int // behind the token
	line      int // at pos
	blank     bool
	word      bool
}

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

// unicodeSpace returns the length of the space beyond ASCII at the beginning of
// s, or 0. DuckDB takes these for spaces outside of quotes, and control characters
// for nothing.
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

// quoted returns the length of the string or quoted name at the beginning of
// s. A quote is escaped by doubling it, or with escapes by a backslash too.
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

// dollar returns the length of the dollar-quoted string at the beginning of s,
// or 1 when there is only a dollar sign, as in $1.
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
