package truth

import (
	"slices"

	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// partialFolder is the folder of partially adjudicated claims.
const partialFolder = "partially_adjudicated"

// Files returns the names that the files of a truth may have.
func Files() []string {
	var list []string
	for _, table := range tables() {
		list = append(list, table.Name+".csv")
	}
	for _, table := range partialTables() {
		list = append(list, partialFolder+"/"+table.Name+".csv")
	}
	return list
}

// SOURCE_FILE in the truth is the name of a file in the export, without the path
// under which it will be read.

// tables returns the tables of the truth.
func tables() []*schema.Table {
	return append(slices.Clone(schema.Tables()),
		schema.Lookup(wellknown.ClaimsTable), schema.Lookup("part_d_costs"), schema.Lookup("enrollment"),
		schema.Lookup(wellknown.PriorAuthorizationsTable))
}

// partialTables returns the tables of partially adjudicated claims: those about
// claims, and the responses of v2.
func partialTables() []*schema.Table {
	return slices.DeleteFunc(slices.Clone(schema.AllTables()), func(t *schema.Table) bool {
		return !t.Partial && (t.Side || len(t.Claims) == 0)
	})
}
