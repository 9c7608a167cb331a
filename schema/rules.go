package schema

// Paths and rules of the codes that need more than a path.
const (
	v2Diagnosis       = `diagnosis.diagnosisCodeableConcept.coding.code`
	v2DiagnosisSystem = `diagnosis.diagnosisCodeableConcept.coding.system`

	v2DiagnosisRule = "by the diagnosis types; the server lists a code once, under the first type it has"
	carrierListRule = "the claim's list, in its order; 9999999, which is no ICD code, is left out"

	partialDiagnosisRule = "by the diagnosis types; the admitting diagnosis is no row when the claim's list has it not: it then stands behind the list, without a mark of presence on admission"

	v3DiagnosisRule = "by the diagnosis types; the principal diagnosis of an institutional claim stands in the list once more"

	fipsStateRule = "the FIPS code of the state, which the server sends by its SSA code (22 is Massachusetts) or by its letters"
	uspsStateRule = "the letters of the state, which the server sends by its SSA code (22 is Massachusetts)"

	icdRule            = "without the dot"
	icdIndicatorRule   = "0 for an ICD-10 code system, 9 for ICD-9, U for neither"
	firstDiagnosisRule = "0 for ICD-10, 9 for ICD-9, by the code system of the claim's first diagnosis"
	qualifierRule      = "by the type of the identifier: NPI 01, UPIN 06, NCPDP 07, state licence 08, tax number 11"
	claimTypeRule      = "by the server's own list, else by the claim type code, else a pharmacy claim"
	sharedRule         = "lines with one provider share a care team entry; a code is theirs when the entry has no other"
)
