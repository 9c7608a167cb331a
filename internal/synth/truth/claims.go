package truth

import (
	"slices"
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// A claimRow is the newest version of a claim resource.
type claimRow struct {
	beneficiary                       *records.Beneficiary
	own                               bool // the resource itself has the MBI
	id, resource, api, kind, typeCode string
	status, final, adjustment, system string
	control, original, group          string
	updated                           column.Instant
	at                                Place
}

func claimColumns() map[string]cell[claimRow] {
	return map[string]cell[claimRow]{
		"CUR_CLM_UNIQ_ID": text(func(r *claimRow) string { return r.id }),
		"BENE_MBI_ID": text(func(r *claimRow) string {
			if r.own {
				return r.beneficiary.MbiNum
			}
			return r.beneficiary.SentMBI()
		}),
		"PATIENT_ID": func(b []byte, r *claimRow) []byte {
			if r.own { // its Patient is contained in it, and has no id
				return b
			}
			return strconv.AppendInt(b, r.beneficiary.BeneID, 10)
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
		"LAST_UPDATED":       func(b []byte, r *claimRow) []byte { return r.updated.Append(b) },
		"SYSTEM_TYPE":        text(func(r *claimRow) string { return r.system }),
		"SOURCE_FILE":        text(func(r *claimRow) string { return r.at.File }),
		"SOURCE_LINE":        number(func(r *claimRow) int64 { return int64(r.at.Line) }),
	}
}

// claimKinds are the names of the claim types.
var claimKinds = [life.ClaimTypes]string{
	life.Inpatient: "INPATIENT", life.SNF: "SNF", life.Outpatient: "OUTPATIENT", life.HHA: "HHA", life.Hospice: "HOSPICE",
	life.Carrier: "CARRIER", life.DME: "DME", life.PartD: "PDE",
}

// resourceKinds are the prefixes of the resource ids, by claim type.
var resourceKinds = [life.ClaimTypes]string{
	life.Inpatient: "inpatient", life.SNF: "snf", life.Outpatient: "outpatient", life.HHA: "hha", life.Hospice: "hospice",
	life.Carrier: "carrier", life.DME: "dme", life.PartD: "pde",
}

// A claimList collects the claims of one beneficiary until all are known.
type claimList struct {
	sheet *sheet[claimRow]
	rows  []claimRow
	drugs int // first version of the drug event being sent
}

// add adds a claim that was sent. A newer version of a resource replaces the older
// one.
func (l *claimList) add(row claimRow, at Place) {
	row.at = at
	i := slices.IndexFunc(l.rows, func(r claimRow) bool { return r.id == row.id && r.kind == row.kind })
	switch {
	case i < 0:
		l.rows = append(l.rows, row)
	case row.updated.Millis >= l.rows[i].updated.Millis:
		l.rows[i] = row
	}
}

// write writes the claims and starts another beneficiary.
func (l *claimList) write() {
	for _, row := range l.rows {
		l.sheet.write(row)
	}
	l.rows, l.drugs = l.rows[:0], 0
}

// ccwClaimRow returns the row of a claim of the CCW, without what depends on its
// type.
func ccwClaimRow(c *records.Claim, api string) claimRow {
	id := strconv.FormatInt(c.ClmID, 10)
	row := claimRow{
		beneficiary: c.Beneficiary, id: id, api: api, kind: claimKinds[c.Type], resource: resourceKinds[c.Type] + "-" + id,
		status: c.Status(), final: "Y", group: strconv.FormatInt(c.ClmGrpID, 10), updated: c.LastUpdated,
	}
	if !c.Final() {
		row.final = "N"
	}
	return row
}

func institutionalClaimRow(c *records.Institutional, api string) claimRow {
	row := ccwClaimRow(&c.Claim, api)
	row.typeCode, row.control = c.NchClmTypeCd, c.FiDocClmCntlNum
	if api == "v1" {
		row.original = c.FiOrigClmCntlNum
	}
	return row
}

func professionalClaimRow(c *records.Professional, api string) claimRow {
	row := ccwClaimRow(&c.Claim, api)
	row.typeCode, row.control = c.NchClmTypeCd, c.CarrClmCntlNum
	return row
}

// partialClaimRow returns the row of a Claim of FISS or MCS.
func partialClaimRow(p *records.PartialClaim) claimRow {
	return claimRow{
		beneficiary: p.Beneficiary, own: true, id: p.Number, resource: p.ID(), api: "v2", kind: p.System(), status: "active", final: "N",
		control: p.Number, updated: p.Updated, system: "SharedSystem",
	}
}

func idrClaimRow(c *idr.Claim) claimRow {
	row := claimRow{
		beneficiary: c.Beneficiary.Beneficiary, id: strconv.FormatInt(c.ClmUniqID, 10), api: "v3", kind: claimKinds[c.Type], typeCode: c.TypeCode(),
		status: c.Status(), final: "Y", adjustment: idr.Stored(c.ClmAdjstmtType), control: c.ClmCntlNum, original: c.Original(),
		updated: c.LastUpdated, system: "NationalClaimsHistory",
	}
	if !c.Beneficiary.MapShape {
		row.resource = row.id
	}
	switch {
	case c.System == idr.SharedSystem:
		row.system = "SharedSystem"
	case c.Type == life.PartD:
		row.system = "DDPS"
	}
	if c.Type == life.PartD {
		row.typeCode = padded(c.ClmTypeCd, 2)
	}
	if c.ClmFinlActnInd == "N" || c.Fault != "" {
		row.final = "N"
	}
	return row
}

// newest ends the versions of a claim; c is the final one. The versions of a drug
// event are separate claims: the others are not final.
func (l *claimList) newest(c *idr.Claim) {
	if c.Type == life.PartD {
		id := strconv.FormatInt(c.ClmUniqID, 10)
		for i := l.drugs; i < len(l.rows); i++ {
			if l.rows[i].kind == claimKinds[life.PartD] && l.rows[i].id != id {
				l.rows[i].final = "N"
			}
		}
	}
	l.drugs = len(l.rows)
}

// A Place is the file of a resource and its line, from 1.
type Place struct {
	File string
	Line int
}
