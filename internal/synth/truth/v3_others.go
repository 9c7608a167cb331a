package truth

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// The columns of CCLF5 to 9 and CCLFB that v3 serves, with their values in the
// records.

func v3CCLF5() map[string]cell[idrLineRow] {
	return map[string]cell[idrLineRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
		"CLM_LINE_NUM":            number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
		"BENE_MBI_ID":             text(func(r *idrLineRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *idrLineRow) string { return r.TypeCode() }),
		"CLM_FROM_DT":             day(func(r *idrLineRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *idrLineRow) column.Date { return r.ClmThruDt }),
		"RNDRG_PRVDR_TYPE_CD":     code(func(r *idrLineRow) string { return r.line.PrvdrTypeCd }),
		"RNDRG_PRVDR_FIPS_ST_CD":  code(func(r *idrLineRow) string { return codebook.FIPSState(r.line.SsaStateCd) }),
		"CLM_PRVDR_SPCLTY_CD":     code(func(r *idrLineRow) string { return r.line.PrvdrSpclty }),
		"CLM_FED_TYPE_SRVC_CD":    code(func(r *idrLineRow) string { return r.line.FedTypeSrvcCd }),
		"CLM_POS_CD":              code(func(r *idrLineRow) string { return r.line.PosCd }),
		"CLM_LINE_FROM_DT":        day(func(r *idrLineRow) column.Date { return r.line.ClmLineFromDt }),
		"CLM_LINE_THRU_DT":        day(func(r *idrLineRow) column.Date { return r.line.ClmLineThruDt }),
		"CLM_LINE_HCPCS_CD":       code(func(r *idrLineRow) string { return r.line.ClmLineHcpcsCd }),
		"CLM_LINE_CVRD_PD_AMT":    money(func(r *idrLineRow) column.Amount { return r.line.ClmLineCvrdPd }),
		"CLM_LINE_PRMRY_PYR_CD":   code(func(r *idrLineRow) string { return r.line.PrmryPyrCd }),
		"CLM_LINE_DGNS_CD":        code(func(r *idrLineRow) string { return r.line.ClmLineDgnsCd }),
		"CLM_RNDRG_PRVDR_TAX_NUM": code(func(r *idrLineRow) string { return r.line.TaxNum }),
		"RNDRG_PRVDR_NPI_NUM":     text(func(r *idrLineRow) string { return r.line.Rendering }),
		"CLM_CARR_PMT_DNL_CD":     code(func(r *idrLineRow) string { return r.ClmCarrPmtDnlCd }),
		"CLM_PRCSG_IND_CD":        code(func(r *idrLineRow) string { return r.line.PrcsgIndCd }),
		"CLM_ADJSMT_TYPE_CD":      code(func(r *idrLineRow) string { return r.ClmAdjstmtType }),
		"CLM_EFCTV_DT":            day(func(r *idrLineRow) column.Date { return r.ClmEfctvDt }),
		"CLM_IDR_LD_DT":           day(func(r *idrLineRow) column.Date { return r.ClmIdrLdDt }),
		"CLM_CNTL_NUM":            text(func(r *idrLineRow) string { return r.ClmCntlNum }),
		"CLM_LINE_ALOWD_CHRG_AMT": money(func(r *idrLineRow) column.Amount { return r.line.ClmLineAlowdChrg }),
		"CLM_LINE_SRVC_UNIT_QTY":  count(func(r *idrLineRow) column.Quantity { return r.line.ClmLineSrvcUnit }),
		"HCPCS_1_MDFR_CD":         text(idrModifier(1)),
		"HCPCS_2_MDFR_CD":         text(idrModifier(2)),
		"HCPCS_3_MDFR_CD":         text(idrModifier(3)),
		"HCPCS_4_MDFR_CD":         text(idrModifier(4)),
		"HCPCS_5_MDFR_CD":         text(idrModifier(5)),
		"CLM_DISP_CD":             code(func(r *idrLineRow) string { return r.ClmDispCd }),
		"CLM_DGNS_1_CD":           text(idrDiagnosis(1)),
		"CLM_DGNS_2_CD":           text(idrDiagnosis(2)),
		"CLM_DGNS_3_CD":           text(idrDiagnosis(3)),
		"CLM_DGNS_4_CD":           text(idrDiagnosis(4)),
		"CLM_DGNS_5_CD":           text(idrDiagnosis(5)),
		"CLM_DGNS_6_CD":           text(idrDiagnosis(6)),
		"CLM_DGNS_7_CD":           text(idrDiagnosis(7)),
		"CLM_DGNS_8_CD":           text(idrDiagnosis(8)),
		"DGNS_PRCDR_ICD_IND":      text(func(r *idrLineRow) string { return r.ICDIndicator() }),
		"CLM_DGNS_9_CD":           text(idrDiagnosis(9)),
		"CLM_DGNS_10_CD":          text(idrDiagnosis(10)),
		"CLM_DGNS_11_CD":          text(idrDiagnosis(11)),
		"CLM_DGNS_12_CD":          text(idrDiagnosis(12)),
		"CLM_RNDRG_PRVDR_NPI_NUM": text(func(r *idrLineRow) string { return r.line.Rendering }),
		"CLM_RFRG_PRVDR_NPI_NUM":  text(func(r *idrLineRow) string { return r.Rfrg }),
		"CLM_CNTRCTR_NUM":         code(func(r *idrLineRow) string { return r.ClmCntrctrNum }),
	}
}

