package dataset

import (
	"slices"
	"sync"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

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
