package synth

// What the columns of CCLF5 to 9 and CCLFB have from the records of the IDR.

var v3CCLF5 = map[string]cell[idrLineRow]{
	"CUR_CLM_UNIQ_ID":         number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
	"CLM_LINE_NUM":            number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
	"BENE_MBI_ID":             text(func(r *idrLineRow) string { return r.person.mbi() }),
	"CLM_TYPE_CD":             text(func(r *idrLineRow) string { return r.typeCode() }),
	"CLM_FROM_DT":             day(func(r *idrLineRow) date { return r.ClmFromDt }),
	"CLM_THRU_DT":             day(func(r *idrLineRow) date { return r.ClmThruDt }),
	"RNDRG_PRVDR_TYPE_CD":     code(func(r *idrLineRow) string { return r.line.PrvdrTypeCd }),
	"RNDRG_PRVDR_FIPS_ST_CD":  code(func(r *idrLineRow) string { return fipsState(r.line.SsaStateCd) }),
	"CLM_PRVDR_SPCLTY_CD":     code(func(r *idrLineRow) string { return r.line.PrvdrSpclty }),
	"CLM_FED_TYPE_SRVC_CD":    code(func(r *idrLineRow) string { return r.line.FedTypeSrvcCd }),
	"CLM_POS_CD":              code(func(r *idrLineRow) string { return r.line.PosCd }),
	"CLM_LINE_FROM_DT":        day(func(r *idrLineRow) date { return r.line.ClmLineFromDt }),
	"CLM_LINE_THRU_DT":        day(func(r *idrLineRow) date { return r.line.ClmLineThruDt }),
	"CLM_LINE_HCPCS_CD":       code(func(r *idrLineRow) string { return r.line.ClmLineHcpcsCd }),
	"CLM_LINE_CVRD_PD_AMT":    money(func(r *idrLineRow) amount { return r.line.ClmLineCvrdPd }),
	"CLM_LINE_PRMRY_PYR_CD":   code(func(r *idrLineRow) string { return r.line.PrmryPyrCd }),
	"CLM_LINE_DGNS_CD":        code(func(r *idrLineRow) string { return r.line.ClmLineDgnsCd }),
	"CLM_RNDRG_PRVDR_TAX_NUM": code(func(r *idrLineRow) string { return r.line.TaxNum }),
	"RNDRG_PRVDR_NPI_NUM":     text(func(r *idrLineRow) string { return r.line.rendering }),
	"CLM_CARR_PMT_DNL_CD":     code(func(r *idrLineRow) string { return r.ClmCarrPmtDnlCd }),
	"CLM_PRCSG_IND_CD":        code(func(r *idrLineRow) string { return r.line.PrcsgIndCd }),
	"CLM_ADJSMT_TYPE_CD":      code(func(r *idrLineRow) string { return r.ClmAdjstmtType }),
	"CLM_EFCTV_DT":            day(func(r *idrLineRow) date { return r.ClmEfctvDt }),
	"CLM_IDR_LD_DT":           day(func(r *idrLineRow) date { return r.ClmIdrLdDt }),
	"CLM_CNTL_NUM":            text(func(r *idrLineRow) string { return r.ClmCntlNum }),
	"CLM_LINE_ALOWD_CHRG_AMT": money(func(r *idrLineRow) amount { return r.line.ClmLineAlowdChrg }),
	"CLM_LINE_SRVC_UNIT_QTY":  count(func(r *idrLineRow) quantity { return r.line.ClmLineSrvcUnit }),
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
	"DGNS_PRCDR_ICD_IND":      text(func(r *idrLineRow) string { return r.icdIndicator() }),
	"CLM_DGNS_9_CD":           text(idrDiagnosis(9)),
	"CLM_DGNS_10_CD":          text(idrDiagnosis(10)),
	"CLM_DGNS_11_CD":          text(idrDiagnosis(11)),
	"CLM_DGNS_12_CD":          text(idrDiagnosis(12)),
	"CLM_RNDRG_PRVDR_NPI_NUM": text(func(r *idrLineRow) string { return r.line.rendering }),
	"CLM_RFRG_PRVDR_NPI_NUM":  text(func(r *idrLineRow) string { return r.rfrg }),
	"CLM_CNTRCTR_NUM":         code(func(r *idrLineRow) string { return r.ClmCntrctrNum }),
}

