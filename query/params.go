//go:build cgo

package query

import (
	"database/sql"
	"slices"
	"strings"
)

// parameters returns the parameters of an SQL text, as they are written: $name, $1 or ?.
func parameters(text string) []string {
	var names []string
	s := scanner{src: text}
	for s.next() {
		switch tok := text[s.start:s.pos]; tok {
		case "?":
			names = append(names, tok)
		case "$":
			end := s.pos
			for end < len(text) && isWordPart(text[end]) && text[end] != '$' {
				end++
			}
			if end > s.pos {
				names = append(names, text[s.start:end])
			}
		}
	}
	return names
}

// Parameters returns the names of the parameters of a script, without the dollar sign
// and in lower case, as often as they occur.
func Parameters(script string) []string {
	names := parameters(script)
	for i, name := range names {
		names[i] = strings.ToLower(strings.TrimPrefix(name, "$"))
	}
	return names
}

// checkParameters reports whether named values are those of a script. Names ignore case.
func checkParameters(stmts []statement, args []sql.NamedArg) error {
	given := make(map[string]bool)
	for _, arg := range args {
		given[strings.ToLower(arg.Name)] = false
	}
	var e ParameterError
	for _, stmt := range stmts {
		for _, name := range parameters(stmt.text) {
			key := strings.ToLower(strings.TrimPrefix(name, "$"))
			if _, ok := given[key]; ok {
				given[key] = true
			} else if !slices.Contains(e.Missing, name) {
				e.Missing = append(e.Missing, name)
			}
		}
	}
	for name, used := range given {
		if !used {
			e.Unknown = append(e.Unknown, name)
		}
	}
	if len(e.Missing)+len(e.Unknown) == 0 {
		return nil
	}
	slices.Sort(e.Unknown)
	return &e
}

// argumentsOf returns the values of the parameters of a statement, by the names that it
// writes.
func argumentsOf(stmt statement, args []sql.NamedArg) []any {
	var own []any
	for _, name := range parameters(stmt.text) {
		for _, arg := range args {
			if strings.EqualFold("$"+arg.Name, name) {
				own = append(own, sql.Named(name[1:], arg.Value))
			}
		}
	}
	return own
}
