package main

import (
	"fmt"
	"strings"
)

// The peers write one table of claim lines: what a team that needs nothing else
// would extract from an ExplanationOfBenefit. DuckDB and encoding/json write the
// same columns.

// A claimLine says where an API version carries the columns.
type claimLine struct {
	typeSystem    string   // of the claim type
	dates         []string // supportingInfo with a date, by category
	codes         []string // supportingInfo with a code, by category
	extensions    []string // of the claim, by URL
	lineCodes     []string // extensions of the line with a code, by URL
	lineNumbers   []string // extensions of the line with a number, by URL
	adjudications []string // of the line, by category
	totals        []string // of the claim, by category
}

const (
	v2Variables = "https://bluebutton.cms.gov/resources/variables/"
	v3Systems   = "https://bluebutton.cms.gov/fhir/CodeSystem/"
	v3Extension = "https://bluebutton.cms.gov/fhir/StructureDefinition/"
)

var claimLines = map[string]claimLine{
	"v2": {
		typeSystem:  v2Variables + "nch_clm_type_cd",
		dates:       prefixed(v2Variables, "nch_wkly_proc_dt"),
		codes:       []string{"typeofbill", "drg", "discharge-status", "admtype"},
		extensions:  prefixed(v2Variables, "clm_disp_cd", "carr_clm_pmt_dnl_cd", "nch_near_line_rec_ident_cd", "carr_clm_entry_cd"),
		lineCodes:   prefixed(v2Variables, "betos_cd", "carr_line_prvdr_type_cd", "line_prcsg_ind_cd", "prvdr_state_cd"),
		lineNumbers: prefixed(v2Variables, "line_num", "rev_cntr_unit_cnt"),
		adjudications: prefixed(v2Variables, "line_sbmtd_chrg_amt", "line_alowd_chrg_amt", "line_nch_pmt_amt",
			"line_bene_ptb_ddctbl_amt", "line_coinsrnc_amt", "rev_cntr_tot_chrg_amt", "rev_cntr_prvdr_pmt_amt"),
		totals: prefixed(v2Variables, "clm_tot_chrg_amt"),
	},
	"v3": {
		typeSystem:  v3Systems + "CLM-TYPE-CD",
		dates:       []string{"CLM_NCH_WKLY_PROC_DT"},
		codes:       []string{"CLM_BILL_FREQ_CD", "DGNS_DRG_CD", "BENE_PTNT_STUS_CD", "CLM_ADJSTMT_TYPE_CD"},
		extensions:  prefixed(v3Extension, "CLM-DISP-CD", "CLM-CARR-PMT-DNL-CD", "CLM-NCH-PRMRY-PYR-CD", "CLM-QUERY-CD"),
		lineCodes:   prefixed(v3Extension, "CLM-PRVDR-TYPE-CD", "CLM-PRVDR-SPCLTY-CD", "CLM-PRCSG-IND-CD", "CLM-FED-TYPE-SRVC-CD"),
		lineNumbers: prefixed(v3Extension, "CLM-LINE-SRVC-UNIT-QTY", "CLM-LINE-NUM"),
		adjudications: []string{"CLM_LINE_SBMT_CHRG_AMT", "CLM_LINE_ALOWD_CHRG_AMT", "CLM_LINE_CVRD_PD_AMT",
			"CLM_LINE_MDCR_DDCTBL_AMT", "CLM_LINE_MDCR_COINSRNC_AMT", "CLM_LINE_BENE_PMT_AMT", "CLM_LINE_PRVDR_PMT_AMT"},
		totals: []string{"CLM_SBMT_CHRG_AMT"},
	},
}

func prefixed(prefix string, names ...string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + n
	}
	return out
}

const diagnosisColumns = 8

// columns lists the names of the table's columns with their SQL types.
func (c *claimLine) columns() []string {
	list := []string{
		"id VARCHAR", "status VARCHAR", "last_updated VARCHAR", "patient VARCHAR", "claim_from DATE", "claim_thru DATE",
		"claim_type VARCHAR", "control VARCHAR", "paid DECIMAL(15,2)",
	}
	add := func(n int, name, typ string) {
		for i := range n {
			list = append(list, fmt.Sprintf("%s_%d %s", name, i+1, typ))
		}
	}
	add(diagnosisColumns, "diagnosis", "VARCHAR")
	add(len(c.dates), "date", "DATE")
	add(len(c.codes), "code", "VARCHAR")
	add(len(c.extensions), "extension", "VARCHAR")
	add(len(c.totals), "total", "DECIMAL(15,2)")
	list = append(list, "line BIGINT", "line_from DATE", "line_thru DATE", "hcpcs VARCHAR")
	add(4, "modifier", "VARCHAR")
	list = append(list, "revenue VARCHAR", "place VARCHAR", "quantity DECIMAL(18,3)", "rendering VARCHAR", "line_diagnosis VARCHAR")
	add(len(c.lineCodes), "line_code", "VARCHAR")
	add(len(c.lineNumbers), "line_number", "DECIMAL(18,3)")
	add(len(c.adjudications), "amount", "DECIMAL(15,2)")
	return list
}

