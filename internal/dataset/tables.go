package dataset

import (
	"path"
	"slices"
	"sync"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// lookupTables returns the tables with the name of a table of a data set: that of the
// schema, and that of a profile.
func lookupTables(name string) []*schema.Table {
	var list []*schema.Table
	for _, t := range slices.Concat(schema.AllTables(), schema.LogTables(), schema.DeliveryTables(), schema.MigrationTables(),
		schema.ComparisonTables(), tuvaschema.Tables()) {
		if t.Name == path.Base(name) {
			list = append(list, t)
		}
	}
	return list
}

// tableNames are the names of all tables that a data set can have.
var tableNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, t := range slices.Concat(schema.AllTables(), schema.LogTables(), schema.DeliveryTables(), schema.MigrationTables(), schema.ComparisonTables()) {
		names[t.Name] = true
	}
	for _, t := range tuvaschema.Tables() {
		names[t.Name] = true
	}
	return names
})
