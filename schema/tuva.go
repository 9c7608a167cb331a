package schema

import (
	"slices"
	"strings"
)

// The tables of the Tuva profile are those of CCLF under the names that the
// Tuva Project's Medicare CCLF connector gives its sources. They differ from
// CCLF where the connector would lose rows or money: keys that it joins or
// groups by have something to fall back to, and rows of a claim are numbered
// as it reads them. docs/tuva.md has the rules in words.

// Labels of the Tuva profile that are not of CCLF. The first two end every
// table.
const (
	FileNameLabel = "FILE_NAME"
	FileDateLabel = "FILE_DATE"

	PersonLabel          = "CURRENT_BENE_MBI_ID"
	EnrollmentStartLabel = "ENROLLMENT_START_DATE"
	EnrollmentEndLabel   = "ENROLLMENT_END_DATE"
	MemberMonthLabel     = "BENE_MEMBER_MONTH"
)

// Labels that rules of the Tuva profile go by.
const (
	BeneficiaryLabel  = "BENE_MBI_ID"
	AdjustmentLabel   = "CLM_ADJSMT_TYPE_CD"
	FromLabel         = "CLM_FROM_DT"
	ThruLabel         = "CLM_THRU_DT"
	RevenueUnitsLabel = "CLM_LINE_SRVC_UNIT_QTY"
	XrefKindLabel     = "HICN_MBI_XREF_IND"
	FormerLabel       = "PRVS_NUM"
	CurrentLabel      = "CRNT_NUM"
	FillNumberLabel   = "CLM_LINE_RX_FILL_NUM"
)

// Tables of the Tuva profile that are more than a CCLF file.
const (
	TuvaEnrollment   = "enrollment"
	TuvaDemographics = "beneficiary_demographics"
	TuvaXref         = "beneficiary_xref"
)

var tuvaTables = []*Table{
	withPatient(tuvaTable("parta_claims_header", cclf1), patientID),
	tuvaTable("parta_claims_revenue_center_detail", cclf2),
	tuvaTable("parta_procedure_code", cclf3),
	tuvaTable("parta_diagnosis_code", cclf4),
	withPatient(tuvaTable("partb_physicians", cclf5), patientID),
	withPatient(tuvaTable("partb_dme", cclf6), patientID),
	withPatient(tuvaTable("partd_claims", cclf7), patientID),
	tuvaTable("parta_demo_codes", cclfa),
	tuvaTable("partb_demo_codes", cclfb),
	withPatient(tuvaTable(TuvaDemographics, cclf8), at(`Patient.id`)),
	tuvaTable(TuvaXref, cclf9),
	tuvaTable(TuvaEnrollment, enrollment),
}

// withPatient adds the id of the Patient to a table of the profile, which the
// connector does not read. It says whose a row is where the export has no Patient.
func withPatient(t *Table, cell Cell) *Table {
	t.Fields = append(t.Fields, Field{
		Label: PatientLabel, Description: descriptions[PatientLabel], Type: text(64), Cells: [apis]Cell{cell, cell, cell},
	})
	return t
}

// TuvaTables returns the tables of the Tuva profile. The rows of the last one,
// enrollment, are what its files are made from; their columns are those of
// TuvaEnrollmentLabels.
func TuvaTables() []*Table { return tuvaTables }

// TuvaFiles returns the tables of the Tuva profile as they are written: all
// columns are text, and two that say which delivery a row is of end each table.
func TuvaFiles() []*Table {
	list := make([]*Table, len(tuvaTables))
	for i, t := range tuvaTables {
		written := *t
		if t.Name == TuvaEnrollment {
			written.Fields = tuvaAdded(enrollmentColumns)
		} else {
			written.Fields = slices.Clone(t.Fields)
		}
		written.Fields = append(written.Fields, tuvaAdded(deliveryColumns)...)
		for k := range written.Fields {
			written.Fields[k].Type = Type{Kind: Text}
		}
		list[i] = &written
	}
	return list
}

