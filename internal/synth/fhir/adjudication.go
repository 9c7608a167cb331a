package fhir

var ANSIReasons = [4]string{"rev_cntr_1st_ansi_cd", "rev_cntr_2nd_ansi_cd", "rev_cntr_3rd_ansi_cd", "rev_cntr_4th_ansi_cd"}

// Codings of adjudications and totals.
const (
	thoAdjudication   = Terminology + "adjudication"
	carinAdjudication = CARIN + "C4BBAdjudication"
	Submitted         = `{"code":"submitted","display":"Submitted Amount","system":"` + thoAdjudication + `"}`
	Eligible          = `{"code":"eligible","display":"Eligible Amount","system":"` + thoAdjudication + `"}`
	Benefit           = `{"code":"benefit","display":"Benefit Amount","system":"` + thoAdjudication + `"}`
	Deductible        = `{"code":"deductible","display":"Deductible","system":"` + thoAdjudication + `"}`
	Coinsurance       = `{"code":"coinsurance","display":"Co-insurance","system":"` + carinAdjudication + `"}`
	Noncovered        = `{"code":"noncovered","display":"Noncovered","system":"` + carinAdjudication + `"}`
	ToProvider        = `{"code":"paidtoprovider","display":"Paid to provider","system":"` + carinAdjudication + `"}`
	ToPatient         = `{"code":"paidtopatient","display":"Paid to patient","system":"` + carinAdjudication + `"}`
	ByPatient         = `{"code":"paidbypatient","display":"Paid by patient","system":"` + carinAdjudication + `"}`
	PriorPayer        = `{"code":"priorpayerpaid","display":"Prior payer paid","system":"` + carinAdjudication + `"}`
	Discount          = `{"code":"discount","display":"Discount","system":"` + carinAdjudication + `"}`
	DrugCost          = `{"code":"drugcost","display":"Drug Cost","system":"` + carinAdjudication + `"}`
	OtherStatus       = `{"code":"other","display":"Other","system":"` + CARIN + `C4BBPayerAdjudicationStatus"}`
	DenialReasons     = `{"coding":[{"code":"denialreason","display":"Denial Reason","system":"` + CARIN + `C4BBAdjudicationDiscriminator"}]}`
)

const (
	MoneyStart        = `{"currency":"USD","value":`
	AdjudicationStart = `},"category":`
)
