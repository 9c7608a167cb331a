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
	if i := bytes.LastIndexByte(reference, '/'); i >= 0 {
		reference = reference[i+1:]
	}
	if len(reference) == 0 {
		return 0, false
	}
	return ID(dedup.Hash("Patient", reference)[0]), true
}