func idrDiagnosis(n int) func(*idrLineRow) string {
	return func(r *idrLineRow) string {
		if n > len(r.Prod) {
			return ""
		}
		return r.Prod[n-1].ClmDgnsCd
	}
}

func v3CCLF6() map[string]cell[idrLineRow] {
	return map[string]cell[idrLineRow]{
		"CUR_CLM_UNIQ_ID":         number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
		"CLM_LINE_NUM":            number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
		"BENE_MBI_ID":             text(func(r *idrLineRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":             text(func(r *idrLineRow) string { return r.TypeCode() }),
		"CLM_FROM_DT":             day(func(r *idrLineRow) column.Date { return r.ClmFromDt }),
		"CLM_THRU_DT":             day(func(r *idrLineRow) column.Date { return r.ClmThruDt }),
		"CLM_FED_TYPE_SRVC_CD":    code(func(r *idrLineRow) string { return r.line.FedTypeSrvcCd }),
		"CLM_POS_CD":              code(func(r *idrLineRow) string { return r.line.PosCd }),
		"CLM_LINE_FROM_DT":        day(func(r *idrLineRow) column.Date { return r.line.ClmLineFromDt }),
		"CLM_LINE_THRU_DT":        day(func(r *idrLineRow) column.Date { return r.line.ClmLineThruDt }),
		"CLM_LINE_HCPCS_CD":       code(func(r *idrLineRow) string { return r.line.ClmLineHcpcsCd }),
		"CLM_LINE_CVRD_PD_AMT":    money(func(r *idrLineRow) column.Amount { return r.line.ClmLineCvrdPd }),
		"CLM_PRMRY_PYR_CD":        code(func(r *idrLineRow) string { return r.line.PrmryPyrCd }),
		"PAYTO_PRVDR_NPI_NUM":     text(func(r *idrLineRow) string { return r.BillingNPI() }),
		"ORDRG_PRVDR_NPI_NUM":     text(func(r *idrLineRow) string { return r.Rfrg }),
		"CLM_CARR_PMT_DNL_CD":     code(func(r *idrLineRow) string { return r.ClmCarrPmtDnlCd }),
		"CLM_PRCSG_IND_CD":        code(func(r *idrLineRow) string { return r.line.PrcsgIndCd }),
		"CLM_ADJSMT_TYPE_CD":      code(func(r *idrLineRow) string { return r.ClmAdjstmtType }),
		"CLM_EFCTV_DT":            day(func(r *idrLineRow) column.Date { return r.ClmEfctvDt }),
		"CLM_IDR_LD_DT":           day(func(r *idrLineRow) column.Date { return r.ClmIdrLdDt }),
		"CLM_CNTL_NUM":            text(func(r *idrLineRow) string { return r.ClmCntlNum }),
		"CLM_LINE_ALOWD_CHRG_AMT": money(func(r *idrLineRow) column.Amount { return r.line.ClmLineAlowdChrg }),
		"CLM_DISP_CD":             code(func(r *idrLineRow) string { return r.ClmDispCd }),
		"CLM_BLG_PRVDR_NPI_NUM":   text(func(r *idrLineRow) string { return r.BillingNPI() }),
		"CLM_RFRG_PRVDR_NPI_NUM":  text(func(r *idrLineRow) string { return r.Rfrg }),
	}
}

func v3CCLFB() map[string]cell[idrLineRow] {
	return map[string]cell[idrLineRow]{
		"CUR_CLM_UNIQ_ID":                number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
		"CLM_LINE_NUM":                   number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
		"BENE_MBI_ID":                    text(func(r *idrLineRow) string { return r.Beneficiary.SentMBI() }),
		"CLM_TYPE_CD":                    text(func(r *idrLineRow) string { return r.TypeCode() }),
		"CLM_LINE_NGACO_PBPMT_SW":        code(func(r *idrLineRow) string { return r.line.Switch[idr.PBPMTSwitch] }),
		"CLM_LINE_NGACO_PDSCHRG_HCBS_SW": code(func(r *idrLineRow) string { return r.line.Switch[idr.PostDischargeSwitch] }),
		"CLM_LINE_NGACO_SNF_WVR_SW":      code(func(r *idrLineRow) string { return r.line.Switch[idr.SNFSwitch] }),
		"CLM_LINE_NGACO_TLHLTH_SW":       code(func(r *idrLineRow) string { return r.line.Switch[idr.TelehealthSwitch] }),
		"CLM_LINE_NGACO_CPTATN_SW":       code(func(r *idrLineRow) string { return r.line.Switch[idr.CapitationSwitch] }),
		"CLM_DEMO_1ST_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 1) }),
		"CLM_DEMO_2ND_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 2) }),
		"CLM_DEMO_3RD_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 3) }),
		"CLM_DEMO_4TH_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 4) }),
		"CLM_DEMO_5TH_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 5) }),
		"CLM_NGACO_CMG_WVR_SW":           code(func(r *idrLineRow) string { return r.line.Switch[idr.CMGSwitch] }),
		"CLM_MDCR_DDCTBL_AMT":            money(func(r *idrLineRow) column.Amount { return r.ClmMdcrDdctbl }),
		"CLM_LINE_CARR_HPSA_SCRCTY_CD": code(func(r *idrLineRow) string {
			if r.Type != life.Carrier {
				return ""
			}
			return r.line.CarrHpsaCd
		}),
	}
}

func v3CCLF7() map[string]cell[idr.Claim] {
	return map[string]cell[idr.Claim]{
		"CUR_CLM_UNIQ_ID":              number(func(c *idr.Claim) int64 { return c.ClmUniqID }),
		"BENE_MBI_ID":                  text(func(c *idr.Claim) string { return c.Beneficiary.SentMBI() }),
		"CLM_LINE_NDC_CD":              code(func(c *idr.Claim) string { return c.Lines[0].ClmLineNdcCd }),
		"CLM_TYPE_CD":                  text(func(c *idr.Claim) string { return padded(c.ClmTypeCd, 2) }),
		"CLM_LINE_FROM_DT":             day(func(c *idr.Claim) column.Date { return c.Lines[0].ClmLineFromDt }),
		"PRVDR_SRVC_ID_QLFYR_CD":       code(func(c *idr.Claim) string { return c.Drug.PrvdrSrvcIDQlfyrCd }),
		"CLM_SRVC_PRVDR_GNRC_ID_NUM":   code(func(c *idr.Claim) string { return c.Drug.ClmSrvcPrvdrGnrcID }),
		"CLM_DSPNSNG_STUS_CD":          code(func(c *idr.Claim) string { return c.Drug.ClmDspnsngStusCd }),
		"CLM_DAW_PROD_SLCTN_CD":        code(func(c *idr.Claim) string { return c.Drug.ClmDawProdSlctnCd }),
		"CLM_LINE_SRVC_UNIT_QTY":       count(func(c *idr.Claim) column.Quantity { return c.Lines[0].ClmLineSrvcUnit }),
		"CLM_LINE_DAYS_SUPLY_QTY":      number(func(c *idr.Claim) int64 { return int64(c.Drug.ClmDaysSuplyQty) }),
		"PRVDR_PRSBNG_ID_QLFYR_CD":     code(func(c *idr.Claim) string { return c.Drug.PrsbngIDQlfyrCd }),
		"CLM_PRSBNG_PRVDR_GNRC_ID_NUM": code(func(c *idr.Claim) string { return c.Drug.ClmPrsbngGnrcID }),
		"CLM_LINE_BENE_PMT_AMT":        money(func(c *idr.Claim) column.Amount { return c.Lines[0].ClmLineBenePmt }),
		"CLM_ADJSMT_TYPE_CD":           code(func(c *idr.Claim) string { return c.ClmAdjstmtType }),
		"CLM_EFCTV_DT":                 day(func(c *idr.Claim) column.Date { return c.ClmEfctvDt }),
		"CLM_IDR_LD_DT":                day(func(c *idr.Claim) column.Date { return c.ClmIdrLdDt }),
		"CLM_LINE_RX_SRVC_RFRNC_NUM":   code(func(c *idr.Claim) string { return c.Drug.ClmLineRxNum }),
		"CLM_LINE_RX_FILL_NUM":         number(func(c *idr.Claim) int64 { return int64(c.Drug.ClmLineRxFillNum) }),
		"CLM_PHRMCY_SRVC_TYPE_CD":      code(func(c *idr.Claim) string { return c.Drug.ClmPhrmcySrvcType }),
	}
}

func v3CCLF8() map[string]cell[idr.Beneficiary] {
	return map[string]cell[idr.Beneficiary]{
		"BENE_MBI_ID":  text(func(p *idr.Beneficiary) string { return p.MbiNum }),
		"BENE_DOB":     day(func(p *idr.Beneficiary) column.Date { return p.BeneBirthDt }),
		"BENE_SEX_CD":  text(func(p *idr.Beneficiary) string { return p.BeneSexIdentCd }),
		"BENE_RACE_CD": text(func(p *idr.Beneficiary) string { return p.BeneRaceCd }),
		"BENE_AGE":     func(b []byte, p *idr.Beneficiary) []byte { return appendAge(b, p.Beneficiary) },
		"BENE_MDCR_STUS_CD": code(func(p *idr.Beneficiary) string {
			return ofParts(p, func(q *idr.PartStatus) string { return q.BeneMdcrStusCd })
		}),
		"BENE_DUAL_STUS_CD": code(func(p *idr.Beneficiary) string { return p.Dual.BeneDualStusCd }),
		"BENE_DEATH_DT":     day(func(p *idr.Beneficiary) column.Date { return p.DeathDt }),
		"BENE_1ST_NAME":     text(func(p *idr.Beneficiary) string { return p.BeneGvnName }),
		"BENE_MIDL_NAME":    text(func(p *idr.Beneficiary) string { return p.BeneMdlName }),
		"BENE_LAST_NAME":    text(func(p *idr.Beneficiary) string { return p.BeneSrnmName }),
		"BENE_ORGNL_ENTLMT_RSN_CD": code(func(p *idr.Beneficiary) string {
			return ofParts(p, func(q *idr.PartStatus) string { return q.BeneMdcrEntlmtRsnCd })
		}),
		"BENE_ENTLMT_BUYIN_IND": code(func(p *idr.Beneficiary) string {
			return ofParts(p, func(q *idr.PartStatus) string { return q.BeneBuyinCd })
		}),
		"BENE_PART_A_ENRLMT_BGN_DT": day(func(p *idr.Beneficiary) column.Date { return p.PartA.Begin }),
		"BENE_PART_B_ENRLMT_BGN_DT": day(func(p *idr.Beneficiary) column.Date { return p.PartB.Begin }),
		"BENE_LINE_1_ADR":           text(idrAddress(1)),
		"BENE_LINE_2_ADR":           text(idrAddress(2)),
		"BENE_LINE_3_ADR":           text(idrAddress(3)),
		"BENE_LINE_4_ADR":           text(idrAddress(4)),
		"BENE_LINE_5_ADR":           text(idrAddress(5)),
		"BENE_LINE_6_ADR":           text(idrAddress(6)),
		"GEO_ZIP_PLC_NAME": text(func(p *idr.Beneficiary) string {
			if !p.HasAddressLines {
				return ""
			}
			return p.CityName
		}),
		"GEO_USPS_STATE_CD": text(func(p *idr.Beneficiary) string { return p.StateCode }),
		"GEO_ZIP5_CD":       text(func(p *idr.Beneficiary) string { return p.BeneZipCd }),
	}
}

// ofParts returns the value of Part A, or else that of Part B.
func ofParts(p *idr.Beneficiary, value func(*idr.PartStatus) string) string {
	if v := idr.Stored(value(&p.PartA)); v != "" {
		return v
	}
	return idr.Stored(value(&p.PartB))
}

// idrAddress returns a line of the address, if the server sends it.
func idrAddress(n int) func(*idr.Beneficiary) string {
	return func(p *idr.Beneficiary) string {
		if !p.HasAddressLines {
			return ""
		}
		return nth(p.DrvdLineAdr[:], n)
	}
}

func v3CCLF9() map[string]cell[idrFormer] {
	return map[string]cell[idrFormer]{
		"HICN_MBI_XREF_IND": text(func(*idrFormer) string { return "M" }),
		"CRNT_NUM":          text(func(r *idrFormer) string { return r.current }),
		"PRVS_NUM":          text(func(r *idrFormer) string { return r.former.BeneMbiID }),
		"PRVS_ID_EFCTV_DT":  day(func(r *idrFormer) column.Date { return r.former.BeneMbiEfctvDt }),
		"PRVS_ID_OBSLT_DT":  day(func(r *idrFormer) column.Date { return r.former.BeneMbiObslDt }),
	}
}
