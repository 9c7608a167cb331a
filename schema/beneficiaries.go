package schema

import "fmt"

var (
	v2CurrentMBI = derived(`Patient.identifier.value > current-mbi`,
		"the us-mbi identifier that is marked current, or the only one")
	v3CurrentMBI = derived(`Patient.identifier.value > current-mbi`,
		"the us-mbi identifier whose period has no end, or the only one, or the one whose period starts last")
)

// v2LatestMonth takes the value of the last month of the reference year that
// has one, from the extensions of a Coverage that are numbered by month.
func v2LatestMonth(variable string) string {
	var e string
	for month := 12; month >= 1; month-- {
		if e != "" {
			e += " | "
		}
		e += fmt.Sprintf(`Coverage.extension[url=bb:%s%02d].valueCoding.code`, variable, month)
	}
	return e
}

// Labels of the dates that BENE_AGE is reckoned from.
const (
	BirthLabel = "BENE_DOB"
	DeathLabel = "BENE_DEATH_DT"
)

// Labels of the days on which the parts of Medicare began.
const (
	PartAStartLabel = "BENE_PART_A_ENRLMT_BGN_DT"
	PartBStartLabel = "BENE_PART_B_ENRLMT_BGN_DT"
)

// Labels that the versions of a Part D event are told by.
const (
	ServiceDateLabel  = "CLM_LINE_FROM_DT"
	PrescriptionLabel = "CLM_LINE_RX_SRVC_RFRNC_NUM"
	LoadDateLabel     = "CLM_IDR_LD_DT"
)

