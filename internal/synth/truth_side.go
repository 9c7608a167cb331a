package synth

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// Truth of the tables beside CCLF. SOURCE_FILE is the name of the file in the
// export, without the path that it will be read by.

// truthTables are the tables that the truth has.
func truthTables() []*schema.Table {
	return append(slices.Clone(schema.Tables()),
		schema.Lookup(wellknown.ClaimsTable), schema.Lookup("part_d_costs"), schema.Lookup("enrollment"),
		schema.Lookup(wellknown.PriorAuthorizationsTable))
}

// partialTables are the tables of partially adjudicated claims. Those that are
// not about claims are left out, and responses are of v2 only.
func partialTables() []*schema.Table {
	return slices.DeleteFunc(slices.Clone(schema.AllTables()), func(t *schema.Table) bool {
		return !t.Partial && (t.Side || len(t.Claims) == 0)
	})
}

// A claimRow is a claim resource, in its newest version.
type claimRow struct {
	person                            *Beneficiary
	own                               bool // the resource has the MBI itself
	id, resource, api, kind, typeCode string
	status, final, adjustment, system string
	control, original, group          string
	updated                           instant
	at                                place
}

var claimColumns = map[string]cell[claimRow]{
	"CUR_CLM_UNIQ_ID": text(func(r *claimRow) string { return r.id }),
	"BENE_MBI_ID": text(func(r *claimRow) string {
		if r.own {
			return r.person.MbiNum
		}
		return r.person.mbi()
	}),
	"PATIENT_ID": func(b []byte, r *claimRow) []byte {
		if r.own { // its Patient is within it, and has no id
			return b
		}
		return strconv.AppendInt(b, r.person.BeneID, 10)
	},
	"RESOURCE_ID":        text(func(r *claimRow) string { return r.resource }),
	"API":                text(func(r *claimRow) string { return r.api }),
	"CLAIM_TYPE":         text(func(r *claimRow) string { return r.kind }),
	"CLM_TYPE_CD":        text(func(r *claimRow) string { return r.typeCode }),
	"STATUS":             text(func(r *claimRow) string { return r.status }),
	"FINAL_ACTION":       text(func(r *claimRow) string { return r.final }),
	"CLM_ADJSMT_TYPE_CD": text(func(r *claimRow) string { return r.adjustment }),
	"CLM_CNTL_NUM":       text(func(r *claimRow) string { return r.control }),
	"CLM_ORG_CNTL_NUM":   text(func(r *claimRow) string { return r.original }),
	"CLAIM_GROUP":        text(func(r *claimRow) string { return r.group }),
	"LAST_UPDATED":       func(b []byte, r *claimRow) []byte { return r.updated.append(b) },
	"SYSTEM_TYPE":        text(func(r *claimRow) string { return r.system }),
	"SOURCE_FILE":        text(func(r *claimRow) string { return r.at.file }),
	"SOURCE_LINE":        number(func(r *claimRow) int64 { return int64(r.at.line) }),
}

// claimKinds are the claim types as all servers call them.
var claimKinds = [claimTypes]string{
	inpatient: "INPATIENT", snf: "SNF", outpatient: "OUTPATIENT", hha: "HHA", hospice: "HOSPICE",
	carrier: "CARRIER", dme: "DME", partD: "PDE",
}

// A claimList is the claims of one beneficiary, until all are known.
type claimList struct {
	sheet *sheet[claimRow]
	rows  []claimRow
	drugs int // where the versions of the drug event that is being sent begin
}

// add takes in a claim that was sent. A newer version of a resource takes the
// place of the older one.
func (l *claimList) add(row claimRow, at place) {
	row.at = at
	i := slices.IndexFunc(l.rows, func(r claimRow) bool { return r.id == row.id && r.kind == row.kind })
	switch {
	case i < 0:
		l.rows = append(l.rows, row)
	case row.updated.millis >= l.rows[i].updated.millis:
		l.rows[i] = row
	}
}

// write ends a beneficiary.
func (l *claimList) write() {
	for _, row := range l.rows {
		l.sheet.write(row)
	}
	l.rows, l.drugs = l.rows[:0], 0
}

