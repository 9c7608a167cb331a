package v1

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
)

// Amounts and adjudications of STU3.

const moneyStart = `{"code":"USD","system":"urn:iso:std:iso:4217","value":`

func money(b []byte, a column.Amount) []byte {
	b = append(b, moneyStart...)
	b = a.AppendJSON(b)
	return append(b, '}')
}

func amountExtension(b []byte, variable string, a column.Amount) []byte {
	if a == column.NoAmount {
		return b
	}
	b = append(b, `{"url":"`+fhir.Variables...)
	b = append(b, variable...)
	b = append(b, `","valueMoney":`...)
	b = money(b, a)
	return append(b, `},`...)
}

func adjudication(b []byte, variable string, a column.Amount) []byte {
	b = append(b, `{"amount":`...)
	b = money(b, a)
	b = append(b, `,"category":{"coding":[{"code":"`+fhir.Variables...)
	b = append(b, variable...)
	return append(b, `","system":"`+fhir.BlueButton+`adjudication"}]}},`...)
}

// reasonAdjudication writes an adjudication that has a code instead of an
// amount.
func reasonAdjudication(b []byte, variable, code string) []byte {
	if column.Blank(code) {
		return b
	}
	b = append(b, `{"category":{"coding":[{"code":"`+fhir.Variables...)
	b = append(b, variable...)
	b = append(b, `","system":"`+fhir.BlueButton+`adjudication"}]},"reason":{"coding":[`...)
	b = fhir.VariableCode(b, variable, code)
	return append(b, `]}},`...)
}
