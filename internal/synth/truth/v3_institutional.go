package truth

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
)

func v3CCLF1() map[string]cell[idr.Claim] {
	return map[string]cell[idr.Claim]{
		"CUR_CLM_UNIQ_ID":               number(func(c *idr.Claim) int64 { return c.ClmUniqID }),
		"PRVDR_OSCAR_NUM":               code((*idr.Claim).CCN),
		"BENE_MBI_ID":                   text(func(c *idr.Claim) string { return c.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":                   text((*idr.Claim).TypeCode),
		"CLM_FROM_DT":                   day(func(c *idr.Claim) column.Date { return c.ClmFromDt }),
		"CLM_THRU_DT":                   day(func(c *idr.Claim) column.Date { return c.ClmThruDt }),
		"CLM_BILL_FAC_TYPE_CD":          code(func(c *idr.Claim) string { return c.ClmBillFacTypeCd }),
		"CLM_BILL_CLSFCTN_CD":           code(func(c *idr.Claim) string { return c.ClmBillClsfctnCd }),
		"PRNCPL_DGNS_CD":                code(func(c *idr.Claim) string { return c.ProductCode("P") }),
		"ADMTG_DGNS_CD":                 code(func(c *idr.Claim) string { return c.ProductCode("A") }),
		"CLM_MDCR_NPMT_RSN_CD":          code(func(c *idr.Claim) string { return c.ClmMdcrNpmtRsnCd }),
		"CLM_PMT_AMT":                   money(func(c *idr.Claim) column.Amount { return c.ClmPmtAmt }),
		"CLM_NCH_PRMRY_PYR_CD":          code(func(c *idr.Claim) string { return c.ClmNchPrmryPyrCd }),
		"PRVDR_FAC_FIPS_ST_CD":          code(func(c *idr.Claim) string { return codebook.FIPSState(c.GeoBlgSsaStateCd) }),
		"BENE_PTNT_STUS_CD":             code(func(c *idr.Claim) string { return c.BenePtntStusCd }),
		"DGNS_DRG_CD":                   text(func(c *idr.Claim) string { return padded(c.DgnsDrgCd, 3) }),
		"CLM_OP_SRVC_TYPE_CD":           code(func(c *idr.Claim) string { return c.ClmOpSrvcTypeCd }),
		"FAC_PRVDR_NPI_NUM":             text((*idr.Claim).BillingNPI),
		"OPRTG_PRVDR_NPI_NUM":           text(func(c *idr.Claim) string { return c.Oprtg }),
		"ATNDG_PRVDR_NPI_NUM":           text(func(c *idr.Claim) string { return c.Atndg }),
		"OTHR_PRVDR_NPI_NUM":            text(func(c *idr.Claim) string { return c.Othr }),
		"CLM_ADJSMT_TYPE_CD":            code(func(c *idr.Claim) string { return c.ClmAdjstmtType }),
		"CLM_EFCTV_DT":                  day(func(c *idr.Claim) column.Date { return c.ClmEfctvDt }),
		"CLM_IDR_LD_DT":                 day(func(c *idr.Claim) column.Date { return c.ClmIdrLdDt }),
		"CLM_ADMSN_TYPE_CD":             code(func(c *idr.Claim) string { return c.ClmAdmsnTypeCd }),
		"CLM_ADMSN_SRC_CD":              code(func(c *idr.Claim) string { return c.ClmAdmsnSrcCd }),
		"CLM_BILL_FREQ_CD":              code(func(c *idr.Claim) string { return c.ClmBillFreqCd }),
		"CLM_QUERY_CD":                  code(func(c *idr.Claim) string { return c.ClmQueryCd }),
		"DGNS_PRCDR_ICD_IND":            text((*idr.Claim).ICDIndicator),
		"CLM_MDCR_INSTNL_TOT_CHRG_AMT":  money(func(c *idr.Claim) column.Amount { return c.ClmSbmtChrgAmt }),
		"CLM_MDCR_IP_PPS_CPTL_IME_AMT":  sent(func(c *idr.Claim) column.Amount { return c.ClmPpsCptlIme }),
		"CLM_OPRTNL_IME_AMT":            money(func(c *idr.Claim) column.Amount { return c.ClmOprtnlIme }),
		"CLM_MDCR_IP_PPS_DSPRPRTNT_AMT": sent(func(c *idr.Claim) column.Amount { return c.ClmPpsDsprprtnt }),
		"CLM_HIPPS_UNCOMPD_CARE_AMT":    sent(func(c *idr.Claim) column.Amount { return c.ClmHippsUncompdCare }),
		"CLM_OPRTNL_DSPRPRTNT_AMT":      money(func(c *idr.Claim) column.Amount { return c.ClmOprtnlDsprtnt }),
		"CLM_BLG_PRVDR_OSCAR_NUM":       code((*idr.Claim).CCN),
		"CLM_BLG_PRVDR_NPI_NUM":         text((*idr.Claim).BillingNPI),
		"CLM_OPRTG_PRVDR_NPI_NUM":       text(func(c *idr.Claim) string { return c.Oprtg }),
		"CLM_ATNDG_PRVDR_NPI_NUM":       text(func(c *idr.Claim) string { return c.Atndg }),
		"CLM_OTHR_PRVDR_NPI_NUM":        text(func(c *idr.Claim) string { return c.Othr }),
		"CLM_CNTL_NUM":                  text(func(c *idr.Claim) string { return c.ClmCntlNum }),
		"CLM_ORG_CNTL_NUM":              text((*idr.Claim).Original),
		"CLM_CNTRCTR_NUM":               code(func(c *idr.Claim) string { return c.ClmCntrctrNum }),
	}
}

func v3CCLF2() map[string]cell[idrLineRow] {
	return map[string]cell[idrLineRow]{
		"CUR_CLM_UNIQ_ID":            number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
		"CLM_LINE_NUM":               number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
		"BENE_MBI_ID":                text(func(r *idrLineRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":                text(func(r *idrLineRow) string { return r.TypeCode() }),
		"CLM_LINE_FROM_DT":           day(func(r *idrLineRow) column.Date { return r.line.ClmLineFromDt }),
		"CLM_LINE_THRU_DT":           day(func(r *idrLineRow) column.Date { return r.line.ClmLineThruDt }),
		"CLM_LINE_PROD_REV_CTR_CD":   code(func(r *idrLineRow) string { return r.line.ClmLineRevCtrCd }),
		"CLM_LINE_INSTNL_REV_CTR_DT": day(func(r *idrLineRow) column.Date { return r.line.ClmLineRevCtrDt }),
		"CLM_LINE_HCPCS_CD":          code(func(r *idrLineRow) string { return r.line.ClmLineHcpcsCd }),
		"PRVDR_OSCAR_NUM":            code(func(r *idrLineRow) string { return r.CCN() }),
		"CLM_FROM_DT":                day(func(r *idrLineRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":                day(func(r *idrLineRow) column.Date { return r.ClmThruDt }),
		"CLM_LINE_SRVC_UNIT_QTY":     count(func(r *idrLineRow) column.Quantity { return r.line.ClmLineSrvcUnit }),
		"CLM_LINE_CVRD_PD_AMT":       money(func(r *idrLineRow) column.Amount { return r.line.ClmLineCvrdPd }),
		"HCPCS_1_MDFR_CD":            text(idrModifier(1)),
		"HCPCS_2_MDFR_CD":            text(idrModifier(2)),
		"HCPCS_3_MDFR_CD":            text(idrModifier(3)),
		"HCPCS_4_MDFR_CD":            text(idrModifier(4)),
		"HCPCS_5_MDFR_CD":            text(idrModifier(5)),
		"CLM_REV_APC_HIPPS_CD":       code(func(r *idrLineRow) string { return r.line.ClmRevApcHippsCd }),
		"CLM_FAC_PRVDR_OSCAR_NUM":    code(func(r *idrLineRow) string { return r.CCN() }),
	}
}

func idrModifier(n int) func(*idrLineRow) string {
	return func(r *idrLineRow) string { return nth(r.line.HcpcsMdfrCd[:], n) }
}

func v3CCLF3() map[string]cell[idrProcedureRow] {
	return map[string]cell[idrProcedureRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *idrProcedureRow) int64 { return r.ClmUniqID }),
		"BENE_MBI_ID":             text(func(r *idrProcedureRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *idrProcedureRow) string { return r.TypeCode() }),
		"CLM_VAL_SQNC_NUM":        number(func(r *idrProcedureRow) int64 { return int64(r.procedure.ClmValSqncNum) }),
		"CLM_PRCDR_CD":            text(func(r *idrProcedureRow) string { return r.procedure.ClmPrcdrCd }),
		"CLM_PRCDR_PRFRM_DT":      day(func(r *idrProcedureRow) column.Date { return r.procedure.ClmPrcdrDt }),
		"PRVDR_OSCAR_NUM":         code(func(r *idrProcedureRow) string { return r.CCN() }),
		"CLM_FROM_DT":             day(func(r *idrProcedureRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *idrProcedureRow) column.Date { return r.ClmThruDt }),
		"DGNS_PRCDR_ICD_IND":      text(func(r *idrProcedureRow) string { return codebook.ICDOf(r.procedure.Version).Version }),
		"CLM_BLG_PRVDR_OSCAR_NUM": code(func(r *idrProcedureRow) string { return r.CCN() }),
	}
}

func v3CCLF4() map[string]cell[idrProductRow] {
	return map[string]cell[idrProductRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *idrProductRow) int64 { return r.ClmUniqID }),
		"BENE_MBI_ID":             text(func(r *idrProductRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *idrProductRow) string { return r.TypeCode() }),
		"CLM_PROD_TYPE_CD":        text(func(r *idrProductRow) string { return r.product.ClmProdTypeCd }),
		"CLM_VAL_SQNC_NUM":        number(func(r *idrProductRow) int64 { return int64(r.sequence) }),
		"CLM_DGNS_CD":             text(func(r *idrProductRow) string { return r.product.ClmDgnsCd }),
		"PRVDR_OSCAR_NUM":         code(func(r *idrProductRow) string { return r.CCN() }),
		"CLM_FROM_DT":             day(func(r *idrProductRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *idrProductRow) column.Date { return r.ClmThruDt }),
		"CLM_POA_IND":             code(func(r *idrProductRow) string { return r.product.ClmPoaInd }),
		"DGNS_PRCDR_ICD_IND":      text(func(r *idrProductRow) string { return codebook.ICDOf(r.product.Version).Version }),
		"CLM_BLG_PRVDR_OSCAR_NUM": code(func(r *idrProductRow) string { return r.CCN() }),
	}
}

func v3CCLFA() map[string]cell[idr.Claim] {
	return map[string]cell[idr.Claim]{
		"CUR_CLM_UNIQ_ID":             number(func(c *idr.Claim) int64 { return c.ClmUniqID }),
		"BENE_MBI_ID":                 text(func(c *idr.Claim) string { return c.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":                 text((*idr.Claim).TypeCode),
		"CLM_ACTV_CARE_FROM_DT":       day(func(c *idr.Claim) column.Date { return c.ClmActvCareFromDt }),
		"CLM_NGACO_PBPMT_SW":          code(func(c *idr.Claim) string { return c.ClmSwitch[idr.PBPMTSwitch] }),
		"CLM_NGACO_PDSCHRG_HCBS_SW":   code(func(c *idr.Claim) string { return c.ClmSwitch[idr.PostDischargeSwitch] }),
		"CLM_NGACO_SNF_WVR_SW":        code(func(c *idr.Claim) string { return c.ClmSwitch[idr.SNFSwitch] }),
		"CLM_NGACO_TLHLTH_SW":         code(func(c *idr.Claim) string { return c.ClmSwitch[idr.TelehealthSwitch] }),
		"CLM_NGACO_CPTATN_SW":         code(func(c *idr.Claim) string { return c.ClmSwitch[idr.CapitationSwitch] }),
		"CLM_DEMO_1ST_NUM":            text(func(c *idr.Claim) string { return nth(c.ClmDemo[:], 1) }),
		"CLM_DEMO_2ND_NUM":            text(func(c *idr.Claim) string { return nth(c.ClmDemo[:], 2) }),
		"CLM_DEMO_3RD_NUM":            text(func(c *idr.Claim) string { return nth(c.ClmDemo[:], 3) }),
		"CLM_DEMO_4TH_NUM":            text(func(c *idr.Claim) string { return nth(c.ClmDemo[:], 4) }),
		"CLM_DEMO_5TH_NUM":            text(func(c *idr.Claim) string { return nth(c.ClmDemo[:], 5) }),
		"CLM_NGACO_CMG_WVR_SW":        code(func(c *idr.Claim) string { return c.ClmSwitch[idr.CMGSwitch] }),
		"CLM_INSTNL_PER_DIEM_AMT":     sent(func(c *idr.Claim) column.Amount { return c.ClmInstnlPerDiem }),
		"CLM_MDCR_IP_BENE_DDCTBL_AMT": sent(func(c *idr.Claim) column.Amount { return c.ClmIPBeneDdctbl }),
		"CLM_MDCR_COINSRNC_AMT":       money(func(c *idr.Claim) column.Amount { return c.ClmMdcrCoinsrnc }),
		"CLM_BLOOD_LBLTY_AMT":         sent(func(c *idr.Claim) column.Amount { return c.ClmBloodLblty }),
		"CLM_INSTNL_PRFNL_AMT":        sent(func(c *idr.Claim) column.Amount { return c.ClmInstnlPrfnl }),
		"CLM_NCVRD_CHRG_AMT":          money(func(c *idr.Claim) column.Amount { return c.ClmNcvrdChrgAmt }),
		"CLM_MDCR_DDCTBL_AMT":         money(func(c *idr.Claim) column.Amount { return c.ClmMdcrDdctbl }),
		"CLM_RLT_COND_CD":             text((*idr.Claim).Condition),
		"CLM_1_REV_CNTR_ANSI_RSN_CD":  text(func(c *idr.Claim) string { return c.FirstAdjustment().AnsiRsnCd }),
		"CLM_1_REV_CNTR_ANSI_GRP_CD":  text(func(c *idr.Claim) string { return c.FirstAdjustment().AnsiGrpCd }),
	}
}
