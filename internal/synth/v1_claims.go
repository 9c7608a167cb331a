package synth

// institutional writes a claim of an institution.
func (w *v1) institutional(b []byte, c *Institutional) []byte {
	w.startLines(len(c.Lines))
	w.diagnoses.institutional(c)
	if c.Type != hha && c.Type != hospice {
		w.addMember(assistRole, npiSystem, c.OpPhysnNpi)
		w.addMember(otherRole, npiSystem, c.OtPhysnNpi)
	}
	w.addMember(primaryTeam, npiSystem, c.AtPhysnNpi)
	for i := range c.Lines {
		w.lines[i].team = w.addMember(primaryTeam, npiSystem, c.Lines[i].RndrngPhysnNpi)
	}
	b = append(b, `{"benefitBalance":[{"category":`...)
	b = append(b, v1Medical...)
	b = appendDays(b, utilizationDaysBalance, c.ClmUtlztnDayCnt)
	b = append(closeWith(b, ']'), `}],"billablePeriod":{"end":`...)
	b = appendDate(b, c.ClmThruDt)
	if c.Type != hha && c.Type != hospice && !blank(c.ClaimQueryCode) {
		b = append(b, `,"extension":[`...)
		b = queryCodes.appendExtension(b, c.ClaimQueryCode)
		b = append(b, ']')
	}
	b = append(b, `,"start":`...)
	b = appendDate(b, c.ClmFromDt)
	b = append(b, `},`...)
	b = w.careTeamMember(b)
	drg := ""
	if c.Type == inpatient || c.Type == snf {
		drg = c.ClmDrgCd
	}
	b = w.diagnosisMember(b, drg)
	b = w.institutionalExtensions(b, c)
	b = append(b, `"facility":{`...)
	if p := registry().byNPI[c.OrgNpiNum]; p != nil {
		b = append(b, p.display...)
	}
	b = append(b, `"extension":[`...)
	b = facilityTypes.appendExtension(b, c.ClmFacTypeCd)
	b = append(b, `],`...)
	if !blank(c.OrgNpiNum) {
		b = append(b, `"identifier":{"system":"`+npiSystem+`","value":`...)
		b = append(appendPlain(b, c.OrgNpiNum), `},`...)
	}
	b = append(closeObject(b), ',')
	b = w.hospitalization(b, c)
	b = w.idMembers(b, &c.claim)
	b = append(b, `],"information":[`...)
	b = w.institutionalInfo(b, c)
	b = append(closeWith(b, ']'), ',')
	b = w.insuranceMember(b, &c.claim)
	b = w.revenueItems(b, c)
	b = w.metaMember(b, &c.claim)
	if !blank(c.OrgNpiNum) {
		b = append(b, `"organization":{`...)
		b = v1Identified(b, npiSystem, c.OrgNpiNum)
		b = append(b, `},`...)
	}
	b = w.patientMember(b, &c.claim)
	b = append(b, `"payment":{"amount":`...)
	b = v1Money(b, c.ClmPmtAmt)
	b = append(b, `},`...)
	b = w.procedures(b, c)
	b = append(b, `"provider":{"identifier":{"system":"`+variables+`prvdr_num","value":`...)
	b = appendPlain(b, c.PrvdrNum)
	b = append(b, `}},`...)
	b = w.statusMembers(b, &c.claim)
	b = append(b, `"totalCost":`...)
	b = v1Money(b, c.ClmTotChrgAmt)
	b = append(b, ',')
	return w.typeMember(b, &c.claim, c.NchClmTypeCd, c.NchNearLineRecIdentCd, c.ClmSrvcClsfctnTypeCd)
}

var v1Medical = concept(coding("http://hl7.org/fhir/benefit-category", "medical", "Medical Health Coverage")) + `,"financial":[`

func (w *v1) hospitalization(b []byte, c *Institutional) []byte {
	from, thru := c.ClmAdmsnDt, c.NchBeneDschrgDt
	switch c.Type {
	case outpatient:
		return b
	case hha:
		thru = 0
	case hospice:
		from = c.ClmHospcStartDtID
	}
	if from == 0 && thru == 0 {
		return b
	}
	b = append(b, `"hospitalization":`...)
	return append(appendPeriod(b, from, thru), ',')
}

