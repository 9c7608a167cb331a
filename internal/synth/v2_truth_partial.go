package synth

import (
	"github.com/cclf-tools/cclf/internal/wellknown"
)

// partialTruth writes the rows that records of FISS and MCS stand for: those of
// CCLF, as far as the systems have them, and the state of the claims.
type partialTruth struct {
	cclf1, cclfa *sheet[partial]
	cclf2        *sheet[partialLineRow]
	cclf3        *sheet[partialProcedureRow]
	cclf4        *sheet[partialDiagnosisRow]
	cclf5, cclfb *sheet[partialLineRow]
	responses    *sheet[partial]
}

type (
	partialLineRow struct {
		*partial
		line   *partialLine
		number int
	}
	partialProcedureRow struct {
		*partial
		procedure partialProcedure
		number    int
	}
	partialDiagnosisRow struct {
		*partial
		diagnosis *partialDiagnosis
		number    int
	}
)

func newPartialTruth(t *truth) *partialTruth {
	return &partialTruth{
		cclf1:     newSheet(t.partial, "cclf1", partialCCLF1),
		cclf2:     newSheet(t.partial, "cclf2", partialCCLF2),
		cclf3:     newSheet(t.partial, "cclf3", partialCCLF3),
		cclf4:     newSheet(t.partial, "cclf4", partialCCLF4),
		cclf5:     newSheet(t.partial, "cclf5", partialCCLF5),
		cclfa:     newSheet(t.partial, "cclfa", partialCCLFA),
		cclfb:     newSheet(t.partial, "cclfb", partialCCLFB),
		responses: newSheet(t.partial, wellknown.ResponsesTable, partialResponses),
	}
}

func (t *partialTruth) claim(p *partial) {
	t.responses.write(*p)
	if !p.institutional {
		for i := range p.lines {
			row := partialLineRow{p, &p.lines[i], i + 1}
			t.cclf5.write(row)
			t.cclfb.write(row)
		}
		return
	}
	t.cclf1.write(*p)
	t.cclfa.write(*p)
	for i := range p.lines {
		t.cclf2.write(partialLineRow{p, &p.lines[i], i + 1})
	}
	for i := range p.procedures {
		t.cclf3.write(partialProcedureRow{p, p.procedures[i], i + 1})
	}
	for i := range p.diagnoses {
		if d := &p.diagnoses[i]; !d.appended {
			t.cclf4.write(partialDiagnosisRow{p, d, i + 1})
		}
	}
}

var partialCCLF1 = map[string]cell[partial]{
	"CUR_CLM_UNIQ_ID":              text(func(p *partial) string { return p.number }),
	"PRVDR_OSCAR_NUM":              text(func(p *partial) string { return p.provider.oscar }),
	"BENE_MBI_ID":                  text(func(p *partial) string { return p.beneficiary.MbiNum }),
	"CLM_FROM_DT":                  day(func(p *partial) date { return p.from }),
	"CLM_THRU_DT":                  day(func(p *partial) date { return p.thru }),
	"CLM_BILL_FAC_TYPE_CD":         text(func(*partial) string { return partialFacility }),
	"CLM_BILL_CLSFCTN_CD":          text(func(*partial) string { return partialService }),
	"CLM_BILL_FREQ_CD":             text(func(*partial) string { return partialFrequency }),
	"PRNCPL_DGNS_CD":               text(partialMarked(func(d *partialDiagnosis) bool { return d.principal })),
	"ADMTG_DGNS_CD":                text(partialMarked(func(d *partialDiagnosis) bool { return d.admitting })),
	"DGNS_DRG_CD":                  text(func(p *partial) string { return p.drg }),
	"FAC_PRVDR_NPI_NUM":            text(func(p *partial) string { return p.provider.npi }),
	"CLM_BLG_PRVDR_NPI_NUM":        text(func(p *partial) string { return p.provider.npi }),
	"CLM_BLG_PRVDR_OSCAR_NUM":      text(func(p *partial) string { return p.provider.oscar }),
	"CLM_ADMSN_TYPE_CD":            text(func(p *partial) string { return p.admission }),
	"DGNS_PRCDR_ICD_IND":           text(func(*partial) string { return "0" }),
	"CLM_MDCR_INSTNL_TOT_CHRG_AMT": money((*partial).charges),
	"CLM_CNTL_NUM":                 text(func(p *partial) string { return p.number }),
}

