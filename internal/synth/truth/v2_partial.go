package truth

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/records"
	"github.com/cclf-tools/cclf/internal/wellknown"
)

// systemTables writes the rows of the claims in FISS and MCS: those of CCLF, with the
// columns that these systems have, and the state of the claims.
type systemTables struct {
	cclf1, cclfa *sheet[records.PartialClaim]
	cclf2        *sheet[partialLineRow]
	cclf3        *sheet[partialProcedureRow]
	cclf4        *sheet[partialDiagnosisRow]
	cclf5, cclfb *sheet[partialLineRow]
	responses    *sheet[records.PartialClaim]
}

type (
	partialLineRow struct {
		*records.PartialClaim
		line   *records.PartialLine
		number int
	}
	partialProcedureRow struct {
		*records.PartialClaim
		procedure records.PartialProcedure
		number    int
	}
	partialDiagnosisRow struct {
		*records.PartialClaim
		diagnosis *records.PartialDiagnosis
		number    int
	}
)

func newSystemTables(files map[string]*csvFile) *systemTables {
	return &systemTables{
		cclf1:     newSheet(files, "cclf1", partialCCLF1()),
		cclf2:     newSheet(files, "cclf2", partialCCLF2()),
		cclf3:     newSheet(files, "cclf3", partialCCLF3()),
		cclf4:     newSheet(files, "cclf4", partialCCLF4()),
		cclf5:     newSheet(files, "cclf5", partialCCLF5()),
		cclfa:     newSheet(files, "cclfa", partialCCLFA()),
		cclfb:     newSheet(files, "cclfb", partialCCLFB()),
		responses: newSheet(files, wellknown.ResponsesTable, partialResponses()),
	}
}

func (t *systemTables) claim(p *records.PartialClaim) {
	t.responses.write(*p)
	if !p.Institutional {
		for i := range p.Lines {
			row := partialLineRow{p, &p.Lines[i], i + 1}
			t.cclf5.write(row)
			t.cclfb.write(row)
		}
		return
	}
	t.cclf1.write(*p)
	t.cclfa.write(*p)
	for i := range p.Lines {
		t.cclf2.write(partialLineRow{p, &p.Lines[i], i + 1})
	}
	for i := range p.Procedures {
		t.cclf3.write(partialProcedureRow{p, p.Procedures[i], i + 1})
	}
	for i := range p.Diagnoses {
		if d := &p.Diagnoses[i]; !d.Appended {
			t.cclf4.write(partialDiagnosisRow{p, d, i + 1})
		}
	}
}

func partialCCLF1() map[string]cell[records.PartialClaim] {
	return map[string]cell[records.PartialClaim]{
		"CUR_CLM_UNIQ_ID":              text(func(p *records.PartialClaim) string { return p.Number }),
		"PRVDR_OSCAR_NUM":              text(func(p *records.PartialClaim) string { return p.Provider.CCN }),
		"BENE_MBI_ID":                  text(func(p *records.PartialClaim) string { return p.Beneficiary.MbiNum }),
		"CLM_FROM_DT":                  day(func(p *records.PartialClaim) column.Date { return p.From }),
		"CLM_THRU_DT":                  day(func(p *records.PartialClaim) column.Date { return p.Thru }),
		"CLM_BILL_FAC_TYPE_CD":         text(func(*records.PartialClaim) string { return records.PartialFacility }),
		"CLM_BILL_CLSFCTN_CD":          text(func(*records.PartialClaim) string { return records.PartialService }),
		"CLM_BILL_FREQ_CD":             text(func(*records.PartialClaim) string { return records.PartialFrequency }),
		"PRNCPL_DGNS_CD":               text(partialMarked(func(d *records.PartialDiagnosis) bool { return d.Principal })),
		"ADMTG_DGNS_CD":                text(partialMarked(func(d *records.PartialDiagnosis) bool { return d.Admitting })),
		"DGNS_DRG_CD":                  text(func(p *records.PartialClaim) string { return p.DRG }),
		"FAC_PRVDR_NPI_NUM":            text(func(p *records.PartialClaim) string { return p.Provider.NPI }),
		"CLM_BLG_PRVDR_NPI_NUM":        text(func(p *records.PartialClaim) string { return p.Provider.NPI }),
		"CLM_BLG_PRVDR_OSCAR_NUM":      text(func(p *records.PartialClaim) string { return p.Provider.CCN }),
		"CLM_ADMSN_TYPE_CD":            text(func(p *records.PartialClaim) string { return p.Admission }),
		"DGNS_PRCDR_ICD_IND":           text(func(*records.PartialClaim) string { return "0" }),
		"CLM_MDCR_INSTNL_TOT_CHRG_AMT": money((*records.PartialClaim).Charges),
		"CLM_CNTL_NUM":                 text(func(p *records.PartialClaim) string { return p.Number }),
	}
}

