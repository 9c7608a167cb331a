package synth

// The types of identifiers of pharmacies, by SRVC_PRVDR_ID_QLFYR_CD.
var v1PharmacyTypes = map[string][2]string{
	"01": {npiSystem, "NPI"}, "06": {taxType, "UPIN"}, "07": {blueButton + "identifier-type", "NCPDP"}, "08": {taxType, "SL"}, "11": {taxType, "TAX"},
}

var v1PharmacyIdentifiers = func() map[string]string {
	m := map[string]string{}
	for qualifier, t := range v1PharmacyTypes {
		m[qualifier] = `"identifier":{"system":"` + t[0] + `","type":` + concept(coding(t[0], t[1], "")) + `,"value":`
	}
	return m
}()

// partDEvent writes a drug event.
func (w *v1) partDEvent(b []byte, c *PartDEvent) []byte {
	w.startLines(0)
	w.addMember(primaryTeam, npiSystem, c.PrscrbrID)
	identifier, known := v1PharmacyIdentifiers[c.SrvcPrvdrIDQlfyrCd]
	pharmacy := func(b []byte) []byte {
		return append(appendPlain(append(b, identifier...), c.SrvcPrvdrID), `}},`...)
	}

	b = append(b, `{"billablePeriod":`...)
	b = appendPeriod(b, c.SrvcDt, c.SrvcDt)
	b = append(b, ',')
	b = w.careTeamMember(b)
	b = append(b, `"facility":{"extension":[`...)
	b = pharmacies.appendExtension(b, c.PhrmcySrvcTypeCd)
	b = append(b, `],`...)
	if known {
		b = pharmacy(b)
	} else {
		b = append(closeWith(b, '}'), ',')
	}
	b = w.idMembers(b, &c.claim)
	b = append(b, `,{"system":"`+variables+`rx_srvc_rfrnc_num","value":`...)
	b = appendID(b, c.RxSrvcRfrncNum)
	b = append(b, `}],"information":[`...)
	b = w.infoCode(b, "daw_prod_slctn_cd", dispenseAs, c.DawProdSlctnCd)
	b = w.infoCode(b, "dspnsng_stus_cd", partialFills, c.DspnsngStusCd)
	b = w.infoCode(b, "drug_cvrg_stus_cd", drugCoverage, c.DrugCvrgStusCd)
	b = w.infoCode(b, "adjstmt_dltn_cd", eventChanges, c.AdjstmtDltnCd)
	b = w.infoCode(b, "nstd_frmt_cd", eventFormats, c.NstdFrmtCd)
	b = w.infoCode(b, "prcng_excptn_cd", pricing, c.PrcngExcptnCd)
	b = w.infoCode(b, "ctstrphc_cvrg_cd", catastrophic, c.CtstrphcCvrgCd)
	b = w.infoCode(b, "rx_orgn_cd", prescriptions, c.RxOrgnCd)
	b = w.infoCode(b, "brnd_gnrc_cd", brandOrGeneric, c.BrndGnrcCd)
	b = w.infoCode(b, "phrmcy_srvc_type_cd", pharmacies, c.PhrmcySrvcTypeCd)
	b = w.infoCode(b, "ptnt_rsdnc_cd", residences, c.PtntRsdncCd)
	b = w.infoCode(b, "submsn_clr_cd", submissions, c.SubmsnClrCd)
	b = append(closeWith(b, ']'), `,"insurance":{"coverage":{"extension":[`...)
	b = identifierExtension(b, "plan_cntrct_rec_id", c.PlanCntrctRecID)
	b = identifierExtension(b, "plan_pbp_rec_num", c.PlanPbpRecNum)
	b = append(closeWith(b, ']'), `,"reference":"Coverage/part-d-`...)
	b = appendInt(b, int(c.Beneficiary.BeneID))
	b = append(b, `"}},`...)
	b = w.drugItem(b, c)
	b = w.metaMember(b, &c.claim)
	if known {
		b = pharmacy(append(b, `"organization":{`...))
	}
	b = w.patientMember(b, &c.claim)
	if c.PdDt != 0 {
		b = append(b, `"payment":{"date":`...)
		b = append(appendDate(b, c.PdDt), `},`...)
	}
	b = w.statusMembers(b, &c.claim)
	return w.typeMember(b, &c.claim, "", "", "")
}

