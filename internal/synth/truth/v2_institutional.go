package truth

import (
	"cmp"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// The columns of CCLF1 to 4 and CCLFA that v2 serves, with their values in the
// records.

func v2Columns() *ccwColumns {
	return &ccwColumns{
		cclf1: v2CCLF1(), cclf2: v2CCLF2(), cclf3: v2CCLF3(), cclf4: v2CCLF4(), cclf5: v2CCLF5(), cclf6: v2CCLF6(),
		cclf7: v2CCLF7(), cclf8: v2CCLF8(), cclf9: v2CCLF9(), cclfa: v2CCLFA(), cclfb: v2CCLFB(),
	}
}

func v2CCLF1() map[string]cell[records.Institutional] {
	return map[string]cell[records.Institutional]{
		"CUR_CLM_UNIQ_ID":               number(func(c *records.Institutional) int64 { return c.ClmID }),
		"PRVDR_OSCAR_NUM":               text(func(c *records.Institutional) string { return c.PrvdrNum }),
		"BENE_MBI_ID":                   text(func(c *records.Institutional) string { return c.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":                   text(func(c *records.Institutional) string { return c.NchClmTypeCd }),
		"CLM_FROM_DT":                   day(func(c *records.Institutional) column.Date { return c.ClmFromDt }),
		"CLM_THRU_DT":                   day(func(c *records.Institutional) column.Date { return c.ClmThruDt }),
		"CLM_BILL_FAC_TYPE_CD":          text(func(c *records.Institutional) string { return c.ClmFacTypeCd }),
		"CLM_BILL_CLSFCTN_CD":           text(func(c *records.Institutional) string { return c.ClmSrvcClsfctnTypeCd }),
		"PRNCPL_DGNS_CD":                text(func(c *records.Institutional) string { return c.PrncpalDgnsCd }),
		"ADMTG_DGNS_CD":                 text(func(c *records.Institutional) string { return c.AdmtgDgnsCd }),
		"CLM_MDCR_NPMT_RSN_CD":          text(func(c *records.Institutional) string { return c.ClmMdcrNonPmtRsnCd }),
		"CLM_PMT_AMT":                   money(func(c *records.Institutional) column.Amount { return c.ClmPmtAmt }),
		"CLM_NCH_PRMRY_PYR_CD":          text(func(c *records.Institutional) string { return c.NchPrmryPyrCd }),
		"PRVDR_FAC_FIPS_ST_CD":          text(facilityState),
		"BENE_PTNT_STUS_CD":             text(func(c *records.Institutional) string { return c.PtntDschrgStusCd }),
		"DGNS_DRG_CD":                   text(func(c *records.Institutional) string { return c.ClmDrgCd }),
		"FAC_PRVDR_NPI_NUM":             text(func(c *records.Institutional) string { return c.OrgNpiNum }),
		"OPRTG_PRVDR_NPI_NUM":           text(func(c *records.Institutional) string { return c.OpPhysnNpi }),
		"ATNDG_PRVDR_NPI_NUM":           text(func(c *records.Institutional) string { return c.AtPhysnNpi }),
		"OTHR_PRVDR_NPI_NUM":            text(func(c *records.Institutional) string { return c.OtPhysnNpi }),
		"CLM_EFCTV_DT":                  day(func(c *records.Institutional) column.Date { return c.NchWklyProcDt }),
		"CLM_ADMSN_TYPE_CD":             text(func(c *records.Institutional) string { return c.ClmIPAdmsnTypeCd }),
		"CLM_ADMSN_SRC_CD":              text(func(c *records.Institutional) string { return c.ClmSrcIPAdmsnCd }),
		"CLM_BILL_FREQ_CD":              text(func(c *records.Institutional) string { return c.ClmFreqCd }),
		"CLM_QUERY_CD":                  text(func(c *records.Institutional) string { return c.ClaimQueryCode }),
		"DGNS_PRCDR_ICD_IND":            text(func(c *records.Institutional) string { return firstVersion(c.IcdDgns) }),
		"CLM_MDCR_INSTNL_TOT_CHRG_AMT":  money(func(c *records.Institutional) column.Amount { return c.ClmTotChrgAmt }),
		"CLM_MDCR_IP_PPS_CPTL_IME_AMT":  money(ofStays(func(c *records.Institutional) column.Amount { return c.ClmPpsCptlImeAmt })),
		"CLM_OPRTNL_IME_AMT":            money(ofInpatient(func(c *records.Institutional) column.Amount { return c.ImeOpClmValAmt })),
		"CLM_MDCR_IP_PPS_DSPRPRTNT_AMT": money(ofStays(func(c *records.Institutional) column.Amount { return c.ClmPpsCptlDsprprtntShrAmt })),
		"CLM_HIPPS_UNCOMPD_CARE_AMT":    money(ofInpatient(func(c *records.Institutional) column.Amount { return c.ClmUncompdCarePmtAmt })),
		"CLM_OPRTNL_DSPRPRTNT_AMT":      money(ofInpatient(func(c *records.Institutional) column.Amount { return c.DshOpClmValAmt })),
		"CLM_BLG_PRVDR_OSCAR_NUM":       text(func(c *records.Institutional) string { return c.PrvdrNum }),
		"CLM_BLG_PRVDR_NPI_NUM":         text(func(c *records.Institutional) string { return c.OrgNpiNum }),
		"CLM_OPRTG_PRVDR_NPI_NUM":       text(func(c *records.Institutional) string { return c.OpPhysnNpi }),
		"CLM_ATNDG_PRVDR_NPI_NUM":       text(func(c *records.Institutional) string { return c.AtPhysnNpi }),
		"CLM_OTHR_PRVDR_NPI_NUM":        text(func(c *records.Institutional) string { return c.OtPhysnNpi }),
		"CLM_CNTL_NUM":                  text(func(c *records.Institutional) string { return c.FiDocClmCntlNum }),
		"CLM_CNTRCTR_NUM":               text(func(c *records.Institutional) string { return c.FiNum }),
	}
}

func v2CCLF2() map[string]cell[revenueRow] {
	return map[string]cell[revenueRow]{
		"CUR_CLM_UNIQ_ID":            number(func(r *revenueRow) int64 { return r.ClmID }),
		"CLM_LINE_NUM":               number(func(r *revenueRow) int64 { return int64(r.line.ClmLineNum) }),
		"BENE_MBI_ID":                text(func(r *revenueRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":                text(func(r *revenueRow) string { return r.NchClmTypeCd }),
		"CLM_LINE_FROM_DT":           day(func(r *revenueRow) column.Date { return cmp.Or(r.line.RevCntrDt, r.ClmFromDt) }),
		"CLM_LINE_THRU_DT":           day(func(r *revenueRow) column.Date { return cmp.Or(r.line.RevCntrDt, r.ClmThruDt) }),
		"CLM_LINE_PROD_REV_CTR_CD":   text(func(r *revenueRow) string { return r.line.RevCntr }),
		"CLM_LINE_INSTNL_REV_CTR_DT": day(func(r *revenueRow) column.Date { return r.line.RevCntrDt }),
		"CLM_LINE_HCPCS_CD":          text(func(r *revenueRow) string { return r.line.HcpcsCd }),
		"PRVDR_OSCAR_NUM":            text(func(r *revenueRow) string { return r.PrvdrNum }),
		"CLM_FROM_DT":                day(func(r *revenueRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":                day(func(r *revenueRow) column.Date { return r.ClmThruDt }),
		"CLM_LINE_SRVC_UNIT_QTY":     count(func(r *revenueRow) column.Quantity { return r.line.RevCntrUnitCnt }),
		"CLM_LINE_CVRD_PD_AMT":       money(providerPayment),
		"HCPCS_1_MDFR_CD":            text(func(r *revenueRow) string { return r.line.HcpcsMdfrCd[0] }),
		"HCPCS_2_MDFR_CD":            text(func(r *revenueRow) string { return r.line.HcpcsMdfrCd[1] }),
		"CLM_FAC_PRVDR_OSCAR_NUM":    text(func(r *revenueRow) string { return r.PrvdrNum }),
	}
}

func v2CCLF3() map[string]cell[procedureRow] {
	return map[string]cell[procedureRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *procedureRow) int64 { return r.ClmID }),
		"BENE_MBI_ID":             text(func(r *procedureRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *procedureRow) string { return r.NchClmTypeCd }),
		"CLM_VAL_SQNC_NUM":        number(func(r *procedureRow) int64 { return int64(r.sequence) }),
		"CLM_PRCDR_CD":            text(func(r *procedureRow) string { return r.procedure.Cd }),
		"CLM_PRCDR_PRFRM_DT":      day(func(r *procedureRow) column.Date { return r.procedure.Dt }),
		"PRVDR_OSCAR_NUM":         text(func(r *procedureRow) string { return r.PrvdrNum }),
		"CLM_FROM_DT":             day(func(r *procedureRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *procedureRow) column.Date { return r.ClmThruDt }),
		"DGNS_PRCDR_ICD_IND":      text(func(r *procedureRow) string { return codebook.ICDOf(r.procedure.VrsnCd).Version }),
		"CLM_BLG_PRVDR_OSCAR_NUM": text(func(r *procedureRow) string { return r.PrvdrNum }),
	}
}

func v2CCLF4() map[string]cell[diagnosisRow] {
	return map[string]cell[diagnosisRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *diagnosisRow) int64 { return r.ClmID }),
		"BENE_MBI_ID":             text(func(r *diagnosisRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *diagnosisRow) string { return r.NchClmTypeCd }),
		"CLM_PROD_TYPE_CD":        text(func(r *diagnosisRow) string { return r.kind }),
		"CLM_VAL_SQNC_NUM":        number(func(r *diagnosisRow) int64 { return int64(r.sequence) }),
		"CLM_DGNS_CD":             text(func(r *diagnosisRow) string { return r.diagnosis.Cd }),
		"PRVDR_OSCAR_NUM":         text(func(r *diagnosisRow) string { return r.PrvdrNum }),
		"CLM_FROM_DT":             day(func(r *diagnosisRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *diagnosisRow) column.Date { return r.ClmThruDt }),
		"CLM_POA_IND":             text(presentOnAdmission),
		"DGNS_PRCDR_ICD_IND":      text(func(r *diagnosisRow) string { return codebook.ICDOf(r.diagnosis.VrsnCd).Version }),
		"CLM_BLG_PRVDR_OSCAR_NUM": text(func(r *diagnosisRow) string { return r.PrvdrNum }),
	}
}

func v2CCLFA() map[string]cell[records.Institutional] {
	return map[string]cell[records.Institutional]{
		"CUR_CLM_UNIQ_ID":             number(func(c *records.Institutional) int64 { return c.ClmID }),
		"BENE_MBI_ID":                 text(func(c *records.Institutional) string { return c.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":                 text(func(c *records.Institutional) string { return c.NchClmTypeCd }),
		"CLM_ACTV_CARE_FROM_DT":       day(careStart),
		"CLM_INSTNL_PER_DIEM_AMT":     money(ofInpatient(func(c *records.Institutional) column.Amount { return c.ClmPassThruPerDiemAmt })),
		"CLM_MDCR_IP_BENE_DDCTBL_AMT": money(ofStays(func(c *records.Institutional) column.Amount { return c.NchBeneIPDdctblAmt })),
		"CLM_MDCR_COINSRNC_AMT": money(func(c *records.Institutional) column.Amount {
			return stayOrOutpatient(c, c.NchBenePtaCoinsrncLbltyAm, c.NchBenePtbCoinsrncAmt)
		}),
		"CLM_BLOOD_LBLTY_AMT": money(func(c *records.Institutional) column.Amount {
			return stayOrOutpatient(c, c.NchBeneBloodDdctblLbltyAm, c.NchBeneBloodDdctblLbltyAm)
		}),
		"CLM_INSTNL_PRFNL_AMT": money(func(c *records.Institutional) column.Amount {
			if c.Type == life.SNF {
				return column.NoAmount
			}
			return stayOrOutpatient(c, c.NchProfnlCmpntChrgAmt, c.NchProfnlCmpntChrgAmt)
		}),
		"CLM_NCVRD_CHRG_AMT": money(ofStays(func(c *records.Institutional) column.Amount { return c.NchIPNcvrdChrgAmt })),
		"CLM_MDCR_DDCTBL_AMT": money(func(c *records.Institutional) column.Amount {
			return stayOrOutpatient(c, c.NchIPTotDdctnAmt, c.NchBenePtbDdctblAmt)
		}),
		"CLM_OPRTNL_OUTLR_AMT":       money(ofInpatient(func(c *records.Institutional) column.Amount { return c.NchDrgOutlierAprvdPmtAmt })),
		"CLM_1_REV_CNTR_ANSI_GRP_CD": text(func(c *records.Institutional) string { return adjustmentReason(c)[:2] }),
		"CLM_1_REV_CNTR_ANSI_RSN_CD": text(func(c *records.Institutional) string { return adjustmentReason(c)[2:] }),
	}
}

// facilityState returns the state of the facility, which only lines have.
func facilityState(c *records.Institutional) string {
	if len(c.Lines) == 0 {
		return ""
	}
	return codebook.FIPSState(c.PrvdrStateCd)
}

// ofStays limits an amount to inpatient and SNF claims.
func ofStays(value func(*records.Institutional) column.Amount) func(*records.Institutional) column.Amount {
	return func(c *records.Institutional) column.Amount { return stayOrOutpatient(c, value(c), column.NoAmount) }
}

// ofInpatient limits an amount to inpatient claims.
func ofInpatient(value func(*records.Institutional) column.Amount) func(*records.Institutional) column.Amount {
	return func(c *records.Institutional) column.Amount {
		if c.Type != life.Inpatient {
			return column.NoAmount
		}
		return value(c)
	}
}

func stayOrOutpatient(c *records.Institutional, stay, visit column.Amount) column.Amount {
	switch c.Type {
	case life.Inpatient, life.SNF:
		return stay
	case life.Outpatient:
		return visit
	}
	return column.NoAmount
}

// providerPayment returns a column of outpatient and hospice lines.
func providerPayment(r *revenueRow) column.Amount {
	if r.Type != life.Outpatient && r.Type != life.Hospice {
		return column.NoAmount
	}
	return r.line.RevCntrPrvdrPmtAmt
}

// presentOnAdmission returns the indicator of an inpatient claim.
func presentOnAdmission(r *diagnosisRow) string {
	if r.Type != life.Inpatient {
		return ""
	}
	return r.diagnosis.PoaInd
}

// careStart returns the first day of the stay or care. Outpatient claims do not have
// it.
func careStart(c *records.Institutional) column.Date {
	switch c.Type {
	case life.Outpatient:
		return 0
	case life.Hospice:
		return c.ClmHospcStartDtID
	}
	return c.ClmAdmsnDt
}

// adjustmentReason returns the group and reason of the first line that has one, or
// two spaces.
func adjustmentReason(c *records.Institutional) string {
	if c.Type == life.Outpatient || c.Type == life.HHA {
		for i := range c.Lines {
			if code := c.Lines[i].RevCntrAnsiCd[0]; !column.Blank(code) {
				return code
			}
		}
	}
	return "  "
}
