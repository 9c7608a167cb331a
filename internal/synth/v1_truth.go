package synth

import "maps"

// A v1Export is an export of v1. It takes from the records what the server of
// v1 loses, before the export has them, and writes the truth of claims of
// institutions, whose diagnoses v1 lists in its own way.
type v1Export struct {
	*export
	diagnoses v1Diagnoses
	addresses bool // whether this export has them
}

// startV1 makes what makes the beneficiaries of an export of v1.
func startV1(e *export) func(index int) {
	e.resources = new(v1)
	g := newGenerator(e.opts.Seed, e.opts.calendar)
	x := &v1Export{export: e, addresses: e.opts.Seed%2 == 0}
	v := e.odd(x)
	return func(index int) { g.visit(index, v) }
}

func (x *v1Export) beneficiary(b *Beneficiary, late bool) {
	b.BeneZipCd = b.BeneZipCd[:min(5, len(b.BeneZipCd))]
	if !x.addresses {
		b.CityName, b.DrvdLineAdr = "", [6]string{}
	}
	x.export.beneficiary(b, late)
}

// institutional leaves nothing that could be told in two ways: with no
// attending physician, the first of a line would be taken for that; and the
// principal diagnosis is the first one.
func (x *v1Export) institutional(c *Institutional, late bool) {
	if blank(c.AtPhysnNpi) {
		for i := range c.Lines {
			c.Lines[i].RndrngPhysnNpi = ""
		}
	}
	if len(c.IcdDgns) > 0 && c.IcdDgns[0].Cd != "" {
		c.PrncpalDgnsCd, c.PrncpalDgnsVrsnCd = c.IcdDgns[0].Cd, c.IcdDgns[0].VrsnCd
	}
	numberAll(c)
	c.FiOrigClmCntlNum = ""
	if c.ClmGrpID%9 == 0 {
		c.FiOrigClmCntlNum = trim(c.FiDocClmCntlNum)
	}
	x.export.institutional(c, late)
}

// numberAll gives the diagnoses indicators, by whose numbers one is known that
// repeats the admitting diagnosis. A blank indicator is not sent.
func numberAll(c *Institutional) {
	repeated := false
	for i := range c.IcdDgns {
		repeated = repeated || i > 0 && c.IcdDgns[i].Cd == c.AdmtgDgnsCd
	}
	if !repeated || c.AdmtgDgnsCd == "" {
		return
	}
	for i := range c.IcdDgns {
		if d := &c.IcdDgns[i]; d.Cd != c.AdmtgDgnsCd && blank(d.PoaInd) {
			d.PoaInd = "Y"
		}
	}
}

// professional takes from lines without an NPI what would stand in the care
// team.
func (x *v1Export) professional(c *Professional, late bool) {
	for i := range c.Lines {
		if l := &c.Lines[i]; blank(l.PrfPhysnNpi) {
			l.PrvdrSpclty, l.CarrLinePrvdrTypeCd, l.PrtcptngIndCd = "", "", ""
		}
	}
	x.export.professional(c, late)
}

func (x *v1Export) newestInstitutional(c *Institutional) {
	t := x.truth
	if t == nil {
		return
	}
	t.cclf1.write(*c)
	t.cclfa.write(*c)
	for i := range c.Lines {
		t.cclf2.write(revenueRow{c, &c.Lines[i]})
	}
	for i := range c.IcdPrcdr {
		t.cclf3.write(procedureRow{c, &c.IcdPrcdr[i], i + 1})
	}
	sequence := 0
	if (c.Type == inpatient || c.Type == snf) && !blank(c.ClmDrgCd) {
		sequence++ // the DRG has a number among them
	}
	x.diagnoses.institutional(c)
	for i := range x.diagnoses {
		d := &x.diagnoses[i]
		sequence++
		row := listedDiagnosis{codedDiagnosis: d.codedDiagnosis}
		row.PoaInd = d.poaInd
		kind := "D"
		switch {
		case d.has(v1FirstExternal):
			kind = "1"
		case d.has(v1External):
			kind = "E"
		case !d.listed: // an admitting diagnosis, or a reason for the visit
			continue
		}
		t.cclf4.write(diagnosisRow{c, &row, kind, sequence})
	}
}

// v1Columns are those of v2 but for what the two servers do not have in
// common.
var v1Columns = func() columns {
	c := columns{
		cclf1: maps.Clone(v2CCLF1), cclf2: maps.Clone(v2CCLF2), cclf3: v2CCLF3, cclf4: v2CCLF4, cclf5: maps.Clone(v2CCLF5), cclf6: v2CCLF6,
		cclf7: maps.Clone(v2CCLF7), cclf8: maps.Clone(v2CCLF8), cclf9: v2CCLF9, cclfa: v2CCLFA, cclfb: v2CCLFB,
	}
	c.cclf1["CLM_ORG_CNTL_NUM"] = text(func(c *Institutional) string { return c.FiOrigClmCntlNum })
	c.cclf1["CLM_QUERY_CD"] = text(func(c *Institutional) string {
		if c.Type == hha || c.Type == hospice {
			return ""
		}
		return c.ClaimQueryCode
	})
	c.cclf2["HCPCS_1_MDFR_CD"] = text(func(r *revenueRow) string { return nth(r.line.HcpcsMdfrCd[:], 1) })
	c.cclf2["HCPCS_2_MDFR_CD"] = text(func(r *revenueRow) string { return nth(r.line.HcpcsMdfrCd[:], 2) })
	c.cclf5["HCPCS_1_MDFR_CD"] = text(func(r *lineRow) string { return nth(r.line.HcpcsMdfrCd[:], 1) })
	c.cclf5["HCPCS_2_MDFR_CD"] = text(func(r *lineRow) string { return nth(r.line.HcpcsMdfrCd[:], 2) })
	c.cclf7["CLM_SRVC_PRVDR_GNRC_ID_NUM"] = text(func(c *PartDEvent) string {
		if _, known := v1PharmacyIdentifiers[c.SrvcPrvdrIDQlfyrCd]; !known {
			return ""
		}
		return c.SrvcPrvdrID
	})
	c.cclf8["BENE_PART_A_ENRLMT_BGN_DT"] = day(func(r *beneficiaryRow) date { return covStart(r.Beneficiary) })
	c.cclf8["BENE_PART_B_ENRLMT_BGN_DT"] = day(func(r *beneficiaryRow) date { return covStart(r.Beneficiary) })
	delete(c.cclf8, "GEO_ZIP4_CD")
	return c
}()