// The tables of beneficiaries are made from several resources: the first step
// of their paths is the resource type.
var cclf8 = &Table{
	Name:        "cclf8",
	File:        "CCLF8",
	Title:       "Beneficiary Demographics File",
	Description: "One row for each beneficiary, from the Patient and all Coverages of that person.",
	Grain:       PerPatient,
	Key:         []string{"BENE_MBI_ID"},
	Fields: fields([]row{
		{label: "BENE_MBI_ID", typ: text(11),
			v1: v2CurrentMBI,
			v2: v2CurrentMBI,
			v3: v3CurrentMBI},
		{label: "BENE_HIC_NUM", typ: text(11),
			v1: noHICN,
			v2: noHICN,
			v3: noHICN},
		{label: "BENE_FIPS_STATE_CD", typ: digits(2),
			v1: derived(`Patient.address.state > fips-state`, fipsStateRule),
			v2: derived(`Patient.address.state > fips-state`, fipsStateRule),
			v3: notInV3},
		{label: "BENE_FIPS_CNTY_CD", typ: digits(3),
			v1: absent("BCDA sends no county"),
			v2: absent("BCDA sends no county"),
			v3: absent("BCDA sends no county")},
		{label: "BENE_ZIP_CD", typ: text(5),
			v1: derived(`Patient.address.postalCode > zip5`, zipRule),
			v2: derived(`Patient.address.postalCode > zip5`, zipRule),
			v3: notInV3},
		{label: "BENE_DOB", typ: date,
			v1: at(`Patient.birthDate`),
			v2: at(`Patient.birthDate`),
			v3: at(`Patient.birthDate`)},
		{label: "BENE_SEX_CD", typ: text(1),
			v1: derived(`Patient.gender > sex`, "male 1, female 2, unknown 0"),
			v2: derived(`Patient.gender > sex`, "male 1, female 2, unknown 0"),
			v3: derived(`Patient.extension[url=core:us-core-sex].valueCode > sex | Patient.gender > sex`, "male 1, female 2, unknown 0")},
		{label: "BENE_RACE_CD", typ: text(1),
			v1: at(`Patient.extension[url=bb:race].valueCoding.code`),
			v2: at(`Patient.extension[url=bb:race].valueCoding.code`),
			v3: derived(`Patient.extension[url=core:us-core-race,core:us-core-ethnicity].extension[url=ombCategory].valueCoding.code > race`, "the Medicare race code of the census category: 1 white, 2 black, 3 other, 4 Asian, 5 Hispanic, 6 Native American, 0 unknown")},
		{label: "BENE_AGE", typ: integer(3),
			v1: derived(`Patient.birthDate > age`,
				"whole years from birth to the newest update in the export, or to death"),
			v2: derived(`Patient.birthDate > age`,
				"whole years from birth to the newest update in the export, or to death"),
			v3: derived(`Patient.birthDate > age`,
				"whole years from birth to the newest update in the export, or to death")},
		{label: "BENE_MDCR_STUS_CD", typ: text(2),
			v1: derived(`Coverage.extension[url=bb:ms_cd].valueCoding.code > part-a-or-b`,
				"of the Part A coverage, else of Part B"),
			v2: derived(`Coverage.extension[url=bb:ms_cd].valueCoding.code > part-a-or-b`,
				"of the Part A coverage, else of Part B"),
			v3: derived(`Coverage.extension[url=idx:BENE-MDCR-STUS-CD].valueCoding.code > part-a-or-b`,
				"of the Part A coverage, else of Part B")},
		{label: "BENE_DUAL_STUS_CD", typ: text(2),
			v1: derived(v2LatestMonth("dual_"), latestMonthRule),
			v2: derived(v2LatestMonth("dual_"), latestMonthRule),
			v3: at(`Coverage.extension[url=idx:BENE-DUAL-STUS-CD].valueCoding.code`)},
		{label: "BENE_DEATH_DT", typ: date,
			v1: at(`Patient.deceasedDateTime`),
			v2: at(`Patient.deceasedDateTime`),
			v3: at(`Patient.deceasedDateTime`)},
		{label: "BENE_RNG_BGN_DT", typ: date,
			v1: derived(`ExplanationOfBenefit.hospitalization.start > hospice`, hospiceRule),
			v2: derived(
				`ExplanationOfBenefit.supportingInfo[category.coding.code=admissionperiod].timingPeriod.start > hospice`, hospiceRule),
			v3: notInV3},
		{label: "BENE_RNG_END_DT", typ: date,
			v1: derived(`ExplanationOfBenefit.hospitalization.end > hospice`, hospiceRule),
			v2: derived(
				`ExplanationOfBenefit.supportingInfo[category.coding.code=admissionperiod].timingPeriod.end > hospice`, hospiceRule),
			v3: notInV3},
		{label: "BENE_1ST_NAME", typ: text(30),
			v1: derived(`Patient.name.given#1`, nameRule),
			v2: derived(`Patient.name.given#1`, nameRule),
			v3: derived(`Patient.name.given#1`, nameRule)},
		{label: "BENE_MIDL_NAME", typ: text(15),
			v1: derived(`Patient.name.given#2`, nameRule),
			v2: derived(`Patient.name.given#2`, nameRule),
			v3: derived(`Patient.name.given#2`, nameRule)},
		{label: "BENE_LAST_NAME", typ: text(40),
			v1: derived(`Patient.name.family`, nameRule),
			v2: derived(`Patient.name.family`, nameRule),
			v3: derived(`Patient.name.family`, nameRule)},
		{label: "BENE_ORGNL_ENTLMT_RSN_CD", typ: text(1),
			v1: at(`Coverage.extension[url=bb:orec].valueCoding.code`),
			v2: at(`Coverage.extension[url=bb:orec].valueCoding.code`),
			v3: derived(`Coverage.extension[url=idx:BENE-MDCR-ENTLMT-RSN-CD].valueCoding.code > part-a-or-b`,
				"of the Part A coverage, else of Part B")},
		{label: "BENE_ENTLMT_BUYIN_IND", typ: text(1),
			v1: derived(v2LatestMonth("buyin"), latestMonthRule),
			v2: derived(v2LatestMonth("buyin"), latestMonthRule),
			v3: derived(`Coverage.extension[url=idx:BENE-BUYIN-CD].valueCoding.code > part-a-or-b`,
				"of the Part A coverage, else of Part B")},
		{label: PartAStartLabel, typ: date,
			v1: derived(`Coverage.period.start > part-a`, "of the Part A coverage"),
			v2: derived(`Coverage.period.start > part-a`, "of the Part A coverage"),
			v3: derived(`Coverage.period.start > part-a`, "of the Part A coverage")},
		{label: PartBStartLabel, typ: date,
			v1: derived(`Coverage.period.start > part-b`, "of the Part B coverage"),
			v2: derived(`Coverage.period.start > part-b`, "of the Part B coverage"),
			v3: derived(`Coverage.period.start > part-b`, "of the Part B coverage")},
		{label: "BENE_LINE_1_ADR", typ: text(45),
			v1: derived(`Patient.address.line#1`, addressRule),
			v2: derived(`Patient.address.line#1`, addressRule),
			v3: derived(`Patient.address.line#1`, addressRule)},
		{label: "BENE_LINE_2_ADR", typ: text(45),
			v1: derived(`Patient.address.line#2`, addressRule),
			v2: derived(`Patient.address.line#2`, addressRule),
			v3: derived(`Patient.address.line#2`, addressRule)},
		{label: "BENE_LINE_3_ADR", typ: text(40),
			v1: derived(`Patient.address.line#3`, addressRule),
			v2: derived(`Patient.address.line#3`, addressRule),
			v3: derived(`Patient.address.line#3`, addressRule)},
		{label: "BENE_LINE_4_ADR", typ: text(40),
			v1: derived(`Patient.address.line#4`, addressRule),
			v2: derived(`Patient.address.line#4`, addressRule),
			v3: derived(`Patient.address.line#4`, addressRule)},
		{label: "BENE_LINE_5_ADR", typ: text(40),
			v1: derived(`Patient.address.line#5`, addressRule),
			v2: derived(`Patient.address.line#5`, addressRule),
			v3: derived(`Patient.address.line#5`, addressRule)},
		{label: "BENE_LINE_6_ADR", typ: text(40),
			v1: derived(`Patient.address.line#6`, addressRule),
			v2: derived(`Patient.address.line#6`, addressRule),
			v3: derived(`Patient.address.line#6`, addressRule)},
		{label: "GEO_ZIP_PLC_NAME", typ: text(100),
			v1: derived(`Patient.address.city`, addressRule),
			v2: derived(`Patient.address.city`, addressRule),
			v3: derived(`Patient.address.city`, addressRule)},
		{label: "GEO_USPS_STATE_CD", typ: text(2),
			v1: derived(`Patient.address.state > usps-state`, uspsStateRule),
			v2: derived(`Patient.address.state > usps-state`, uspsStateRule),
			v3: at(`Patient.address.state`)},
		{label: "GEO_ZIP5_CD", typ: text(5),
			v1: derived(`Patient.address.postalCode > zip5`, zipRule),
			v2: derived(`Patient.address.postalCode > zip5`, zipRule),
			v3: derived(`Patient.address.postalCode > zip5`, zipRule)},
		{label: "GEO_ZIP4_CD", typ: text(4),
			v1: derived(`Patient.address.postalCode > zip4`, zipRule),
			v2: derived(`Patient.address.postalCode > zip4`, zipRule),
			v3: notInV3},
	}),
}

