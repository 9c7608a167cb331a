package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// An amount is an adjudication or total, with its code in the server's own system and
// a standard Coding, if any.
type amount struct{ code, standard string }

// money writes an amount with a comma after it, unless the amount is missing.
func money(b []byte, kind amount, a column.Amount) []byte {
	if a == column.NoAmount {
		return b
	}
	b = append(b, `{"amount":`+fhir.MoneyStart...)
	b = a.AppendJSON(b)
	b = append(b, fhir.AdjudicationStart+`{"coding":[`...)
	if kind.standard != "" {
		b = append(append(b, kind.standard...), ',')
	}
	b = fhir.Coding(b, repositoryCodes+"Adjudication", kind.code, "")
	return append(b, `]}},`...)
}

const (
	paymentStatus    = `{"category":{"coding":[{"code":"benefitpaymentstatus","display":"Benefit Payment Status","system":"` + fhir.CARIN + `C4BBAdjudicationDiscriminator"}]},"reason":{"coding":[` + fhir.OtherStatus + "]}},"
	adjustmentReason = `{"category":{"coding":[{"code":"adjustmentreason","display":"Adjustment Reason","system":"` + fhir.CARIN + `C4BBAdjudicationDiscriminator"}]},"reason":{"coding":[`
)

var (
	submittedAmount           = amount{"CLM_SBMT_CHRG_AMT", fhir.Submitted}
	allowedAmount             = amount{"CLM_ALOWD_CHRG_AMT", fhir.Eligible}
	toProviderAmount          = amount{"CLM_PRVDR_PMT_AMT", fhir.ToProvider}
	deductibleAmount          = amount{"CLM_MDCR_DDCTBL_AMT", fhir.Deductible}
	coinsuranceAmount         = amount{"CLM_MDCR_COINSRNC_AMT", fhir.Coinsurance}
	otherShareAmount          = amount{"CLM_BENE_PMT_COINSRNC_AMT", fhir.Coinsurance}
	nonCoveredAmount          = amount{"CLM_NCVRD_CHRG_AMT", fhir.Noncovered}
	drugTotalAmount           = amount{"TOT_RX_CST_AMT", fhir.Submitted}
	perDiemAmount             = amount{"CLM_INSTNL_PER_DIEM_AMT", ""}
	inpatientDeductibleAmount = amount{"CLM_MDCR_IP_BENE_DDCTBL_AMT", fhir.Deductible}
	bloodAmount               = amount{"CLM_BLOOD_LBLTY_AMT", ""}
	professionalAmount        = amount{"CLM_INSTNL_PRFNL_AMT", ""}
	capitalIMEAmount          = amount{"CLM_MDCR_IP_PPS_CPTL_IME_AMT", ""}
	shareAmount               = amount{"CLM_MDCR_IP_PPS_DSPRPRTNT_AMT", ""}
	uncompdAmount             = amount{"CLM_HIPPS_UNCOMPD_CARE_AMT", ""}
	operatingIMEAmount        = amount{"CLM_OPRTNL_IME_AMT", ""}
	operatingDSHAmount        = amount{"CLM_OPRTNL_DSPRTNT_AMT", ""}
	outlierAmount             = amount{"CLM_MDCR_IP_PPS_OUTLIER_AMT", ""}
	lineSubmittedAmount       = amount{"CLM_LINE_SBMT_CHRG_AMT", fhir.Submitted}
	lineAllowedAmount         = amount{"CLM_LINE_ALOWD_CHRG_AMT", fhir.Eligible}
	linePaidAmount            = amount{"CLM_LINE_CVRD_PD_AMT", fhir.Benefit}
	lineToProviderAmount      = amount{"CLM_LINE_PRVDR_PMT_AMT", fhir.ToProvider}
	lineByPatientAmount       = amount{"CLM_LINE_BENE_PMT_AMT", fhir.ByPatient}
	lineToPatientAmount       = amount{"CLM_LINE_BENE_PD_AMT", fhir.ToPatient}
	lineDeductibleAmount      = amount{"CLM_LINE_MDCR_DDCTBL_AMT", fhir.Deductible}
	lineNonCoveredAmount      = amount{"CLM_LINE_NCVRD_CHRG_AMT", fhir.Noncovered}
)

func (w *Writer) claimAmounts(b []byte, c *idr.Claim) []byte {
	b = money(b, perDiemAmount, idr.Nonzero(c.ClmInstnlPerDiem))
	b = money(b, inpatientDeductibleAmount, idr.Nonzero(c.ClmIPBeneDdctbl))
	b = money(b, bloodAmount, idr.Nonzero(c.ClmBloodLblty))
	b = money(b, professionalAmount, idr.Nonzero(c.ClmInstnlPrfnl))
	b = money(b, capitalIMEAmount, idr.Nonzero(c.ClmPpsCptlIme))
	b = money(b, outlierAmount, idr.Nonzero(c.ClmPpsCptlIme))
	b = money(b, shareAmount, idr.Nonzero(c.ClmPpsDsprprtnt))
	b = money(b, uncompdAmount, idr.Nonzero(c.ClmHippsUncompdCare))
	b = money(b, operatingDSHAmount, c.ClmOprtnlDsprtnt)
	return money(b, operatingIMEAmount, c.ClmOprtnlIme)
}

func (w *Writer) totals(b []byte, c *idr.Claim) []byte {
	if c.Type == life.PartD {
		return money(b, drugTotalAmount, c.Drug.TotRxCst)
	}
	b = money(b, submittedAmount, c.ClmSbmtChrgAmt)
	b = money(b, allowedAmount, c.ClmAlowdChrgAmt)
	b = money(b, toProviderAmount, c.ClmPrvdrPmtAmt)
	b = money(b, deductibleAmount, c.ClmMdcrDdctbl)
	b = money(b, otherShareAmount, c.ClmAlowdChrgAmt)
	b = money(b, coinsuranceAmount, c.ClmMdcrCoinsrnc)
	return money(b, nonCoveredAmount, c.ClmNcvrdChrgAmt)
}
