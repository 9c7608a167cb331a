package synth

import (
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// A generation is an API version of BCDA. start is given an export, and returns what
// makes the beneficiaries of it, one by one.
type generation struct {
	api   string
	start func(e *export) func(index int)
}

var generations = [...]generation{{"v1", startV1}, {"v2", startV2}, {"v3", startV3}}

// APIs are the API versions of BCDA whose exports can be made.
func APIs() []string {
	var list []string
	for _, g := range generations {
		list = append(list, g.api)
	}
	return list
}

// resources append resources to a buffer, with the keys of all objects in
// alphabetical order.
type resources interface {
	Patient(b []byte, p *records.Beneficiary) []byte
	Coverage(b []byte, p *records.Beneficiary, part byte) []byte
	Institutional(b []byte, c *records.Institutional) []byte
	Professional(b []byte, c *records.Professional) []byte
	PartDEvent(b []byte, c *records.PartDEvent) []byte
}