func idrDiagnosis(n int) func(*idrLineRow) string {
	return func(r *idrLineRow) string {
		if n > len(r.Prod) {
			return ""
		}
		return r.Prod[n-1].ClmDgnsCd
	}
}

var v3CCLF6 = map[string]cell[idrLineRow]{
	"CUR_CLM_UNIQ_ID":         number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
	"CLM_LINE_NUM":            number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
	"BENE_MBI_ID":             text(func(r *idrLineRow) string { return r.person.mbi() }),
	"CLM_TYPE_CD":             text(func(r *idrLineRow) string { return r.typeCode() }),
	"CLM_FROM_DT":             day(func(r *idrLineRow) date { return r.ClmFromDt }),
	"CLM_THRU_DT":             day(func(r *idrLineRow) date { return r.ClmThruDt }),
	"CLM_FED_TYPE_SRVC_CD":    code(func(r *idrLineRow) string { return r.line.FedTypeSrvcCd }),
	"CLM_POS_CD":              code(func(r *idrLineRow) string { return r.line.PosCd }),
	"CLM_LINE_FROM_DT":        day(func(r *idrLineRow) date { return r.line.ClmLineFromDt }),
	"CLM_LINE_THRU_DT":        day(func(r *idrLineRow) date { return r.line.ClmLineThruDt }),
	"CLM_LINE_HCPCS_CD":       code(func(r *idrLineRow) string { return r.line.ClmLineHcpcsCd }),
	"CLM_LINE_CVRD_PD_AMT":    money(func(r *idrLineRow) amount { return r.line.ClmLineCvrdPd }),
	"CLM_PRMRY_PYR_CD":        code(func(r *idrLineRow) string { return r.line.PrmryPyrCd }),
	"PAYTO_PRVDR_NPI_NUM":     text(func(r *idrLineRow) string { return r.billingNPI() }),
	"ORDRG_PRVDR_NPI_NUM":     text(func(r *idrLineRow) string { return r.rfrg }),
	"CLM_CARR_PMT_DNL_CD":     code(func(r *idrLineRow) string { return r.ClmCarrPmtDnlCd }),
	"CLM_PRCSG_IND_CD":        code(func(r *idrLineRow) string { return r.line.PrcsgIndCd }),
	"CLM_ADJSMT_TYPE_CD":      code(func(r *idrLineRow) string { return r.ClmAdjstmtType }),
	"CLM_EFCTV_DT":            day(func(r *idrLineRow) date { return r.ClmEfctvDt }),
	"CLM_IDR_LD_DT":           day(func(r *idrLineRow) date { return r.ClmIdrLdDt }),
	"CLM_CNTL_NUM":            text(func(r *idrLineRow) string { return r.ClmCntlNum }),
	"CLM_LINE_ALOWD_CHRG_AMT": money(func(r *idrLineRow) amount { return r.line.ClmLineAlowdChrg }),
	"CLM_DISP_CD":             code(func(r *idrLineRow) string { return r.ClmDispCd }),
	"CLM_BLG_PRVDR_NPI_NUM":   text(func(r *idrLineRow) string { return r.billingNPI() }),
	"CLM_RFRG_PRVDR_NPI_NUM":  text(func(r *idrLineRow) string { return r.rfrg }),
}