// partialMarked returns the code of the diagnosis with a mark.
func partialMarked(marked func(*records.PartialDiagnosis) bool) func(*records.PartialClaim) string {
	return func(p *records.PartialClaim) string {
		for i := range p.Diagnoses {
			if marked(&p.Diagnoses[i]) {
				return p.Diagnoses[i].Code
			}
		}
		return ""
	}
}

func partialCCLF2() map[string]cell[partialLineRow] {
	return map[string]cell[partialLineRow]{
		"CUR_CLM_UNIQ_ID":          text(func(r *partialLineRow) string { return r.PartialClaim.Number }),
		"CLM_LINE_NUM":             number(func(r *partialLineRow) int64 { return int64(r.number) }),
		"BENE_MBI_ID":              text(func(r *partialLineRow) string { return r.Beneficiary.MbiNum }),
		"CLM_LINE_FROM_DT":         day(func(r *partialLineRow) column.Date { return r.line.From }),
		"CLM_LINE_THRU_DT":         day(func(r *partialLineRow) column.Date { return r.line.Thru }),
		"CLM_LINE_PROD_REV_CTR_CD": text(func(r *partialLineRow) string { return r.line.Revenue }),
		"CLM_LINE_HCPCS_CD":        text(func(r *partialLineRow) string { return r.line.HCPCS }),
		"PRVDR_OSCAR_NUM":          text(func(r *partialLineRow) string { return r.Provider.CCN }),
		"CLM_FROM_DT":              day(func(r *partialLineRow) column.Date { return r.PartialClaim.From }),
		"CLM_THRU_DT":              day(func(r *partialLineRow) column.Date { return r.PartialClaim.Thru }),
		"CLM_LINE_SRVC_UNIT_QTY":   count(func(r *partialLineRow) column.Quantity { return column.Units(int64(r.line.Units)) }),
		"HCPCS_1_MDFR_CD":          text(partialModifier(0)),
		"HCPCS_2_MDFR_CD":          text(partialModifier(1)),
		"HCPCS_3_MDFR_CD":          text(partialModifier(2)),
		"HCPCS_4_MDFR_CD":          text(partialModifier(3)),
		"CLM_FAC_PRVDR_OSCAR_NUM":  text(func(r *partialLineRow) string { return r.Provider.CCN }),
	}
}

func partialModifier(i int) func(*partialLineRow) string {
	return func(r *partialLineRow) string { return r.line.Modifiers[i] }
}

func partialCCLF3() map[string]cell[partialProcedureRow] {
	return map[string]cell[partialProcedureRow]{
		"CUR_CLM_UNIQ_ID":         text(func(r *partialProcedureRow) string { return r.PartialClaim.Number }),
		"BENE_MBI_ID":             text(func(r *partialProcedureRow) string { return r.Beneficiary.MbiNum }),
		"CLM_VAL_SQNC_NUM":        number(func(r *partialProcedureRow) int64 { return int64(r.number) }),
		"CLM_PRCDR_CD":            text(func(r *partialProcedureRow) string { return r.procedure.Code }),
		"CLM_PRCDR_PRFRM_DT":      day(func(r *partialProcedureRow) column.Date { return r.procedure.Date }),
		"PRVDR_OSCAR_NUM":         text(func(r *partialProcedureRow) string { return r.Provider.CCN }),
		"CLM_FROM_DT":             day(func(r *partialProcedureRow) column.Date { return r.From }),
		"CLM_THRU_DT":             day(func(r *partialProcedureRow) column.Date { return r.Thru }),
		"DGNS_PRCDR_ICD_IND":      text(func(*partialProcedureRow) string { return "0" }),
		"CLM_BLG_PRVDR_OSCAR_NUM": text(func(r *partialProcedureRow) string { return r.Provider.CCN }),
	}
}

func partialCCLF4() map[string]cell[partialDiagnosisRow] {
	return map[string]cell[partialDiagnosisRow]{
		"CUR_CLM_UNIQ_ID":         text(func(r *partialDiagnosisRow) string { return r.PartialClaim.Number }),
		"BENE_MBI_ID":             text(func(r *partialDiagnosisRow) string { return r.Beneficiary.MbiNum }),
		"CLM_PROD_TYPE_CD":        text(func(*partialDiagnosisRow) string { return "D" }),
		"CLM_VAL_SQNC_NUM":        number(func(r *partialDiagnosisRow) int64 { return int64(r.number) }),
		"CLM_DGNS_CD":             text(func(r *partialDiagnosisRow) string { return r.diagnosis.Code }),
		"PRVDR_OSCAR_NUM":         text(func(r *partialDiagnosisRow) string { return r.Provider.CCN }),
		"CLM_FROM_DT":             day(func(r *partialDiagnosisRow) column.Date { return r.From }),
		"CLM_THRU_DT":             day(func(r *partialDiagnosisRow) column.Date { return r.Thru }),
		"CLM_POA_IND":             text(func(r *partialDiagnosisRow) string { return r.diagnosis.POA }),
		"DGNS_PRCDR_ICD_IND":      text(func(*partialDiagnosisRow) string { return "0" }),
		"CLM_BLG_PRVDR_OSCAR_NUM": text(func(r *partialDiagnosisRow) string { return r.Provider.CCN }),
	}
}

