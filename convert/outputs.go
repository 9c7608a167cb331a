package convert

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// An output is a table of the data set: a table of the schema, or its twin for
// partially adjudicated claims.
type output struct {
	table   *schema.Table
	dir     string // its name in the data set, with slashes
	partial bool
	profile Profile // that has it

	unwritten bool // Options.Tables leaves it out
}

// outputs are the outputs of all profiles. Pages and spills have the index of
// their output.
var outputs = sync.OnceValue(func() []output {
	var list []output
	for _, t := range schema.AllTables() {
		if t.Partial {
			list = append(list, output{table: t, dir: path.Join(PartialFolder, t.Name), partial: true})
		} else {
			list = append(list, output{table: t, dir: t.Name})
		}
	}
	for _, t := range schema.Tables() {
		if len(t.Claims) > 0 {
			list = append(list, output{table: t, dir: path.Join(PartialFolder, t.Name), partial: true})
		}
	}
	for _, t := range tuvaschema.Tables() {
		list = append(list, output{table: t, dir: t.Name, profile: Tuva})
	}
	return list
})

// outputsWith returns the outputs, with those of tables that have extra columns.
func outputsWith(tables []*schema.Table) []output {
	list := slices.Clone(outputs())
	for _, t := range tables {
		if t.Base == nil {
			continue
		}
		for i := range list {
			if list[i].table == t.Base {
				list[i].table = t
			}
		}
	}
	return list
}

// tablesOf returns the tables of outputs.
func tablesOf(outputs []output) []*schema.Table {
	list := make([]*schema.Table, len(outputs))
	for i, o := range outputs {
		list[i] = o.table
	}
	return list
}

// A spill has the rows of an output until the merge pass.
type spill struct {
	*table.Spill
	out output
}

// newSpill returns the spill of an output.
func newSpill(o output, opts table.SpillOptions) *spill {
	opts.Name = strings.ReplaceAll(o.dir, "/", "-")
	return &spill{table.NewSpill(o.table, opts), o}
}

// outputOf returns the index of a table among the outputs, or -1.
func outputOf(t *schema.Table, partial bool) int {
	t = cmp.Or(t.Base, t)
	for i, o := range outputs() {
		if o.table == t && o.partial == partial {
			return i
		}
	}
	return -1
}
