package synth

// supportingInfo writes the supporting information to w.info, and notes what
// the lines refer to. Of the lines' own entries, those of a demonstration come
// first, then the state, then the switches.
func (w *v3) supportingInfo(c *idrClaim) {
	w.infos = 0
	b := w.info[:0]
	b = w.infoCode(b, &v3AdjustmentType, c.ClmAdjstmtType, "CLM-ADJSTMT-TYPE-CD")
	b = w.loadDate(b, c)
	switch {
	case c.kind == partD:
		b = w.drugInfo(b, c)
	case c.kind < carrier:
		b = w.institutionalInfo(b, c)
	default:
		b = w.professionalInfo(b, c)
	}
	w.info = b
}

// loadDate writes even the date that means that there is none.
func (w *v3) loadDate(b []byte, c *idrClaim) []byte {
	if c.ClmIdrLdDt != 0 {
		return w.infoDate(b, &v3LoadDate, c.ClmIdrLdDt)
	}
	b = append(b, v3LoadDate[w.shape]...)
	b = w.infoEnd(b)
	return append(b, `,"timingDate":"9999-12-31"},`...)
}

func (w *v3) enhancementInfo(b []byte, c *idrClaim, switches *[6]string, demo *[5]string) []byte {
	b = w.switchInfo(b, c, switches)
	return w.demoInfo(b, c, demo)
}

func (w *v3) switchInfo(b []byte, c *idrClaim, switches *[6]string) []byte {
	for i, value := range switches {
		b = w.enhancement(b, c, &v3Switches[i], value, "CLM-BNFT-ENHNCMT-CD-SWITCH")
	}
	return b
}

func (w *v3) demoInfo(b []byte, c *idrClaim, demo *[5]string) []byte {
	for _, value := range demo {
		b = w.enhancement(b, c, &v3Enhancement, value, "CLM-BNFT-ENHNCMT-CD")
	}
	return b
}

// enhancement writes a code, or text as some servers do.
func (w *v3) enhancement(b []byte, c *idrClaim, category *v3Category, value, name string) []byte {
	if c.LastUpdated.millis%3 == 0 {
		return w.infoString(b, category, value)
	}
	return w.infoCode(b, category, value, name)
}

func (w *v3) institutionalInfo(b []byte, c *idrClaim) []byte {
	b = w.typeOfBill(b, c)
	b = w.enhancementInfo(b, c, &c.ClmSwitch, &c.ClmDemo)
	b = w.infoCode(b, &v3Query, c.ClmQueryCd, "CLM-QUERY-CD")
	b = w.infoCode(b, &v3Contractor, c.ClmCntrctrNum, "CLM-CNTRCTR-NUM")
	payers := "CLM-NCH-PRMRY-PYR-CD"
	if w.shape == mapShape {
		payers = "CLM-PRMRY-PYR-CD"
	}
	b = w.infoCode(b, &v3PrimaryPayer, c.ClmNchPrmryPyrCd, payers)
	if c.ClmActvCareFromDt != 0 {
		b = append(b, v3Admission[w.shape]...)
		b = w.infoEnd(b)
		b = append(b, `,"timingPeriod":`...)
		b = appendPeriod(b, c.ClmActvCareFromDt, c.ClmDschrgDt)
		b = append(b, `},`...)
	}
	b = w.infoDate(b, &v3Received, c.ClmRcvdDt)
	b = w.infoDate(b, &v3CareThru, c.ClmThruDt)
	b = w.infoDate(b, &v3Processed, c.ClmProcDt)
	if c.system == finalSystem {
		b = w.infoDate(b, &v3Weekly, c.ClmWklyDt)
		b = w.infoCode(b, &v3NearLine, c.ClmNrlnRic, "CLM-NRLN-RIC-CD")
	} else {
		b = w.infoCode(b, &v3Audit, "I", "CLM-PD-STUS-CD")
	}
	b = w.infoCodes(b, &v3Origin, c.ClmAdmsnSrcCd, "https://www.nubc.org/CodeSystem/PointOfOrigin", "CLM-ADMSN-SRC-CD")
	b = w.infoCodes(b, &v3Discharge, c.BenePtntStusCd, "https://www.nubc.org/CodeSystem/PatDischargeStatus", "BENE-PTNT-STUS-CD")
	b = w.infoCodes(b, &v3AdmitType, c.ClmAdmsnTypeCd, "https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit", "CLM-ADMSN-TYPE-CD")
	b = w.infoCode(b, &v3NonPayment, c.ClmMdcrNpmtRsnCd, "CLM-MDCR-NPMT-RSN-CD")
	b = w.infoCode(b, &v3OutpatientType, c.ClmOpSrvcTypeCd, "CLM-OP-SRVC-TYPE-CD")
	if c.system == finalSystem {
		b = w.infoCode(b, &v3FacilityState, fipsState(c.GeoBlgSsaStateCd), "US-FIPS-STATE-CODES")
	}
	if c.DgnsDrgCd != 0 {
		b = append(b, v3DRG[w.shape]...)
		b = append(b, `,"code":{"coding":[{"code":`...)
		b = appendID(b, int64(c.DgnsDrgCd))
		b = append(b, `,"system":"`+cmsDRG+`"}]}`...)
		b = w.infoEnd(b)
		b = append(b, `},`...)
	}
	for _, condition := range c.ClmRltCondCd {
		if len(condition) == 1 {
			condition = "0" + condition
		}
		b = w.infoCode(b, &v3Condition, condition, "CLM-RLT-COND-CD")
	}
	return b
}

