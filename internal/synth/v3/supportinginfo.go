package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// supportingInfo writes the supporting information to w.info and records what the
// lines refer to. The lines' own entries are demonstrations, then the state, then the
// switches.
func (w *Writer) supportingInfo(c *idr.Claim) {
	w.infos = 0
	b := w.info[:0]
	b = w.infoCode(b, &adjustmentTypeInfo, c.ClmAdjstmtType, "CLM-ADJSTMT-TYPE-CD")
	b = w.loadDate(b, c)
	switch {
	case c.Type == life.PartD:
		b = w.drugInfo(b, c)
	case c.Type < life.Carrier:
		b = w.institutionalInfo(b, c)
	default:
		b = w.professionalInfo(b, c)
	}
	w.info = b
}

// loadDate writes the load date, even the placeholder of a missing one.
func (w *Writer) loadDate(b []byte, c *idr.Claim) []byte {
	if c.ClmIdrLdDt != 0 {
		return w.infoDate(b, &loadDateInfo, c.ClmIdrLdDt)
	}
	b = w.categoryMember(b, &loadDateInfo)
	b = w.infoEnd(b)
	return append(b, `,"timingDate":"9999-12-31"},`...)
}

func (w *Writer) enhancementInfo(b []byte, c *idr.Claim, switches *[6]string, demo *[5]string) []byte {
	b = w.switchInfo(b, c, switches)
	return w.demoInfo(b, c, demo)
}

func (w *Writer) switchInfo(b []byte, c *idr.Claim, switches *[6]string) []byte {
	for i, value := range switches {
		b = w.enhancement(b, c, &switchInfos[i], value, "CLM-BNFT-ENHNCMT-CD-SWITCH")
	}
	return b
}

func (w *Writer) demoInfo(b []byte, c *idr.Claim, demo *[5]string) []byte {
	for _, value := range demo {
		b = w.enhancement(b, c, &enhancementInfo, value, "CLM-BNFT-ENHNCMT-CD")
	}
	return b
}

// enhancement writes a code, or a string as some servers do.
func (w *Writer) enhancement(b []byte, c *idr.Claim, category *category, value, name string) []byte {
	if c.LastUpdated.Millis%3 == 0 {
		return w.infoString(b, category, value)
	}
	return w.infoCode(b, category, value, name)
}

func (w *Writer) institutionalInfo(b []byte, c *idr.Claim) []byte {
	b = w.typeOfBill(b, c)
	b = w.enhancementInfo(b, c, &c.ClmSwitch, &c.ClmDemo)
	b = w.infoCode(b, &queryInfo, c.ClmQueryCd, "CLM-QUERY-CD")
	b = w.infoCode(b, &contractorInfo, c.ClmCntrctrNum, "CLM-CNTRCTR-NUM")
	payers := "CLM-NCH-PRMRY-PYR-CD"
	if w.shape == mapShape {
		payers = "CLM-PRMRY-PYR-CD"
	}
	b = w.infoCode(b, &primaryPayerInfo, c.ClmNchPrmryPyrCd, payers)
	if c.ClmActvCareFromDt != 0 {
		b = w.categoryMember(b, &admissionInfo)
		b = w.infoEnd(b)
		b = append(b, `,"timingPeriod":`...)
		b = fhir.Period(b, c.ClmActvCareFromDt, c.ClmDschrgDt)
		b = append(b, `},`...)
	}
	b = w.infoDate(b, &receivedInfo, c.ClmRcvdDt)
	b = w.infoDate(b, &careThruInfo, c.ClmThruDt)
	b = w.infoDate(b, &processedInfo, c.ClmProcDt)
	if c.System == idr.FinalSystem {
		b = w.infoDate(b, &weeklyInfo, c.ClmWklyDt)
		b = w.infoCode(b, &nearLineInfo, c.ClmNrlnRic, "CLM-NRLN-RIC-CD")
	} else {
		b = w.infoCode(b, &auditInfo, "I", "CLM-PD-STUS-CD")
	}
	b = w.infoCodes(b, &originInfo, c.ClmAdmsnSrcCd, "https://www.nubc.org/CodeSystem/PointOfOrigin", "CLM-ADMSN-SRC-CD")
	b = w.infoCodes(b, &dischargeInfo, c.BenePtntStusCd, "https://www.nubc.org/CodeSystem/PatDischargeStatus", "BENE-PTNT-STUS-CD")
	b = w.infoCodes(b, &admitTypeInfo, c.ClmAdmsnTypeCd, "https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit", "CLM-ADMSN-TYPE-CD")
	b = w.infoCode(b, &nonPaymentInfo, c.ClmMdcrNpmtRsnCd, "CLM-MDCR-NPMT-RSN-CD")
	b = w.infoCode(b, &outpatientTypeInfo, c.ClmOpSrvcTypeCd, "CLM-OP-SRVC-TYPE-CD")
	if c.System == idr.FinalSystem {
		b = w.infoCode(b, &facilityStateInfo, codebook.FIPSState(c.GeoBlgSsaStateCd), "US-FIPS-STATE-CODES")
	}
	if c.DgnsDrgCd != 0 {
		b = w.categoryMember(b, &drgInfo)
		b = append(b, `,"code":{"coding":[{"code":`...)
		b = fhirjson.AppendID(b, int64(c.DgnsDrgCd))
		b = append(b, `,"system":"`+cmsDRG+`"}]}`...)
		b = w.infoEnd(b)
		b = append(b, `},`...)
	}
	for _, condition := range c.ClmRltCondCd {
		if len(condition) == 1 {
			condition = "0" + condition
		}
		b = w.infoCode(b, &conditionInfo, condition, "CLM-RLT-COND-CD")
	}
	return b
}

