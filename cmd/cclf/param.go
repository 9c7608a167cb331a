//go:build cgo

package main

import (
	"database/sql"
	"regexp"
	"strings"
)

// parameterValues returns the values of --param flags: NAME=VALUE.
func parameterValues(flags []string) ([]sql.NamedArg, error) {
	var values []sql.NamedArg
	seen := make(map[string]bool)
	for _, flag := range flags {
		name, value, ok := strings.Cut(flag, "=")
		name = strings.TrimPrefix(name, "$")
		switch lower := strings.ToLower(name); {
		case !ok || !parameterName.MatchString(name):
			return nil, usageErrorf("query: invalid --param %q: expected NAME=VALUE", name)
		case seen[lower]:
			return nil, usageErrorf("query: --param %s is given twice", name)
		default:
			seen[lower] = true
		}
		values = append(values, sql.Named(name, value))
	}
	return values, nil
}

var parameterName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
