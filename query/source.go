//go:build cgo

package query

import (
	"maps"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// A tableSource is where the rows of a table come from: part files, or a table of
// the attached database.
type tableSource struct {
	group  string   // SQL schema of the view, or "" for main
	dir    string   // the data set, as the user calls it
	name   string   // name of the view
	files  []string // absolute paths, in order
	csv    bool
	header []string      // columns of the CSV files
	stored string        // table in the attached database, or ""
	schema *schema.Table // nil if package schema does not have it
	viewed bool          // the view exists
}

// title returns the name of the view for messages.
func (f tableSource) title() string {
	if f.group == "" {
		return f.name
	}
	return f.group + "." + f.name
}

// view returns the quoted name of the view.
func (f tableSource) view() string {
	if f.group == "" {
		return quoteName(f.name)
	}
	return quoteName(f.group) + "." + quoteName(f.name)
}

const (
	// partialName is the SQL schema of partially adjudicated claims.
	partialName = dataset.PartialFolder
	// tuvaProfile is the profile of a data set for the Tuva connector.
	tuvaProfile = dataset.TuvaProfile
)

// inOrder sorts tables by their names: the known ones first, in their order. It
// sets the schema of known tables.
func inOrder(found map[string]tableSource, known []*schema.Table) []tableSource {
	var list []tableSource
	listed := make(map[string]bool)
	for _, t := range known {
		if f, ok := found[t.Name]; ok {
			f.schema = t
			list = append(list, f)
			listed[t.Name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !listed[name] {
			list = append(list, found[name])
		}
	}
	return list
}

// complete adds the known tables that a data set lacks, without rows, and sorts
// all tables: those of the main schema first, known ones before others.
func complete(tables []tableSource, known []*schema.Table) []tableSource {
	main, partial := make(map[string]tableSource), make(map[string]tableSource)
	for _, t := range known {
		if !t.Partial {
			main[t.Name] = tableSource{name: t.Name, schema: t}
		}
	}
	for _, f := range tables {
		if f.group == "" {
			main[f.name] = f
		} else {
			partial[f.name] = f
		}
	}
	return slices.Concat(inOrder(main, known), inOrder(partial, known))
}

// lookupField returns the field with a column name, ignoring case as SQL does, or
// nil. table may be nil.
func lookupField(table *schema.Table, column string) *schema.Field {
	if table == nil {
		return nil
	}
	for i := range table.Fields {
		if strings.EqualFold(table.Fields[i].Label, column) {
			return &table.Fields[i]
		}
	}
	return nil
}

// sqlType returns DuckDB's type for a field.
func sqlType(f *schema.Field) string { return schema.DuckDB.Type(f.Type) }
