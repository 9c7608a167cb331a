package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

// VariableExtension writes the extension of a variable without a list of codes.
func VariableExtension(b []byte, variable, code string) []byte {
	b = append(b, `{"url":"`+Variables...)
	b = append(b, variable...)
	b = append(b, `","valueCoding":`...)
	b = VariableCode(b, variable, code)
	return append(b, '}')
}

// appendIdentifierExtension writes an extension that contains an identifier.
func appendIdentifierExtension(b []byte, variable, value string) []byte {
	b = append(b, `{"url":"`+Variables...)
	b = append(b, variable...)
	b = append(b, `","valueIdentifier":{"system":"`+Variables...)
	b = append(b, variable...)
	b = append(b, '"')
	if !column.Blank(value) {
		b = append(b, `,"value":`...)
		b = fhirjson.AppendString(b, value)
	}
	return append(b, `}}`...)
}

// Extensions, each with a comma after it. An empty code or identifier, or a missing
// amount, has none.

func CodeExtension(b []byte, set *codebook.Set, code string) []byte {
	if code == "" {
		return b
	}
	return append(SetExtension(b, set, code), ',')
}

func PlainExtension(b []byte, variable, code string) []byte {
	if code == "" {
		return b
	}
	return append(VariableExtension(b, variable, code), ',')
}

func IdentifierExtension(b []byte, variable, value string) []byte {
	if value == "" {
		return b
	}
	return append(appendIdentifierExtension(b, variable, value), ',')
}

func QuantityExtension(b []byte, variable string, q column.Quantity) []byte {
	b = append(b, `{"url":"`+Variables...)
	b = append(b, variable...)
	b = append(b, `","valueQuantity":{"value":`...)
	b = q.AppendJSON(b)
	return append(b, `}},`...)
}

func MoneyExtension(b []byte, variable string, a column.Amount) []byte {
	if a == column.NoAmount {
		return b
	}
	b = append(b, `{"url":"`+Variables...)
	b = append(b, variable...)
	b = append(b, `","valueMoney":`+MoneyStart...)
	b = a.AppendJSON(b)
	return append(b, `}},`...)
}