// Columns of the profile that are not of CCLF, with what they are.
var (
	enrollmentColumns = [][2]string{
		{PersonLabel, "the current MBI of the beneficiary"},
		{EnrollmentStartLabel, "the first day of the month"},
		{EnrollmentEndLabel, "the last day of the last month without a gap"},
		{MemberMonthLabel, "the month"},
	}
	deliveryColumns = [][2]string{
		{FileNameLabel, "the name of the delivery"},
		{FileDateLabel, "the day by which the connector orders deliveries"},
	}
)

func tuvaAdded(columns [][2]string) []Field {
	fields := make([]Field, len(columns))
	for i, c := range columns {
		cell := derived("", c[1])
		fields[i] = Field{Label: c[0], Description: strings.ToUpper(c[1][:1]) + c[1][1:], Cells: [apis]Cell{cell, cell, cell}}
	}
	return fields
}

// TuvaEnrollmentLabels are the columns of enrollment in the Tuva profile.
func TuvaEnrollmentLabels() []string {
	labels := make([]string, len(enrollmentColumns))
	for i, c := range enrollmentColumns {
		labels[i] = c[0]
	}
	return labels
}

// TuvaTilde reports whether a column has ~ where a claim has no value: those
// that the connector groups or joins by, with nothing to fall back to.
func TuvaTilde(table, label string) bool {
	switch label {
	case "CLM_CARR_PMT_DNL_CD":
		return table == "partb_physicians"
	case "PRVDR_OSCAR_NUM", "CLM_BLG_PRVDR_OSCAR_NUM", "CLM_SRVC_PRVDR_GNRC_ID_NUM":
		return true
	}
	return false
}

// TuvaDigits is how many digits a code has at least, or 0. Servers that take
// codes for numbers lose the zeros in front.
func TuvaDigits(label string) int {
	switch label {
	case "BENE_PTNT_STUS_CD", "CLM_POS_CD":
		return 2
	case "DGNS_DRG_CD":
		return 3
	case "CLM_LINE_PROD_REV_CTR_CD":
		return 4
	case "PRVDR_OSCAR_NUM", "CLM_BLG_PRVDR_OSCAR_NUM", "CLM_FAC_PRVDR_OSCAR_NUM":
		return 6
	case "CLM_LINE_NDC_CD":
		return 11
	}
	return 0
}

// tuvaTable is a table under another name, with the cells of the profile.
func tuvaTable(name string, of *Table) *Table {
	t := *of
	t.Name = name
	t.Side = false
	t.Fields = slices.Clone(of.Fields)
	for i := range t.Fields {
		f := &t.Fields[i]
		for _, api := range APIs {
			rule := tuvaRules[of.Name][f.Label]
			if rule == nil {
				rule = tuvaRules[""][f.Label]
			}
			if rule != nil {
				f.Cells[api] = rule(api, f.Cells[api].Expr)
			}
		}
	}
	return &t
}

// A tuvaRule makes the cell of the profile from the expression that CCLF has,
// which is empty where a generation does not carry the field.
type tuvaRule func(api API, expr string) Cell

const (
	claimNumberRule = "what CCLF has, or else the id of the claim"
	// Days that stand for a missing one give way to the next alternative, as
	// those that are not there do.
	tuvaFirstDay = `billablePeriod.start > known-date | billablePeriod.end > known-date`
	tuvaLastDay  = `billablePeriod.end > known-date | billablePeriod.start > known-date`
	tuvaAnyDay   = ` | payment.date > known-date | created > known-date`
)

