package schema

// A Function converts what a path finds into the value of a cell. Expressions
// name it after ">".
//
// This package declares the functions; the converter has their code in a table
// with the same names, and a test compares the two.
type Function struct {
	Name  string
	Takes string // its input: "ICD code"
	Gives string // its result: "the code without its dot"
	// General functions need only the value, or the position of the resource in
	// the input, so they work in every column, including extra ones. The others
	// are rules for one column.
	General bool
}

// Functions are the functions of the crosswalk, sorted by name.
var Functions = [...]Function{
	{"admitting", "the diagnoses of a claim", "the admitting one, without the dot", false},
	{"age", "date of birth", "age in whole years at the newest update in the export, or at death", false},
	{"ansi-group", "claim adjustment code such as CO120", "its first two letters, the group", true},
	{"ansi-reason", "claim adjustment code such as CO120", "what follows the first two letters, the reason", true},
	{"claim-system", "control number of a Claim or ClaimResponse", "FISS or MCS, the system that assigned it", false},
	{"claim-type", "codings of a claim's type", "the claim type by name, such as OUTPATIENT", false},
	{"concat", "several codes", "all of them in one text, in their order", false},
	{"current-mbi", "identifiers of a Patient", "the MBI that is current", false},
	{"diagnosis-number", "the row's diagnosis", "its number in the claim, principal first and external causes last", false},
	{"final-action", "final action tag of an ExplanationOfBenefit", "N for NotFinalAction, else Y", true},
	{"fips-state", "SSA code or letters of a state", "its FIPS code, or nothing for a foreign country", true},
	{"first-icd-indicator", "the diagnoses of a claim", "0 if the first is ICD-10, 9 if it is ICD-9, else U", false},
	{"first-icd-version", "the diagnoses of a claim", "0 if the first is ICD-10, 9 if it is ICD-9, else nothing", false},
	{"hospice", "dates of a hospice claim", "the date from the hospice claim with the latest start of care", false},
	{"icd", "ICD code", "the code without its dot", true},
	{"icd-indicator", "URL of a code system", "0 for ICD-10, 9 for ICD-9, else U", true},
	{"id-qualifier", "type of a provider identifier", "01 for NPI, 06 UPIN, 07 NCPDP, 08 state license, 11 tax number", true},
	{"inferred", "months of a Coverage", "1 for a month of Part A or B that the export implies but does not show, else 0", false},
	{"known-date", "date", "the date, or nothing if it is a placeholder for a missing one", true},
	{"listed", "the diagnoses of a claim", "the n-th of its list, without the dot", false},
	{"mbi", "reference to a Patient", "the beneficiary's current MBI", false},
	{"month", "months of a Coverage", "the first day of the row's month", false},
	{"no-value", "any value", "an empty value, which ends the search for others", true},
	{"not-active", "status of a resource", "N unless it is active, then nothing", true},
	{"not-zero", "number", "the number, or nothing if it is zero", true},
	{"npi-qualifier", "any value", "01, the qualifier of an NPI", true},
	{"number", "the row's element", "its number in the claim, counted from 1", false},
	{"omitted-zero", "quantity", "zero if the server leaves zeros out, else nothing", false},
	{"only", "several codes", "the code, or nothing if they differ", true},
	{"other-qualifier", "any value", "99, the qualifier of other identifiers", true},
	{"pad2", "number", "the number with zeros in front, two digits or more", true},
	{"pad3", "number", "the number with zeros in front, three digits or more", true},
	{"part", "plan of a Coverage", "the part of Medicare: A, B, C or D", false},
	{"part-a", "value of a Coverage", "the value from the Part A coverage", false},
	{"part-a-or-b", "value of a Coverage", "the value from the Part A coverage, else from Part B", false},
	{"part-b", "value of a Coverage", "the value from the Part B coverage", false},
	{"principal", "the diagnoses of a claim", "the principal one, without the dot", false},
	{"product-type", "the row's diagnosis", "E for an external cause, 1 for the first of them, else D", false},
	{"race", "census category of race or ethnicity", "the Medicare race code", true},
	{"rank", "the row's diagnosis", "its number among those of the same product type", false},
	{"reference-id", "reference such as Patient/123", "the id at its end", true},
	{"revenue-code", "revenue code", "the code, or nothing if it has one character", true},
	{"row-icd-version", "URL of a code system", "0 for ICD-10, 9 for ICD-9, else nothing, of the first row of a claim", true},
	{"second", "two characters", "the second of them, or nothing if there are more or fewer", true},
	{"sex", "administrative gender, or SNOMED CT code of a sex", "1 for male, 2 for female, else 0", true},
	{"source-file", "the resource", "the input that it was read from", true},
	{"source-line", "the resource", "its line in that input, counted from 1", true},
	{"third", "three characters", "the third of them, or nothing if there are more or fewer", true},
	{"trim", "text", "the text without white space around it", true},
	{"upper", "text", "the text in capital letters", true},
	{"usps-state", "SSA code or letters of a state", "its two letters, or nothing for a foreign country", true},
	{"yes", "truth value", "Y for true, else N", true},
	{"zip4", "ZIP code", "its last four digits if it has nine, else nothing", true},
	{"zip5", "ZIP code", "its first five digits", true},
}