// partialMarked is the code of the diagnosis that bears a mark.
func partialMarked(marked func(*partialDiagnosis) bool) func(*partial) string {
	return func(p *partial) string {
		for i := range p.diagnoses {
			if marked(&p.diagnoses[i]) {
				return p.diagnoses[i].code
			}
		}
		return ""
	}
}

var partialCCLF2 = map[string]cell[partialLineRow]{
	"CUR_CLM_UNIQ_ID":          text(func(r *partialLineRow) string { return r.partial.number }),
	"CLM_LINE_NUM":             number(func(r *partialLineRow) int64 { return int64(r.number) }),
	"BENE_MBI_ID":              text(func(r *partialLineRow) string { return r.beneficiary.MbiNum }),
	"CLM_LINE_FROM_DT":         day(func(r *partialLineRow) date { return r.line.from }),
	"CLM_LINE_THRU_DT":         day(func(r *partialLineRow) date { return r.line.thru }),
	"CLM_LINE_PROD_REV_CTR_CD": text(func(r *partialLineRow) string { return r.line.revenue }),
	"CLM_LINE_HCPCS_CD":        text(func(r *partialLineRow) string { return r.line.hcpcs }),
	"PRVDR_OSCAR_NUM":          text(func(r *partialLineRow) string { return r.provider.oscar }),
	"CLM_FROM_DT":              day(func(r *partialLineRow) date { return r.partial.from }),
	"CLM_THRU_DT":              day(func(r *partialLineRow) date { return r.partial.thru }),
	"CLM_LINE_SRVC_UNIT_QTY":   count(func(r *partialLineRow) quantity { return units(int64(r.line.units)) }),
	"HCPCS_1_MDFR_CD":          text(partialModifier(0)),
	"HCPCS_2_MDFR_CD":          text(partialModifier(1)),
	"HCPCS_3_MDFR_CD":          text(partialModifier(2)),
	"HCPCS_4_MDFR_CD":          text(partialModifier(3)),
	"CLM_FAC_PRVDR_OSCAR_NUM":  text(func(r *partialLineRow) string { return r.provider.oscar }),
}

func partialModifier(i int) func(*partialLineRow) string {
	return func(r *partialLineRow) string { return r.line.modifiers[i] }
}

var partialCCLF3 = map[string]cell[partialProcedureRow]{
	"CUR_CLM_UNIQ_ID":         text(func(r *partialProcedureRow) string { return r.partial.number }),
	"BENE_MBI_ID":             text(func(r *partialProcedureRow) string { return r.beneficiary.MbiNum }),
	"CLM_VAL_SQNC_NUM":        number(func(r *partialProcedureRow) int64 { return int64(r.number) }),
	"CLM_PRCDR_CD":            text(func(r *partialProcedureRow) string { return r.procedure.code }),
	"CLM_PRCDR_PRFRM_DT":      day(func(r *partialProcedureRow) date { return r.procedure.date }),
	"PRVDR_OSCAR_NUM":         text(func(r *partialProcedureRow) string { return r.provider.oscar }),
	"CLM_FROM_DT":             day(func(r *partialProcedureRow) date { return r.from }),
	"CLM_THRU_DT":             day(func(r *partialProcedureRow) date { return r.thru }),
	"DGNS_PRCDR_ICD_IND":      text(func(*partialProcedureRow) string { return "0" }),
	"CLM_BLG_PRVDR_OSCAR_NUM": text(func(r *partialProcedureRow) string { return r.provider.oscar }),
}

