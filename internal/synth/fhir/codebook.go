package fhir

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
)

// SetCoding writes the Coding of a code. It has a display if the codebook has the
// code.
func SetCoding(b []byte, set *codebook.Set, code string) []byte {
	b = append(b, '{')
	b = codeMembers(b, code, set.Title(code))
	b = append(b, `"system":"`...)
	if set.System != "" {
		b = append(b, set.System...)
	} else {
		b = append(append(b, Variables...), set.Variable...)
	}
	return append(b, `"}`...)
}

// SetExtension writes the extension of a coded column.
func SetExtension(b []byte, set *codebook.Set, code string) []byte {
	b = append(b, `{"url":"`+Variables...)
	b = append(b, set.Variable...)
	b = append(b, `","valueCoding":`...)
	b = SetCoding(b, set, code)
	return append(b, '}')
}

// NumberedCoding writes the Coding of a code of a numbered column.
func NumberedCoding(b []byte, set *codebook.Numbered, number, code string) []byte {
	b = append(b, '{')
	b = codeMembers(b, code, codebook.Title(set.Terms, code))
	b = append(b, `"system":"`+Variables...)
	b = append(append(b, set.Variable...), number...)
	return append(b, `"}`...)
}

// NumberedExtension writes the extension of a numbered column.
func NumberedExtension(b []byte, set *codebook.Numbered, number, code string) []byte {
	b = append(b, `{"url":"`+Variables...)
	b = append(append(b, set.Variable...), number...)
	b = append(b, `","valueCoding":`...)
	b = NumberedCoding(b, set, number, code)
	return append(b, '}')
}
