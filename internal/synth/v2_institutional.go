package synth

// institutional writes a claim of an institution.
func (w *v2) institutional(b []byte, c *Institutional) []byte {
	w.diagnoses.institutional(c)
	w.lines = w.team.institutional(c, w.lines)
	w.infos = 0

	b = append(b, '{')
	b = w.institutionalBalances(b, c)
	b = append(b, `"billablePeriod":{"end":`...)
	b = appendDate(b, c.ClmThruDt)
	if c.ClaimQueryCode != "" {
		b = append(b, `,"extension":[`...)
		b = queryCodes.appendExtension(b, c.ClaimQueryCode)
		b = append(b, ']')
	}
	b = append(b, `,"start":`...)
	b = appendDate(b, c.ClmFromDt)
	b = append(b, `},`...)
	b = w.careTeamMember(b)
	b = w.providerOrganization(b, c)
	b = w.createdMember(b)
	b = w.diagnosisMember(b, c.Type)
	b = w.institutionalExtensions(b, c)
	b = append(b, `"facility":{"extension":[`...)
	b = facilityTypes.appendExtension(b, c.ClmFacTypeCd)
	b = append(b, `]},`...)
	b = w.idMembers(b, &c.claim)
	b = append(b, `],`...)
	b = w.insuranceMembers(b, &c.claim)
	b = w.revenueItems(b, c)
	b = w.metaMembers(b, &c.claim)
	b = append(b, `"payment":{"amount":`+moneyStart...)
	b = c.ClmPmtAmt.appendJSON(b)
	b = append(b, `}},`...)
	b = w.procedureMember(b, c)
	b = append(b, `"provider":{"reference":"#provider-org"},`...)
	b = w.statusMembers(b, &c.claim)
	b = append(b, `"supportingInfo":[`...)
	b = w.institutionalInfo(b, c)
	b = closeWith(b, ']')
	b = append(b, `,"total":[`...)
	b = appendAdjudication(b, c.ClmTotChrgAmt, submittedTotal)
	b = append(closeWith(b, ']'), ',')
	return w.typeMembers(b, &c.claim, c.NchClmTypeCd)
}

