package idr

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
)

// Nonzero returns the amount, or no amount if it is zero: the server leaves out some
// zero amounts.
func Nonzero(a column.Amount) column.Amount {
	if a == 0 {
		return column.NoAmount
	}
	return a
}

// HasValue reports whether a column of the IDR has a value. A tilde stands for none.
func HasValue(s string) bool { return !column.Blank(s) && s != "~" }

// Stored returns the value of a column, or "".
func Stored(s string) string {
	if !HasValue(s) {
		return ""
	}
	return s
}
