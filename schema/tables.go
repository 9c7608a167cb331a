package schema

import (
	"slices"
	"strings"
	"sync"
)

// cclfTables is how many of the tables are CCLF files.
const cclfTables = 11

// allTables builds the tables when they are first asked for: commands that do
// not need them start faster.
var allTables = sync.OnceValue(func() []*Table {
	return []*Table{
		cclf1(), cclf2(), cclf3(), cclf4(), cclf5(), cclf6(), cclf7(), cclf8(), cclf9(), cclfa(), cclfb(),
		claims(), partDCosts(), enrollment(), responses(), priorAuthorizations(),
	}
})

// Tables returns the tables of CCLF in the order of its files, without CCLF0,
// the control file. The result is shared: it must not be changed.
func Tables() []*Table { return allTables()[:cclfTables:cclfTables] }

// AllTables returns the tables of CCLF, then those beside it. The result is
// shared: it must not be changed.
func AllTables() []*Table { return allTables() }

// Lookup returns the table with a name such as "cclf1", in any case, or nil.
func Lookup(name string) *Table {
	for _, t := range slices.Concat(allTables(), LogTables(), DeliveryTables(), MigrationTables()) {
		if strings.EqualFold(t.Name, name) {
			return t
		}
	}
	return nil
}
