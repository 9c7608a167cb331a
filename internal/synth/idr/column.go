package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// Nonzero is for amounts that the server leaves out when they are zero.
func Nonzero(a column.Amount) column.Amount {
	if a == 0 {
		return column.NoAmount
	}
	return a
}

// HasValue says that a column of the IDR has a value.
func HasValue(s string) bool { return !column.Blank(s) && s != "~" }

// Stored is what is in a column, if anything is.
func Stored(s string) string {
	if !HasValue(s) {
		return ""
	}
	return s
}