func partialCCLF5() map[string]cell[partialLineRow] {
	return map[string]cell[partialLineRow]{
		"CUR_CLM_UNIQ_ID":    text(func(r *partialLineRow) string { return r.PartialClaim.Number }),
		"CLM_LINE_NUM":       number(func(r *partialLineRow) int64 { return int64(r.number) }),
		"BENE_MBI_ID":        text(func(r *partialLineRow) string { return r.Beneficiary.MbiNum }),
		"CLM_FROM_DT":        day(func(r *partialLineRow) column.Date { return r.PartialClaim.From }),
		"CLM_THRU_DT":        day(func(r *partialLineRow) column.Date { return r.PartialClaim.Thru }),
		"CLM_LINE_FROM_DT":   day(func(r *partialLineRow) column.Date { return r.line.From }),
		"CLM_LINE_THRU_DT":   day(func(r *partialLineRow) column.Date { return r.line.Thru }),
		"CLM_LINE_HCPCS_CD":  text(func(r *partialLineRow) string { return r.line.HCPCS }),
		"CLM_LINE_DGNS_CD":   text(func(r *partialLineRow) string { return partialListed(r.line.Diagnosis)(r) }),
		"CLM_CNTL_NUM":       text(func(r *partialLineRow) string { return r.PartialClaim.Number }),
		"HCPCS_1_MDFR_CD":    text(partialModifier(0)),
		"HCPCS_2_MDFR_CD":    text(partialModifier(1)),
		"HCPCS_3_MDFR_CD":    text(partialModifier(2)),
		"HCPCS_4_MDFR_CD":    text(partialModifier(3)),
		"CLM_DGNS_1_CD":      text(partialListed(1)),
		"CLM_DGNS_2_CD":      text(partialListed(2)),
		"CLM_DGNS_3_CD":      text(partialListed(3)),
		"CLM_DGNS_4_CD":      text(partialListed(4)),
		"DGNS_PRCDR_ICD_IND": text(func(*partialLineRow) string { return "0" }),
	}
}

// partialListed returns the nth diagnosis of the claim's list, which has at most
// four.
func partialListed(n int) func(*partialLineRow) string {
	return func(r *partialLineRow) string {
		if n == 0 || n > len(r.Diagnoses) {
			return ""
		}
		return r.Diagnoses[n-1].Code
	}
}

func partialCCLFA() map[string]cell[records.PartialClaim] {
	return map[string]cell[records.PartialClaim]{
		"CUR_CLM_UNIQ_ID": text(func(p *records.PartialClaim) string { return p.Number }),
		"BENE_MBI_ID":     text(func(p *records.PartialClaim) string { return p.Beneficiary.MbiNum }),
	}
}

func partialCCLFB() map[string]cell[partialLineRow] {
	return map[string]cell[partialLineRow]{
		"CUR_CLM_UNIQ_ID": text(func(r *partialLineRow) string { return r.PartialClaim.Number }),
		"CLM_LINE_NUM":    number(func(r *partialLineRow) int64 { return int64(r.number) }),
		"BENE_MBI_ID":     text(func(r *partialLineRow) string { return r.Beneficiary.MbiNum }),
	}
}

func partialResponses() map[string]cell[records.PartialClaim] {
	return map[string]cell[records.PartialClaim]{
		"CUR_CLM_UNIQ_ID": text(func(p *records.PartialClaim) string { return p.Number }),
		"BENE_MBI_ID":     text(func(p *records.PartialClaim) string { return p.Beneficiary.MbiNum }),
		"RESOURCE_ID":     text((*records.PartialClaim).ID),
		"CLAIM_ID":        text(func(p *records.PartialClaim) string { return "Claim/" + p.ID() }),
		"SYSTEM":          text((*records.PartialClaim).System),
		"STATUS_CD":       text(func(p *records.PartialClaim) string { return p.StatusCode }),
		"STATUS_DT":       day(func(p *records.PartialClaim) column.Date { return p.StatusDt }),
		"RECEIVED_DT":     day(func(p *records.PartialClaim) column.Date { return p.ReceivedDt }),
		"GROUP_CD":        text(func(p *records.PartialClaim) string { return p.Group }),
		"ACO_RED_RARC":    text(partialReason(func(l *records.PartialLine) string { return l.Remark })),
		"ACO_RED_CARC":    text(partialReason(func(l *records.PartialLine) string { return l.AdjustmentReason })),
		"ACO_RED_CAGC":    text(partialReason(func(l *records.PartialLine) string { return l.AdjustmentGroup })),
		"OUTCOME":         text(func(*records.PartialClaim) string { return records.PartialOutcome }),
	}
}

// partialReason returns a code of the first line that has it.
func partialReason(code func(*records.PartialLine) string) func(*records.PartialClaim) string {
	return func(p *records.PartialClaim) string {
		for i := range p.Lines {
			if c := code(&p.Lines[i]); !column.Blank(c) {
				return c
			}
		}
		return ""
	}
}
