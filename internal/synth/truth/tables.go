package truth

import (
	"slices"

	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// partialFolder is where the truth of partially adjudicated claims is.
const partialFolder = "partially_adjudicated"

// Files are the names that the files of a truth may have.
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

// Truth of the tables beside CCLF. SOURCE_FILE is the name of the file in the
// export, without the path that it will be read by.

// tables are the tables that the truth has.
func tables() []*schema.Table {
	return append(slices.Clone(schema.Tables()),
		schema.Lookup(wellknown.ClaimsTable), schema.Lookup("part_d_costs"), schema.Lookup("enrollment"),
		schema.Lookup(wellknown.PriorAuthorizationsTable))
}

// partialTables are the tables of partially adjudicated claims. Those that are
// not about claims are left out, and responses are of v2 only.
func partialTables() []*schema.Table {
	return slices.DeleteFunc(slices.Clone(schema.AllTables()), func(t *schema.Table) bool {
		return !t.Partial && (t.Side || len(t.Claims) == 0)
	})
}
