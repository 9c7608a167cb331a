package schema_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// TestFunctions compares the functions that cells name with those declared.
func TestFunctions(t *testing.T) {
	declared := map[string]bool{}
	for i, f := range schema.Functions {
		if declared[f.Name] || i > 0 && f.Name < schema.Functions[i-1].Name {
			t.Errorf("%s is declared twice, or not in the order of names", f.Name)
		}
		if declared[f.Name] = true; f.Takes == "" || f.Gives == "" {
			t.Errorf("%s takes %q, gives %q", f.Name, f.Takes, f.Gives)
		}
	}
	used := map[string]bool{}
	for _, table := range slices.Concat(schema.AllTables(), tuvaschema.Tables()) {
		for _, f := range table.Fields {
			for _, cell := range append(f.Cells[:], f.Partial) {
				if cell.Expr == "" {
					continue
				}
				expr, err := schema.ParseExpr(cell.Expr)
				if err != nil {
					t.Fatal(err)
				}
				for _, alt := range expr {
					if alt.Func != "" {
						used[alt.Func] = true
					}
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(used)) {
		if !declared[name] {
			t.Errorf("function %s is not declared", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		if !used[name] {
			t.Errorf("function %s is declared but not used", name)
		}
	}
}
