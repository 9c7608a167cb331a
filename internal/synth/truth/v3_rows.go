package truth

import "github.com/cclf-tools/cclf/internal/synth/idr"

// The rows of the tables of v3; a table that is not about whole records adds the part
// of one that it is about.
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
		sequence int // of CLM_PROD, within the type
	}
	idrFormer struct {
		current string
		former  *idr.MBI
	}
)
