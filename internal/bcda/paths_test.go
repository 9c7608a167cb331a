package bcda

import (
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/schema"
)

// TestPathsOfCells checks that the crosswalk finds a value where the converter
// looks for it, in the columns that have one.
func TestPathsOfCells(t *testing.T) {
	for _, tt := range []struct {
		table, label string
		api          schema.API
		path         string
	}{
		{"claims", "CLAIM_TYPE", schema.V1, ClaimTypeExpr},
		{"claims", "SYSTEM_TYPE", schema.V3, SystemTypeExpr},
		{"claims", "FINAL_ACTION", schema.V3, FinalActionExpr},
		{"enrollment", "MONTH", schema.V1, ReferenceYearExpr},
		{"enrollment", "PART", schema.V1, CoveragePartExpr(schema.V1)},
		{"enrollment", "PART", schema.V3, CoveragePartExpr(schema.V3)},
		{"cclf4", "CLM_DGNS_CD", schema.V2, "diagnosis." + DiagnosisCode},
		{"cclf4", "DGNS_PRCDR_ICD_IND", schema.V2, "diagnosis." + DiagnosisSystem},
	} {
		cell := schema.Lookup(tt.table).Field(tt.label).Cells[tt.api]
		if !strings.Contains(cell.Expr, tt.path) {
			t.Errorf("%s.%s of %s is %s, want %s in it", tt.table, tt.label, tt.api, cell.Expr, tt.path)
		}
	}
	claims := schema.Lookup("claims")
	if got, want := claims.Field("SYSTEM_TYPE").Partial.Expr, "'"+SharedSystem+"'"; got != want {
		t.Errorf("the system type of partially adjudicated claims is %s, want %s", got, want)
	}
	id := claims.Field("CUR_CLM_UNIQ_ID").Partial.Expr
	if got := strings.TrimSuffix(id, "value") + "system"; got != ClaimSystemExpr {
		t.Errorf("the system of partially adjudicated claims is at %s, their id at %s", ClaimSystemExpr, id)
	}
}