// row is what the claims of the Chronic Conditions Warehouse have in common.
func (c *claim) row(api string) claimRow {
	id := strconv.FormatInt(c.ClmID, 10)
	row := claimRow{
		person: c.Beneficiary, id: id, api: api, kind: claimKinds[c.Type], resource: v2Kinds[c.Type].id + "-" + id,
		status: c.status(), final: "Y", group: strconv.FormatInt(c.ClmGrpID, 10), updated: c.LastUpdated,
	}
	if !c.final() {
		row.final = "N"
	}
	return row
}

func (t *truth) institutionalClaim(c *Institutional, api string, at place) {
	row := c.row(api)
	row.typeCode, row.control = c.NchClmTypeCd, c.FiDocClmCntlNum
	if api == "v1" {
		row.original = c.FiOrigClmCntlNum
	}
	t.claims.add(row, at)
}

func (t *truth) professionalClaim(c *Professional, api string, at place) {
	row := c.row(api)
	row.typeCode, row.control = c.NchClmTypeCd, c.CarrClmCntlNum
	t.claims.add(row, at)
}

func (t *truth) drugClaim(c *PartDEvent, api string, at place) { t.claims.add(c.row(api), at) }

// partialClaim takes in a Claim of FISS or MCS.
func (t *truth) partialClaim(p *partial, at place) {
	row := claimRow{
		person: p.beneficiary, own: true, id: p.number, resource: p.id(), api: "v2", kind: p.system(), status: "active", final: "N",
		control: p.number, updated: p.updated, system: "SharedSystem",
	}
	t.claims.add(row, at)
}

var drugCosts = map[string]cell[PartDEvent]{
	"CUR_CLM_UNIQ_ID":    number(func(c *PartDEvent) int64 { return c.ClmID }),
	"BENE_MBI_ID":        text(func(c *PartDEvent) string { return c.Beneficiary.mbi() }),
	"PATIENT_ID":         number(func(c *PartDEvent) int64 { return c.Beneficiary.BeneID }),
	"CLM_LINE_FROM_DT":   day(func(c *PartDEvent) date { return c.SrvcDt }),
	"TOT_RX_CST_AMT":     money(func(c *PartDEvent) amount { return c.TotRxCstAmt }),
	"PTNT_PAY_AMT":       money(func(c *PartDEvent) amount { return c.PtntPayAmt }),
	"CVRD_D_PLAN_PD_AMT": money(func(c *PartDEvent) amount { return c.planPaid(true) }),
	"NCVRD_PLAN_PD_AMT":  money(func(c *PartDEvent) amount { return c.planPaid(false) }),
	"GDC_BLW_OOPT_AMT":   money(func(c *PartDEvent) amount { return c.GdcBlwOoptAmt }),
	"GDC_ABV_OOPT_AMT":   money(func(c *PartDEvent) amount { return c.GdcAbvOoptAmt }),
	"OTHR_TROOP_AMT":     money(func(c *PartDEvent) amount { return c.OthrTroopAmt }),
	"LICS_AMT":           money(func(c *PartDEvent) amount { return c.LicsAmt }),
	"PLRO_AMT":           money(func(c *PartDEvent) amount { return c.PlroAmt }),
	"RPTD_GAP_DSCNT_NUM": money(func(c *PartDEvent) amount { return c.RptdGapDscntNum }),
	"DRUG_CVRG_STUS_CD":  text(func(c *PartDEvent) string { return c.DrugCvrgStusCd }),
	"BRND_GNRC_CD":       text(func(c *PartDEvent) string { return c.BrndGnrcCd }),
	"CTSTRPHC_CVRG_CD":   text(func(c *PartDEvent) string { return c.CtstrphcCvrgCd }),
	"ADJSTMT_DLTN_CD":    text(func(c *PartDEvent) string { return c.AdjstmtDltnCd }),
	"RX_ORGN_CD":         text(func(c *PartDEvent) string { return c.RxOrgnCd }),
	"PTNT_RSDNC_CD":      text(func(c *PartDEvent) string { return c.PtntRsdncCd }),
	"PLAN_CNTRCT_REC_ID": text(func(c *PartDEvent) string { return c.PlanCntrctRecID }),
	"PLAN_PBP_REC_NUM":   text(func(c *PartDEvent) string { return c.PlanPbpRecNum }),
	"PD_DT":              day(func(c *PartDEvent) date { return c.PdDt }),
}

