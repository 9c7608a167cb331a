package bcda

import (
	"math/bits"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// An APISet is a set of API versions.
type APISet uint8

// Sets of versions.
const (
	v1Only  APISet = 1 << schema.V1 // also the only STU3
	v2Only  APISet = 1 << schema.V2
	v3Only  APISet = 1 << schema.V3
	fromCCW        = v1Only | v2Only // from the Chronic Conditions Warehouse
	fhirR4         = v2Only | v3Only
	AllAPIs        = v1Only | v2Only | v3Only
)

// SetOf returns the set of some versions.
func SetOf(list ...schema.API) (s APISet) {
	for _, api := range list {
		s |= 1 << api
	}
	return s
}

// Has reports whether a version is in the set.
func (s APISet) Has(api schema.API) bool { return s&(1<<api) != 0 }

// Single returns the only version in the set; false if there is none, or more
// than one.
func (s APISet) Single() (schema.API, bool) {
	if bits.OnesCount8(uint8(s)) != 1 {
		return 0, false
	}
	return s.First(), true
}

// First returns the earliest version in a set that is not empty.
func (s APISet) First() schema.API { return schema.API(bits.TrailingZeros8(uint8(s))) }

// String lists the versions: "v2, v3".
func (s APISet) String() string {
	var list []string
	for _, api := range schema.APIs {
		if s.Has(api) {
			list = append(list, api.String())
		}
	}
	return strings.Join(list, ", ")
}