func (w *v2) institutionalBalances(b []byte, c *Institutional) []byte {
	b = append(b, medicalBalances...)
	switch c.Type {
	case inpatient:
		b = appendBalance(b, passThruBalance, c.ClmPassThruPerDiemAmt)
		b = appendBalance(b, professionalBalance, c.NchProfnlCmpntChrgAmt)
		b = appendBalance(b, totalCapitalBalance, c.ClmTotPpsCptlAmt)
		b = w.stayBalances(b, c)
		b = appendBalance(b, outlierBalance, c.NchDrgOutlierAprvdPmtAmt)
		b = appendBalance(b, bloodBalance, c.NchBeneBloodDdctblLbltyAm)
		b = appendBalance(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
		b = appendDays(b, utilizationDaysBalance, c.ClmUtlztnDayCnt)
		b = appendDays(b, drgWeightBalance, int(c.ClmPpsCptlDrgWtNum/10_000)) // the server cuts the decimals off
		b = appendDays(b, reserveDaysBalance, c.BeneLrdUsedCnt)
	case snf:
		b = appendDays(b, utilizationDaysBalance, c.ClmUtlztnDayCnt)
		b = w.stayBalances(b, c)
		b = appendBalance(b, bloodBalance, c.NchBeneBloodDdctblLbltyAm)
		b = appendBalance(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
	case outpatient:
		b = appendBalance(b, professionalBalance, c.NchProfnlCmpntChrgAmt)
		b = appendBalance(b, partBDeductibleBalance, c.NchBenePtbDdctblAmt)
		b = appendBalance(b, partBCoinsuranceBalance, c.NchBenePtbCoinsrncAmt)
		b = appendBalance(b, outpatientProviderBalance, c.ClmOpPrvdrPmtAmt)
		b = appendBalance(b, outpatientPatientBalance, c.ClmOpBenePmtAmt)
		b = appendBalance(b, bloodBalance, c.NchBeneBloodDdctblLbltyAm)
		b = appendBalance(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
	case hospice:
		b = appendDays(b, utilizationDaysBalance, c.ClmUtlztnDayCnt)
		fallthrough
	default:
		b = appendBalance(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
	}
	return append(closeWith(b, ']'), `}],`...)
}

// stayBalances are what inpatient and SNF claims have in common.
func (w *v2) stayBalances(b []byte, c *Institutional) []byte {
	b = appendDays(b, coinsuranceDaysBalance, c.BeneTotCoinsrncDaysCnt)
	b = appendDays(b, nonUtilizationDaysBalance, c.ClmNonUtlztnDaysCnt)
	b = appendBalance(b, deductibleBalance, c.NchBeneIPDdctblAmt)
	b = appendBalance(b, coinsuranceBalance, c.NchBenePtaCoinsrncLbltyAm)
	b = appendBalance(b, nonCoveredBalance, c.NchIPNcvrdChrgAmt)
	b = appendBalance(b, totalDeductionBalance, c.NchIPTotDdctnAmt)
	b = appendBalance(b, capitalShareBalance, c.ClmPpsCptlDsprprtntShrAmt)
	b = appendBalance(b, capitalExceptionBalance, c.ClmPpsCptlExcptnAmt)
	b = appendBalance(b, capitalFSPBalance, c.ClmPpsCptlFspAmt)
	b = appendBalance(b, capitalIMEBalance, c.ClmPpsCptlImeAmt)
	b = appendBalance(b, capitalOutlierBalance, c.ClmPpsCptlOutlierAmt)
	return appendBalance(b, holdHarmlessBalance, c.ClmPpsOldCptlHldHrmlsAmt)
}

var (
	providerNumberType = `{"type":` + concept(coding(terminology+"v2-0203", "PRN", "")) + `,"value":`
	organizationNPI    = `,{"system":"` + npiSystem + `","type":` + concept(coding(carin+"C4BBIdentifierType", "npi", ""))
	organizationMeta   = `,"profile":["` + carinDef + `C4BB-Organization"]},`
)

// providerOrganization is the resource within the claim that its provider
// refers to.
func (w *v2) providerOrganization(b []byte, c *Institutional) []byte {
	b = append(b, `"contained":[{"active":true,"id":"provider-org","identifier":[`...)
	b = append(b, providerNumberType...)
	b = appendPlain(b, c.PrvdrNum)
	b = append(b, '}')
	if c.OrgNpiNum != "" {
		b = append(b, organizationNPI...)
		if !blank(c.OrgNpiNum) {
			b = append(b, `,"value":`...)
			b = appendPlain(b, c.OrgNpiNum)
		}
		b = append(b, '}')
	}
	b = append(b, `],"meta":{"lastUpdated":`...)
	b = appendInstant(b, c.LastUpdated)
	b = append(b, organizationMeta...)
	if c.OrgNpiNum != "" {
		name := `"UNKNOWN"`
		if p := registry().byNPI[c.OrgNpiNum]; p != nil && p.name != "" {
			name = p.name
		}
		b = append(b, `"name":`...)
		b = append(b, name...)
		b = append(b, ',')
	}
	return append(b, `"resourceType":"Organization"}],`...)
}

func (w *v2) institutionalExtensions(b []byte, c *Institutional) []byte {
	b = append(b, `"extension":[`...)
	b = codeExtension(b, nearLineRecords, c.NchNearLineRecIdentCd)
	if c.Type == inpatient || c.Type == snf {
		b = codeExtension(b, actionCodes, c.FiClmActnCd)
	}
	if c.Type == inpatient {
		b = moneyExtension(b, "ime_op_clm_val_amt", c.ImeOpClmValAmt)
		b = moneyExtension(b, "clm_uncompd_care_pmt_amt", c.ClmUncompdCarePmtAmt)
		b = moneyExtension(b, "dsh_op_clm_val_amt", c.DshOpClmValAmt)
	}
	b = identifierExtension(b, "fi_doc_clm_cntl_num", c.FiDocClmCntlNum)
	b = append(b, `{"url":"`+variables+`fi_clm_proc_dt","valueDate":`...)
	b = appendDate(b, c.FiClmProcDt)
	b = append(b, `},`...)
	b = codeExtension(b, nonPaymentReasons, c.ClmMdcrNonPmtRsnCd)
	b = codeExtension(b, serviceClassifications, c.ClmSrvcClsfctnTypeCd)
	b = plainExtension(b, "fi_num", c.FiNum)
	if c.Type == hospice {
		b = quantityExtension(b, "bene_hospc_prd_cnt", units(int64(c.BeneHospcPrdCnt)))
	}
	return append(closeWith(b, ']'), ',')
}

// institutionalInfo writes the supporting information. Its order differs from
// type to type.
func (w *v2) institutionalInfo(b []byte, c *Institutional) []byte {
	switch c.Type {
	case inpatient:
		b = w.infoCode(b, patientStatusInfo, patientStatuses, c.NchPtntStusIndCd)
		b = w.infoPeriod(b, admissionInfo, c.ClmAdmsnDt, c.NchBeneDschrgDt)
		b = w.admissionInfo(b, c)
		b = w.bloodInfo(b, c)
		b = w.infoCode(b, managedCareInfo, managedCare, c.ClmMcoPdSw)
		b = w.billInfo(b, c)
		return w.infoDate(b, receivedInfo, c.NchWklyProcDt)
	case snf:
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.admissionInfo(b, c)
		b = w.infoCode(b, patientStatusInfo, patientStatuses, c.NchPtntStusIndCd)
		b = w.infoPeriod(b, admissionInfo, c.ClmAdmsnDt, c.NchBeneDschrgDt)
		b = w.infoPeriod(b, qualifiedStayInfo, c.NchQlfydStayFromDt, c.NchQlfydStayThruDt)
		b = w.infoCode(b, paymentSystemInfo, prospectivePayment, c.ClmPpsIndCd)
		b = w.bloodInfo(b, c)
		b = w.infoCode(b, managedCareInfo, managedCare, c.ClmMcoPdSw)
		return w.billInfo(b, c)
	case outpatient:
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.infoCode(b, managedCareInfo, managedCare, c.ClmMcoPdSw)
		return w.billInfo(b, c)
	case hha:
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.billInfo(b, c)
		b = w.infoCode(b, paymentSystemInfo, prospectivePayment, c.ClmPpsIndCd)
		b = w.infoCode(b, lupaInfo, lupaIndicators, c.ClmHhaLupaIndCd)
		b = w.infoCode(b, referralInfo, hhaReferrals, c.ClmHhaRfrlCd)
		b = w.infoCount(b, visitsInfo, c.ClmHhaTotVisitCnt)
		return w.infoPeriod(b, admissionInfo, c.ClmAdmsnDt, 0)
	default: // hospice
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.infoCode(b, patientStatusInfo, patientStatuses, c.NchPtntStusIndCd)
		b = w.infoPeriod(b, admissionInfo, c.ClmHospcStartDtID, c.NchBeneDschrgDt)
		return w.billInfo(b, c)
	}
}

func (w *v2) admissionInfo(b []byte, c *Institutional) []byte {
	b = w.infoCode(b, admitTypeInfo, admissionTypes, c.ClmIPAdmsnTypeCd)
	b = w.infoCode(b, admissionSourceInfo, admissionSources, c.ClmSrcIPAdmsnCd)
	b = w.infoPeriod(b, nonCoveredStayInfo, c.NchVrfdNcvrdStayFromDt, c.NchVrfdNcvrdStayThruDt)
	b = w.infoDate(b, exhaustedInfo, c.NchBeneMdcrBnftsExhtdDtI)
	return w.infoCode(b, drgInfo, drgCodes, c.ClmDrgCd)
}

func (w *v2) bloodInfo(b []byte, c *Institutional) []byte {
	b = append(b, `{"category":`...)
	b = append(b, bloodInfo...)
	b = w.infoSequence(b)
	b = append(b, `,"valueQuantity":{"code":"[pt_us]","system":"`+ucum+`","unit":"pint","value":`...)
	b = appendInt(b, c.NchBloodPntsFrnshdQty)
	return append(b, `}},`...)
}

func (w *v2) billInfo(b []byte, c *Institutional) []byte {
	b = w.infoCode(b, typeOfBillInfo, billFrequencies, c.ClmFreqCd)
	b = w.infoCode(b, dischargeInfo, dischargeStatuses, c.PtntDschrgStusCd)
	return w.infoCode(b, payerInfo, primaryPayers, c.NchPrmryPyrCd)
}

func (w *v2) revenueItems(b []byte, c *Institutional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.revenueAdjudications(b, c.Type, l)
		b = append(closeWith(b, ']'), ',')
		b = w.teamSequence(b, &w.lines[i])
		if l.RevCntrUnitCnt != 0 && l.RevCntrUnitCnt != noQuantity {
			b = append(b, `"extension":[`...)
			b = quantityExtension(b, "rev_cntr_unit_cnt", l.RevCntrUnitCnt)
			b = append(closeWith(b, ']'), ',')
		}
		b = append(b, `"locationAddress":{"state":`...)
		b = appendPlain(b, c.PrvdrStateCd)
		b = append(b, `},`...)
		b = w.revenueModifiers(b, c.Type, l)
		b = w.revenueProduct(b, c.Type, l)
		if l.RevCntrNdcQty != noQuantity {
			b = append(b, `"quantity":{"value":`...)
			b = l.RevCntrNdcQty.appendJSON(b)
			b = append(b, `},`...)
		}
		b = w.revenue(b, c.Type, l)
		b = append(b, `"sequence":`...)
		b = appendInt(b, l.ClmLineNum)
		b = append(b, ',')
		if l.RevCntrDt != 0 {
			b = append(b, `"servicedDate":`...)
			b = appendDate(b, l.RevCntrDt)
			b = append(b, ',')
		}
		b = append(closeObject(b), ',')
	}
	return closeArray(b, start, open)
}

var ansiReasons = [4]string{"rev_cntr_1st_ansi_cd", "rev_cntr_2nd_ansi_cd", "rev_cntr_3rd_ansi_cd", "rev_cntr_4th_ansi_cd"}

func (w *v2) revenueAdjudications(b []byte, kind claimType, l *RevenueLine) []byte {
	if kind == outpatient || kind == hha {
		for i, code := range l.RevCntrAnsiCd {
			if code == "" {
				continue
			}
			b = append(b, `{"category":`...)
			b = append(b, denialReasons...)
			b = append(b, `,"reason":{"coding":[`...)
			b = appendCodingOf(b, ansiReasons[i], code)
			b = append(b, `]}},`...)
		}
	}
	b = appendAdjudication(b, l.RevCntrRateAmt, rateAmount)
	b = appendAdjudication(b, l.RevCntrTotChrgAmt, totalChargeAmount)
	b = appendAdjudication(b, l.RevCntrNcvrdChrgAmt, nonCoveredAmount)
	if kind == outpatient {
		b = appendAdjudication(b, l.RevCntrBloodDdctblAmt, bloodDeductibleAmount)
		b = appendAdjudication(b, l.RevCntrCashDdctblAmt, cashDeductibleAmount)
		b = appendAdjudication(b, l.RevCntrCoinsrncWgeAdjst, wageCoinsuranceAmount)
		b = appendAdjudication(b, l.RevCntrRdcdCoinsrncAmt, reducedCoinsurance)
		b = appendAdjudication(b, l.RevCntr1stMspPdAmt, firstPayerAmount)
		b = appendAdjudication(b, l.RevCntr2ndMspPdAmt, secondPayerAmount)
	}
	if kind == outpatient || kind == hospice {
		b = appendAdjudication(b, l.RevCntrPrvdrPmtAmt, providerPaymentAmount)
		b = appendAdjudication(b, l.RevCntrBenePmtAmt, patientPaymentAmount)
	}
	if kind == outpatient {
		b = appendAdjudication(b, l.RevCntrPtntRspnsbltyPmt, responsibilityAmount)
	}
	if kind == outpatient || kind == hospice || kind == hha {
		b = appendAdjudication(b, l.RevCntrPmtAmtAmt, paymentAmount)
	}
	return b
}

// revenueModifiers writes the modifiers, and among them the unit of the drug
// quantity: first or last, by the type of the claim.
func (w *v2) revenueModifiers(b []byte, kind claimType, l *RevenueLine) []byte {
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	unitFirst := kind != outpatient && kind != hha
	if unitFirst {
		b = drugUnit(b, l.RevCntrNdcQtyQlfrCd)
	}
	for _, code := range l.HcpcsMdfrCd {
		b = modifier(b, code, "")
	}
	if !unitFirst {
		b = drugUnit(b, l.RevCntrNdcQtyQlfrCd)
	}
	return closeArray(b, start, open)
}

func drugUnit(b []byte, code string) []byte {
	if code == "" {
		return b
	}
	b = append(b, `{"coding":[`...)
	b = ndcUnits.append(b, code)
	return append(b, `]},`...)
}

func modifier(b []byte, code, version string) []byte {
	if code == "" {
		return b
	}
	b = append(b, `{"coding":[`...)
	b = appendCoding(b, hcpcsSystem, code)
	if !blank(version) {
		b = append(b[:len(b)-1], `,"version":`...)
		b = appendPlain(b, version)
		b = append(b, '}')
	}
	return append(b, `]},`...)
}

var noProduct = `{"coding":[` + coding(terminology+"data-absent-reason", "not-applicable", "Not Applicable") + `]},`

func (w *v2) revenueProduct(b []byte, kind claimType, l *RevenueLine) []byte {
	if kind == inpatient {
		b = append(b, `"productOrService":`...)
		if l.HcpcsCd == "" {
			return append(b, noProduct...)
		}
		b = append(b, `{"coding":[`...)
		b = appendCodingOf(b, "hcpcs_cd", l.HcpcsCd)
		b = append(b, ',')
		b = appendCoding(b, hcpcsSystem, l.HcpcsCd)
		return append(b, `]},`...)
	}
	ndc := l.RevCntrIdeNdcUpcNum
	if kind != outpatient {
		ndc = ""
	}
	return product(b, l.HcpcsCd, ndc)
}

// product writes a procedure code, and with it the drug.
func product(b []byte, hcpcs, ndc string) []byte {
	if hcpcs == "" && ndc == "" {
		return b
	}
	b = append(b, `"productOrService":{`...)
	if hcpcs != "" {
		b = append(b, `"coding":[`...)
		b = appendCoding(b, hcpcsSystem, hcpcs)
		b = append(b, `],`...)
	}
	if ndc != "" {
		b = append(b, `"extension":[{"url":"`+ndcSystem+`","valueCoding":`...)
		b = append(b, drugCodings[ndc]...)
		b = append(b, `}],`...)
	}
	return append(closeObject(b), ',')
}

func (w *v2) revenue(b []byte, kind claimType, l *RevenueLine) []byte {
	b = append(b, `"revenue":{"coding":[`...)
	b = revenueCodes.append(b, l.RevCntr)
	if code := l.RevCntrDdctblCoinsrncCd; code != "" && kind != outpatient {
		// The server takes this code for one of the revenue code system.
		b = append(b, ',')
		b = appendCoding(b, revenueNUBC, code)
		b = append(b, ',')
		b = coinsuranceCodes.append(b, code)
	}
	b = append(b, ']')
	if (kind == outpatient || kind == hha) && l.RevCntrStusIndCd != "" {
		b = append(b, `,"extension":[`...)
		b = paymentMethods.appendExtension(b, l.RevCntrStusIndCd)
		b = append(b, ']')
	}
	return append(b, `},`...)
}
