package convert

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// An output is a set of part files: a table in the folder of that name, or
// its partially adjudicated twin.
type output struct {
	table   *schema.Table
	dir     string // in the data set, with slashes
	partial bool
	profile Profile // the only one that has it
}

// outputs are all outputs of a conversion; spills and row counts go by their
// places in it.
var outputs = func() []output {
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
}()

// outputsWith are the outputs, with those tables that have extra columns.
func outputsWith(tables []*schema.Table) []output {
	list := slices.Clone(outputs)
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

// tablesOf are the tables of outputs.
func tablesOf(outputs []output) []*schema.Table {
	list := make([]*schema.Table, len(outputs))
	for i, o := range outputs {
		list[i] = o.table
	}
	return list
}

// A spill has the rows of an output.
type spill struct {
	*table.Spill
	out output
}

// newSpill returns the spill of an output, whose file is in a folder.
func newSpill(o output, opts table.SpillOptions) *spill {
	opts.Name = strings.ReplaceAll(o.dir, "/", "-")
	return &spill{table.NewSpill(o.table, opts), o}
}

// outputOf is the place of a table among the outputs.
func outputOf(t *schema.Table, partial bool) int {
	t = cmp.Or(t.Base, t)
	for i, o := range outputs {
		if o.table == t && o.partial == partial {
			return i
		}
	}
	return -1
}
