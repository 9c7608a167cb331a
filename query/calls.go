//go:build cgo

package query

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// checkTree refuses a SELECT that calls a forbidden function, by its syntax tree
// from DuckDB's parser.
func (db *DB) checkTree(ctx context.Context, stmt statement) error {
	lower := strings.ToLower(stmt.text)
	if !slices.ContainsFunc(forbiddenFunctions, func(name string) bool { return strings.Contains(lower, name) }) {
		return nil // the name of a function is always in the text
	}
	var tree string
	err := db.conn.QueryRowContext(ctx, "SELECT json_serialize_sql("+quote(stmt.text)+")::VARCHAR").Scan(&tree)
	if err != nil {
		return sqlError(err)
	}
	var parsed struct {
		Error      bool `json:"error"`
		Statements []any
	}
	if err := json.Unmarshal([]byte(tree), &parsed); err != nil {
		return fmt.Errorf("DuckDB's syntax tree: %w", err)
	}
	if parsed.Error || len(parsed.Statements) != 1 { // a PRAGMA, for example
		return refuse(stmt.verb)
	}
	if name := forbiddenCall(parsed.Statements); name != "" {
		return refuse(name)
	}
	return nil
}

// forbiddenCall returns the name of a forbidden function that is called in part of
// a syntax tree, or "".
func forbiddenCall(node any) string {
	switch node := node.(type) {
	case map[string]any:
		if name, _ := node["function_name"].(string); isForbidden(name) {
			return strings.ToLower(name)
		}
		for _, child := range node {
			if name := forbiddenCall(child); name != "" {
				return name
			}
		}
	case []any:
		for _, child := range node {
			if name := forbiddenCall(child); name != "" {
				return name
			}
		}
	}
	return ""
}

// checkTokens refuses a statement that calls a forbidden function, by its tokens.
// DuckDB has syntax trees for SELECT only. Plans are checked as well.
func checkTokens(stmt statement) error {
	s := scanner{src: stmt.text}
	name := "" // last token, if it is a forbidden name
	for s.next() {
		tok := s.src[s.start:s.pos]
		switch {
		case s.blank:
		case tok == "(" && name != "":
			return refuse(strings.ToLower(name))
		default:
			if name = strings.Trim(tok, `"`); !isForbidden(name) {
				name = ""
			}
		}
	}
	return nil
}