func (w *v1) institutionalExtensions(b []byte, c *Institutional) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	b = codeExtension(b, nonPaymentReasons, trim(c.ClmMdcrNonPmtRsnCd))
	b = v1Amount(b, "prpayamt", c.NchPrmryPyrClmPdAmt)
	b = identifierExtension(b, "fi_num", trim(c.FiNum))
	b = identifierExtension(b, "fi_doc_clm_cntl_num", trim(c.FiDocClmCntlNum))
	b = identifierExtension(b, "fi_orig_clm_cntl_num", trim(c.FiOrigClmCntlNum))
	switch c.Type {
	case inpatient:
		b = v1Amount(b, "clm_pass_thru_per_diem_amt", c.ClmPassThruPerDiemAmt)
		b = v1Amount(b, "nch_profnl_cmpnt_chrg_amt", c.NchProfnlCmpntChrgAmt)
		b = v1Amount(b, "ime_op_clm_val_amt", c.ImeOpClmValAmt)
		b = v1Amount(b, "dsh_op_clm_val_amt", c.DshOpClmValAmt)
		b = v1Amount(b, "ime_op_clm_val_amt", c.ImeOpClmValAmt) // the server has it twice
		b = v1Amount(b, "clm_uncompd_care_pmt_amt", c.ClmUncompdCarePmtAmt)
		b = v1Amount(b, "nch_drg_outlier_aprvd_pmt_amt", c.NchDrgOutlierAprvdPmtAmt)
		b = w.stayAmounts(b, c)
	case snf:
		b = w.stayAmounts(b, c)
	case outpatient:
		b = v1Amount(b, "nch_bene_blood_ddctbl_lblty_am", c.NchBeneBloodDdctblLbltyAm)
		b = v1Amount(b, "nch_profnl_cmpnt_chrg_amt", c.NchProfnlCmpntChrgAmt)
		b = v1Amount(b, "nch_bene_ptb_ddctbl_amt", c.NchBenePtbDdctblAmt)
		b = v1Amount(b, "nch_bene_ptb_coinsrnc_amt", c.NchBenePtbCoinsrncAmt)
	case hospice:
		b = quantityExtension(b, "bene_hospc_prd_cnt", units(int64(c.BeneHospcPrdCnt)))
	}
	return closeArray(b, start, open)
}

func (w *v1) stayAmounts(b []byte, c *Institutional) []byte {
	b = v1Amount(b, "nch_bene_ip_ddctbl_amt", c.NchBeneIPDdctblAmt)
	b = v1Amount(b, "nch_bene_pta_coinsrnc_lblty_amt", c.NchBenePtaCoinsrncLbltyAm)
	b = v1Amount(b, "nch_bene_blood_ddctbl_lblty_am", c.NchBeneBloodDdctblLbltyAm)
	b = v1Amount(b, "nch_ip_ncvrd_chrg_amt", c.NchIPNcvrdChrgAmt)
	b = v1Amount(b, "nch_ip_tot_ddctn_amt", c.NchIPTotDdctnAmt)
	b = v1Amount(b, "clm_pps_cptl_dsprprtnt_shr_amt", c.ClmPpsCptlDsprprtntShrAmt)
	b = v1Amount(b, "clm_pps_cptl_excptn_amt", c.ClmPpsCptlExcptnAmt)
	b = v1Amount(b, "clm_pps_cptl_fsp_amt", c.ClmPpsCptlFspAmt)
	b = v1Amount(b, "clm_pps_cptl_ime_amt", c.ClmPpsCptlImeAmt)
	b = v1Amount(b, "clm_pps_cptl_outlier_amt", c.ClmPpsCptlOutlierAmt)
	return v1Amount(b, "clm_pps_old_cptl_hld_hrmls_amt", c.ClmPpsOldCptlHldHrmlsAmt)
}

func (w *v1) institutionalInfo(b []byte, c *Institutional) []byte {
	b = w.infoDate(b, "nch_wkly_proc_dt", c.NchWklyProcDt)
	if c.Type == inpatient || c.Type == snf {
		b = w.infoCode(b, "clm_ip_admsn_type_cd", admissionTypes, c.ClmIPAdmsnTypeCd)
		b = w.infoCode(b, "clm_src_ip_admsn_cd", admissionSources, c.ClmSrcIPAdmsnCd)
		b = w.infoPeriod(b, "nch_vrfd_ncvrd_stay_from_dt", c.NchVrfdNcvrdStayFromDt, c.NchVrfdNcvrdStayThruDt)
		b = w.infoPeriod(b, "nch_qlfyd_stay_from_dt", c.NchQlfydStayFromDt, c.NchQlfydStayThruDt)
	}
	if c.Type == inpatient || c.Type == snf || c.Type == hospice {
		b = w.infoCode(b, "nch_ptnt_stus_ind_cd", patientStatuses, c.NchPtntStusIndCd)
	}
	b = w.infoCode(b, "clm_mco_pd_sw", managedCare, c.ClmMcoPdSw)
	b = w.infoCode(b, "clm_freq_cd", billFrequencies, c.ClmFreqCd)
	b = w.infoCode(b, "ptnt_dschrg_stus_cd", dischargeStatuses, c.PtntDschrgStusCd)
	b = w.infoCode(b, "nch_prmry_pyr_cd", primaryPayers, c.NchPrmryPyrCd)
	b = w.infoCode(b, "clm_hha_lupa_ind_cd", lupaIndicators, c.ClmHhaLupaIndCd)
	return w.infoCode(b, "clm_hha_rfrl_cd", hhaReferrals, c.ClmHhaRfrlCd)
}

