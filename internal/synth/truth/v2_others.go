package truth

import (
	"cmp"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// The columns of CCLF5 to 9 and CCLFB that v2 serves, with their values in the
// records.

func v2CCLF5() map[string]cell[lineRow] {
	return map[string]cell[lineRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *lineRow) int64 { return r.ClmID }),
		"CLM_LINE_NUM":            number(func(r *lineRow) int64 { return int64(r.line.LineNum) }),
		"BENE_MBI_ID":             text(func(r *lineRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *lineRow) string { return r.NchClmTypeCd }),
		"CLM_FROM_DT":             day(func(r *lineRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *lineRow) column.Date { return r.ClmThruDt }),
		"RNDRG_PRVDR_TYPE_CD":     text(func(r *lineRow) string { return r.line.CarrLinePrvdrTypeCd }),
		"RNDRG_PRVDR_FIPS_ST_CD":  text(func(r *lineRow) string { return codebook.FIPSState(r.line.PrvdrStateCd) }),
		"CLM_PRVDR_SPCLTY_CD":     text(func(r *lineRow) string { return r.line.PrvdrSpclty }),
		"CLM_FED_TYPE_SRVC_CD":    text(func(r *lineRow) string { return r.line.LineCmsTypeSrvcCd }),
		"CLM_POS_CD":              text(func(r *lineRow) string { return r.line.LinePlaceOfSrvcCd }),
		"CLM_LINE_FROM_DT":        day(func(r *lineRow) column.Date { return cmp.Or(r.line.Line1stExpnsDt, r.ClmFromDt) }),
		"CLM_LINE_THRU_DT":        day(func(r *lineRow) column.Date { return cmp.Or(r.line.LineLastExpnsDt, r.ClmThruDt) }),
		"CLM_LINE_HCPCS_CD":       text(func(r *lineRow) string { return r.line.HcpcsCd }),
		"CLM_LINE_CVRD_PD_AMT":    money(func(r *lineRow) column.Amount { return r.line.LineNchPmtAmt }),
		"CLM_LINE_PRMRY_PYR_CD":   text(func(r *lineRow) string { return r.line.LineBenePrmryPyrCd }),
		"CLM_LINE_DGNS_CD":        text(func(r *lineRow) string { return r.line.LineIcdDgnsCd }),
		"CLM_RNDRG_PRVDR_TAX_NUM": text(func(r *lineRow) string { return r.line.TaxNum }),
		"RNDRG_PRVDR_NPI_NUM":     text(func(r *lineRow) string { return r.line.PrfPhysnNpi }),
		"CLM_CARR_PMT_DNL_CD":     text(func(r *lineRow) string { return r.CarrClmPmtDnlCd }),
		"CLM_PRCSG_IND_CD":        text(func(r *lineRow) string { return r.line.LinePrcsgIndCd }),
		"CLM_EFCTV_DT":            day(func(r *lineRow) column.Date { return r.NchWklyProcDt }),
		"CLM_CNTL_NUM":            text(func(r *lineRow) string { return r.CarrClmCntlNum }),
		"CLM_LINE_ALOWD_CHRG_AMT": money(func(r *lineRow) column.Amount { return r.line.LineAlowdChrgAmt }),
		"CLM_LINE_SRVC_UNIT_QTY":  count(func(r *lineRow) column.Quantity { return r.line.LineSrvcCnt }),
		"HCPCS_1_MDFR_CD":         text(func(r *lineRow) string { return r.line.HcpcsMdfrCd[0] }),
		"HCPCS_2_MDFR_CD":         text(func(r *lineRow) string { return r.line.HcpcsMdfrCd[1] }),
		"CLM_DISP_CD":             text(func(r *lineRow) string { return r.ClmDispCd }),
		"CLM_DGNS_1_CD":           text(nthDiagnosis(1)),
		"CLM_DGNS_2_CD":           text(nthDiagnosis(2)),
		"CLM_DGNS_3_CD":           text(nthDiagnosis(3)),
		"CLM_DGNS_4_CD":           text(nthDiagnosis(4)),
		"CLM_DGNS_5_CD":           text(nthDiagnosis(5)),
		"CLM_DGNS_6_CD":           text(nthDiagnosis(6)),
		"CLM_DGNS_7_CD":           text(nthDiagnosis(7)),
		"CLM_DGNS_8_CD":           text(nthDiagnosis(8)),
		"DGNS_PRCDR_ICD_IND":      text(func(r *lineRow) string { return firstVersion(r.IcdDgns) }),
		"CLM_DGNS_9_CD":           text(nthDiagnosis(9)),
		"CLM_DGNS_10_CD":          text(nthDiagnosis(10)),
		"CLM_DGNS_11_CD":          text(nthDiagnosis(11)),
		"CLM_DGNS_12_CD":          text(nthDiagnosis(12)),
		"HCPCS_BETOS_CD":          text(func(r *lineRow) string { return r.line.BetosCd }),
		"CLM_RNDRG_PRVDR_NPI_NUM": text(func(r *lineRow) string { return r.line.PrfPhysnNpi }),
		"CLM_RFRG_PRVDR_NPI_NUM":  text(func(r *lineRow) string { return r.RfrPhysnNpi }),
		"CLM_CNTRCTR_NUM":         text(func(r *lineRow) string { return r.CarrNum }),
	}
}

