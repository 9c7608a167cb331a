package v1

import (
	"strings"

	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Professional writes a claim of a physician or supplier.
func (w *Writer) Professional(b []byte, c *records.Professional) []byte {
	w.startLines(len(c.Lines))
	for i := range c.Lines {
		l := &c.Lines[i]
		if n := w.addMember(primaryTeam, fhir.NPISystem, l.PrfPhysnNpi); n > 0 {
			w.team[n-2].responsible, w.team[n-2].line = true, l
			w.lines[i].team = n
		}
		if c.Type == life.Carrier {
			w.lines[i].tax = w.addMember(otherRole, taxType, l.TaxNum)
		}
	}
	w.places = w.diagnoses.Professional(c, w.places)

	b = append(b, `{"billablePeriod":`...)
	b = fhir.Period(b, c.ClmFromDt, c.ClmThruDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = w.containedReferral(b, c)
	b = w.diagnosisMember(b, "")
	b = append(b, `"disposition":`...)
	b = fhirjson.AppendPlain(b, c.ClmDispCd)
	b = append(b, `,"extension":[`...)
	b = amountExtension(b, "prpayamt", c.CarrClmPrmryPyrPdAmt)
	b = fhir.IdentifierExtension(b, "carr_num", strings.TrimSpace(c.CarrNum))
	b = fhir.IdentifierExtension(b, "carr_clm_cntl_num", strings.TrimSpace(c.CarrClmCntlNum))
	b = fhir.CodeExtension(b, codebook.PaymentDenials, strings.TrimSpace(c.CarrClmPmtDnlCd))
	b = fhir.CodeExtension(b, codebook.Assignments, strings.TrimSpace(c.CarrClmPrvdrAsgnmtIndSw))
	b = fhir.IdentifierExtension(b, "clm_clncl_tril_num", strings.TrimSpace(c.ClmClnclTrilNum))
	b = amountExtension(b, "carr_clm_cash_ddctbl_apld_amt", c.CarrClmCashDdctblApldAmt)
	b = amountExtension(b, "nch_clm_prvdr_pmt_amt", c.NchClmPrvdrPmtAmt)
	b = amountExtension(b, "nch_clm_bene_pmt_amt", c.NchClmBenePmtAmt)
	b = amountExtension(b, "nch_carr_clm_sbmtd_chrg_amt", c.NchCarrClmSbmtdChrgAmt)
	b = amountExtension(b, "nch_carr_clm_alowd_amt", c.NchCarrClmAlowdAmt)
	b = append(fhirjson.CloseWith(b, ']'), ',')
	b = w.idMembers(b, &c.Claim)
	b = append(b, `],"information":[`...)
	b = w.infoDate(b, "nch_wkly_proc_dt", c.NchWklyProcDt)
	b = append(fhirjson.CloseWith(b, ']'), ',')
	b = w.insuranceMember(b, &c.Claim)
	b = w.serviceItems(b, c)
	b = w.metaMember(b, &c.Claim)
	b = w.patientMember(b, &c.Claim)
	b = append(b, `"payment":{"amount":`...)
	b = money(b, c.ClmPmtAmt)
	b = append(b, `},`...)
	if !column.Blank(c.RfrPhysnNpi) {
		b = append(b, `"referral":{"reference":"#1"},`...)
	}
	b = w.statusMembers(b, &c.Claim)
	return w.typeMember(b, &c.Claim, c.NchClmTypeCd, c.NchNearLineRecIdentCd, "")
}

func (w *Writer) containedReferral(b []byte, c *records.Professional) []byte {
	if column.Blank(c.RfrPhysnNpi) {
		return b
	}
	b = append(b, `"contained":[{"id":"1","recipient":[{`...)
	b = identified(b, fhir.NPISystem, c.RfrPhysnNpi)
	b = append(b, `}],"requester":{"agent":{`...)
	b = identified(b, fhir.NPISystem, c.RfrPhysnNpi)
	b = append(b, `}},"resourceType":"ReferralRequest","status":"completed","subject":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"}}],`...)
}

func (w *Writer) serviceItems(b []byte, c *records.Professional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = adjudication(b, "line_nch_pmt_amt", l.LineNchPmtAmt)
		b = adjudication(b, "line_bene_pmt_amt", l.LineBenePmtAmt)
		b = adjudication(b, "line_prvdr_pmt_amt", l.LinePrvdrPmtAmt)
		b = adjudication(b, "line_bene_ptb_ddctbl_amt", l.LineBenePtbDdctblAmt)
		b = adjudication(b, "line_bene_prmry_pyr_pd_amt", l.LineBenePrmryPyrPdAmt)
		b = adjudication(b, "line_coinsrnc_amt", l.LineCoinsrncAmt)
		b = adjudication(b, "line_sbmtd_chrg_amt", l.LineSbmtdChrgAmt)
		b = adjudication(b, "line_alowd_chrg_amt", l.LineAlowdChrgAmt)
		if c.Type == life.DME {
			b = adjudication(b, "line_prmry_alowd_chrg_amt", l.LinePrmryAlowdChrgAmt)
			b = adjudication(b, "line_dme_prchs_price_amt", l.LineDmePrchsPriceAmt)
		}
		b = reasonAdjudication(b, "line_prcsg_ind_cd", l.LinePrcsgIndCd)
		b = append(fhirjson.CloseWith(b, ']'), ',')
		b = linkMember(b, "careTeamLinkId", w.lines[i].team, w.lines[i].tax)
		b = append(b, `"category":{"coding":[`...)
		if c.Type == life.DME {
			b = fhir.SetCoding(b, codebook.EquipmentServices, l.LineCmsTypeSrvcCd)
		} else {
			b = fhir.SetCoding(b, codebook.ServicesBilled, l.LineCmsTypeSrvcCd)
		}
		b = append(b, `]},`...)
		b = linkMember(b, "diagnosisLinkId", w.places[i])
		b = w.lineExtensions(b, c.Type, l)
		b = append(b, `"locationCodeableConcept":{"coding":[`...)
		b = fhir.SetCoding(b, codebook.PlacesOfService, l.LinePlaceOfSrvcCd)
		b = append(b, `],`...)
		at := len(b)
		b = append(b, `"extension":[`...)
		inner := len(b)
		b = fhir.PlainExtension(b, "prvdr_state_cd", strings.TrimSpace(l.PrvdrStateCd))
		b = fhir.PlainExtension(b, "prvdr_zip", strings.TrimSpace(l.PrvdrZip))
		b = fhirjson.CloseArray(b, at, inner)
		b = append(fhirjson.CloseObject(b), ',')
		b = w.modifiers(b, l.HcpcsMdfrCd[:], c.CarrClmHcpcsYrCd)
		b = append(b, `"quantity":{"value":`...)
		b = l.LineSrvcCnt.AppendJSON(b)
		b = append(b, `},"sequence":`...)
		b = fhirjson.AppendInt(b, l.LineNum)
		b = append(b, ',')
		b = w.service(b, l.HcpcsCd, c.CarrClmHcpcsYrCd)
		if l.Line1stExpnsDt != 0 && l.LineLastExpnsDt != 0 {
			b = append(b, `"servicedPeriod":`...)
			b = append(fhir.Period(b, l.Line1stExpnsDt, l.LineLastExpnsDt), ',')
		}
		b = append(fhirjson.CloseObject(b), ',')
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) lineExtensions(b []byte, kind life.ClaimType, l *records.ProfessionalLine) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	set := codebook.Betos
	if kind == life.DME {
		set = codebook.EquipmentBetos
		b = fhir.IdentifierExtension(b, "suplrnum", strings.TrimSpace(l.PrvdrNum))
	} else {
		b = fhir.CodeExtension(b, codebook.MTUSCodes, strings.TrimSpace(l.LineMtusCd))
		if l.LineMtusCnt != 0 {
			b = fhir.QuantityExtension(b, "carr_line_mtus_cnt", l.LineMtusCnt)
		}
	}
	b = fhir.CodeExtension(b, set, strings.TrimSpace(l.BetosCd))
	b = fhir.CodeExtension(b, codebook.LinePrimary, strings.TrimSpace(l.LineBenePrmryPyrCd))
	b = fhir.CodeExtension(b, codebook.LineDeductible, strings.TrimSpace(l.LineServiceDeductible))
	return fhirjson.CloseArray(b, start, open)
}