// planPaid is what the plan paid, for a covered drug or another one: the
// servers send what the drug is.
func (c *PartDEvent) planPaid(covered bool) amount {
	switch {
	case covered != (c.DrugCvrgStusCd == "C"):
		return noAmount
	case covered:
		return c.CvrdDPlanPdAmt
	}
	return c.NcvrdPlanPdAmt
}

// v3Costs are the columns of the costs of drug events in v3.
var v3Costs = map[string]cell[idrClaim]{
	"CUR_CLM_UNIQ_ID":    number(func(c *idrClaim) int64 { return c.ClmUniqID }),
	"BENE_MBI_ID":        text(func(c *idrClaim) string { return c.person.mbi() }),
	"PATIENT_ID":         number(func(c *idrClaim) int64 { return c.person.BeneID }),
	"CLM_LINE_FROM_DT":   day(func(c *idrClaim) date { return c.Lines[0].ClmLineFromDt }),
	"TOT_RX_CST_AMT":     money(func(c *idrClaim) amount { return c.drug.TotRxCst }),
	"PTNT_PAY_AMT":       money(func(c *idrClaim) amount { return c.Lines[0].ClmLineBenePmt }),
	"CVRD_D_PLAN_PD_AMT": money(func(c *idrClaim) amount { return c.Lines[0].ClmLineCvrdPd }),
	"PLAN_CNTRCT_REC_ID": text(func(c *idrClaim) string { return c.person.contract[1] }),
	"PD_DT":              day(func(c *idrClaim) date { return c.drug.ClmPdDt }),
}

// A priorRow is an item of a prior authorization of v3.
type priorRow struct {
	*idrAuthorization
	n  int
	at place
}

func (r *priorRow) item() *idrAuthorizedItem { return &r.Items[r.n] }

// priorItem is a day of the item of the row.
func priorItem(value func(*idrAuthorizedItem) date) cell[priorRow] {
	return day(func(r *priorRow) date { return value(r.item()) })
}

