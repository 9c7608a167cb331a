package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

func PeriodMember(b []byte, from, thru column.Date) []byte {
	if from == 0 && thru == 0 {
		return b
	}
	b = append(b, `"period":`...)
	return append(Period(b, from, thru), ',')
}

// Period writes a period. One of its ends may be missing.
func Period(b []byte, from, thru column.Date) []byte {
	b = append(b, '{')
	if thru != 0 {
		b = append(b, `"end":`...)
		b = fhirjson.AppendDate(b, thru)
		b = append(b, ',')
	}
	if from != 0 {
		b = append(b, `"start":`...)
		b = fhirjson.AppendDate(b, from)
		b = append(b, ',')
	}
	return fhirjson.CloseObject(b)
}
