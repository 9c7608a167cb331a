package v3

import (
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/life"
)

// untyped reports whether the server does not know the claim type of a code. All such
// codes are of outpatient claims of shared systems.
func untyped(code int) bool {
	switch code {
	case 1019, 1029, 2019, 2029:
		return true
	}
	return false
}

// Claim writes a claim of any type.
func (w *Writer) Claim(b []byte, c *idr.Claim) []byte {
	w.shape = serverShape
	if c.Beneficiary.MapShape {
		w.shape = mapShape
	}
	w.careTeam(c)
	w.supportingInfo(c)

	b = append(b, `{"adjudication":[`...)
	b = append(b, paymentStatus...)
	if c.Type < life.Carrier {
		b = w.claimAmounts(b, c)
	}
	b = append(fhirjson.CloseWith(b, ']'), `,"billablePeriod":`...)
	b = fhir.Period(b, c.ClmFromDt, c.ClmThruDt)
	b = append(b, ',')
	if c.Type == life.PartD {
		b = w.prescriber(b, c)
	} else {
		b = w.careTeamMember(b)
	}
	b = w.contained(b, c)
	b = append(b, `"created":"`...)
	b = c.ClmEfctvDt.Append(b)
	if w.shape == serverShape && !c.ClmEfctvDt.IsPartial() {
		b = append(b, `T00:00:00+00:00`...)
	}
	b = append(b, `",`...)
	if c.Type < life.Carrier {
		b = w.institutionalDiagnoses(b, c)
	} else {
		b = w.professionalDiagnoses(b, c)
	}
	if w.shape == serverShape {
		b = append(b, `"id":`...)
		b = fhirjson.AppendID(b, c.ClmUniqID)
		b = append(b, ',')
	}
	b = append(b, `"identifier":[{`...)
	b = append(b, uniqueID...)
	b = fhirjson.AppendID(b, c.ClmUniqID)
	b = append(b, `},{"system":"`+controlNumber+`","value":`...)
	b = fhirjson.AppendPlain(b, c.ClmCntlNum)
	b = append(b, `}],"insurance":[{"coverage":{"display":"`...)
	b = append(b, kinds[c.Type].part...)
	b = append(b, `"},"focal":true}],"insurer":{"reference":"#insurer-org"},`...)
	b = w.items(b, c)
	b = w.metaMember(b, c)
	b = append(b, `"outcome":"`...)
	if c.System == idr.SharedSystem {
		b = append(b, `partial",`...)
	} else {
		b = append(b, `complete",`...)
	}
	b = append(b, `"patient":{"reference":"Patient/`...)
	b = fhirjson.AppendInt(b, int(c.Beneficiary.BeneID))
	b = append(b, `"},"payment":{`...)
	if c.Type == life.PartD {
		b = append(b, `"date":`...)
		b = fhirjson.AppendDate(b, c.Drug.ClmPdDt)
	} else {
		b = append(b, `"amount":`+fhir.MoneyStart...)
		b = c.ClmPmtAmt.AppendJSON(b)
		b = append(b, '}')
	}
	b = append(b, `},`...)
	b = w.procedures(b, c)
	b = w.providerMember(b, c)
	if idr.HasValue(c.ClmOrigCntlNum) && c.ClmOrigCntlNum != c.ClmCntlNum {
		b = append(b, `"related":[{"reference":{"system":"`+controlNumber+`","value":`...)
		b = fhirjson.AppendPlain(b, c.ClmOrigCntlNum)
		b = append(b, `},`...)
		b = append(b, priorClaim...)
	}
	b = append(b, `"resourceType":"ExplanationOfBenefit","status":"`...)
	b = append(b, c.Status()...)
	b = append(b, `",`...)
	if subType := kinds[c.Type].subType; subType != "" {
		b = append(b, `"subType":{"coding":[`...)
		b = append(fhir.Coding(b, fhir.CARIN+"C4BBInstitutionalClaimSubType", subType, ""), `]},`...)
	}
	b = append(b, `"supportingInfo":[`...)
	b = append(b, w.info...)
	b = append(fhirjson.CloseWith(b, ']'), `,"total":[`...)
	b = w.totals(b, c)
	b = append(fhirjson.CloseWith(b, ']'), `,"type":{"coding":[`...)
	kind := &kinds[c.Type]
	if w.shape == mapShape {
		b = append(fhir.Coding(b, fhir.Terminology+"claim-type", kind.claimType, ""), ',')
	}
	b = append(b, `{"code":`...)
	b = fhirjson.AppendID(b, int64(c.ClmTypeCd))
	b = append(b, `,"system":"`+repositoryCodes+`CLM-TYPE-CD"}`...)
	eobTypes := repositoryCodes + "EOB-TYPE"
	if w.shape == serverShape {
		b = fhir.Coding(append(b, ','), fhir.Terminology+"claim-type", kind.claimType, "")
		eobTypes = fhir.BlueButton + "eob-type"
	}
	if !w.Dialect.NoEOBType && !untyped(c.ClmTypeCd) {
		b = fhir.Coding(append(b, ','), eobTypes, kind.eobType, "")
	}
	return append(b, `]},"use":"claim"}`...)
}

func (w *Writer) metaMember(b []byte, c *idr.Claim) []byte {
	kind := &kinds[c.Type]
	b = append(b, `"meta":{"lastUpdated":`...)
	b = fhirjson.AppendInstant(b, c.LastUpdated)
	b = append(b, `,"profile":[`...)
	b = append(b, `"`+fhir.CARINProfiles+"C4BB-ExplanationOfBenefit-"...)
	b = append(b, kind.profile...)
	b = append(b, carin22+`","`+repositoryProfiles+"CMS-ExplanationOfBenefit-"...)
	b = append(b, kind.profile...)
	b = append(b, `"],"source":"`...)
	switch {
	case c.System == idr.SharedSystem, c.Type == life.PartD:
		b = append(b, kind.shared...)
	default:
		b = append(b, "NCH"...)
	}
	b = append(b, `","tag":[{"code":"`...)
	switch {
	case c.System == idr.SharedSystem:
		b = append(b, "SharedSystem"...)
	case c.Type == life.PartD:
		b = append(b, "DDPS"...)
	default:
		b = append(b, "NationalClaimsHistory"...)
	}
	b = append(b, `","system":"`+repositoryCodes+`System-Type"},`...)
	switch c.ClmFinlActnInd {
	case "":
	case "Y":
		b = append(b, `{"code":"FinalAction","system":"`+repositoryCodes+`Final-Action"},`...)
	default:
		b = append(b, `{"code":"NotFinalAction","system":"`+repositoryCodes+`Final-Action"},`...)
	}
	return append(fhirjson.CloseWith(b, ']'), `},`...)
}
