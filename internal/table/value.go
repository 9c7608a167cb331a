package table

import "errors"

// Reasons why a value does not fit its column. They name no values.
var (
	errNotDate    = errors.New("not a date")
	errNotNumber  = errors.New("not a number")
	errTooPrecise = errors.New("a number with more decimals than the column has")
	errTooLarge   = errors.New("a number too large for the column")
)

// An Adjustment is the error of a value that its column cannot hold as it is. It
// is no reason to reject the resource: the cell is set, and the caller counts the
// adjustment.
type Adjustment uint8

// The adjustments. The package itself reports PartialDate and Rounded.
const (
	PartialDate Adjustment = iota // a date without its day: the cell is null
	Rounded                       // a number with more decimals than the column: the cell has it rounded
	UnknownCode                   // a code that the code set of the column has no equivalent of: the cell is null
)

// Error implements error.
func (a Adjustment) Error() string {
	return [...]string{
		"a date without its day", "a number with more decimals than the column has", "a code without an equivalent in the code set of the column",
	}[a]
}

func isAdjustment(err error) bool {
	_, is := errors.AsType[Adjustment](err)
	return is
}

// Blank reports whether a text stands for "no value": it is empty, spaces, or the
// tilde, which CMS's systems use for "does not apply".
func Blank(s []byte) bool {
	for _, c := range s {
		if c != ' ' {
			return len(s) == 1 && c == '~'
		}
	}
	return true
}
