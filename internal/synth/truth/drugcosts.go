package truth

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

func drugCosts() map[string]cell[records.PartDEvent] {
	return map[string]cell[records.PartDEvent]{
		"CUR_CLM_UNIQ_ID":    number(func(c *records.PartDEvent) int64 { return c.ClmID }),
		"BENE_MBI_ID":        text(func(c *records.PartDEvent) string { return c.Beneficiary.SentMBI() }),
		"PATIENT_ID":         number(func(c *records.PartDEvent) int64 { return c.Beneficiary.BeneID }),
		"CLM_LINE_FROM_DT":   day(func(c *records.PartDEvent) column.Date { return c.SrvcDt }),
		"TOT_RX_CST_AMT":     money(func(c *records.PartDEvent) column.Amount { return c.TotRxCstAmt }),
		"PTNT_PAY_AMT":       money(func(c *records.PartDEvent) column.Amount { return c.PtntPayAmt }),
		"CVRD_D_PLAN_PD_AMT": money(func(c *records.PartDEvent) column.Amount { return planPaid(c, true) }),
		"NCVRD_PLAN_PD_AMT":  money(func(c *records.PartDEvent) column.Amount { return planPaid(c, false) }),
		"GDC_BLW_OOPT_AMT":   money(func(c *records.PartDEvent) column.Amount { return c.GdcBlwOoptAmt }),
		"GDC_ABV_OOPT_AMT":   money(func(c *records.PartDEvent) column.Amount { return c.GdcAbvOoptAmt }),
		"OTHR_TROOP_AMT":     money(func(c *records.PartDEvent) column.Amount { return c.OthrTroopAmt }),
		"LICS_AMT":           money(func(c *records.PartDEvent) column.Amount { return c.LicsAmt }),
		"PLRO_AMT":           money(func(c *records.PartDEvent) column.Amount { return c.PlroAmt }),
		"RPTD_GAP_DSCNT_NUM": money(func(c *records.PartDEvent) column.Amount { return c.RptdGapDscntNum }),
		"DRUG_CVRG_STUS_CD":  text(func(c *records.PartDEvent) string { return c.DrugCvrgStusCd }),
		"BRND_GNRC_CD":       text(func(c *records.PartDEvent) string { return c.BrndGnrcCd }),
		"CTSTRPHC_CVRG_CD":   text(func(c *records.PartDEvent) string { return c.CtstrphcCvrgCd }),
		"ADJSTMT_DLTN_CD":    text(func(c *records.PartDEvent) string { return c.AdjstmtDltnCd }),
		"RX_ORGN_CD":         text(func(c *records.PartDEvent) string { return c.RxOrgnCd }),
		"PTNT_RSDNC_CD":      text(func(c *records.PartDEvent) string { return c.PtntRsdncCd }),
		"PLAN_CNTRCT_REC_ID": text(func(c *records.PartDEvent) string { return c.PlanCntrctRecID }),
		"PLAN_PBP_REC_NUM":   text(func(c *records.PartDEvent) string { return c.PlanPbpRecNum }),
		"PD_DT":              day(func(c *records.PartDEvent) column.Date { return c.PdDt }),
	}
}

// planPaid returns what the plan paid for a covered drug, or for another one.
func planPaid(c *records.PartDEvent, covered bool) column.Amount {
	switch {
	case covered != (c.DrugCvrgStusCd == "C"):
		return column.NoAmount
	case covered:
		return c.CvrdDPlanPdAmt
	}
	return c.NcvrdPlanPdAmt
}

// v3Costs are the columns of the costs of drug events in v3.
func v3Costs() map[string]cell[idr.Claim] {
	return map[string]cell[idr.Claim]{
		"CUR_CLM_UNIQ_ID":    number(func(c *idr.Claim) int64 { return c.ClmUniqID }),
		"BENE_MBI_ID":        text(func(c *idr.Claim) string { return c.Beneficiary.SentMBI() }),
		"PATIENT_ID":         number(func(c *idr.Claim) int64 { return c.Beneficiary.BeneID }),
		"CLM_LINE_FROM_DT":   day(func(c *idr.Claim) column.Date { return c.Lines[0].ClmLineFromDt }),
		"TOT_RX_CST_AMT":     money(func(c *idr.Claim) column.Amount { return c.Drug.TotRxCst }),
		"PTNT_PAY_AMT":       money(func(c *idr.Claim) column.Amount { return c.Lines[0].ClmLineBenePmt }),
		"CVRD_D_PLAN_PD_AMT": money(func(c *idr.Claim) column.Amount { return c.Lines[0].ClmLineCvrdPd }),
		"BRND_GNRC_CD":       code(func(c *idr.Claim) string { return c.Drug.ClmBrndGnrcCd }),
		"PLAN_CNTRCT_REC_ID": text(func(c *idr.Claim) string { return c.Beneficiary.Contract[1] }),
		"PD_DT":              day(func(c *idr.Claim) column.Date { return c.Drug.ClmPdDt }),
	}
}