func nthDiagnosis(n int) func(*lineRow) string {
	return func(r *lineRow) string {
		if n > len(r.IcdDgns) {
			return ""
		}
		return r.IcdDgns[n-1].Cd
	}
}

func v2CCLF6() map[string]cell[lineRow] {
	return map[string]cell[lineRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *lineRow) int64 { return r.ClmID }),
		"CLM_LINE_NUM":            number(func(r *lineRow) int64 { return int64(r.line.LineNum) }),
		"BENE_MBI_ID":             text(func(r *lineRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *lineRow) string { return r.NchClmTypeCd }),
		"CLM_FROM_DT":             day(func(r *lineRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *lineRow) column.Date { return r.ClmThruDt }),
		"CLM_FED_TYPE_SRVC_CD":    text(func(r *lineRow) string { return r.line.LineCmsTypeSrvcCd }),
		"CLM_POS_CD":              text(func(r *lineRow) string { return r.line.LinePlaceOfSrvcCd }),
		"CLM_LINE_FROM_DT":        day(func(r *lineRow) column.Date { return cmp.Or(r.line.Line1stExpnsDt, r.ClmFromDt) }),
		"CLM_LINE_THRU_DT":        day(func(r *lineRow) column.Date { return cmp.Or(r.line.LineLastExpnsDt, r.ClmThruDt) }),
		"CLM_LINE_HCPCS_CD":       text(func(r *lineRow) string { return r.line.HcpcsCd }),
		"CLM_LINE_CVRD_PD_AMT":    money(func(r *lineRow) column.Amount { return r.line.LineNchPmtAmt }),
		"CLM_PRMRY_PYR_CD":        text(func(r *lineRow) string { return r.line.LineBenePrmryPyrCd }),
		"PAYTO_PRVDR_NPI_NUM":     text(func(r *lineRow) string { return r.line.PrfPhysnNpi }),
		"ORDRG_PRVDR_NPI_NUM":     text(func(r *lineRow) string { return r.RfrPhysnNpi }),
		"CLM_CARR_PMT_DNL_CD":     text(func(r *lineRow) string { return r.CarrClmPmtDnlCd }),
		"CLM_PRCSG_IND_CD":        text(func(r *lineRow) string { return r.line.LinePrcsgIndCd }),
		"CLM_EFCTV_DT":            day(func(r *lineRow) column.Date { return r.NchWklyProcDt }),
		"CLM_CNTL_NUM":            text(func(r *lineRow) string { return r.CarrClmCntlNum }),
		"CLM_LINE_ALOWD_CHRG_AMT": money(func(r *lineRow) column.Amount { return r.line.LineAlowdChrgAmt }),
		"CLM_DISP_CD":             text(func(r *lineRow) string { return r.ClmDispCd }),
		"CLM_BLG_PRVDR_NPI_NUM":   text(func(r *lineRow) string { return r.line.PrfPhysnNpi }),
		"CLM_RFRG_PRVDR_NPI_NUM":  text(func(r *lineRow) string { return r.RfrPhysnNpi }),
	}
}

