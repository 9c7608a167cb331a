package synth

import "strconv"

// v3Truth writes the CCLF rows that records of the IDR stand for.
type v3Truth struct {
	cclf1, cclfa        *sheet[idrClaim]
	cclf2               *sheet[idrLineRow]
	cclf3               *sheet[idrProcedureRow]
	cclf4               *sheet[idrProductRow]
	cclf5, cclf6, cclfb *sheet[idrLineRow]
	cclf7               *sheet[idrClaim]
	cclf8               *sheet[idrPerson]
	cclf9               *sheet[idrFormer]
}

type (
	idrLineRow struct {
		*idrClaim
		line *idrLine
	}
	idrProcedureRow struct {
		*idrClaim
		procedure *idrProcedure
	}
	idrProductRow struct {
		*idrClaim
		product  *idrProd
		sequence int // of CLM_PROD, within the type
	}
	idrFormer struct {
		current string
		former  *idrMBI
	}
)

// newV3Truth writes to the files of the CCLF tables.
func newV3Truth(files map[string]*truthFile) *v3Truth {
	return &v3Truth{
		cclf1: newSheet(files, "cclf1", v3CCLF1),
		cclf2: newSheet(files, "cclf2", v3CCLF2),
		cclf3: newSheet(files, "cclf3", v3CCLF3),
		cclf4: newSheet(files, "cclf4", v3CCLF4),
		cclf5: newSheet(files, "cclf5", v3CCLF5),
		cclf6: newSheet(files, "cclf6", v3CCLF6),
		cclf7: newSheet(files, "cclf7", v3CCLF7),
		cclf8: newSheet(files, "cclf8", v3CCLF8),
		cclf9: newSheet(files, "cclf9", v3CCLF9),
		cclfa: newSheet(files, "cclfa", v3CCLFA),
		cclfb: newSheet(files, "cclfb", v3CCLFB),
	}
}

func (t *v3Truth) person(p *idrPerson) {
	if !p.noPatient {
		t.cclf8.write(*p)
	}
	if !p.told() {
		return
	}
	last := len(p.mbis) - 1
	for i := range p.mbis[:last] {
		former := p.mbis[i]
		if p.noPatient { // claims do not have the dates
			former.BeneMbiEfctvDt, former.BeneMbiObslDt = 0, 0
		}
		t.cclf9.write(idrFormer{p.mbis[last].BeneMbiID, &former})
	}
}

func (t *v3Truth) event(c *idrClaim) {
	switch {
	case c.kind == partD:
		t.cclf7.write(*c)
		return
	case c.kind >= carrier:
		sheet := t.cclf5
		if c.kind == dme {
			sheet = t.cclf6
		}
		for i := range c.Lines {
			sheet.write(idrLineRow{c, &c.Lines[i]})
			t.cclfb.write(idrLineRow{c, &c.Lines[i]})
		}
		return
	}
	t.cclf1.write(*c)
	t.cclfa.write(*c)
	for i := range c.Lines {
		t.cclf2.write(idrLineRow{c, &c.Lines[i]})
	}
	for i := range c.Prcdr {
		t.cclf3.write(idrProcedureRow{c, &c.Prcdr[i]})
	}
	var numbers [256]int
	for i := range c.Prod {
		p := &c.Prod[i]
		if p.ClmProdTypeCd == "D" || p.ClmProdTypeCd == "E" {
			numbers[p.ClmProdTypeCd[0]]++
			t.cclf4.write(idrProductRow{c, p, numbers[p.ClmProdTypeCd[0]]})
		}
	}
}

// product is the code of the first product of a type.
func (c *idrClaim) product(kind string) string {
	for i := range c.Prod {
		if c.Prod[i].ClmProdTypeCd == kind {
			return c.Prod[i].ClmDgnsCd
		}
	}
	return ""
}

// icdIndicator is the version of the claim's diagnoses.
func (c *idrClaim) icdIndicator() string {
	if len(c.Prod) == 0 {
		return ""
	}
	return icdOf(c.Prod[0].version).version
}