// schemaSQL is the explicit schema for read_ndjson: only what the columns need.
const schemaSQL = `{
  resourceType: 'VARCHAR', id: 'VARCHAR', status: 'VARCHAR',
  meta: 'STRUCT(lastUpdated VARCHAR)', patient: 'STRUCT(reference VARCHAR)',
  billablePeriod: 'STRUCT("start" DATE, "end" DATE)',
  identifier: 'STRUCT("type" STRUCT(coding STRUCT(code VARCHAR)[]), "value" VARCHAR)[]',
  "type": 'STRUCT(coding STRUCT("system" VARCHAR, code VARCHAR)[])',
  payment: 'STRUCT(amount STRUCT("value" DECIMAL(15,2)))',
  careTeam: 'STRUCT("sequence" INTEGER, "role" STRUCT(coding STRUCT(code VARCHAR)[]), provider STRUCT(identifier STRUCT("value" VARCHAR)))[]',
  diagnosis: 'STRUCT("sequence" INTEGER, diagnosisCodeableConcept STRUCT(coding STRUCT(code VARCHAR)[]))[]',
  supportingInfo: 'STRUCT(category STRUCT(coding STRUCT(code VARCHAR)[]), code STRUCT(coding STRUCT(code VARCHAR)[]), timingDate DATE)[]',
  extension: 'STRUCT(url VARCHAR, valueCoding STRUCT(code VARCHAR))[]',
  total: 'STRUCT(amount STRUCT("value" DECIMAL(15,2)), category STRUCT(coding STRUCT(code VARCHAR)[]))[]',
  item: 'STRUCT("sequence" BIGINT, servicedDate DATE, servicedPeriod STRUCT("start" DATE, "end" DATE),
    productOrService STRUCT(coding STRUCT(code VARCHAR)[]), modifier STRUCT(coding STRUCT(code VARCHAR)[])[],
    revenue STRUCT(coding STRUCT(code VARCHAR)[]), quantity STRUCT("value" DECIMAL(18,3)),
    careTeamSequence INTEGER[], diagnosisSequence INTEGER[], locationCodeableConcept STRUCT(coding STRUCT(code VARCHAR)[]),
    extension STRUCT(url VARCHAR, valueCoding STRUCT(code VARCHAR), valueQuantity STRUCT("value" DECIMAL(18,3)))[],
    adjudication STRUCT(category STRUCT(coding STRUCT(code VARCHAR)[]), amount STRUCT("value" DECIMAL(15,2)))[])[]'
}`

// sql returns the statement that writes the table from files to a Parquet file.
// Values of the claim are extracted once per claim, before its lines are unnested.
func (c *claimLine) sql(files []string, out string) string {
	named := make([]string, len(files))
	for i, f := range files {
		named[i] = "'" + strings.ReplaceAll(f, "'", "''") + "'"
	}
	claim := []string{
		"id", "status", "meta.lastUpdated AS last_updated", "substr(patient.reference, 9) AS patient",
		`billablePeriod."start" AS claim_from`, `billablePeriod."end" AS claim_thru`,
		fmt.Sprintf(`list_filter("type".coding, lambda x: x."system" = '%s')[1].code AS claim_type`, c.typeSystem),
		`list_filter(identifier, lambda x: x."type".coding[1].code = 'uc')[1]."value" AS control`,
		`payment.amount."value" AS paid`,
	}
	for i := range diagnosisColumns {
		claim = append(claim, fmt.Sprintf("diagnosis[%d].diagnosisCodeableConcept.coding[1].code AS diagnosis_%[1]d", i+1))
	}
	each := func(to []string, values []string, form string) []string {
		for i, v := range values {
			to = append(to, fmt.Sprintf(form, v, i+1))
		}
		return to
	}
	claim = each(claim, c.dates, "list_filter(supportingInfo, lambda s: list_contains(list_transform(s.category.coding, lambda c: c.code), '%s'))[1].timingDate AS date_%d")
	claim = each(claim, c.codes, "list_filter(supportingInfo, lambda s: s.category.coding[1].code = '%s')[1].code.coding[1].code AS code_%d")
	claim = each(claim, c.extensions, "list_filter(extension, lambda e: e.url = '%s')[1].valueCoding.code AS extension_%d")
	claim = each(claim, c.totals, `list_filter(total, lambda t: t.category.coding[2].code = '%s')[1].amount."value" AS total_%d`)
	claim = append(claim, "careTeam", "diagnosis", "unnest(item) AS i")

	line := []string{
		"* EXCLUDE (careTeam, diagnosis, i)", `i."sequence" AS line`,
		`coalesce(i.servicedPeriod."start", i.servicedDate) AS line_from`, `coalesce(i.servicedPeriod."end", i.servicedDate) AS line_thru`,
		"i.productOrService.coding[1].code AS hcpcs",
		"i.modifier[1].coding[1].code AS modifier_1", "i.modifier[2].coding[1].code AS modifier_2",
		"i.modifier[3].coding[1].code AS modifier_3", "i.modifier[4].coding[1].code AS modifier_4",
		"i.revenue.coding[1].code AS revenue", "i.locationCodeableConcept.coding[1].code AS place", `i.quantity."value" AS quantity`,
		`list_filter(careTeam, lambda t: t."sequence" = i.careTeamSequence[1])[1].provider.identifier."value" AS rendering`,
		`diagnosis[i.diagnosisSequence[1]].diagnosisCodeableConcept.coding[1].code AS line_diagnosis`,
	}
	line = each(line, c.lineCodes, "list_filter(i.extension, lambda e: e.url = '%s')[1].valueCoding.code AS line_code_%d")
	line = each(line, c.lineNumbers, `list_filter(i.extension, lambda e: e.url = '%s')[1].valueQuantity."value" AS line_number_%d`)
	line = each(line, c.adjudications, `list_filter(i.adjudication, lambda a: a.category.coding[2].code = '%s')[1].amount."value" AS amount_%d`)

	return fmt.Sprintf("COPY (SELECT %s FROM (SELECT %s FROM read_ndjson([%s], maximum_object_size=67108864, columns=%s))) TO '%s' (FORMAT parquet, COMPRESSION zstd)",
		strings.Join(line, ", "), strings.Join(claim, ", "), strings.Join(named, ","), schemaSQL, out)
}