func v2CCLFB() map[string]cell[lineRow] {
	return map[string]cell[lineRow]{
		"CUR_CLM_UNIQ_ID":     number(func(r *lineRow) int64 { return r.ClmID }),
		"CLM_LINE_NUM":        number(func(r *lineRow) int64 { return int64(r.line.LineNum) }),
		"BENE_MBI_ID":         text(func(r *lineRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":         text(func(r *lineRow) string { return r.NchClmTypeCd }),
		"CLM_MDCR_DDCTBL_AMT": money(func(r *lineRow) column.Amount { return r.CarrClmCashDdctblApldAmt }),
	}
}

func v2CCLF7() map[string]cell[records.PartDEvent] {
	return map[string]cell[records.PartDEvent]{
		"CUR_CLM_UNIQ_ID":              number(func(c *records.PartDEvent) int64 { return c.ClmID }),
		"BENE_MBI_ID":                  text(func(c *records.PartDEvent) string { return c.Beneficiary.SentMBI() }),
		"CLM_LINE_NDC_CD":              text(func(c *records.PartDEvent) string { return c.ProdSrvcID }),
		"CLM_LINE_FROM_DT":             day(func(c *records.PartDEvent) column.Date { return c.SrvcDt }),
		"PRVDR_SRVC_ID_QLFYR_CD":       text(func(c *records.PartDEvent) string { return c.SrvcPrvdrIDQlfyrCd }),
		"CLM_SRVC_PRVDR_GNRC_ID_NUM":   text(func(c *records.PartDEvent) string { return c.SrvcPrvdrID }),
		"CLM_DSPNSNG_STUS_CD":          text(func(c *records.PartDEvent) string { return c.DspnsngStusCd }),
		"CLM_DAW_PROD_SLCTN_CD":        text(func(c *records.PartDEvent) string { return c.DawProdSlctnCd }),
		"CLM_LINE_SRVC_UNIT_QTY":       count(func(c *records.PartDEvent) column.Quantity { return c.QtyDspnsdNum }),
		"CLM_LINE_DAYS_SUPLY_QTY":      number(func(c *records.PartDEvent) int64 { return int64(c.DaysSuplyNum) }),
		"PRVDR_PRSBNG_ID_QLFYR_CD":     text(func(c *records.PartDEvent) string { return c.PrscrbrIDQlfyrCd }),
		"CLM_PRSBNG_PRVDR_GNRC_ID_NUM": text(func(c *records.PartDEvent) string { return c.PrscrbrID }),
		"CLM_LINE_BENE_PMT_AMT":        money(func(c *records.PartDEvent) column.Amount { return c.PtntPayAmt }),
		"CLM_LINE_RX_SRVC_RFRNC_NUM":   number(func(c *records.PartDEvent) int64 { return c.RxSrvcRfrncNum }),
		"CLM_LINE_RX_FILL_NUM":         number(func(c *records.PartDEvent) int64 { return int64(c.FillNum) }),
		"CLM_PHRMCY_SRVC_TYPE_CD":      text(func(c *records.PartDEvent) string { return c.PhrmcySrvcTypeCd }),
	}
}

func v2CCLF8() map[string]cell[beneficiaryRow] {
	return map[string]cell[beneficiaryRow]{
		"BENE_MBI_ID":               text(func(r *beneficiaryRow) string { return r.MbiNum }),
		"BENE_FIPS_STATE_CD":        text(func(r *beneficiaryRow) string { return codebook.FIPSState(r.StateCode) }),
		"BENE_ZIP_CD":               text(func(r *beneficiaryRow) string { return r.BeneZipCd[:min(5, len(r.BeneZipCd))] }),
		"BENE_DOB":                  day(func(r *beneficiaryRow) column.Date { return r.BeneBirthDt }),
		"BENE_SEX_CD":               text(func(r *beneficiaryRow) string { return r.BeneSexIdentCd }),
		"BENE_RACE_CD":              text(func(r *beneficiaryRow) string { return r.BeneRaceCd }),
		"BENE_AGE":                  func(b []byte, r *beneficiaryRow) []byte { return appendAge(b, r.Beneficiary) },
		"BENE_MDCR_STUS_CD":         text(func(r *beneficiaryRow) string { return r.BeneMdcrStatusCd }),
		"BENE_DUAL_STUS_CD":         text(func(r *beneficiaryRow) string { return lastMonth(&r.MetaDualElgblStus) }),
		"BENE_DEATH_DT":             day(func(r *beneficiaryRow) column.Date { return r.DeathDt }),
		"BENE_RNG_BGN_DT":           day(func(r *beneficiaryRow) column.Date { return r.hospice.From }),
		"BENE_RNG_END_DT":           day(func(r *beneficiaryRow) column.Date { return r.hospice.Thru }),
		"BENE_1ST_NAME":             text(func(r *beneficiaryRow) string { return r.BeneGvnName }),
		"BENE_MIDL_NAME":            text(func(r *beneficiaryRow) string { return r.BeneMdlName }),
		"BENE_LAST_NAME":            text(func(r *beneficiaryRow) string { return r.BeneSrnmName }),
		"BENE_ORGNL_ENTLMT_RSN_CD":  text(func(r *beneficiaryRow) string { return r.BeneEntlmtRsnOrig }),
		"BENE_ENTLMT_BUYIN_IND":     text(func(r *beneficiaryRow) string { return lastMonth(&r.MdcrEntlmtBuyinInd) }),
		"BENE_PART_A_ENRLMT_BGN_DT": day(func(r *beneficiaryRow) column.Date { return r.PtaCvrgStrtDt }),
		"BENE_PART_B_ENRLMT_BGN_DT": day(func(r *beneficiaryRow) column.Date { return r.PtbCvrgStrtDt }),
		"BENE_LINE_1_ADR":           text(func(r *beneficiaryRow) string { return r.DrvdLineAdr[0] }),
		"BENE_LINE_2_ADR":           text(func(r *beneficiaryRow) string { return r.DrvdLineAdr[1] }),
		"BENE_LINE_3_ADR":           text(func(r *beneficiaryRow) string { return r.DrvdLineAdr[2] }),
		"BENE_LINE_4_ADR":           text(func(r *beneficiaryRow) string { return r.DrvdLineAdr[3] }),
		"BENE_LINE_5_ADR":           text(func(r *beneficiaryRow) string { return r.DrvdLineAdr[4] }),
		"BENE_LINE_6_ADR":           text(func(r *beneficiaryRow) string { return r.DrvdLineAdr[5] }),
		"GEO_ZIP_PLC_NAME":          text(func(r *beneficiaryRow) string { return r.CityName }),
		"GEO_USPS_STATE_CD":         text(func(r *beneficiaryRow) string { return codebook.USPSState(r.StateCode) }),
		"GEO_ZIP5_CD":               text(func(r *beneficiaryRow) string { return r.BeneZipCd[:min(5, len(r.BeneZipCd))] }),
		"GEO_ZIP4_CD":               text(func(r *beneficiaryRow) string { return r.BeneZipCd[min(5, len(r.BeneZipCd)):] }),
	}
}

// lastMonth returns the status of the last month that has one.
func lastMonth(months *[12]string) string {
	for i := len(months) - 1; i >= 0; i-- {
		if !column.Blank(months[i]) {
			return months[i]
		}
	}
	return ""
}

func v2CCLF9() map[string]cell[previousMBI] {
	return map[string]cell[previousMBI]{
		"HICN_MBI_XREF_IND": text(func(*previousMBI) string { return "M" }),
		"CRNT_NUM":          text(func(r *previousMBI) string { return r.current }),
		"PRVS_NUM":          text(func(r *previousMBI) string { return r.previous }),
	}
}
