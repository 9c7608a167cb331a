package beneficiary

import (
	"bytes"

	"github.com/cclf-tools/cclf/convert/internal/dedup"
)

// An ID identifies a beneficiary: 64 bits of the keyed hash of Patient.id. The
// chance that two of a million beneficiaries have the same ID is 3 in 100
// million.
type ID uint64

// ParseID returns the ID for a reference to a Patient, such as "Patient/123",
// or for a bare id. ok is false if there is none.
func ParseID(reference []byte) (id ID, ok bool) {
	if reference = ReferenceID(reference); len(reference) == 0 {
		return 0, false
	}
	return ID(dedup.Hash("Patient", reference)[0]), true
}

// ReferenceID returns the id in a reference such as "Patient/123", which may be
// complete, and of a version: "https://host/Patient/123/_history/4". White space around
// it is no part of an id.
func ReferenceID(reference []byte) []byte {
	reference, _, _ = bytes.Cut(bytes.TrimSpace(reference), []byte("/_history"))
	return reference[bytes.LastIndexByte(reference, '/')+1:]
}
