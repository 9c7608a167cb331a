package schema

// An Expectation is a mark that the resources of a type had in each known version
// of the server, one by one or at least here and there. When none of many has it,
// the server has changed.
type Expectation struct {
	Resource string
	Expr     string // finds the mark
	Words    string // what it is
	Among    string // if any, counts resources where this is found
	Least    int64  // resources that are needed for a judgement
}

// Expectations of a version of the API.
func Expectations(api API) []Expectation { return expectations[api] }

const (
	// What all claims but Part D events have, or all lines of facilities.
	ccwClaim    = `type.coding[system=bb:nch_clm_type_cd].code`
	revenueLine = `item.revenue.coding.code`
	// What all claims of v3 have, and prior authorizations have not.
	idrClaim = `billablePeriod.start`
)

var expectations = [apis][]Expectation{
	V1: {
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
	V2: {
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
	V3: {
		{eob, `type.coding[system=idr:CLM-TYPE-CD].code`, "the claim type (coding CLM-TYPE-CD)", idrClaim, 1},
		{eob, `type.coding[system=idr:EOB-TYPE].code`, "the claim type (coding EOB-TYPE)", idrClaim, 1},
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