func (w *v1) procedures(b []byte, c *Institutional) []byte {
	start := len(b)
	b = append(b, `"procedure":[`...)
	open := len(b)
	for i := range c.IcdPrcdr {
		p := &c.IcdPrcdr[i]
		b = appendProcedure(b, i+1, p.Dt, v1Concept(p.VrsnCd, p.Cd))
	}
	return closeArray(b, start, open)
}

func (w *v1) revenueItems(b []byte, c *Institutional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.revenueAdjudications(b, c.Type, l)
		b = append(closeWith(b, ']'), ',')
		b = linkMember(b, "careTeamLinkId", w.lines[i].team)
		if l.RevCntrNdcQty != noQuantity {
			b = append(b, `"extension":[`...)
			b = quantityExtension(b, "rev_cntr_ndc_qty", l.RevCntrNdcQty)
			b = append(closeWith(b, ']'), ',')
		}
		b = append(b, `"locationAddress":{"state":`...)
		b = appendPlain(b, c.PrvdrStateCd)
		b = append(b, `},`...)
		b = w.modifiers(b, l.HcpcsMdfrCd[:], "")
		b = append(b, `"quantity":{"value":`...)
		b = l.RevCntrUnitCnt.appendJSON(b)
		b = append(b, `},"revenue":{"coding":[`...)
		b = revenueCodes.append(b, l.RevCntr)
		b = append(b, ']')
		at := len(b)
		b = append(b, `,"extension":[`...)
		inner := len(b)
		b = codeExtension(b, coinsuranceCodes, trim(l.RevCntrDdctblCoinsrncCd))
		b = codeExtension(b, paymentMethods, trim(l.RevCntrStusIndCd))
		if len(b) == inner {
			b = b[:at]
		} else {
			b = closeWith(b, ']')
		}
		b = append(b, `},"sequence":`...)
		b = appendInt(b, l.ClmLineNum)
		b = append(b, ',')
		b = w.service(b, l.HcpcsCd, "")
		if l.RevCntrDt != 0 {
			b = append(b, `"servicedDate":`...)
			b = append(appendDate(b, l.RevCntrDt), ',')
		}
		b = append(closeObject(b), ',')
	}
	return closeArray(b, start, open)
}

func (w *v1) service(b []byte, hcpcs, version string) []byte {
	if blank(hcpcs) {
		return b
	}
	b = append(b, `"service":{"coding":[{"code":`...)
	b = appendString(b, hcpcs)
	b = append(b, `,"system":"`+hcpcsSystem+`"`...)
	if !blank(version) {
		b = append(append(b, `,"version":`...), quoted(version)...)
	}
	return append(b, `}]},`...)
}

// modifiers are elements of their own; an empty one leaves no gap.
func (w *v1) modifiers(b []byte, list []string, version string) []byte {
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	for _, code := range list {
		b = modifier(b, trim(code), version)
	}
	return closeArray(b, start, open)
}

