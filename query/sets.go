//go:build cgo

package query

import (
	"context"
	"fmt"
	"strings"
)

// A NamedSet is a data set that is one of several. Its tables are in the SQL schema
// Name, those of partially adjudicated claims in Name_partially_adjudicated, and the
// views that metrics are computed from in Name_metrics.
type NamedSet struct {
	Name string
	Dir  string // the folder, or the database file
}

// OpenSets opens several data sets in one DB, to be queried together. Errors are those
// of Open; that of an invalid name is ErrOptions. Metrics, Inspect, Drift and APIs are
// for a DB with one data set.
func OpenSets(ctx context.Context, sets []NamedSet, opts Options) (*DB, error) {
	var sources []namedSource
	seen := make(map[string]bool)
	for _, set := range sets {
		lower := strings.ToLower(set.Name)
		switch {
		case !identifier().MatchString(set.Name):
			return nil, dataSetError(set.Dir, setNameError{set.Name, errTableName})
		case reservedSchemas[lower]:
			return nil, dataSetError(set.Dir, setNameError{set.Name, errTableWord})
		case seen[lower]:
			return nil, dataSetError(set.Dir, setNameError{set.Name, errSetTwice})
		}
		seen[lower] = true
		src, err := openSource(absolute(set.Dir), opts)
		if err != nil {
			return nil, dataSetError(set.Dir, err)
		}
		sources = append(sources, namedSource{name: set.Name, dir: set.Dir, source: src})
	}
	db, err := openDB(ctx, sources, opts)
	if err != nil && ctx.Err() == nil {
		for _, src := range sources {
			if src.set != nil && src.set.Replaced() {
				return nil, replacedError()
			}
		}
	}
	return db, err
}

// reservedSchemas are the SQL schemas and databases of DuckDB and of this package.
var reservedSchemas = set("main memory temp system pg_catalog information_schema metrics partially_adjudicated work")

// A setNameError reports the invalid name of a data set.
type setNameError struct {
	name  string
	cause nameError
}

func (e setNameError) Error() string { return fmt.Sprintf("invalid name %q: %v", e.name, e.cause) }

func (e setNameError) Unwrap() error { return e.cause }

// schemaOf returns the SQL schema of a table that would be in group if the data set had
// no name.
func (src namedSource) schemaOf(group string) string {
	switch {
	case src.name == "":
		return group
	case group == "":
		return src.name
	}
	return src.name + "_" + group
}
