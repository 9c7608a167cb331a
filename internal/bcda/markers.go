package bcda

// A Marker is a path at which only some API versions have a value. The version
// of a resource is one that all of its markers allow.
type Marker struct {
	Resource string
	Expr     string
	APIs     APISet
	// A weak marker occurs in several versions but is usual in one. It counts
	// only for the first resources of an export, if no other marker decides.
	Weak bool
}

// Markers by resource type, weak ones last. Several of them distinguish R4 from
// STU3, because copies of claims lack some: CMS's server sent no use in 2021.
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
