package synth

import (
	"maps"
	"slices"
)

// A generation of BCDA makes resources of its own kind. start is given an
// export, and returns what makes the beneficiaries of it, one by one.
type generation struct {
	columns *columns
	start   func(e *export) func(index int)
	partial bool // sends partially adjudicated claims
}

// v3 has records of its own, since another warehouse is behind it, and truth
// of its own.
var generations = map[string]generation{
	"v1": {columns: &v1Columns, start: startV1},
	"v2": {columns: &v2Columns, start: startV2, partial: true},
	"v3": {columns: &columns{}, start: startV3, partial: true},
}

// APIs are the generations of BCDA whose exports can be made.
func APIs() []string { return slices.Sorted(maps.Keys(generations)) }

// resources append resources to a buffer, with the keys of all objects in
// alphabetical order.
type resources interface {
	patient(b []byte, p *Beneficiary) []byte
	coverage(b []byte, p *Beneficiary, part byte) []byte
	institutional(b []byte, c *Institutional) []byte
	professional(b []byte, c *Professional) []byte
	partDEvent(b []byte, c *PartDEvent) []byte
}

// medicareParts are the parts that each beneficiary has a Coverage of, whether
// enrolled or not.
var medicareParts = [...]byte{'a', 'b', 'c', 'd'}

// columns are what the CCLF columns have from the records, for those that the
// generation serves.
type columns struct {
	cclf1, cclfa map[string]cell[Institutional]
	cclf2        map[string]cell[revenueRow]
	cclf3        map[string]cell[procedureRow]
	cclf4        map[string]cell[diagnosisRow]
	cclf5, cclf6 map[string]cell[lineRow]
	cclfb        map[string]cell[lineRow]
	cclf7        map[string]cell[PartDEvent]
	cclf8        map[string]cell[beneficiaryRow]
	cclf9        map[string]cell[previousMBI]
}
