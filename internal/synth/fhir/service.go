package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
)

func Modifier(b []byte, code, version string) []byte {
	if code == "" {
		return b
	}
	b = append(b, `{"coding":[`...)
	b = Coding(b, HCPCSSystem, code, "")
	if !column.Blank(version) {
		b = append(b[:len(b)-1], `,"version":`...)
		b = fhirjson.AppendPlain(b, version)
		b = append(b, '}')
	}
	return append(b, `]},`...)
}

const NoProduct = `{"coding":[{"code":"not-applicable","display":"Not Applicable","system":"` + Terminology + `data-absent-reason"}]},`

// SequenceMember links a line to the nth entry of a list, if n is not zero.
func SequenceMember(b []byte, key string, n int) []byte {
	if n == 0 {
		return b
	}
	b = append(b, '"')
	b = append(b, key...)
	b = append(b, `":[`...)
	b = fhirjson.AppendInt(b, n)
	return append(b, `],`...)
}