func (w *v1) drugItem(b []byte, c *PartDEvent) []byte {
	b = append(b, `"item":[{"adjudication":[`...)
	if c.DrugCvrgStusCd == "C" {
		b = v1Adjudication(b, "cvrd_d_plan_pd_amt", c.CvrdDPlanPdAmt)
	} else {
		b = v1Adjudication(b, "ncvrd_plan_pd_amt", c.NcvrdPlanPdAmt)
	}
	b = v1Adjudication(b, "gdc_blw_oopt_amt", c.GdcBlwOoptAmt)
	b = v1Adjudication(b, "gdc_abv_oopt_amt", c.GdcAbvOoptAmt)
	b = v1Adjudication(b, "ptnt_pay_amt", c.PtntPayAmt)
	b = v1Adjudication(b, "othr_troop_amt", c.OthrTroopAmt)
	b = v1Adjudication(b, "lics_amt", c.LicsAmt)
	b = v1Adjudication(b, "plro_amt", c.PlroAmt)
	b = v1Adjudication(b, "tot_rx_cst_amt", c.TotRxCstAmt)
	b = v1Adjudication(b, "rptd_gap_dscnt_num", c.RptdGapDscntNum)
	b = append(closeWith(b, ']'), ',')
	b = linkMember(b, "careTeamLinkId", len(w.team)+1)
	if compound, ok := compounds[c.CmpndCd]; ok {
		b = append(b, `"detail":[{"type":{"coding":[`...)
		b = append(append(b, compound...), `]}}],`...)
	}
	b = append(b, `"quantity":{"extension":[`...)
	b = quantityExtension(b, "fill_num", units(int64(c.FillNum)))
	b = quantityExtension(b, "days_suply_num", units(int64(c.DaysSuplyNum)))
	b = append(closeWith(b, ']'), `,"value":`...)
	b = c.QtyDspnsdNum.appendJSON(b)
	b = append(b, `},"sequence":1,"service":{"coding":[`...)
	b = append(b, drugCodings[c.ProdSrvcID]...)
	b = append(b, `]},"servicedDate":`...)
	b = appendDate(b, c.SrvcDt)
	return append(b, `}],`...)
}

var v1Currency = func() (fragments [2]string) {
	const currency = blueButton + "identifier-currency"
	for i, code := range [2][2]string{{"current", "Current"}, {"historic", "Historic"}} {
		fragments[i] = `{"extension":[{"url":"` + currency + `","valueCoding":` + coding(currency, code[0], code[1]) + `}],"system":"`
	}
	return fragments
}()

// patient writes the Patient of a beneficiary. The older numbers (HICN) bear
// the mark of the current one too.
func (w *v1) patient(b []byte, p *Beneficiary) []byte {
	b = append(b, '{')
	b = new(v2).address(b, p)
	b = append(b, `"birthDate":`...)
	b = appendDate(b, p.BeneBirthDt)
	if p.DeathDt != 0 {
		b = append(b, `,"deceasedDateTime":`...)
		b = appendDate(b, p.DeathDt)
	}
	b = append(b, `,"extension":[`...)
	gender := "unknown"
	switch p.BeneSexIdentCd {
	case "1":
		gender = "male"
	case "2":
		gender = "female"
	}
	b = codeExtension(b, races, trim(p.BeneRaceCd))
	b = new(v2).dualStatuses(b, p)
	if b[len(b)-1] == '[' {
		b = b[:len(b)-len(`,"extension":[`)]
	} else {
		b = closeWith(b, ']')
	}
	b = append(b, `,"gender":"`...)
	b = append(b, gender...)
	b = append(b, `","id":`...)
	b = appendID(b, p.BeneID)
	b = append(b, `,"identifier":[{"system":"`+variables+`bene_id","value":`...)
	b = appendID(b, p.BeneID)
	b = append(b, `},`...)
	b = append(append(b, v1Currency[0]...), `http://hl7.org/fhir/sid/us-medicare","value":"`...)
	b = appendInt(b, int(max(p.BeneID, -p.BeneID))%1_000_000_000)
	b = append(b, `A"},`...)
	for _, former := range p.MbiHistory {
		b = append(append(b, v1Currency[1]...), mbiSystem+`","value":`...)
		b = append(appendPlain(b, former), `},`...)
	}
	b = append(append(b, v1Currency[0]...), mbiSystem+`","value":`...)
	b = appendPlain(b, p.MbiNum)
	b = append(b, `}],"meta":{"lastUpdated":`...)
	b = appendInstant(b, p.LastUpdated)
	b = append(b, `},"name":[`...)
	b = p.others(b, true, p.nameElements)
	b = append(b, '{')
	b = member(b, "family", p.BeneSrnmName)
	b = append(b, `"given":[`...)
	b = appendString(b, p.BeneGvnName)
	if p.BeneMdlName != "" {
		b = append(b, ',')
		b = appendString(b, p.BeneMdlName)
	}
	b = append(b, `],`...)
	b = periodMember(b, p.begun, 0)
	b = append(b, `"use":"usual"},`...)
	b = p.others(b, false, p.nameElements)
	return append(closeWith(b, ']'), `,"resourceType":"Patient"}`...)
}