// typeOfBill writes the three parts of the type of bill. Each code has those
// before it in front; where there is no class, it is as if it were empty.
func (w *v3) typeOfBill(b []byte, c *idrClaim) []byte {
	class := c.ClmBillFacTypeCd + c.ClmBillClsfctnCd
	frequency := class + c.ClmBillFreqCd
	b = append(b, v3TypeOfBill[w.shape]...)
	b = append(b, `,"code":{"coding":[`...)
	for _, code := range [...][2]string{
		{"https://www.nubc.org/CodeSystem/TypeOfBill", "0" + frequency},
		{"CLM-BILL-FAC-TYPE-CD", c.ClmBillFacTypeCd}, {"CLM-BILL-CLSFCTN-CD", class}, {"CLM-BILL-FREQ-CD", frequency},
	} {
		b = append(appendCode(b, code[0], code[1]), ',')
	}
	b = append(closeWith(b, ']'), '}')
	b = w.infoEnd(b)
	return append(b, `},`...)
}

func (w *v3) professionalInfo(b []byte, c *idrClaim) []byte {
	for i := range c.Lines {
		l := &c.Lines[i]
		first := w.infos
		b = w.demoInfo(b, c, &l.Demo)
		if c.system == finalSystem {
			b = w.infoCode(b, &v3RenderingState, fipsState(l.SsaStateCd), "US-FIPS-STATE-CODES")
		}
		b = w.switchInfo(b, c, &l.Switch)
		for n := first; n < w.infos; n++ {
			w.lines[i].info = append(w.lines[i].info, n+1)
		}
	}
	b = w.enhancementInfo(b, c, &c.ClmSwitch, &c.ClmDemo)
	b = w.infoCode(b, &v3Contractor, c.ClmCntrctrNum, "CLM-CNTRCTR-NUM")
	b = w.infoCode(b, &v3Disposition, w.twoDigits(c.ClmDispCd), "CLM-DISP-CD")
	b = w.infoDate(b, &v3Received, c.ClmRcvdDt)
	if c.system == finalSystem {
		b = w.infoCode(b, &v3Denial, c.ClmCarrPmtDnlCd, "CLM-CARR-PMT-DNL-CD")
		b = w.infoDate(b, &v3Weekly, c.ClmWklyDt)
		b = w.infoCode(b, &v3NearLine, c.ClmNrlnRic, "CLM-NRLN-RIC-CD")
	} else {
		b = w.infoCode(b, &v3Audit, "I", "CLM-PD-STUS-CD")
	}
	if w.shape == mapShape && w.infos > 2 {
		// The maps number the entries that they make of lines anew.
		infos := w.infos
		w.infos = 1
		b = w.infoString(b, &v3Tracking, "ALA00000047747")
		w.infos = infos
	}
	return b
}

func (w *v3) drugInfo(b []byte, c *idrClaim) []byte {
	d := &c.drug
	b = w.infoCodes(b, &v3DispenseAs, d.ClmDawProdSlctnCd,
		terminology+"NCPDPDispensedAsWrittenOrProductSelectionCode", "CLM-DAW-PROD-SLCTN-CD")
	b = w.infoCode(b, &v3Dispensing, d.ClmDspnsngStusCd, "CLM-DSPNSNG-STUS-CD")
	b = w.infoCount(b, &v3Refills, 5, "refills")
	b = w.infoCount(b, &v3Supply, d.ClmDaysSuplyQty, "days")
	b = w.infoCount(b, &v3Refill, d.ClmLineRxFillNum, "fill")
	b = w.infoString(b, &v3Prescription, d.ClmLineRxNum)
	b = w.infoCode(b, &v3Pharmacy, d.ClmPhrmcySrvcType, "CLM-PHRMCY-SRVC-TYPE-CD")
	return w.infoString(b, &v3Contract, c.person.contract[1])
}
