package tuvaschema

import (
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// Tilde reports whether a column has ~ if a claim has no value: the connector
// groups or joins by it, and there is nothing to fall back to.
func Tilde(table, label string) bool {
	switch label {
	case "CLM_CARR_PMT_DNL_CD":
		return table == "partb_physicians"
	case "PRVDR_OSCAR_NUM", "CLM_BLG_PRVDR_OSCAR_NUM", "CLM_SRVC_PRVDR_GNRC_ID_NUM":
		return true
	}
	return false
}

// Digits returns the minimum number of digits of a code, or 0. Servers that
// treat codes as numbers lose leading zeros.
func Digits(label string) int {
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

// A rule makes the cell of the profile from CCLF's expression, which is empty
// if the API version does not carry the field.
type rule func(api schema.API, expr string) schema.Cell

// anyTable is the key of the rules for all tables of claims.
const anyTable = ""

const (
	// Placeholder dates count as missing, so the next alternative applies.
	firstDay = `billablePeriod.start > known-date | billablePeriod.end > known-date`
	lastDay  = `billablePeriod.end > known-date | billablePeriod.start > known-date`
	otherDay = ` | payment.date > known-date | created > known-date`

	firstSystem  = `diagnosis.diagnosisCodeableConcept.coding.system > first-icd-version`
	icdRule      = "0 for ICD-10, 9 for ICD-9, by the code system of the claim's first diagnosis"
	countingRule = "counted from 1 within the claim"
)

// rulesByTable returns the rules by CCLF table and label.
func rulesByTable() map[string]map[string]rule {
	header := schema.Lookup("cclf1")
	idCells := header.Field("CUR_CLM_UNIQ_ID").Cells
	ccnCells, npiCells := header.Field("PRVDR_OSCAR_NUM").Cells, header.Field("FAC_PRVDR_NPI_NUM").Cells

	claimID := func(api schema.API, _ string) schema.Cell {
		return derived(alternatives(idCells[api].Expr, `id`), "the claim's own id, or else that of its resource")
	}
	claimNumber := func(api schema.API, expr string) schema.Cell {
		return derived(alternatives(expr, claimID(api, "").Expr), "CCLF's value, or else the id of the claim")
	}
	// The connector joins lines, diagnoses and procedures to their header by it.
	facility := func(api schema.API, _ string) schema.Cell {
		return derived(alternatives(ccnCells[api].Expr, npiCells[api].Expr), "the CCN, or else the NPI of the biller")
	}

	return map[string]map[string]rule{
		anyTable: {
			"CUR_CLM_UNIQ_ID":          claimID,
			wellknown.BeneficiaryLabel: person(`patient.reference`),
			wellknown.FromLabel:        always(firstDay+otherDay, "the first day of the claim, or else the last, or that of payment"),
			wellknown.ThruLabel:        always(lastDay+otherDay, "the last day of the claim, or else the first, or that of payment"),
			wellknown.AdjustmentLabel:  orElse(`'0'`, "0, an original, if the server does not say"),
			"CLM_PRCSG_IND_CD":         orElse(`'A'`, "A, allowed, if the server does not say"),
			"PRVDR_OSCAR_NUM":          facility,
			"CLM_BLG_PRVDR_OSCAR_NUM":  facility,
		},
		"cclf1": {
			"DGNS_PRCDR_ICD_IND": always(firstSystem, icdRule),
		},
		"cclf2": {
			"CLM_LINE_NUM": always(`item.sequence > number`, countingRule),
		},
		"cclf3": {
			"CLM_VAL_SQNC_NUM":   always(`procedure.sequence > number`, countingRule),
			"DGNS_PRCDR_ICD_IND": always(`procedure.procedureCodeableConcept.coding.system > row-icd-version | '0'`, "that of the claim's first procedure"),
		},
		"cclf4": {
			"CLM_VAL_SQNC_NUM":   always(`diagnosis.sequence > diagnosis-number`, countingRule+", principal diagnosis first, external causes last"),
			"DGNS_PRCDR_ICD_IND": always(firstSystem+` | '0'`, icdRule),
		},
		"cclf5": {
			"CLM_CNTL_NUM":       claimNumber,
			"DGNS_PRCDR_ICD_IND": always(firstSystem, icdRule),
		},
		"cclf6": {
			"CLM_CNTL_NUM": claimNumber,
		},
		"cclf7": {
			wellknown.ServiceDateLabel:  always(`item.servicedDate > known-date | `+firstDay+otherDay, "the date of service, or else that of the claim"),
			wellknown.PrescriptionLabel: claimNumber,
		},
		"cclf8": {
			wellknown.BeneficiaryLabel: orElse(`Patient.id`, "the current MBI, or else the id of the Patient"),
		},
		"enrollment": {
			wellknown.BeneficiaryLabel: person(`beneficiary.reference`),
		},
	}
}

func derived(expr, note string) schema.Cell {
	return schema.Cell{Source: schema.Derived, Expr: expr, Note: note}
}

// always replaces CCLF's expression.
func always(expr, note string) rule {
	return func(schema.API, string) schema.Cell { return derived(expr, note) }
}

// orElse adds an alternative to CCLF's expression.
func orElse(expr, note string) rule {
	return func(_ schema.API, of string) schema.Cell { return derived(alternatives(of, expr), note) }
}

func person(reference string) rule {
	return always(reference+` > mbi | `+reference+` > reference-id`,
		"the current MBI, or else the id of the Patient if the export has no such Patient")
}

func alternatives(exprs ...string) string {
	return strings.Join(slices.DeleteFunc(exprs, func(e string) bool { return e == "" }), ` | `)
}
