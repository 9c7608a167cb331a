package v1

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

func (w *Writer) infoCategory(b []byte, variable string) []byte {
	b = append(b, `{"category":{"coding":[{"code":"`+fhir.Variables...)
	b = append(b, variable...)
	return append(b, `","system":"`+fhir.BlueButton+`information"}]}`...)
}

func (w *Writer) infoSequence(b []byte) []byte {
	w.infos++
	b = append(b, `,"sequence":`...)
	return fhirjson.AppendInt(b, w.infos)
}

func (w *Writer) infoCode(b []byte, variable string, set *codebook.Set, code string) []byte {
	if column.Blank(code) {
		return b
	}
	b = w.infoCategory(b, variable)
	b = append(b, `,"code":{"coding":[`...)
	b = fhir.SetCoding(b, set, strings.TrimSpace(code))
	b = append(b, `]}`...)
	b = w.infoSequence(b)
	return append(b, `},`...)
}

func (w *Writer) infoDate(b []byte, variable string, d column.Date) []byte {
	if d == 0 {
		return b
	}
	b = w.infoCategory(b, variable)
	b = w.infoSequence(b)
	b = append(b, `,"timingDate":`...)
	b = fhirjson.AppendDate(b, d)
	return append(b, `},`...)
}

func (w *Writer) infoPeriod(b []byte, variable string, from, thru column.Date) []byte {
	if from == 0 && thru == 0 {
		return b
	}
	b = w.infoCategory(b, variable)
	b = w.infoSequence(b)
	b = append(b, `,"timingPeriod":`...)
	b = fhir.Period(b, from, thru)
	return append(b, `},`...)
}
