package truth

import "github.com/cclf-tools/cclf/internal/synth/idr"

// Rows of the tables of v3. A row that is not about a whole record has the part that
// it is about.
type (
	idrLineRow struct {
		*idr.Claim
		line *idr.Line
	}
	idrProcedureRow struct {
		*idr.Claim
		procedure *idr.Procedure
	}
	idrProductRow struct {
		*idr.Claim
		product  *idr.Product
		sequence int // of CLM_PROD, within its type
	}
	idrFormer struct {
		current string
		former  *idr.MBI
	}
)