// ccn is the number of the institution that bills.
func (c *idrClaim) ccn() string {
	if c.billing == nil || c.person2 {
		return ""
	}
	return c.billing.oscar
}

func (c *idrClaim) billingNPI() string {
	if c.billing == nil {
		return ""
	}
	return c.billing.npi
}

func (c *idrClaim) typeCode() string {
	return strconv.Itoa(c.ClmTypeCd)
}

// padded writes a number with zeros before it; zero is missing.
func padded(n, width int) string {
	if n == 0 {
		return ""
	}
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

// stored is what is in a column, if anything is.
func stored(s string) string {
	if !present(s) {
		return ""
	}
	return s
}

// nth is the n-th of the values that are there.
func nth(values []string, n int) string {
	for _, v := range values {
		if present(v) {
			if n--; n == 0 {
				return v
			}
		}
	}
	return ""
}

func (c *idrClaim) condition() string {
	switch {
	case len(c.ClmRltCondCd) == 0:
		return ""
	case len(c.ClmRltCondCd[0]) == 1:
		return "0" + c.ClmRltCondCd[0]
	}
	return c.ClmRltCondCd[0]
}

// original is the number of the claim that this one replaced.
func (c *idrClaim) original() string {
	if c.ClmOrigCntlNum == c.ClmCntlNum {
		return ""
	}
	return stored(c.ClmOrigCntlNum)
}

// firstAdjustment is the first line that has a reason of adjustment.
func (c *idrClaim) firstAdjustment() *idrLine {
	for i := range c.Lines {
		if c.Lines[i].AnsiGrpCd != "" {
			return &c.Lines[i]
		}
	}
	return &idrLine{}
}

// sent is an amount that is sent unless it is zero.
func sent[R any](value func(*R) amount) cell[R] {
	return money(func(r *R) amount { return nonzero(value(r)) })
}

// code is a column with a code, where a tilde stands for none.
func code[R any](value func(*R) string) cell[R] {
	return text(func(r *R) string { return stored(value(r)) })
}

var v3CCLF1 = map[string]cell[idrClaim]{
	"CUR_CLM_UNIQ_ID":               number(func(c *idrClaim) int64 { return c.ClmUniqID }),
	"PRVDR_OSCAR_NUM":               code((*idrClaim).ccn),
	"BENE_MBI_ID":                   text(func(c *idrClaim) string { return c.person.mbi() }),
	"CLM_TYPE_CD":                   text((*idrClaim).typeCode),
	"CLM_FROM_DT":                   day(func(c *idrClaim) date { return c.ClmFromDt }),
	"CLM_THRU_DT":                   day(func(c *idrClaim) date { return c.ClmThruDt }),
	"CLM_BILL_FAC_TYPE_CD":          code(func(c *idrClaim) string { return c.ClmBillFacTypeCd }),
	"CLM_BILL_CLSFCTN_CD":           code(func(c *idrClaim) string { return c.ClmBillClsfctnCd }),
	"PRNCPL_DGNS_CD":                code(func(c *idrClaim) string { return c.product("P") }),
	"ADMTG_DGNS_CD":                 code(func(c *idrClaim) string { return c.product("A") }),
	"CLM_MDCR_NPMT_RSN_CD":          code(func(c *idrClaim) string { return c.ClmMdcrNpmtRsnCd }),
	"CLM_PMT_AMT":                   money(func(c *idrClaim) amount { return c.ClmPmtAmt }),
	"CLM_NCH_PRMRY_PYR_CD":          code(func(c *idrClaim) string { return c.ClmNchPrmryPyrCd }),
	"PRVDR_FAC_FIPS_ST_CD":          code(func(c *idrClaim) string { return fipsState(c.GeoBlgSsaStateCd) }),
	"BENE_PTNT_STUS_CD":             code(func(c *idrClaim) string { return c.BenePtntStusCd }),
	"DGNS_DRG_CD":                   text(func(c *idrClaim) string { return padded(c.DgnsDrgCd, 3) }),
	"CLM_OP_SRVC_TYPE_CD":           code(func(c *idrClaim) string { return c.ClmOpSrvcTypeCd }),
	"FAC_PRVDR_NPI_NUM":             text((*idrClaim).billingNPI),
	"OPRTG_PRVDR_NPI_NUM":           text(func(c *idrClaim) string { return c.oprtg }),
	"ATNDG_PRVDR_NPI_NUM":           text(func(c *idrClaim) string { return c.atndg }),
	"OTHR_PRVDR_NPI_NUM":            text(func(c *idrClaim) string { return c.othr }),
	"CLM_ADJSMT_TYPE_CD":            code(func(c *idrClaim) string { return c.ClmAdjstmtType }),
	"CLM_EFCTV_DT":                  day(func(c *idrClaim) date { return c.ClmEfctvDt }),
	"CLM_IDR_LD_DT":                 day(func(c *idrClaim) date { return c.ClmIdrLdDt }),
	"CLM_ADMSN_TYPE_CD":             code(func(c *idrClaim) string { return c.ClmAdmsnTypeCd }),
	"CLM_ADMSN_SRC_CD":              code(func(c *idrClaim) string { return c.ClmAdmsnSrcCd }),
	"CLM_BILL_FREQ_CD":              code(func(c *idrClaim) string { return c.ClmBillFreqCd }),
	"CLM_QUERY_CD":                  code(func(c *idrClaim) string { return c.ClmQueryCd }),
	"DGNS_PRCDR_ICD_IND":            text((*idrClaim).icdIndicator),
	"CLM_MDCR_INSTNL_TOT_CHRG_AMT":  money(func(c *idrClaim) amount { return c.ClmSbmtChrgAmt }),
	"CLM_MDCR_IP_PPS_CPTL_IME_AMT":  sent(func(c *idrClaim) amount { return c.ClmPpsCptlIme }),
	"CLM_OPRTNL_IME_AMT":            money(func(c *idrClaim) amount { return c.ClmOprtnlIme }),
	"CLM_MDCR_IP_PPS_DSPRPRTNT_AMT": sent(func(c *idrClaim) amount { return c.ClmPpsDsprprtnt }),
	"CLM_HIPPS_UNCOMPD_CARE_AMT":    sent(func(c *idrClaim) amount { return c.ClmHippsUncompdCare }),
	"CLM_OPRTNL_DSPRPRTNT_AMT":      money(func(c *idrClaim) amount { return c.ClmOprtnlDsprtnt }),
	"CLM_BLG_PRVDR_OSCAR_NUM":       code((*idrClaim).ccn),
	"CLM_BLG_PRVDR_NPI_NUM":         text((*idrClaim).billingNPI),
	"CLM_OPRTG_PRVDR_NPI_NUM":       text(func(c *idrClaim) string { return c.oprtg }),
	"CLM_ATNDG_PRVDR_NPI_NUM":       text(func(c *idrClaim) string { return c.atndg }),
	"CLM_OTHR_PRVDR_NPI_NUM":        text(func(c *idrClaim) string { return c.othr }),
	"CLM_CNTL_NUM":                  text(func(c *idrClaim) string { return c.ClmCntlNum }),
	"CLM_ORG_CNTL_NUM":              text((*idrClaim).original),
	"CLM_CNTRCTR_NUM":               code(func(c *idrClaim) string { return c.ClmCntrctrNum }),
}

var v3CCLF2 = map[string]cell[idrLineRow]{
	"CUR_CLM_UNIQ_ID":            number(func(r *idrLineRow) int64 { return r.ClmUniqID }),
	"CLM_LINE_NUM":               number(func(r *idrLineRow) int64 { return int64(r.line.ClmLineNum) }),
	"BENE_MBI_ID":                text(func(r *idrLineRow) string { return r.person.mbi() }),
	"CLM_TYPE_CD":                text(func(r *idrLineRow) string { return r.typeCode() }),
	"CLM_LINE_FROM_DT":           day(func(r *idrLineRow) date { return r.line.ClmLineFromDt }),
	"CLM_LINE_THRU_DT":           day(func(r *idrLineRow) date { return r.line.ClmLineThruDt }),
	"CLM_LINE_PROD_REV_CTR_CD":   code(func(r *idrLineRow) string { return r.line.ClmLineRevCtrCd }),
	"CLM_LINE_INSTNL_REV_CTR_DT": day(func(r *idrLineRow) date { return r.line.ClmLineRevCtrDt }),
	"CLM_LINE_HCPCS_CD":          code(func(r *idrLineRow) string { return r.line.ClmLineHcpcsCd }),
	"PRVDR_OSCAR_NUM":            code(func(r *idrLineRow) string { return r.ccn() }),
	"CLM_FROM_DT":                day(func(r *idrLineRow) date { return r.ClmFromDt }),
	"CLM_THRU_DT":                day(func(r *idrLineRow) date { return r.ClmThruDt }),
	"CLM_LINE_SRVC_UNIT_QTY":     count(func(r *idrLineRow) quantity { return r.line.ClmLineSrvcUnit }),
	"CLM_LINE_CVRD_PD_AMT":       money(func(r *idrLineRow) amount { return r.line.ClmLineCvrdPd }),
	"HCPCS_1_MDFR_CD":            text(idrModifier(1)),
	"HCPCS_2_MDFR_CD":            text(idrModifier(2)),
	"HCPCS_3_MDFR_CD":            text(idrModifier(3)),
	"HCPCS_4_MDFR_CD":            text(idrModifier(4)),
	"HCPCS_5_MDFR_CD":            text(idrModifier(5)),
	"CLM_REV_APC_HIPPS_CD":       code(func(r *idrLineRow) string { return r.line.ClmRevApcHippsCd }),
	"CLM_FAC_PRVDR_OSCAR_NUM":    code(func(r *idrLineRow) string { return r.ccn() }),
}

func idrModifier(n int) func(*idrLineRow) string {
	return func(r *idrLineRow) string { return nth(r.line.HcpcsMdfrCd[:], n) }
}

var v3CCLF3 = map[string]cell[idrProcedureRow]{
	"CUR_CLM_UNIQ_ID":         number(func(r *idrProcedureRow) int64 { return r.ClmUniqID }),
	"BENE_MBI_ID":             text(func(r *idrProcedureRow) string { return r.person.mbi() }),
	"CLM_TYPE_CD":             text(func(r *idrProcedureRow) string { return r.typeCode() }),
	"CLM_VAL_SQNC_NUM":        number(func(r *idrProcedureRow) int64 { return int64(r.procedure.ClmValSqncNum) }),
	"CLM_PRCDR_CD":            text(func(r *idrProcedureRow) string { return r.procedure.ClmPrcdrCd }),
	"CLM_PRCDR_PRFRM_DT":      day(func(r *idrProcedureRow) date { return r.procedure.ClmPrcdrDt }),
	"PRVDR_OSCAR_NUM":         code(func(r *idrProcedureRow) string { return r.ccn() }),
	"CLM_FROM_DT":             day(func(r *idrProcedureRow) date { return r.ClmFromDt }),
	"CLM_THRU_DT":             day(func(r *idrProcedureRow) date { return r.ClmThruDt }),
	"DGNS_PRCDR_ICD_IND":      text(func(r *idrProcedureRow) string { return icdOf(r.procedure.version).version }),
	"CLM_BLG_PRVDR_OSCAR_NUM": code(func(r *idrProcedureRow) string { return r.ccn() }),
}

var v3CCLF4 = map[string]cell[idrProductRow]{
	"CUR_CLM_UNIQ_ID":         number(func(r *idrProductRow) int64 { return r.ClmUniqID }),
	"BENE_MBI_ID":             text(func(r *idrProductRow) string { return r.person.mbi() }),
	"CLM_TYPE_CD":             text(func(r *idrProductRow) string { return r.typeCode() }),
	"CLM_PROD_TYPE_CD":        text(func(r *idrProductRow) string { return r.product.ClmProdTypeCd }),
	"CLM_VAL_SQNC_NUM":        number(func(r *idrProductRow) int64 { return int64(r.sequence) }),
	"CLM_DGNS_CD":             text(func(r *idrProductRow) string { return r.product.ClmDgnsCd }),
	"PRVDR_OSCAR_NUM":         code(func(r *idrProductRow) string { return r.ccn() }),
	"CLM_FROM_DT":             day(func(r *idrProductRow) date { return r.ClmFromDt }),
	"CLM_THRU_DT":             day(func(r *idrProductRow) date { return r.ClmThruDt }),
	"CLM_POA_IND":             code(func(r *idrProductRow) string { return r.product.ClmPoaInd }),
	"DGNS_PRCDR_ICD_IND":      text(func(r *idrProductRow) string { return icdOf(r.product.version).version }),
	"CLM_BLG_PRVDR_OSCAR_NUM": code(func(r *idrProductRow) string { return r.ccn() }),
}

var v3CCLFA = map[string]cell[idrClaim]{
	"CUR_CLM_UNIQ_ID":             number(func(c *idrClaim) int64 { return c.ClmUniqID }),
	"BENE_MBI_ID":                 text(func(c *idrClaim) string { return c.person.mbi() }),
	"CLM_TYPE_CD":                 text((*idrClaim).typeCode),
	"CLM_ACTV_CARE_FROM_DT":       day(func(c *idrClaim) date { return c.ClmActvCareFromDt }),
	"CLM_NGACO_PBPMT_SW":          code(func(c *idrClaim) string { return c.ClmSwitch[pbpmtSwitch] }),
	"CLM_NGACO_PDSCHRG_HCBS_SW":   code(func(c *idrClaim) string { return c.ClmSwitch[pdschrgSwitch] }),
	"CLM_NGACO_SNF_WVR_SW":        code(func(c *idrClaim) string { return c.ClmSwitch[snfSwitch] }),
	"CLM_NGACO_TLHLTH_SW":         code(func(c *idrClaim) string { return c.ClmSwitch[tlhlthSwitch] }),
	"CLM_NGACO_CPTATN_SW":         code(func(c *idrClaim) string { return c.ClmSwitch[cptatnSwitch] }),
	"CLM_DEMO_1ST_NUM":            text(func(c *idrClaim) string { return nth(c.ClmDemo[:], 1) }),
	"CLM_DEMO_2ND_NUM":            text(func(c *idrClaim) string { return nth(c.ClmDemo[:], 2) }),
	"CLM_DEMO_3RD_NUM":            text(func(c *idrClaim) string { return nth(c.ClmDemo[:], 3) }),
	"CLM_DEMO_4TH_NUM":            text(func(c *idrClaim) string { return nth(c.ClmDemo[:], 4) }),
	"CLM_DEMO_5TH_NUM":            text(func(c *idrClaim) string { return nth(c.ClmDemo[:], 5) }),
	"CLM_NGACO_CMG_WVR_SW":        code(func(c *idrClaim) string { return c.ClmSwitch[cmgSwitch] }),
	"CLM_INSTNL_PER_DIEM_AMT":     sent(func(c *idrClaim) amount { return c.ClmInstnlPerDiem }),
	"CLM_MDCR_IP_BENE_DDCTBL_AMT": sent(func(c *idrClaim) amount { return c.ClmIPBeneDdctbl }),
	"CLM_MDCR_COINSRNC_AMT":       money(func(c *idrClaim) amount { return c.ClmMdcrCoinsrnc }),
	"CLM_BLOOD_LBLTY_AMT":         sent(func(c *idrClaim) amount { return c.ClmBloodLblty }),
	"CLM_INSTNL_PRFNL_AMT":        sent(func(c *idrClaim) amount { return c.ClmInstnlPrfnl }),
	"CLM_NCVRD_CHRG_AMT":          money(func(c *idrClaim) amount { return c.ClmNcvrdChrgAmt }),
	"CLM_MDCR_DDCTBL_AMT":         money(func(c *idrClaim) amount { return c.ClmMdcrDdctbl }),
	"CLM_RLT_COND_CD":             text((*idrClaim).condition),
	"CLM_1_REV_CNTR_ANSI_RSN_CD":  text(func(c *idrClaim) string { return c.firstAdjustment().AnsiRsnCd }),
	"CLM_1_REV_CNTR_ANSI_GRP_CD":  text(func(c *idrClaim) string { return c.firstAdjustment().AnsiGrpCd }),
}
