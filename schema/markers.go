package schema

import (
	"math/bits"
	"strings"
)

// A Marker is a path at which only some API versions have a value, by which the
// version of a resource is recognized. A resource is of a version that all of its
// markers allow.
type Marker struct {
	Resource string
	Expr     string
	APIs     APISet
	// Weak markers are common to several versions but usual in one. They count
	// only for the first resources of an export, when no other marker decides.
	Weak bool
}

// An APISet is a set of API versions.
type APISet uint8

// SetOf returns the set of some versions.
func SetOf(list ...API) (s APISet) {
	for _, api := range list {
		s |= 1 << api
	}
	return s
}

// Has reports whether a version is in the set.
func (s APISet) Has(api API) bool { return s&(1<<api) != 0 }

// Single returns the only version in the set; false when there is none, or
// several.
func (s APISet) Single() (API, bool) {
	for _, api := range APIs {
		if s == SetOf(api) {
			return api, true
		}
	}
	return 0, false
}

// First returns the earliest version in a set that is not empty.
func (s APISet) First() API { return API(bits.TrailingZeros8(uint8(s))) }

// String lists the versions: "v2, v3".
func (s APISet) String() string {
	var list []string
	for _, api := range APIs {
		if s.Has(api) {
			list = append(list, api.String())
		}
	}
	return strings.Join(list, ", ")
}

// AllAPIs has all versions.
const AllAPIs APISet = 1<<apis - 1

var (
	v1Only  = SetOf(V1) // STU3, too
	v2Only  = SetOf(V2)
	v3Only  = SetOf(V3)
	fhirR4  = SetOf(V2, V3)
	fromCCW = SetOf(V1, V2)
)

// Markers by resource type, the weak ones last. R4 resources are told from STU3
// by several: copies of claims lack some of them, as use was lacking on CMS's
// server in 2021.
var Markers = []Marker{
	{eob, SystemTypeExpr, v3Only, false},
	{eob, `type.coding[system=idr:CLM-TYPE-CD].code`, v3Only, false},
	{eob, `type.coding[system=bb:nch_clm_type_cd].code`, fromCCW, false},
	{eob, `identifier[system=bb:clm_id,bb:pde_id].value`, fromCCW, false},
	{eob, `use`, fhirR4, false},
	{eob, `type.coding[system=tho:claim-type].code`, fhirR4, false},
	{eob, `insurance.focal`, fhirR4, false},
	{eob, `item.productOrService.coding.code`, fhirR4, false},
	{eob, `type.coding[system=http://hl7.org/fhir/ex-claimtype].code`, v1Only, false},
	{eob, `information.sequence`, v1Only, false},
	{eob, `item.service.coding.code`, v1Only, false},
	{eob, `item.careTeamLinkId`, v1Only, false},
	{eob, `status`, v1Only, true},
	{patient, `identifier[system^=https://bluebutton.cms.gov/resources/].type.coding.code`, v2Only, false},
	{patient, `identifier.type.coding.extension[url^=https://bluebutton.cms.gov/resources/].valueCoding.code`, v2Only, false},
	{patient, `identifier.extension[url^=https://bluebutton.cms.gov/resources/].valueCoding.code`, v1Only, false},
	{patient, `extension[url=bb:race].valueCoding.code`, fromCCW, false},
	{patient, `identifier[system^=https://bluebutton.cms.gov/resources/].value`, v1Only, true},
	{patient, `identifier[system=sid:us-mbi].value`, v3Only, true},
	{claim, `id`, v2Only, false},
	{response, `id`, v2Only, false},
	{coverage, `grouping.subPlan`, v1Only, false},
	{coverage, `class.value`, fhirR4, false},
	{coverage, `extension[url^=https://bluebutton.cms.gov/resources/].url`, fromCCW, false},
	{coverage, `extension[url^=https://bluebutton.cms.gov/fhir/].url`, v3Only, false},
}