// typeOfBill writes the type of bill as a whole and in three parts. Each part is
// prefixed with the parts before it.
func (w *Writer) typeOfBill(b []byte, c *idr.Claim) []byte {
	class := c.ClmBillFacTypeCd + c.ClmBillClsfctnCd
	frequency := class + c.ClmBillFreqCd
	b = w.categoryMember(b, &typeOfBillInfo)
	b = append(b, `,"code":{"coding":[`...)
	for _, code := range [...][2]string{
		{"https://www.nubc.org/CodeSystem/TypeOfBill", "0" + frequency},
		{"CLM-BILL-FAC-TYPE-CD", c.ClmBillFacTypeCd}, {"CLM-BILL-CLSFCTN-CD", class}, {"CLM-BILL-FREQ-CD", frequency},
	} {
		b = append(appendCode(b, code[0], code[1]), ',')
	}
	b = append(fhirjson.CloseWith(b, ']'), '}')
	b = w.infoEnd(b)
	return append(b, `},`...)
}

func (w *Writer) professionalInfo(b []byte, c *idr.Claim) []byte {
	for i := range c.Lines {
		l := &c.Lines[i]
		first := w.infos
		b = w.demoInfo(b, c, &l.Demo)
		if c.System == idr.FinalSystem {
			b = w.infoCode(b, &renderingStateInfo, codebook.FIPSState(l.SsaStateCd), "US-FIPS-STATE-CODES")
		}
		b = w.switchInfo(b, c, &l.Switch)
		for n := first; n < w.infos; n++ {
			w.lines[i].info = append(w.lines[i].info, n+1)
		}
	}
	b = w.enhancementInfo(b, c, &c.ClmSwitch, &c.ClmDemo)
	b = w.infoCode(b, &contractorInfo, c.ClmCntrctrNum, "CLM-CNTRCTR-NUM")
	b = w.infoCode(b, &dispositionInfo, w.twoDigits(c.ClmDispCd), "CLM-DISP-CD")
	b = w.infoDate(b, &receivedInfo, c.ClmRcvdDt)
	if c.System == idr.FinalSystem {
		b = w.infoCode(b, &denialInfo, c.ClmCarrPmtDnlCd, "CLM-CARR-PMT-DNL-CD")
		b = w.infoDate(b, &weeklyInfo, c.ClmWklyDt)
		b = w.infoCode(b, &nearLineInfo, c.ClmNrlnRic, "CLM-NRLN-RIC-CD")
	} else {
		b = w.infoCode(b, &auditInfo, "I", "CLM-PD-STUS-CD")
	}
	if w.shape == mapShape && w.infos > 2 {
		// The maps number the entries of lines from the start again.
		infos := w.infos
		w.infos = 1
		b = w.infoString(b, &trackingInfo, "ALA00000047747")
		w.infos = infos
	}
	return b
}

func (w *Writer) drugInfo(b []byte, c *idr.Claim) []byte {
	d := &c.Drug
	b = w.infoCodes(b, &brandInfo, d.ClmBrndGnrcCd, fhir.Terminology+"NCPDPBrandGenericIndicator", "CLM-BRND-GNRC-CD")
	b = w.infoCodes(b, &dispenseAsInfo, d.ClmDawProdSlctnCd,
		fhir.Terminology+"NCPDPDispensedAsWrittenOrProductSelectionCode", "CLM-DAW-PROD-SLCTN-CD")
	b = w.infoCode(b, &dispensingInfo, d.ClmDspnsngStusCd, "CLM-DSPNSNG-STUS-CD")
	b = w.infoCount(b, &refillsInfo, 5, "refills")
	b = w.infoCount(b, &supplyInfo, d.ClmDaysSuplyQty, "days")
	b = w.infoCount(b, &refillInfo, d.ClmLineRxFillNum, "fill")
	b = w.infoString(b, &prescriptionInfo, d.ClmLineRxNum)
	b = w.infoCode(b, &pharmacyInfo, d.ClmPhrmcySrvcType, "CLM-PHRMCY-SRVC-TYPE-CD")
	return w.infoString(b, &contractInfo, c.Beneficiary.Contract[1])
}