var v3CCLFB = map[string]cell[idrLineRow]{
	"CUR_CLM_UNIQ_ID":                number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
	"CLM_LINE_NUM":                   number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
	"BENE_MBI_ID":                    text(func(r *idrLineRow) string { return r.person.mbi() }),
	"CLM_TYPE_CD":                    text(func(r *idrLineRow) string { return r.typeCode() }),
	"CLM_LINE_NGACO_PBPMT_SW":        code(func(r *idrLineRow) string { return r.line.Switch[pbpmtSwitch] }),
	"CLM_LINE_NGACO_PDSCHRG_HCBS_SW": code(func(r *idrLineRow) string { return r.line.Switch[pdschrgSwitch] }),
	"CLM_LINE_NGACO_SNF_WVR_SW":      code(func(r *idrLineRow) string { return r.line.Switch[snfSwitch] }),
	"CLM_LINE_NGACO_TLHLTH_SW":       code(func(r *idrLineRow) string { return r.line.Switch[tlhlthSwitch] }),
	"CLM_LINE_NGACO_CPTATN_SW":       code(func(r *idrLineRow) string { return r.line.Switch[cptatnSwitch] }),
	"CLM_DEMO_1ST_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 1) }),
	"CLM_DEMO_2ND_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 2) }),
	"CLM_DEMO_3RD_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 3) }),
	"CLM_DEMO_4TH_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 4) }),
	"CLM_DEMO_5TH_NUM":               text(func(r *idrLineRow) string { return nth(r.line.Demo[:], 5) }),
	"CLM_NGACO_CMG_WVR_SW":           code(func(r *idrLineRow) string { return r.line.Switch[cmgSwitch] }),
	"CLM_MDCR_DDCTBL_AMT":            money(func(r *idrLineRow) amount { return r.ClmMdcrDdctbl }),
	"CLM_LINE_CARR_HPSA_SCRCTY_CD": code(func(r *idrLineRow) string {
		if r.kind != carrier {
			return ""
		}
		return r.line.CarrHpsaCd
	}),
}

var v3CCLF7 = map[string]cell[idrClaim]{
	"CUR_CLM_UNIQ_ID":              number(func(c *idrClaim) int64 { return c.ClmUniqID }),
	"BENE_MBI_ID":                  text(func(c *idrClaim) string { return c.person.mbi() }),
	"CLM_LINE_NDC_CD":              code(func(c *idrClaim) string { return c.Lines[0].ClmLineNdcCd }),
	"CLM_TYPE_CD":                  text(func(c *idrClaim) string { return padded(c.ClmTypeCd, 2) }),
	"CLM_LINE_FROM_DT":             day(func(c *idrClaim) date { return c.Lines[0].ClmLineFromDt }),
	"PRVDR_SRVC_ID_QLFYR_CD":       code(func(c *idrClaim) string { return c.drug.PrvdrSrvcIDQlfyrCd }),
	"CLM_SRVC_PRVDR_GNRC_ID_NUM":   code(func(c *idrClaim) string { return c.drug.ClmSrvcPrvdrGnrcID }),
	"CLM_DSPNSNG_STUS_CD":          code(func(c *idrClaim) string { return c.drug.ClmDspnsngStusCd }),
	"CLM_DAW_PROD_SLCTN_CD":        code(func(c *idrClaim) string { return c.drug.ClmDawProdSlctnCd }),
	"CLM_LINE_SRVC_UNIT_QTY":       count(func(c *idrClaim) quantity { return c.Lines[0].ClmLineSrvcUnit }),
	"CLM_LINE_DAYS_SUPLY_QTY":      number(func(c *idrClaim) int64 { return int64(c.drug.ClmDaysSuplyQty) }),
	"PRVDR_PRSBNG_ID_QLFYR_CD":     code(func(c *idrClaim) string { return c.drug.PrsbngIDQlfyrCd }),
	"CLM_PRSBNG_PRVDR_GNRC_ID_NUM": code(func(c *idrClaim) string { return c.drug.ClmPrsbngGnrcID }),
	"CLM_LINE_BENE_PMT_AMT":        money(func(c *idrClaim) amount { return c.Lines[0].ClmLineBenePmt }),
	"CLM_ADJSMT_TYPE_CD":           code(func(c *idrClaim) string { return c.ClmAdjstmtType }),
	"CLM_EFCTV_DT":                 day(func(c *idrClaim) date { return c.ClmEfctvDt }),
	"CLM_IDR_LD_DT":                day(func(c *idrClaim) date { return c.ClmIdrLdDt }),
	"CLM_LINE_RX_SRVC_RFRNC_NUM":   code(func(c *idrClaim) string { return c.drug.ClmLineRxNum }),
	"CLM_LINE_RX_FILL_NUM":         number(func(c *idrClaim) int64 { return int64(c.drug.ClmLineRxFillNum) }),
	"CLM_PHRMCY_SRVC_TYPE_CD":      code(func(c *idrClaim) string { return c.drug.ClmPhrmcySrvcType }),
}

