//go:build cgo

package query

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// describes matches a DESCRIBE of a table by its name.
var describes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)^(?:DESCRIBE|DESC|SHOW)\s+(?:TABLE\s+)?(\w+|"\w+")(?:\.(\w+|"\w+"))?$`)
})

// described returns the table that a DESCRIBE statement is about.
func (db *DB) described(stmt string) (tableSource, bool) {
	match := describes().FindStringSubmatch(stmt)
	if match == nil {
		return tableSource{}, false
	}
	group, name := strings.Trim(match[1], `"`), strings.Trim(match[2], `"`)
	if name == "" {
		group, name = "", group
	}
	if strings.EqualFold(group, "main") {
		group = ""
	}
	for _, f := range db.tables {
		if strings.EqualFold(f.group, group) && strings.EqualFold(f.name, name) {
			return f, true
		}
	}
	return tableSource{}, false
}

// describeSQL returns a query for the columns of DuckDB's DESCRIBE and the comments
// on the columns, which DESCRIBE leaves out.
func describeSQL(f tableSource) string {
	group := f.group
	if group == "" {
		group = "main"
	}
	return `SELECT d.*, c.comment FROM (DESCRIBE ` + f.view() + `) d LEFT JOIN duckdb_columns() c
	ON c.database_name = 'memory' AND c.schema_name = ` + quote(group) + ` AND c.table_name = ` + quote(f.name) + ` AND c.column_name = d.column_name
	ORDER BY c.column_index`
}

// commentWords are words of statements that can show comments.
var commentWords = []string{"comment", "duckdb_columns", "duckdb_views", "pg_description"}

// addComments adds comments to the views and their columns, unless a statement cannot
// show them. There are hundreds, which take longer than everything else that Open
// does.
func (db *DB) addComments(ctx context.Context, stmt string) error {
	lower := strings.ToLower(stmt)
	if db.commented || !slices.ContainsFunc(commentWords, func(word string) bool { return strings.Contains(lower, word) }) {
		return nil
	}
	if _, err := db.createAllViews(ctx); err != nil {
		return err
	}
	for _, f := range db.tables {
		if err := db.comment(ctx, "VIEW", f); err != nil {
			return err
		}
	}
	db.commented = true
	return nil
}
