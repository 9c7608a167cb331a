//go:build cgo

package query

import (
	"regexp"
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