var v3CCLF8 = map[string]cell[idrPerson]{
	"BENE_MBI_ID":               text(func(p *idrPerson) string { return p.MbiNum }),
	"BENE_DOB":                  day(func(p *idrPerson) date { return p.BeneBirthDt }),
	"BENE_SEX_CD":               text(func(p *idrPerson) string { return p.BeneSexIdentCd }),
	"BENE_RACE_CD":              text(func(p *idrPerson) string { return p.BeneRaceCd }),
	"BENE_AGE":                  func(b []byte, p *idrPerson) []byte { return p.age(b) },
	"BENE_MDCR_STUS_CD":         code(func(p *idrPerson) string { return p.ofParts(func(q *idrPart) string { return q.BeneMdcrStusCd }) }),
	"BENE_DUAL_STUS_CD":         code(func(p *idrPerson) string { return p.dual.BeneDualStusCd }),
	"BENE_DEATH_DT":             day(func(p *idrPerson) date { return p.DeathDt }),
	"BENE_1ST_NAME":             text(func(p *idrPerson) string { return p.BeneGvnName }),
	"BENE_MIDL_NAME":            text(func(p *idrPerson) string { return p.BeneMdlName }),
	"BENE_LAST_NAME":            text(func(p *idrPerson) string { return p.BeneSrnmName }),
	"BENE_ORGNL_ENTLMT_RSN_CD":  code(func(p *idrPerson) string { return p.ofParts(func(q *idrPart) string { return q.BeneMdcrEntlmtRsnCd }) }),
	"BENE_ENTLMT_BUYIN_IND":     code(func(p *idrPerson) string { return p.ofParts(func(q *idrPart) string { return q.BeneBuyinCd }) }),
	"BENE_PART_A_ENRLMT_BGN_DT": day(func(p *idrPerson) date { return p.partA.begin }),
	"BENE_PART_B_ENRLMT_BGN_DT": day(func(p *idrPerson) date { return p.partB.begin }),
	"BENE_LINE_1_ADR":           text(idrAddress(1)),
	"BENE_LINE_2_ADR":           text(idrAddress(2)),
	"BENE_LINE_3_ADR":           text(idrAddress(3)),
	"BENE_LINE_4_ADR":           text(idrAddress(4)),
	"BENE_LINE_5_ADR":           text(idrAddress(5)),
	"BENE_LINE_6_ADR":           text(idrAddress(6)),
	"GEO_ZIP_PLC_NAME": text(func(p *idrPerson) string {
		if !p.city {
			return ""
		}
		return p.CityName
	}),
	"GEO_USPS_STATE_CD": text(func(p *idrPerson) string { return p.StateCode }),
	"GEO_ZIP5_CD":       text(func(p *idrPerson) string { return p.BeneZipCd }),
}

// ofParts is what Part A says, or Part B if A says nothing.
func (p *idrPerson) ofParts(value func(*idrPart) string) string {
	if v := stored(value(&p.partA)); v != "" {
		return v
	}
	return stored(value(&p.partB))
}

// idrAddress is a line of the address, where the server sends it.
func idrAddress(n int) func(*idrPerson) string {
	return func(p *idrPerson) string {
		if !p.city {
			return ""
		}
		return nth(p.DrvdLineAdr[:], n)
	}
}

var v3CCLF9 = map[string]cell[idrFormer]{
	"HICN_MBI_XREF_IND": text(func(*idrFormer) string { return "M" }),
	"CRNT_NUM":          text(func(r *idrFormer) string { return r.current }),
	"PRVS_NUM":          text(func(r *idrFormer) string { return r.former.BeneMbiID }),
	"PRVS_ID_EFCTV_DT":  day(func(r *idrFormer) date { return r.former.BeneMbiEfctvDt }),
	"PRVS_ID_OBSLT_DT":  day(func(r *idrFormer) date { return r.former.BeneMbiObslDt }),
}
