package truth

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// v1Columns returns the columns of v1: those of v2, changed where the servers differ.
func v1Columns() *ccwColumns {
	c := &ccwColumns{
		cclf1: v2CCLF1(), cclf2: v2CCLF2(), cclf3: v2CCLF3(), cclf4: v2CCLF4(), cclf5: v2CCLF5(), cclf6: v2CCLF6(),
		cclf7: v2CCLF7(), cclf8: v2CCLF8(), cclf9: v2CCLF9(), cclfa: v2CCLFA(), cclfb: v2CCLFB(),
	}
	c.cclf1["CLM_ORG_CNTL_NUM"] = text(func(c *records.Institutional) string { return c.FiOrigClmCntlNum })
	c.cclf1["CLM_QUERY_CD"] = text(func(c *records.Institutional) string {
		if c.Type == life.HHA || c.Type == life.Hospice {
			return ""
		}
		return c.ClaimQueryCode
	})
	c.cclf2["HCPCS_1_MDFR_CD"] = text(func(r *revenueRow) string { return nth(r.line.HcpcsMdfrCd[:], 1) })
	c.cclf2["HCPCS_2_MDFR_CD"] = text(func(r *revenueRow) string { return nth(r.line.HcpcsMdfrCd[:], 2) })
	c.cclf5["HCPCS_1_MDFR_CD"] = text(func(r *lineRow) string { return nth(r.line.HcpcsMdfrCd[:], 1) })
	c.cclf5["HCPCS_2_MDFR_CD"] = text(func(r *lineRow) string { return nth(r.line.HcpcsMdfrCd[:], 2) })
	c.cclf7["CLM_SRVC_PRVDR_GNRC_ID_NUM"] = text(func(c *records.PartDEvent) string {
		switch c.SrvcPrvdrIDQlfyrCd {
		case "01", "06", "07", "08", "11":
			return c.SrvcPrvdrID
		}
		return "" // of a type that the server does not know
	})
	c.cclf8["BENE_PART_A_ENRLMT_BGN_DT"] = day(func(r *beneficiaryRow) column.Date { return r.Beneficiary.CoverageStart() })
	c.cclf8["BENE_PART_B_ENRLMT_BGN_DT"] = day(func(r *beneficiaryRow) column.Date { return r.Beneficiary.CoverageStart() })
	delete(c.cclf8, "GEO_ZIP4_CD")
	return c
}