var partialCCLF4 = map[string]cell[partialDiagnosisRow]{
	"CUR_CLM_UNIQ_ID":         text(func(r *partialDiagnosisRow) string { return r.partial.number }),
	"BENE_MBI_ID":             text(func(r *partialDiagnosisRow) string { return r.beneficiary.MbiNum }),
	"CLM_PROD_TYPE_CD":        text(func(*partialDiagnosisRow) string { return "D" }),
	"CLM_VAL_SQNC_NUM":        number(func(r *partialDiagnosisRow) int64 { return int64(r.number) }),
	"CLM_DGNS_CD":             text(func(r *partialDiagnosisRow) string { return r.diagnosis.code }),
	"PRVDR_OSCAR_NUM":         text(func(r *partialDiagnosisRow) string { return r.provider.oscar }),
	"CLM_FROM_DT":             day(func(r *partialDiagnosisRow) date { return r.from }),
	"CLM_THRU_DT":             day(func(r *partialDiagnosisRow) date { return r.thru }),
	"CLM_POA_IND":             text(func(r *partialDiagnosisRow) string { return r.diagnosis.mark }),
	"DGNS_PRCDR_ICD_IND":      text(func(*partialDiagnosisRow) string { return "0" }),
	"CLM_BLG_PRVDR_OSCAR_NUM": text(func(r *partialDiagnosisRow) string { return r.provider.oscar }),
}

var partialCCLF5 = map[string]cell[partialLineRow]{
	"CUR_CLM_UNIQ_ID":    text(func(r *partialLineRow) string { return r.partial.number }),
	"CLM_LINE_NUM":       number(func(r *partialLineRow) int64 { return int64(r.number) }),
	"BENE_MBI_ID":        text(func(r *partialLineRow) string { return r.beneficiary.MbiNum }),
	"CLM_FROM_DT":        day(func(r *partialLineRow) date { return r.partial.from }),
	"CLM_THRU_DT":        day(func(r *partialLineRow) date { return r.partial.thru }),
	"CLM_LINE_FROM_DT":   day(func(r *partialLineRow) date { return r.line.from }),
	"CLM_LINE_THRU_DT":   day(func(r *partialLineRow) date { return r.line.thru }),
	"CLM_LINE_HCPCS_CD":  text(func(r *partialLineRow) string { return r.line.hcpcs }),
	"CLM_LINE_DGNS_CD":   text(func(r *partialLineRow) string { return partialListed(r.line.diagnosis)(r) }),
	"CLM_CNTL_NUM":       text(func(r *partialLineRow) string { return r.partial.number }),
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

// partialListed is the nth diagnosis of the claim's list. A claim has at most
// four.
func partialListed(n int) func(*partialLineRow) string {
	return func(r *partialLineRow) string {
		if n == 0 || n > len(r.diagnoses) {
			return ""
		}
		return r.diagnoses[n-1].code
	}
}

var partialCCLFA = map[string]cell[partial]{
	"CUR_CLM_UNIQ_ID": text(func(p *partial) string { return p.number }),
	"BENE_MBI_ID":     text(func(p *partial) string { return p.beneficiary.MbiNum }),
}

var partialCCLFB = map[string]cell[partialLineRow]{
	"CUR_CLM_UNIQ_ID": text(func(r *partialLineRow) string { return r.partial.number }),
	"CLM_LINE_NUM":    number(func(r *partialLineRow) int64 { return int64(r.number) }),
	"BENE_MBI_ID":     text(func(r *partialLineRow) string { return r.beneficiary.MbiNum }),
}

var partialResponses = map[string]cell[partial]{
	"CUR_CLM_UNIQ_ID": text(func(p *partial) string { return p.number }),
	"BENE_MBI_ID":     text(func(p *partial) string { return p.beneficiary.MbiNum }),
	"RESOURCE_ID":     text((*partial).id),
	"CLAIM_ID":        text(func(p *partial) string { return "Claim/" + p.id() }),
	"SYSTEM":          text((*partial).system),
	"STATUS_CD":       text(func(p *partial) string { return p.statusCode }),
	"STATUS_DT":       day(func(p *partial) date { return p.status }),
	"RECEIVED_DT":     day(func(p *partial) date { return p.received }),
	"GROUP_CD":        text(func(p *partial) string { return p.group }),
	"ACO_RED_RARC":    text(partialReason(func(l *partialLine) string { return l.remark })),
	"ACO_RED_CARC":    text(partialReason(func(l *partialLine) string { return l.reason })),
	"ACO_RED_CAGC":    text(partialReason(func(l *partialLine) string { return l.reasonGroup })),
	"OUTCOME":         text(func(*partial) string { return partialOutcome }),
}

// partialReason is a code of the first line that has it.
func partialReason(code func(*partialLine) string) func(*partial) string {
	return func(p *partial) string {
		for i := range p.lines {
			if c := code(&p.lines[i]); !blank(c) {
				return c
			}
		}
		return ""
	}
}
