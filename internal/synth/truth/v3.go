package truth

import (
	"slices"

	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// idrTables writes the CCLF rows of v3, from the records of the IDR.
type idrTables struct {
	cclf1, cclfa        *sheet[idr.Claim]
	cclf2               *sheet[idrLineRow]
	cclf3               *sheet[idrProcedureRow]
	cclf4               *sheet[idrProductRow]
	cclf5, cclf6, cclfb *sheet[idrLineRow]
	cclf7               *sheet[idr.Claim]
	cclf8               *sheet[idr.Beneficiary]
	cclf9               *sheet[idrFormer]
}

func newIDRTables(files map[string]*csvFile) *idrTables {
	return &idrTables{
		cclf1: newSheet(files, "cclf1", v3CCLF1()),
		cclf2: newSheet(files, "cclf2", v3CCLF2()),
		cclf3: newSheet(files, "cclf3", v3CCLF3()),
		cclf4: newSheet(files, "cclf4", v3CCLF4()),
		cclf5: newSheet(files, "cclf5", v3CCLF5()),
		cclf6: newSheet(files, "cclf6", v3CCLF6()),
		cclf7: newSheet(files, "cclf7", v3CCLF7()),
		cclf8: newSheet(files, "cclf8", v3CCLF8()),
		cclf9: newSheet(files, "cclf9", v3CCLF9()),
		cclfa: newSheet(files, "cclfa", v3CCLFA()),
		cclfb: newSheet(files, "cclfb", v3CCLFB()),
	}
}

func (t *idrTables) beneficiary(p *idr.Beneficiary) {
	if !p.NoPatient {
		t.cclf8.write(*p)
	}
	if !p.Identified() {
		return
	}
	last := len(p.MBIs) - 1
	for i := range p.MBIs[:last] {
		former := p.MBIs[i]
		if p.NoPatient { // claims do not have the dates
			former.BeneMbiEfctvDt, former.BeneMbiObslDt = 0, 0
		}
		t.cclf9.write(idrFormer{p.MBIs[last].BeneMbiID, &former})
	}
}

func (t *idrTables) claim(c *idr.Claim) {
	switch {
	case c.Type == life.PartD:
		t.cclf7.write(*c)
		return
	case c.Type >= life.Carrier:
		sheet := t.cclf5
		if c.Type == life.DME {
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

// partialClaim writes a claim of a shared system, without what final adjudication
// adds.
func (t *idrTables) partialClaim(c *idr.Claim) {
	early := *c
	early.GeoBlgSsaStateCd, early.ClmCarrPmtDnlCd = "", ""
	early.Lines = slices.Clone(c.Lines)
	for i := range early.Lines {
		l := &early.Lines[i]
		l.PrvdrTypeCd, l.PrvdrSpclty, l.PrcsgIndCd, l.SsaStateCd = "", "", "", ""
	}
	t.claim(&early)
}
