package v2

import (
	"github.com/cclf-tools/cclf/internal/synth/codebook"
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/life"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// Institutional writes a claim of an institution.
func (w *Writer) Institutional(b []byte, c *records.Institutional) []byte {
	w.diagnoses.Institutional(c)
	w.lines = w.team.Institutional(c, w.lines)
	w.infos = 0

	b = append(b, '{')
	b = w.institutionalBalances(b, c)
	b = append(b, `"billablePeriod":{"end":`...)
	b = fhirjson.AppendDate(b, c.ClmThruDt)
	if c.ClaimQueryCode != "" {
		b = append(b, `,"extension":[`...)
		b = fhir.SetExtension(b, codebook.QueryCodes, c.ClaimQueryCode)
		b = append(b, ']')
	}
	b = append(b, `,"start":`...)
	b = fhirjson.AppendDate(b, c.ClmFromDt)
	b = append(b, `},`...)
	b = w.careTeamMember(b)
	b = w.providerOrganization(b, c)
	b = w.createdMember(b)
	b = w.diagnosisMember(b, c.Type)
	b = w.institutionalExtensions(b, c)
	b = append(b, `"facility":{"extension":[`...)
	b = fhir.SetExtension(b, codebook.FacilityTypes, c.ClmFacTypeCd)
	b = append(b, `]},`...)
	b = w.idMembers(b, &c.Claim)
	b = append(b, `],`...)
	b = w.insuranceMembers(b, &c.Claim)
	b = w.revenueItems(b, c)
	b = w.metaMembers(b, &c.Claim)
	b = append(b, `"payment":{"amount":`+fhir.MoneyStart...)
	b = c.ClmPmtAmt.AppendJSON(b)
	b = append(b, `}},`...)
	b = w.procedureMember(b, c)
	b = append(b, `"provider":{"reference":"#provider-org"},`...)
	b = w.statusMembers(b, &c.Claim)
	b = append(b, `"supportingInfo":[`...)
	b = w.institutionalInfo(b, c)
	b = fhirjson.CloseWith(b, ']')
	b = append(b, `,"total":[`...)
	b = appendAdjudication(b, c.ClmTotChrgAmt, submittedTotal)
	b = append(fhirjson.CloseWith(b, ']'), ',')
	return w.typeMembers(b, &c.Claim, c.NchClmTypeCd)
}

func (w *Writer) institutionalBalances(b []byte, c *records.Institutional) []byte {
	b = append(b, medicalBalances...)
	switch c.Type {
	case life.Inpatient:
		b = fhir.BalanceEntry(b, passThruBalance, c.ClmPassThruPerDiemAmt)
		b = fhir.BalanceEntry(b, professionalBalance, c.NchProfnlCmpntChrgAmt)
		b = fhir.BalanceEntry(b, totalCapitalBalance, c.ClmTotPpsCptlAmt)
		b = w.stayBalances(b, c)
		b = fhir.BalanceEntry(b, outlierBalance, c.NchDrgOutlierAprvdPmtAmt)
		b = fhir.BalanceEntry(b, bloodBalance, c.NchBeneBloodDdctblLbltyAm)
		b = fhir.BalanceEntry(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
		b = fhir.DaysEntry(b, fhir.UtilizationDaysBalance, c.ClmUtlztnDayCnt)
		b = fhir.DaysEntry(b, drgWeightBalance, int(c.ClmPpsCptlDrgWtNum/10_000)) // the server truncates the decimals
		b = fhir.DaysEntry(b, reserveDaysBalance, c.BeneLrdUsedCnt)
	case life.SNF:
		b = fhir.DaysEntry(b, fhir.UtilizationDaysBalance, c.ClmUtlztnDayCnt)
		b = w.stayBalances(b, c)
		b = fhir.BalanceEntry(b, bloodBalance, c.NchBeneBloodDdctblLbltyAm)
		b = fhir.BalanceEntry(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
	case life.Outpatient:
		b = fhir.BalanceEntry(b, professionalBalance, c.NchProfnlCmpntChrgAmt)
		b = fhir.BalanceEntry(b, partBDeductibleBalance, c.NchBenePtbDdctblAmt)
		b = fhir.BalanceEntry(b, partBCoinsuranceBalance, c.NchBenePtbCoinsrncAmt)
		b = fhir.BalanceEntry(b, outpatientProviderBalance, c.ClmOpPrvdrPmtAmt)
		b = fhir.BalanceEntry(b, outpatientPatientBalance, c.ClmOpBenePmtAmt)
		b = fhir.BalanceEntry(b, bloodBalance, c.NchBeneBloodDdctblLbltyAm)
		b = fhir.BalanceEntry(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
	case life.Hospice:
		b = fhir.DaysEntry(b, fhir.UtilizationDaysBalance, c.ClmUtlztnDayCnt)
		fallthrough
	default:
		b = fhir.BalanceEntry(b, priorPayerBalance, c.NchPrmryPyrClmPdAmt)
	}
	return append(fhirjson.CloseWith(b, ']'), `}],`...)
}

// stayBalances writes the balances of inpatient and SNF claims.
func (w *Writer) stayBalances(b []byte, c *records.Institutional) []byte {
	b = fhir.DaysEntry(b, coinsuranceDaysBalance, c.BeneTotCoinsrncDaysCnt)
	b = fhir.DaysEntry(b, nonUtilizationDaysBalance, c.ClmNonUtlztnDaysCnt)
	b = fhir.BalanceEntry(b, deductibleBalance, c.NchBeneIPDdctblAmt)
	b = fhir.BalanceEntry(b, coinsuranceBalance, c.NchBenePtaCoinsrncLbltyAm)
	b = fhir.BalanceEntry(b, nonCoveredBalance, c.NchIPNcvrdChrgAmt)
	b = fhir.BalanceEntry(b, totalDeductionBalance, c.NchIPTotDdctnAmt)
	b = fhir.BalanceEntry(b, capitalShareBalance, c.ClmPpsCptlDsprprtntShrAmt)
	b = fhir.BalanceEntry(b, capitalExceptionBalance, c.ClmPpsCptlExcptnAmt)
	b = fhir.BalanceEntry(b, capitalFSPBalance, c.ClmPpsCptlFspAmt)
	b = fhir.BalanceEntry(b, capitalIMEBalance, c.ClmPpsCptlImeAmt)
	b = fhir.BalanceEntry(b, capitalOutlierBalance, c.ClmPpsCptlOutlierAmt)
	return fhir.BalanceEntry(b, holdHarmlessBalance, c.ClmPpsOldCptlHldHrmlsAmt)
}

const (
	providerNumberType = `{"type":{"coding":[{"code":"PRN","system":"` + fhir.Terminology + `v2-0203"}]},"value":`
	organizationNPI    = `,{"system":"` + fhir.NPISystem + `","type":{"coding":[{"code":"npi","system":"` + fhir.CARIN + `C4BBIdentifierType"}]}`
	organizationMeta   = `,"profile":["` + fhir.CARINProfiles + `C4BB-Organization"]},`
)

// providerOrganization writes the contained resource that provider refers to.
func (w *Writer) providerOrganization(b []byte, c *records.Institutional) []byte {
	b = append(b, `"contained":[{"active":true,"id":"provider-org","identifier":[`...)
	b = append(b, providerNumberType...)
	b = fhirjson.AppendPlain(b, c.PrvdrNum)
	b = append(b, '}')
	if c.OrgNpiNum != "" {
		b = append(b, organizationNPI...)
		if !column.Blank(c.OrgNpiNum) {
			b = append(b, `,"value":`...)
			b = fhirjson.AppendPlain(b, c.OrgNpiNum)
		}
		b = append(b, '}')
	}
	b = append(b, `],"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, c.LastUpdated)
	b = append(b, organizationMeta...)
	if c.OrgNpiNum != "" {
		name := "UNKNOWN"
		if p := life.Registry().ByNPI[c.OrgNpiNum]; p != nil && p.Name != "" {
			name = p.Name
		}
		b = fhirjson.Member(b, "name", name)
	}
	return append(b, `"resourceType":"Organization"}],`...)
}

func (w *Writer) institutionalExtensions(b []byte, c *records.Institutional) []byte {
	b = append(b, `"extension":[`...)
	b = fhir.CodeExtension(b, codebook.NearLineRecords, c.NchNearLineRecIdentCd)
	if c.Type == life.Inpatient || c.Type == life.SNF {
		b = fhir.CodeExtension(b, codebook.ActionCodes, c.FiClmActnCd)
	}
	if c.Type == life.Inpatient {
		b = fhir.MoneyExtension(b, "ime_op_clm_val_amt", c.ImeOpClmValAmt)
		b = fhir.MoneyExtension(b, "clm_uncompd_care_pmt_amt", c.ClmUncompdCarePmtAmt)
		b = fhir.MoneyExtension(b, "dsh_op_clm_val_amt", c.DshOpClmValAmt)
	}
	b = fhir.IdentifierExtension(b, "fi_doc_clm_cntl_num", c.FiDocClmCntlNum)
	b = append(b, `{"url":"`+fhir.Variables+`fi_clm_proc_dt","valueDate":`...)
	b = fhirjson.AppendDate(b, c.FiClmProcDt)
	b = append(b, `},`...)
	b = fhir.CodeExtension(b, codebook.NonPaymentReasons, c.ClmMdcrNonPmtRsnCd)
	b = fhir.CodeExtension(b, codebook.ServiceClassifications, c.ClmSrvcClsfctnTypeCd)
	b = fhir.PlainExtension(b, "fi_num", c.FiNum)
	if c.Type == life.Hospice {
		b = fhir.QuantityExtension(b, "bene_hospc_prd_cnt", column.Units(int64(c.BeneHospcPrdCnt)))
	}
	return append(fhirjson.CloseWith(b, ']'), ',')
}

// institutionalInfo writes the supporting information. Its order depends on the claim
// type.
func (w *Writer) institutionalInfo(b []byte, c *records.Institutional) []byte {
	switch c.Type {
	case life.Inpatient:
		b = w.infoCode(b, patientStatusInfo, codebook.PatientStatuses, c.NchPtntStusIndCd)
		b = w.infoPeriod(b, admissionInfo, c.ClmAdmsnDt, c.NchBeneDschrgDt)
		b = w.admissionInfo(b, c)
		b = w.bloodInfo(b, c)
		b = w.infoCode(b, managedCareInfo, codebook.ManagedCare, c.ClmMcoPdSw)
		b = w.billInfo(b, c)
		return w.infoDate(b, receivedInfo, c.NchWklyProcDt)
	case life.SNF:
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.admissionInfo(b, c)
		b = w.infoCode(b, patientStatusInfo, codebook.PatientStatuses, c.NchPtntStusIndCd)
		b = w.infoPeriod(b, admissionInfo, c.ClmAdmsnDt, c.NchBeneDschrgDt)
		b = w.infoPeriod(b, qualifiedStayInfo, c.NchQlfydStayFromDt, c.NchQlfydStayThruDt)
		b = w.infoCode(b, paymentSystemInfo, codebook.ProspectivePayment, c.ClmPpsIndCd)
		b = w.bloodInfo(b, c)
		b = w.infoCode(b, managedCareInfo, codebook.ManagedCare, c.ClmMcoPdSw)
		return w.billInfo(b, c)
	case life.Outpatient:
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.infoCode(b, managedCareInfo, codebook.ManagedCare, c.ClmMcoPdSw)
		return w.billInfo(b, c)
	case life.HHA:
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.billInfo(b, c)
		b = w.infoCode(b, paymentSystemInfo, codebook.ProspectivePayment, c.ClmPpsIndCd)
		b = w.infoCode(b, lupaInfo, codebook.LUPAIndicators, c.ClmHhaLupaIndCd)
		b = w.infoCode(b, referralInfo, codebook.HHAReferrals, c.ClmHhaRfrlCd)
		b = w.infoCount(b, visitsInfo, c.ClmHhaTotVisitCnt)
		return w.infoPeriod(b, admissionInfo, c.ClmAdmsnDt, 0)
	default: // hospice
		b = w.infoDate(b, receivedInfo, c.NchWklyProcDt)
		b = w.infoCode(b, patientStatusInfo, codebook.PatientStatuses, c.NchPtntStusIndCd)
		b = w.infoPeriod(b, admissionInfo, c.ClmHospcStartDtID, c.NchBeneDschrgDt)
		return w.billInfo(b, c)
	}
}

func (w *Writer) admissionInfo(b []byte, c *records.Institutional) []byte {
	b = w.infoCode(b, admitTypeInfo, codebook.AdmissionTypes, c.ClmIPAdmsnTypeCd)
	b = w.infoCode(b, admissionSourceInfo, codebook.AdmissionSources, c.ClmSrcIPAdmsnCd)
	b = w.infoPeriod(b, nonCoveredStayInfo, c.NchVrfdNcvrdStayFromDt, c.NchVrfdNcvrdStayThruDt)
	b = w.infoDate(b, exhaustedInfo, c.NchBeneMdcrBnftsExhtdDtI)
	return w.infoCode(b, drgInfo, codebook.DRGCodes, c.ClmDrgCd)
}

func (w *Writer) bloodInfo(b []byte, c *records.Institutional) []byte {
	b = categoryMember(b, bloodInfo)
	b = w.infoSequence(b)
	b = append(b, `,"valueQuantity":{"code":"[pt_us]","system":"`+codebook.UCUM+`","unit":"pint","value":`...)
	b = fhirjson.AppendInt(b, c.NchBloodPntsFrnshdQty)
	return append(b, `}},`...)
}

func (w *Writer) billInfo(b []byte, c *records.Institutional) []byte {
	b = w.infoCode(b, typeOfBillInfo, codebook.BillFrequencies, c.ClmFreqCd)
	b = w.infoCode(b, dischargeInfo, codebook.DischargeStatuses, c.PtntDschrgStusCd)
	return w.infoCode(b, payerInfo, codebook.PrimaryPayers, c.NchPrmryPyrCd)
}

func (w *Writer) revenueItems(b []byte, c *records.Institutional) []byte {
	start := len(b)
	b = append(b, `"item":[`...)
	open := len(b)
	for i := range c.Lines {
		l := &c.Lines[i]
		b = append(b, `{"adjudication":[`...)
		b = w.revenueAdjudications(b, c.Type, l)
		b = append(fhirjson.CloseWith(b, ']'), ',')
		b = w.teamSequence(b, &w.lines[i])
		if l.RevCntrUnitCnt != 0 && l.RevCntrUnitCnt != column.NoQuantity {
			b = append(b, `"extension":[`...)
			b = fhir.QuantityExtension(b, "rev_cntr_unit_cnt", l.RevCntrUnitCnt)
			b = append(fhirjson.CloseWith(b, ']'), ',')
		}
		b = append(b, `"locationAddress":{"state":`...)
		b = fhirjson.AppendPlain(b, c.PrvdrStateCd)
		b = append(b, `},`...)
		b = w.revenueModifiers(b, c.Type, l)
		b = w.revenueProduct(b, c.Type, l)
		if l.RevCntrNdcQty != column.NoQuantity {
			b = append(b, `"quantity":{"value":`...)
			b = l.RevCntrNdcQty.AppendJSON(b)
			b = append(b, `},`...)
		}
		b = w.revenue(b, c.Type, l)
		b = append(b, `"sequence":`...)
		b = fhirjson.AppendInt(b, l.ClmLineNum)
		b = append(b, ',')
		if l.RevCntrDt != 0 {
			b = append(b, `"servicedDate":`...)
			b = fhirjson.AppendDate(b, l.RevCntrDt)
			b = append(b, ',')
		}
		b = append(fhirjson.CloseObject(b), ',')
	}
	return fhirjson.CloseArray(b, start, open)
}

func (w *Writer) revenueAdjudications(b []byte, kind life.ClaimType, l *records.RevenueLine) []byte {
	if kind == life.Outpatient || kind == life.HHA {
		for i, code := range l.RevCntrAnsiCd {
			if code == "" {
				continue
			}
			b = append(b, `{"category":`...)
			b = append(b, fhir.DenialReasons...)
			b = append(b, `,"reason":{"coding":[`...)
			b = fhir.VariableCode(b, fhir.ANSIReasons[i], code)
			b = append(b, `]}},`...)
		}
	}
	b = appendAdjudication(b, l.RevCntrRateAmt, rateAmount)
	b = appendAdjudication(b, l.RevCntrTotChrgAmt, totalChargeAmount)
	b = appendAdjudication(b, l.RevCntrNcvrdChrgAmt, nonCoveredAmount)
	if kind == life.Outpatient {
		b = appendAdjudication(b, l.RevCntrBloodDdctblAmt, bloodDeductibleAmount)
		b = appendAdjudication(b, l.RevCntrCashDdctblAmt, cashDeductibleAmount)
		b = appendAdjudication(b, l.RevCntrCoinsrncWgeAdjst, wageCoinsuranceAmount)
		b = appendAdjudication(b, l.RevCntrRdcdCoinsrncAmt, reducedCoinsurance)
		b = appendAdjudication(b, l.RevCntr1stMspPdAmt, firstPayerAmount)
		b = appendAdjudication(b, l.RevCntr2ndMspPdAmt, secondPayerAmount)
	}
	if kind == life.Outpatient || kind == life.Hospice {
		b = appendAdjudication(b, l.RevCntrPrvdrPmtAmt, providerPaymentAmount)
		b = appendAdjudication(b, l.RevCntrBenePmtAmt, patientPaymentAmount)
	}
	if kind == life.Outpatient {
		b = appendAdjudication(b, l.RevCntrPtntRspnsbltyPmt, responsibilityAmount)
	}
	if kind == life.Outpatient || kind == life.Hospice || kind == life.HHA {
		b = appendAdjudication(b, l.RevCntrPmtAmtAmt, paymentAmount)
	}
	return b
}

// revenueModifiers writes the modifiers, with the unit of the drug quantity first or
// last, depending on the claim type.
func (w *Writer) revenueModifiers(b []byte, kind life.ClaimType, l *records.RevenueLine) []byte {
	start := len(b)
	b = append(b, `"modifier":[`...)
	open := len(b)
	unitFirst := kind != life.Outpatient && kind != life.HHA
	if unitFirst {
		b = drugUnit(b, l.RevCntrNdcQtyQlfrCd)
	}
	for _, code := range l.HcpcsMdfrCd {
		b = fhir.Modifier(b, code, "")
	}
	if !unitFirst {
		b = drugUnit(b, l.RevCntrNdcQtyQlfrCd)
	}
	return fhirjson.CloseArray(b, start, open)
}

func drugUnit(b []byte, code string) []byte {
	if code == "" {
		return b
	}
	b = append(b, `{"coding":[`...)
	b = fhir.SetCoding(b, codebook.NDCUnits, code)
	return append(b, `]},`...)
}

func (w *Writer) revenueProduct(b []byte, kind life.ClaimType, l *records.RevenueLine) []byte {
	if kind == life.Inpatient {
		b = append(b, `"productOrService":`...)
		if l.HcpcsCd == "" {
			return append(b, fhir.NoProduct...)
		}
		b = append(b, `{"coding":[`...)
		b = fhir.VariableCode(b, "hcpcs_cd", l.HcpcsCd)
		b = append(b, ',')
		b = fhir.Coding(b, fhir.HCPCSSystem, l.HcpcsCd, "")
		return append(b, `]},`...)
	}
	ndc := l.RevCntrIdeNdcUpcNum
	if kind != life.Outpatient {
		ndc = ""
	}
	return product(b, l.HcpcsCd, ndc)
}

func (w *Writer) revenue(b []byte, kind life.ClaimType, l *records.RevenueLine) []byte {
	b = append(b, `"revenue":{"coding":[`...)
	b = fhir.SetCoding(b, codebook.RevenueCodes, l.RevCntr)
	if code := l.RevCntrDdctblCoinsrncCd; code != "" && kind != life.Outpatient {
		// The server reads this code as one of the revenue code system.
		b = append(b, ',')
		b = fhir.Coding(b, fhir.RevenueCodes, code, "")
		b = append(b, ',')
		b = fhir.SetCoding(b, codebook.CoinsuranceCodes, code)
	}
	b = append(b, ']')
	if (kind == life.Outpatient || kind == life.HHA) && l.RevCntrStusIndCd != "" {
		b = append(b, `,"extension":[`...)
		b = fhir.SetExtension(b, codebook.PaymentMethods, l.RevCntrStusIndCd)
		b = append(b, ']')
	}
	return append(b, `},`...)
}