// XrefMBI says that the numbers of a row of CCLF9 are MBIs.
const XrefMBI = "M"

var cclf9 = &Table{
	Name:        "cclf9",
	File:        "CCLF9",
	Title:       "BENE XREF File",
	Description: "One row for each former identifier of a beneficiary, with the current one.",
	Grain:       PerIdentifier,
	Key:         []string{"CRNT_NUM", "PRVS_NUM"},
	Fields: fields([]row{
		{label: "HICN_MBI_XREF_IND", typ: text(1),
			v1: derived(`'`+XrefMBI+`'`, "every identifier that BCDA sends is an MBI"),
			v2: derived(`'`+XrefMBI+`'`, "every identifier that BCDA sends is an MBI"),
			v3: derived(`'`+XrefMBI+`'`, "every identifier that BCDA sends is an MBI")},
		{label: "CRNT_NUM", typ: text(11),
			v1: v2CurrentMBI,
			v2: v2CurrentMBI,
			v3: v3CurrentMBI},
		{label: "PRVS_NUM", typ: text(11),
			v1: at(`Patient.identifier.value`),
			v2: at(`Patient.identifier.value`),
			v3: at(`Patient.identifier.value`)},
		{label: "PRVS_ID_EFCTV_DT", typ: date,
			v1: at(`Patient.identifier.period.start`),
			v2: at(`Patient.identifier.period.start`),
			v3: at(`Patient.identifier.period.start`)},
		{label: "PRVS_ID_OBSLT_DT", typ: date,
			v1: at(`Patient.identifier.period.end`),
			v2: at(`Patient.identifier.period.end`),
			v3: at(`Patient.identifier.period.end`)},
		{label: "BENE_RRB_NUM", typ: text(12),
			v1: absent("BCDA sends no Railroad Board number"),
			v2: absent("BCDA sends no Railroad Board number"),
			v3: absent("BCDA sends no Railroad Board number")},
	}),
}

const (
	zipRule         = "of the present address: five digits, and the four behind them when the server sends nine"
	latestMonthRule = "of the last month that has one, in the newest reference year"
	nameRule        = "of the present name, official before usual, which is taken whole"
	addressRule     = "of the present address, that of the home first, which is taken whole"
	hospiceRule     = "of the beneficiary's hospice claim with the latest start of care"
)
