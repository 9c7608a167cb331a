//go:build cgo

package query

import (
	"slices"
	"strings"
)

// A statement is one SQL statement of a script.
type statement struct {
	text string // without the semicolon and surrounding space
	line int    // line of the script where text begins, from 0
	verb string // first word in upper case; for EXPLAIN, that of the explained statement
}

// split splits a script at semicolons outside of strings, quoted names, dollar
// quotes and comments, which nest. Empty statements are left out.
//
// Safety does not depend on split: DuckDB refuses a piece with more than one
// statement, and says of which type each is.
func split(script string) []statement {
	var (
		stmts []statement
		s     = scanner{src: script}
		begin = -1 // of the current statement, or -1
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

// explains are the words that can precede an explained statement.
var explains = map[string]bool{"EXPLAIN": true, "ANALYZE": true, "ANALYSE": true, "VERBOSE": true}

// cutExplain splits an EXPLAIN into an equivalent prefix, which contains nothing of
// the user's text, and the explained statement.
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

// explainFormats are the formats of EXPLAIN.
var explainFormats = map[string]bool{
	"default": true, "text": true, "json": true, "html": true, "graphviz": true, "yaml": true, "mermaid": true,
}

// createsTable reports whether a statement creates a table in the main schema that
// is not temporary.
func (stmt statement) createsTable() bool {
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

// Complete reports whether a script can be run as it is: it ends with a semicolon
// that is outside of strings and comments, and after which there are only blanks.
func Complete(script string) bool {
	s := scanner{src: script}
	complete := false
	for s.next() {
		tok := script[s.start:s.pos]
		switch {
		case strings.HasPrefix(tok, "/*") && comment(tok+" ") > len(tok): // it goes on
			return false
		case !s.blank:
			complete = tok == ";"
		}
	}
	return complete
}
