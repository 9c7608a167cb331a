package convert

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// TableNames returns the names that [Options].Tables may have with a profile, in the
// order of the manifest.
func TableNames(p Profile) []string {
	var names []string
	for _, o := range outputs() {
		if o.profile == p {
			names = append(names, o.name())
		}
	}
	if p == PlainCCLF {
		names = append(names, schema.AttributionTable)
	}
	return names
}

// name is the name by which users select the output. A table that only partially
// adjudicated claims have needs no folder in its name.
func (o *output) name() string {
	if o.table.Partial {
		return o.table.Name
	}
	return o.dir
}

// checkTables reports tables that the profile does not have.
func (o *Options) checkTables() error {
	known := TableNames(o.Profile)
	for _, name := range o.Tables {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) }) {
			return fmt.Errorf("%w: unknown table %q", ErrOptions, name)
		}
	}
	return nil
}

// wantsTable reports whether a table is to be written.
func (o *Options) wantsTable(name string) bool {
	return len(o.Tables) == 0 || slices.ContainsFunc(o.Tables, func(t string) bool { return strings.EqualFold(t, name) })
}

// outputsFor returns the outputs with the extra columns of tables, and marks those
// that are not to be written.
func (o *Options) outputsFor(tables []*schema.Table) []output {
	list := outputsWith(tables)
	if len(o.Tables) == 0 {
		return list
	}
	for i := range list {
		list[i].unwritten = !o.wantsTable(list[i].name())
	}
	return list
}
