package schema

import (
	"fmt"
	"strings"
)

// Kind is the kind of a field's values.
type Kind uint8

// The kinds of values.
const (
	Text    Kind = iota // codes, identifiers and names, unchanged, with leading zeros
	Int                 // line and sequence numbers, counts
	Decimal             // amounts and quantities, exact
	Date                // a day without a time
)

// String returns text, int, decimal or date.
func (k Kind) String() string {
	return [...]string{"text", "int", "decimal", "date"}[k]
}

// Type is a field's type, with its form in the fixed-width files.
type Type struct {
	Kind             Kind
	Width            int  // bytes in the fixed-width record
	Precision, Scale int  // digits of a Decimal, and how many of them follow the point
	Digits           bool // a Text or Int that the fixed-width file pads with zeros on the left
}

// Format returns the picture of the type as the CCLF layouts write it, such as
// X(11), 9(13), -9(13).99 or YYYY-MM-DD.
func (t Type) Format() string {
	switch {
	case t.Kind == Date:
		return "YYYY-MM-DD"
	case t.Kind == Decimal:
		return fmt.Sprintf("-9(%d).%s", t.Precision-t.Scale, strings.Repeat("9", t.Scale))
	case t.Digits:
		return fmt.Sprintf("9(%d)", t.Width)
	}
	return fmt.Sprintf("X(%d)", t.Width)
}

func text(width int) Type    { return Type{Kind: Text, Width: width} }
func digits(width int) Type  { return Type{Kind: Text, Width: width, Digits: true} }
func integer(width int) Type { return Type{Kind: Int, Width: width, Digits: true} }

// amount is an amount in US dollars with two decimals.
func amount(integerDigits int) Type {
	return Type{Kind: Decimal, Width: integerDigits + 4, Precision: integerDigits + 2, Scale: 2}
}

var (
	quantity = Type{Kind: Decimal, Width: 24, Precision: 22, Scale: 4} // of units
	date     = Type{Kind: Date, Width: 10}
)
