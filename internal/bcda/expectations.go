package bcda

import "github.com/cclf-tools/cclf/schema"

// An Expectation is a value that resources of a type had in every known release
// of the server: all of them, or at least some. If none of many resources has
// it, the server has changed.
type Expectation struct {
	Resource string
	Expr     string // finds the value
	Words    string // what it is
	Among    string // counts only resources in which this expression finds a value; "" counts all
	Least    int64  // resources needed for a verdict
}

// Expectations returns what an API version is expected to send.
func Expectations(api schema.API) []Expectation { return expectations[api] }

const (
	// All claims but Part D events have the first, all lines of facilities the
	// second.
	ccwClaim    = `type.coding[system=bb:nch_clm_type_cd].code`
	revenueLine = `item.revenue.coding.code`
	// All claims of v3 have it; prior authorizations do not.
	idrClaim = `billablePeriod.start`
)

var expectations = [len(schema.APIs)][]Expectation{
	schema.V1: {
		{eob, `type.coding[system=bbc:eob-type].code`, "the claim type (coding eob-type)", "", 1},
		{eob, ccwClaim, "the NCH claim type", revenueLine, 1},
		{eob, `identifier[system=bb:clm_id,bb:pde_id].value`, "the claim id (identifier clm_id or pde_id)", "", 1},
		{eob, `patient.reference`, "the reference to the Patient", "", 1},
		{eob, `meta.lastUpdated`, "the time of the last update", "", 1},
		{eob, `item.sequence`, "line numbers", "", 1},
		{eob, `billablePeriod.start`, "the claim's dates", ccwClaim, 1},
		{patient, `identifier[system=sid:us-mbi].value`, "an MBI", "", 10},
		{patient, `identifier.extension.valueCoding.code`, "the mark of the current MBI", "", 10},
		{coverage, `grouping.subPlan`, "the part of Medicare", "", 1},
		{coverage, `extension[url=bb:rfrnc_yr].valueDate`, "the reference year", "", 10},
	},
	schema.V2: {
		{eob, `type.coding[system=bbc:eob-type].code`, "the claim type (coding eob-type)", "", 1},
		{eob, ccwClaim, "the NCH claim type", revenueLine, 1},
		{eob, `identifier[system=bb:clm_id,bb:pde_id].value`, "the claim id (identifier clm_id or pde_id)", "", 1},
		{eob, `use`, "the use of the claim", "", 1},
		{eob, `patient.reference`, "the reference to the Patient", "", 1},
		{eob, `meta.lastUpdated`, "the time of the last update", "", 1},
		{eob, `item.sequence`, "line numbers", "", 1},
		{eob, `billablePeriod.start`, "the claim's dates", ccwClaim, 1},
		{eob, `item.extension[url=bb:rev_cntr_unit_cnt].valueQuantity.value`, "unit counts of revenue lines", revenueLine, 10},
		{patient, `identifier[system=sid:us-mbi].value`, "an MBI", "", 10},
		{patient, `identifier.type.coding.extension.valueCoding.code`, "the mark of the current MBI", "", 10},
		{coverage, `class.value`, "the part of Medicare", "", 1},
		{coverage, `extension[url=bb:rfrnc_yr].valueDate`, "the reference year", "", 10},
	},
	schema.V3: {
		{eob, `type.coding[system=idr:CLM-TYPE-CD].code`, "the claim type (coding CLM-TYPE-CD)", idrClaim, 1},
		{eob, ClaimTypeExpr, "the claim type (coding EOB-TYPE)", idrClaim, 1},
		{eob, `meta.tag[system=idr:System-Type].code`, "the System-Type tag", "", 1},
		{eob, `meta.tag[system=idr:Final-Action].code`, "the Final-Action tag", idrClaim, 1},
		{eob, `identifier[type.coding.code=uc].value`, "the claim id (identifier of type uc)", idrClaim, 1},
		{eob, `use`, "the use of the claim", "", 1},
		{eob, `patient.reference`, "the reference to the Patient", "", 1},
		{eob, `meta.lastUpdated`, "the time of the last update", "", 1},
		{eob, `item.sequence`, "line numbers", "", 1},
		{patient, `identifier[system=sid:us-mbi].value`, "an MBI", "", 10},
		{coverage, `class.value`, "the part of Medicare", "", 1},
	},
}
