package schema

import "fmt"

// API is a version of BCDA's API.
type API uint8

// The API versions.
const (
	V1 API = iota // FHIR STU3, from the Chronic Conditions Warehouse
	V2            // FHIR R4, from the Chronic Conditions Warehouse
	V3            // FHIR R4, from the Integrated Data Repository
	apis
)

// APIs are the API versions in order.
var APIs = [...]API{V1, V2, V3}

// String returns v1, v2 or v3.
func (a API) String() string { return [...]string{"v1", "v2", "v3"}[a] }

// ParseAPI reads v1, v2 or v3.
func ParseAPI(s string) (API, error) {
	for a := range apis {
		if s == a.String() {
			return a, nil
		}
	}
	return 0, fmt.Errorf("unknown API version %q: want v1, v2 or v3", s)
}
