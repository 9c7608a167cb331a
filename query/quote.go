//go:build cgo

package query

import (
	"strings"
)

// quote returns an SQL string literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteName returns a quoted SQL identifier.
func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// quoteList returns an SQL list of string literals.
func quoteList(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// literal returns glob patterns that match exactly the given paths.
func literal(paths []string) []string {
	patterns := make([]string, len(paths))
	for i, path := range paths {
		patterns[i] = wildcards.Replace(path)
	}
	return patterns
}

var wildcards = strings.NewReplacer("*", "[*]", "?", "[?]", "[", "[[]")