func (w *v1) revenueAdjudications(b []byte, kind claimType, l *RevenueLine) []byte {
	if kind == outpatient || kind == hha {
		for i, code := range l.RevCntrAnsiCd {
			b = v1AdjudicationReason(b, ansiReasons[i], code)
		}
	}
	b = v1Adjudication(b, "rev_cntr_rate_amt", l.RevCntrRateAmt)
	b = v1Adjudication(b, "rev_cntr_tot_chrg_amt", l.RevCntrTotChrgAmt)
	b = v1Adjudication(b, "rev_cntr_ncvrd_chrg_amt", l.RevCntrNcvrdChrgAmt)
	if kind == outpatient {
		b = v1Adjudication(b, "rev_cntr_blood_ddctbl_amt", l.RevCntrBloodDdctblAmt)
		b = v1Adjudication(b, "rev_cntr_cash_ddctbl_amt", l.RevCntrCashDdctblAmt)
		b = v1Adjudication(b, "rev_cntr_coinsrnc_wge_adjstd_c", l.RevCntrCoinsrncWgeAdjst)
		b = v1Adjudication(b, "rev_cntr_rdcd_coinsrnc_amt", l.RevCntrRdcdCoinsrncAmt)
		b = v1Adjudication(b, "rev_cntr_1st_msp_pd_amt", l.RevCntr1stMspPdAmt)
		b = v1Adjudication(b, "rev_cntr_2nd_msp_pd_amt", l.RevCntr2ndMspPdAmt)
	}
	if kind == outpatient || kind == hospice {
		b = v1Adjudication(b, "rev_cntr_prvdr_pmt_amt", l.RevCntrPrvdrPmtAmt)
		b = v1Adjudication(b, "rev_cntr_bene_pmt_amt", l.RevCntrBenePmtAmt)
	}
	if kind == outpatient {
		b = v1Adjudication(b, "rev_cntr_ptnt_rspnsblty_pmt", l.RevCntrPtntRspnsbltyPmt)
	}
	if kind != inpatient && kind != snf {
		b = v1Adjudication(b, "rev_cntr_pmt_amt_amt", l.RevCntrPmtAmtAmt)
	}
	return b
}

