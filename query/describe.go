//go:build cgo

package query

import (
	"regexp"
	"strings"
)

// describes matches a DESCRIBE of a table by its name, as people write it.
var describes = regexp.MustCompile(`(?is)^(?:DESCRIBE|DESC|SHOW)\s+(?:TABLE\s+)?(\w+|"\w+")(?:\.(\w+|"\w+"))?$`)

// described finds the table of the data set that a statement describes.
func (db *DB) described(stmt string) (folder, bool) {
	match := describes.FindStringSubmatch(stmt)
	if match == nil {
		return folder{}, false
	}
	group, name := strings.Trim(match[1], `"`), strings.Trim(match[2], `"`)
	if name == "" {
		group, name = "", group
	}
	if strings.EqualFold(group, "main") {
		group = ""
	}
	for _, f := range db.folders {
		if strings.EqualFold(f.group, group) && strings.EqualFold(f.name, name) {
			return f, true
		}
	}
	return folder{}, false
}

// describeSQL is what DuckDB's DESCRIBE says of a table, and behind that the
// comments on its columns, which DESCRIBE leaves out.
func describeSQL(f folder) string {
	group := f.group
	if group == "" {
		group = "main"
	}
	return `SELECT d.*, c.comment FROM (DESCRIBE ` + f.view() + `) d LEFT JOIN duckdb_columns() c
	ON c.database_name = 'memory' AND c.schema_name = ` + quote(group) + ` AND c.table_name = ` + quote(f.name) + ` AND c.column_name = d.column_name
	ORDER BY c.column_index`
}
