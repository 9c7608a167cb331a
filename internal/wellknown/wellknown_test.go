package wellknown

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/schema"
)

// TestNames checks that each constant names a table or column that exists.
func TestNames(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "wellknown.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		switch name := spec.Names[0].Name; {
		case strings.HasSuffix(name, "Table"):
			if table := schema.Lookup(value); table == nil || table.Name != value {
				t.Errorf("%s: there is no table %s", name, value)
			}
			names++
		case strings.HasSuffix(name, "Label"):
			if !hasColumn(value) {
				t.Errorf("%s: no table has a column %s", name, value)
			}
			names++
		}
		return true
	})
	if names < 20 {
		t.Errorf("checked %d names only", names)
	}
}

func hasColumn(label string) bool {
	for _, table := range schema.AllTables() {
		if table.Field(label) != nil {
			return true
		}
	}
	return false
}

func TestXrefMBI(t *testing.T) {
	for _, cell := range schema.Lookup("cclf9").Field(XrefKindLabel).Cells {
		if cell.Expr != "'"+XrefMBI+"'" {
			t.Errorf("cclf9 has %s, want %s", cell.Expr, XrefMBI)
		}
	}
}