// coverage writes the Coverage of a beneficiary under a part of Medicare. The
// server has one beginning for Parts A and B.
func (w *v1) coverage(b []byte, p *Beneficiary, part byte) []byte {
	b = append(b, `{"beneficiary":{"reference":"Patient/`...)
	b = appendInt(b, int(p.BeneID))
	b = append(b, `"},`...)
	start := len(b)
	b = append(b, `"extension":[`...)
	open := len(b)
	status, v2 := `"active"`, new(v2)
	switch part {
	case 'a':
		if p.BenePtaTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = codeExtension(b, medicareStatus, trim(p.BeneMdcrStatusCd))
		b = codeExtension(b, entitlements, trim(p.BeneEntlmtRsnOrig))
		b = codeExtension(b, currentReasons, trim(p.BeneEntlmtRsnCurr))
		b = codeExtension(b, renalDisease, trim(p.BeneEsrdInd))
		b = codeExtension(b, partAEnds, p.BenePtaTrmntnCd)
		b = v2.dualStatuses(b, p)
		b = months(b, buyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'b':
		if p.BenePtbTrmntnCd != "0" {
			status = `"cancelled"`
		}
		b = codeExtension(b, medicareStatus, trim(p.BeneMdcrStatusCd))
		b = codeExtension(b, partBEnds, p.BenePtbTrmntnCd)
		b = v2.dualStatuses(b, p)
		b = months(b, buyInMonths, &p.MdcrEntlmtBuyinInd)
	case 'c':
		b = months(b, planContracts, &p.PtcCntrctID)
		b = months(b, healthPlanMonths, &p.HmoInd)
		b = v2.dualStatuses(b, p)
	case 'd':
		b = codeExtension(b, medicareStatus, trim(p.BeneMdcrStatusCd))
		b = months(b, drugContracts, &p.PtdCntrctID)
		b = v2.dualStatuses(b, p)
	}
	b = closeArray(b, start, open)
	b = append(b, `"grouping":{"subGroup":"Medicare","subPlan":"Part `...)
	b = append(b, part-'a'+'A')
	b = append(b, `"},"id":"part-`...)
	b = append(b, part, '-')
	b = appendInt(b, int(p.BeneID))
	b = append(b, `","meta":{"lastUpdated":`...)
	b = appendInstant(b, p.LastUpdated)
	b = append(b, `},`...)
	if d := covStart(p); d != 0 && (part == 'a' || part == 'b') {
		b = append(b, `"period":`...)
		b = append(appendPeriod(b, d, 0), ',')
	}
	b = append(b, `"resourceType":"Coverage","status":`...)
	b = append(b, status...)
	b = append(b, `,"type":{"coding":[{"code":"Part `...)
	b = append(b, part-'a'+'A')
	return append(b, `","system":"Medicare"}]}}`...)
}

// covStart is COVSTART: when the beneficiary was first covered.
func covStart(p *Beneficiary) date { return either(p.PtaCvrgStrtDt, p.PtbCvrgStrtDt) }
