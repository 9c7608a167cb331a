package truth

import "reflect"

const PartialFolder = partialFolder

var (
	Tables        = tables
	PartialTables = partialTables
)

// HasColumn reports whether an API version serves a column of a CCLF table.
func HasColumn(api, table, label string) bool {
	c := v2Columns()
	columns := map[string]any{
		"cclf1": c.cclf1, "cclf2": c.cclf2, "cclf3": c.cclf3, "cclf4": c.cclf4, "cclf5": c.cclf5, "cclf6": c.cclf6,
		"cclf7": c.cclf7, "cclf8": c.cclf8, "cclf9": c.cclf9, "cclfa": c.cclfa, "cclfb": c.cclfb,
	}
	if api == "v3" {
		columns = map[string]any{
			"cclf1": v3CCLF1(), "cclf2": v3CCLF2(), "cclf3": v3CCLF3(), "cclf4": v3CCLF4(), "cclf5": v3CCLF5(), "cclf6": v3CCLF6(),
			"cclf7": v3CCLF7(), "cclf8": v3CCLF8(), "cclf9": v3CCLF9(), "cclfa": v3CCLFA(), "cclfb": v3CCLFB(),
		}
	}
	return reflect.ValueOf(columns[table]).MapIndex(reflect.ValueOf(label)).IsValid()
}