var priorColumns = map[string]cell[priorRow]{
	"UTN":         text(func(r *priorRow) string { return r.UniqueTrackingNum }),
	"LINE_NUM":    number(func(r *priorRow) int64 { return int64(r.n + 1) }),
	"BENE_MBI_ID": text(func(r *priorRow) string { return r.person.mbi() }),
	"PATIENT_ID":  number(func(r *priorRow) int64 { return r.person.BeneID }),
	"RESOURCE_ID": text(func(r *priorRow) string {
		if r.person.fml {
			return ""
		}
		return r.UniqueTrackingNum
	}),
	"STATUS":     text(func(*priorRow) string { return "active" }),
	"OUTCOME":    text(func(*priorRow) string { return "complete" }),
	"PA_TYPE_CD": text(func(r *priorRow) string { return r.ClmType }),
	"PA_ICN_DCN": text(func(r *priorRow) string { return r.IcnDcn }),
	"UTN_BGN_DT": day(func(r *priorRow) date { return r.EfctvDt }),
	"UTN_END_DT": day(func(r *priorRow) date { return r.ExprtnDt }),
	"PRVDR_NPI_NUM": text(func(r *priorRow) string {
		if r.provider == nil {
			return ""
		}
		return r.provider.npi
	}),
	"PRVDR_OSCAR_NUM": text(func(r *priorRow) string {
		if r.provider == nil {
			return ""
		}
		return r.provider.oscar
	}),
	"PRVDR_NAME": text(func(r *priorRow) string {
		if r.provider == nil || r.provider.name == "" {
			return ""
		}
		var name string
		if err := json.Unmarshal([]byte(r.provider.name), &name); err != nil {
			panic("synth: internal error: " + err.Error())
		}
		return name
	}),
	"RFRG_PRVDR_NPI_NUM":  text(func(r *priorRow) string { return r.rfrg }),
	"RNDRG_PRVDR_NPI_NUM": text(func(r *priorRow) string { return r.rndrg }),
	"ATNDG_PRVDR_NPI_NUM": text(func(r *priorRow) string { return r.atndg }),
	"OPRTG_PRVDR_NPI_NUM": text(func(r *priorRow) string { return r.oprtg }),
	"CLM_CNTRCTR_NUM":     text(func(r *priorRow) string { return r.CntrctrNum }),
	"BILL_TYPE_CD":        text(func(r *priorRow) string { return r.BillType }),
	"HCPCS_CD":            text(func(r *priorRow) string { return r.item().HcpcsCd }),
	"HCPCS_1_MDFR_CD":     text(func(r *priorRow) string { return r.item().MdfrCd[0] }),
	"HCPCS_2_MDFR_CD":     text(func(r *priorRow) string { return r.item().MdfrCd[1] }),
	"POS_CD":              text(func(r *priorRow) string { return r.item().PosCd }),
	"REV_CTR_CD":          text(func(r *priorRow) string { return r.item().RevCtrCd }),
	"PA_DECISION_CD":      text(func(r *priorRow) string { return r.item().Decision }),
	"PA_DECISION_DT":      priorItem(func(i *idrAuthorizedItem) date { return i.DecisionDt }),
	"PA_DECISION_EXP_DT":  priorItem(func(i *idrAuthorizedItem) date { return i.DecisionExpDt }),
	"PA_SUBMITTED_DT":     priorItem(func(i *idrAuthorizedItem) date { return i.ReqSubDt }),
	"PA_RECEIVED_DT":      priorItem(func(i *idrAuthorizedItem) date { return i.ReqRecDt }),
	"PA_ADDED_DT":         day(func(r *priorRow) date { return r.DtAdded }),
	"PA_UPDATED_DT":       priorItem(func(i *idrAuthorizedItem) date { return i.DtUpdated }),
	"SRVC_CNT":            number(func(r *priorRow) int64 { return int64(r.item().ServiceCnts) }),
	"SRVC_STATE_CD":       text(func(r *priorRow) string { return r.item().SvcRenderSt }),
	"MR_CNT": func(b []byte, r *priorRow) []byte {
		if n := r.item().MrCountInd; n > 0 {
			b = appendInt(b, n)
		}
		return b
	},
	"MR_CNT_BGN_DT": priorItem(func(i *idrAuthorizedItem) date { return i.MrCountStDt }),
	"MR_CNT_END_DT": priorItem(func(i *idrAuthorizedItem) date { return i.MrCountEndDt }),
	"RRB_EXCL_IND": text(func(r *priorRow) string {
		if r.item().RrbExclInd {
			return "Y"
		}
		return ""
	}),
	"CREATED_DT":   day(func(r *priorRow) date { return r.DtAdded }),
	"LAST_UPDATED": func(b []byte, r *priorRow) []byte { return r.LastUpdated.append(b) },
	"SOURCE_FILE":  text(func(r *priorRow) string { return r.at.file }),
	"SOURCE_LINE":  number(func(r *priorRow) int64 { return int64(r.at.line) }),
}

// A monthRow is a month in which a beneficiary was enrolled in a part.
type monthRow struct {
	person                     *Beneficiary
	part                       byte // a to d
	first                      date
	buyIn, dual, contract, pbp string
}

var enrollmentColumns = map[string]cell[monthRow]{
	"BENE_MBI_ID":           text(func(r *monthRow) string { return r.person.mbi() }),
	"PATIENT_ID":            number(func(r *monthRow) int64 { return r.person.BeneID }),
	"PART":                  text(func(r *monthRow) string { return string(r.part - 'a' + 'A') }),
	"MONTH":                 day(func(r *monthRow) date { return r.first }),
	"BENE_ENTLMT_BUYIN_IND": text(func(r *monthRow) string { return r.buyIn }),
	"BENE_DUAL_STUS_CD":     text(func(r *monthRow) string { return r.dual }),
	"CONTRACT_ID":           text(func(r *monthRow) string { return r.contract }),
	"PBP_ID":                text(func(r *monthRow) string { return r.pbp }),
}