// professional writes a claim of a physician or of a supplier of equipment.
func (w *v1) professional(b []byte, c *Professional) []byte {
	w.startLines(len(c.Lines))
	for i := range c.Lines {
		l := &c.Lines[i]
		if n := w.addMember(primaryTeam, npiSystem, l.PrfPhysnNpi); n > 0 {
			w.team[n-2].responsible, w.team[n-2].line = true, l
			w.lines[i].team = n
		}
		if c.Type == carrier {
			w.lines[i].tax = w.addMember(otherRole, taxType, l.TaxNum)
		}
	}
	w.diagnoses.professional(c, w.lines)

	b = append(b, `{"billablePeriod":`...)
	b = appendPeriod(b, c.ClmFromDt, c.ClmThruDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = w.containedReferral(b, c)
	b = w.diagnosisMember(b, "")
	b = append(b, `"disposition":`...)
	b = appendPlain(b, c.ClmDispCd)
	b = append(b, `,"extension":[`...)
	b = v1Amount(b, "prpayamt", c.CarrClmPrmryPyrPdAmt)
	b = identifierExtension(b, "carr_num", trim(c.CarrNum))
	b = identifierExtension(b, "carr_clm_cntl_num", trim(c.CarrClmCntlNum))
	b = codeExtension(b, paymentDenials, trim(c.CarrClmPmtDnlCd))
	b = codeExtension(b, assignments, trim(c.CarrClmPrvdrAsgnmtIndSw))
	b = identifierExtension(b, "clm_clncl_tril_num", trim(c.ClmClnclTrilNum))
	b = v1Amount(b, "carr_clm_cash_ddctbl_apld_amt", c.CarrClmCashDdctblApldAmt)
	b = v1Amount(b, "nch_clm_prvdr_pmt_amt", c.NchClmPrvdrPmtAmt)
	b = v1Amount(b, "nch_clm_bene_pmt_amt", c.NchClmBenePmtAmt)
	b = v1Amount(b, "nch_carr_clm_sbmtd_chrg_amt", c.NchCarrClmSbmtdChrgAmt)
	b = v1Amount(b, "nch_carr_clm_alowd_amt", c.NchCarrClmAlowdAmt)
	b = append(closeWith(b, ']'), ',')
	b = w.idMembers(b, &c.claim)
	b = append(b, `],"information":[`...)
	b = w.infoDate(b, "nch_wkly_proc_dt", c.NchWklyProcDt)
	b = append(closeWith(b, ']'), ',')
	b = w.insuranceMember(b, &c.claim)
	b = w.serviceItems(b, c)
	b = w.metaMember(b, &c.claim)
	b = w.patientMember(b, &c.claim)
	b = append(b, `"payment":{"amount":`...)
	b = v1Money(b, c.ClmPmtAmt)
	b = append(b, `},`...)
	if !blank(c.RfrPhysnNpi) {
		b = append(b, `"referral":{"reference":"#1"},`...)
	}
	b = w.statusMembers(b, &c.claim)
	return w.typeMember(b, &c.claim, c.NchClmTypeCd, c.NchNearLineRecIdentCd, "")
}

func (w *v1) containedReferral(b []byte, c *Professional) []byte {
	if blank(c.RfrPhysnNpi) {
		return b
	}
	b = append(b, `"contained":[{"id":"1","recipient":[{`...)
	b = v1Identified(b, npiSystem, c.RfrPhysnNpi)
	b = append(b, `}],"requester":{"agent":{`...)
	b = v1Identified(b, npiSystem, c.RfrPhysnNpi)
	b = append(b, `}},"resourceType":"ReferralRequest","status":"completed","subject":{"reference":"Patient/`...)
	b = appendInt(b, int(c.Beneficiary.BeneID))
	return append(b, `"}}],`...)
}

func (w *v1) serviceItems(b []byte, c *Professional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = v1Adjudication(b, "line_nch_pmt_amt", l.LineNchPmtAmt)
		b = v1Adjudication(b, "line_bene_pmt_amt", l.LineBenePmtAmt)
		b = v1Adjudication(b, "line_prvdr_pmt_amt", l.LinePrvdrPmtAmt)
		b = v1Adjudication(b, "line_bene_ptb_ddctbl_amt", l.LineBenePtbDdctblAmt)
		b = v1Adjudication(b, "line_bene_prmry_pyr_pd_amt", l.LineBenePrmryPyrPdAmt)
		b = v1Adjudication(b, "line_coinsrnc_amt", l.LineCoinsrncAmt)
		b = v1Adjudication(b, "line_sbmtd_chrg_amt", l.LineSbmtdChrgAmt)
		b = v1Adjudication(b, "line_alowd_chrg_amt", l.LineAlowdChrgAmt)
		if c.Type == dme {
			b = v1Adjudication(b, "line_prmry_alowd_chrg_amt", l.LinePrmryAlowdChrgAmt)
			b = v1Adjudication(b, "line_dme_prchs_price_amt", l.LineDmePrchsPriceAmt)
		}
		b = v1AdjudicationReason(b, "line_prcsg_ind_cd", l.LinePrcsgIndCd)
		b = append(closeWith(b, ']'), ',')
		b = linkMember(b, "careTeamLinkId", w.lines[i].team, w.lines[i].tax)
		b = append(b, `"category":{"coding":[`...)
		if c.Type == dme {
			b = equipmentServices.append(b, l.LineCmsTypeSrvcCd)
		} else {
			b = servicesBilled.append(b, l.LineCmsTypeSrvcCd)
		}
		b = append(b, `]},`...)
		b = linkMember(b, "diagnosisLinkId", w.lines[i].diagnosis)
		b = w.lineExtensions(b, c.Type, l)
		b = append(b, `"locationCodeableConcept":{"coding":[`...)
		b = places.append(b, l.LinePlaceOfSrvcCd)
		b = append(b, `],`...)
		at := len(b)
		b = append(b, `"extension":[`...)
		inner := len(b)
		b = plainExtension(b, "prvdr_state_cd", trim(l.PrvdrStateCd))
		b = plainExtension(b, "prvdr_zip", trim(l.PrvdrZip))
		b = closeArray(b, at, inner)
		b = append(closeObject(b), ',')
		b = w.modifiers(b, l.HcpcsMdfrCd[:], c.CarrClmHcpcsYrCd)
		b = append(b, `"quantity":{"value":`...)
		b = l.LineSrvcCnt.appendJSON(b)
		b = append(b, `},"sequence":`...)
		b = appendInt(b, l.LineNum)
		b = append(b, ',')
		b = w.service(b, l.HcpcsCd, c.CarrClmHcpcsYrCd)
		if l.Line1stExpnsDt != 0 && l.LineLastExpnsDt != 0 {
			b = append(b, `"servicedPeriod":`...)
			b = append(appendPeriod(b, l.Line1stExpnsDt, l.LineLastExpnsDt), ',')
		}
		b = append(closeObject(b), ',')
	}
	return closeArray(b, start, open)
}

func (w *v1) lineExtensions(b []byte, kind claimType, l *ProfessionalLine) []byte {
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	set := betos
	if kind == dme {
		set = equipmentBetos
		b = identifierExtension(b, "suplrnum", trim(l.PrvdrNum))
	} else {
		b = codeExtension(b, mtusCodes, trim(l.LineMtusCd))
		if l.LineMtusCnt != 0 {
			b = quantityExtension(b, "carr_line_mtus_cnt", l.LineMtusCnt)
		}
	}
	b = codeExtension(b, set, trim(l.BetosCd))
	b = codeExtension(b, linePrimary, trim(l.LineBenePrmryPyrCd))
	b = codeExtension(b, lineDeductible, trim(l.LineServiceDeductible))
	return closeArray(b, start, open)
}