// tuvaRules are the rules by CCLF table and label; those under no table are of
// all tables of claims.
var tuvaRules = map[string]map[string]tuvaRule{
	"": {
		"CUR_CLM_UNIQ_ID": func(api API, _ string) Cell {
			return derived(tuvaClaimID(api), "the claim's own id, or else that of its resource")
		},
		BeneficiaryLabel:   tuvaPerson(`patient.reference`),
		FromLabel:          tuvaConstant(tuvaFirstDay+tuvaAnyDay, "the first day of the claim, or else the last, or that of payment"),
		ThruLabel:          tuvaConstant(tuvaLastDay+tuvaAnyDay, "the last day of the claim, or else the first, or that of payment"),
		AdjustmentLabel:    tuvaElse(`'0'`, "0, an original, where the server does not say"),
		"CLM_PRCSG_IND_CD": tuvaElse(`'A'`, "A, allowed, where the server does not say"),

		"PRVDR_OSCAR_NUM":         tuvaFacility,
		"CLM_BLG_PRVDR_OSCAR_NUM": tuvaFacility,
	},
	"cclf1": {
		"DGNS_PRCDR_ICD_IND": tuvaConstant(v2DiagnosisSystem+` > first-icd-version`, firstDiagnosisRule),
	},
	"cclf2": {
		"CLM_LINE_NUM": tuvaConstant(`item.sequence > number`, "counted from 1 within the claim"),
	},
	"cclf3": {
		"CLM_VAL_SQNC_NUM":   tuvaConstant(`procedure.sequence > number`, "counted from 1 within the claim"),
		"DGNS_PRCDR_ICD_IND": tuvaConstant(`procedure.procedureCodeableConcept.coding.system > row-icd-version | '0'`, "that of the claim's first procedure"),
	},
	"cclf4": {
		"CLM_VAL_SQNC_NUM":   tuvaConstant(`diagnosis.sequence > diagnosis-number`, "counted from 1 within the claim, the principal diagnosis first, external causes last"),
		"DGNS_PRCDR_ICD_IND": tuvaConstant(v2DiagnosisSystem+` > first-icd-version | '0'`, firstDiagnosisRule),
	},
	"cclf5": {
		"CLM_CNTL_NUM":       tuvaClaimNumber,
		"DGNS_PRCDR_ICD_IND": tuvaConstant(v2DiagnosisSystem+` > first-icd-version`, firstDiagnosisRule),
	},
	"cclf6": {
		"CLM_CNTL_NUM": tuvaClaimNumber,
	},
	"cclf7": {
		ServiceDateLabel:  tuvaConstant(`item.servicedDate > known-date | `+tuvaFirstDay+tuvaAnyDay, "the day of service, or else that of the claim"),
		PrescriptionLabel: tuvaClaimNumber,
	},
	"cclf8": {
		BeneficiaryLabel: tuvaElse(`Patient.id`, "the current MBI, or else the id of the Patient"),
	},
	"enrollment": {
		BeneficiaryLabel: tuvaPerson(`beneficiary.reference`),
	},
}

func tuvaConstant(expr, rule string) tuvaRule {
	return func(API, string) Cell { return derived(expr, rule) }
}

// tuvaElse adds an alternative.
func tuvaElse(expr, rule string) tuvaRule {
	return func(_ API, of string) Cell { return derived(alternatives(of, expr), rule) }
}

func tuvaPerson(reference string) tuvaRule {
	return tuvaConstant(reference+` > mbi | `+reference+` > reference-id`,
		"the current MBI, or else the id of the Patient, where none was read")
}

func tuvaClaimNumber(api API, expr string) Cell {
	return derived(alternatives(expr, tuvaClaimID(api)), claimNumberRule)
}

// tuvaFacility is the CCN that the lines, diagnoses and procedures of a claim
// are joined to its header by.
func tuvaFacility(api API, _ string) Cell {
	ccn := [apis]Cell{v1CCN, v2CCN, v3CCN}[api]
	npi := [apis]Cell{v1OrgNPI, v2OrgNPI, v3OrgNPI}[api]
	return derived(alternatives(ccn.Expr, npi.Expr), "the CCN, or else the NPI of the biller")
}

func tuvaClaimID(api API) string {
	return alternatives([apis]Cell{v2ClaimID, v2ClaimID, v3ClaimID}[api].Expr, `id`)
}

func alternatives(exprs ...string) string {
	return strings.Join(slices.DeleteFunc(exprs, func(e string) bool { return e == "" }), ` | `)
}