// months writes the months of the reference year. v1 does not send the plans'
// packages.
func (t *truth) months(b *Beneficiary, packages bool) {
	if b.RfrncYr == 0 {
		return
	}
	for i := range 12 {
		for _, part := range medicareParts {
			row := monthRow{person: b, part: part, first: newDate(b.RfrncYr, time.Month(i+1), 1), dual: b.MetaDualElgblStus[i]}
			enrolled := false
			switch part {
			case 'a', 'b':
				row.buyIn = b.MdcrEntlmtBuyinInd[i]
				enrolled = buysPart(row.buyIn, part)
			case 'c':
				row.contract, row.pbp = b.PtcCntrctID[i], b.PtcPbpID[i]
				enrolled = len(row.contract) == contractLength
			case 'd':
				row.contract, row.pbp = b.PtdCntrctID[i], b.PtdPbpID[i]
				enrolled = len(row.contract) == contractLength
			}
			if !packages {
				row.pbp = ""
			}
			if enrolled {
				t.enrollment.write(row)
			}
		}
	}
}

// contractLength is that of the number of a contract; N and 0 stand for none.
const contractLength = 5

// buysPart reports whether a buy-in code says that there is Part A or B: 1 and
// A are A alone, 2 and B are B alone, 3 and C both; the letters say that the
// state pays.
func buysPart(code string, part byte) bool {
	switch code {
	case "3", "C":
		return true
	case "1", "A":
		return part == 'a'
	case "2", "B":
		return part == 'b'
	}
	return false
}

// listedMonths is for how many months back an enrollment of v3 is listed.
const listedMonths = 36

// idrMonths writes the months of the periods that the Coverages of v3 have, up
// to their updates.
func (t *truth) idrMonths(p *idrPerson) {
	for n, part := range medicareParts {
		row := monthRow{person: p.Beneficiary, part: part}
		var from, thru date
		switch part {
		case 'a':
			from, thru, row.buyIn = p.partA.begin, p.partA.end, stored(p.partA.BeneBuyinCd)
		case 'b':
			from, thru, row.buyIn = p.partB.begin, p.partB.end, stored(p.partB.BeneBuyinCd)
		default:
			from, row.contract = p.PtdCvrgStrtDt, p.contract[n-2]
		}
		if from == 0 {
			continue
		}
		last := date(p.coverageUpdate(n).millis / 86_400_000)
		if thru != 0 {
			last = min(last, thru)
		}
		month := last.firstOfMonth()
		for range listedMonths {
			if month < from.firstOfMonth() {
				break
			}
			row.first = month
			t.enrollment.write(row)
			month = (month - 1).firstOfMonth()
		}
	}
}

// idrClaim takes in a claim of v3 that was sent.
func (t *truth) idrClaim(c *idrClaim, at place) {
	row := claimRow{
		person: c.person.Beneficiary, id: strconv.FormatInt(c.ClmUniqID, 10), api: "v3", kind: claimKinds[c.kind], typeCode: c.typeCode(),
		status: c.status(), final: "Y", adjustment: stored(c.ClmAdjstmtType), control: c.ClmCntlNum, original: c.original(),
		updated: c.LastUpdated, system: "NationalClaimsHistory",
	}
	if !c.person.fml {
		row.resource = row.id
	}
	switch {
	case c.system == sharedSystem:
		row.system = "SharedSystem"
	case c.kind == partD:
		row.system = "DDPS"
	}
	if c.kind == partD {
		row.typeCode = padded(c.ClmTypeCd, 2)
	}
	if c.ClmFinlActnInd == "N" || c.fault != "" {
		row.final = "N"
	}
	t.claims.add(row, at)
}

// partialClaim writes a claim of the systems that process claims, which do not
// have what final adjudication adds.
func (t *v3Truth) partialClaim(c *idrClaim) {
	early := *c
	early.GeoBlgSsaStateCd, early.ClmCarrPmtDnlCd = "", ""
	early.Lines = slices.Clone(c.Lines)
	for i := range early.Lines {
		l := &early.Lines[i]
		l.PrvdrTypeCd, l.PrvdrSpclty, l.PrcsgIndCd, l.SsaStateCd = "", "", "", ""
	}
	t.event(&early)
}

// newestDrug says which version of a drug event is in force, of those that
// were sent since the last one.
func (t *truth) newestDrug(c *idrClaim) {
	id, rows := strconv.FormatInt(c.ClmUniqID, 10), t.claims.rows
	for i := t.claims.drugs; i < len(rows); i++ {
		if rows[i].kind == claimKinds[partD] && rows[i].id != id {
			rows[i].final = "N"
		}
	}
}
