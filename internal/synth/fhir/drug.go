package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
)

// DrugCoding writes the Coding of a drug.
func DrugCoding(b []byte, code string) []byte {
	b = append(b, '{')
	b = codeMembers(b, code, codebook.DrugTitle(code))
	return append(b, `"system":"`+NDCSystem+`"}`...)
}

// CompoundCoding returns the Coding of CMPND_CD, or "" for a code that the servers do
// not send.
func CompoundCoding(code string) string {
	switch code {
	case "1":
		return `{"code":"RXDINV","display":"Rx dispense invoice","system":"` + Terminology + `v3-ActCode"}`
	case "2":
		return `{"code":"RXCINV","display":"Rx compound invoice","system":"` + Terminology + `v3-ActCode"}`
	}
	return ""
}
