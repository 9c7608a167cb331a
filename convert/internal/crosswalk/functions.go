package crosswalk

import (
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/schema"
)

// A kind says what a function works on, and when.
type kind uint8

const (
	ofValue     kind = iota // the text of one value: code is transform
	ofValues                // several values of a path: code is combine
	ofRow                   // the row, or its resource: code is row
	ofDiagnosis             // a diagnosis of a claim: code is pick and transform
	ofCoverage              // in the merge pass, what a part's Coverage says: code is from
	inMerge                 // in the merge pass: code is deferred
)

// A function is the code of a function of the crosswalk. What it takes and gives
// is documented in package schema.
type function struct {
	kind      kind
	transform transform
	combine   combineRule
	most      int // values to combine
	row       rowFunc
	pick      pickRule
	from      beneficiary.Part
	// deferred is the kind of the column. With inMerge, the alternative has no
	// value of its own; otherwise the merge pass completes the row's own value.
	deferred DeferredKind

	isState  bool // transform translates the code of a state
	firstRow bool // reads the first row of the claim
}

// functions are the functions of the crosswalk by name, as declared in
// schema.Functions.
var functions = map[string]function{
	"": {from: beneficiary.NewestCoverage}, // the text of the value

	"ansi-group":      {transform: ansiGroup},
	"ansi-reason":     {transform: ansiReason},
	"final-action":    {transform: finalAction},
	"fips-state":      {transform: fipsState, isState: true},
	"icd":             {transform: withoutDot},
	"icd-indicator":   {transform: icdIndicator},
	"id-qualifier":    {transform: idQualifier},
	"known-date":      {transform: knownDate},
	"no-value":        {transform: noValue},
	"not-active":      {transform: notActive},
	"not-zero":        {transform: notZero},
	"npi-qualifier":   {transform: constant("01")},
	"other-qualifier": {transform: constant("99")},
	"pad2":            {transform: padTo(2)},
	"pad3":            {transform: padTo(3)},
	"race":            {transform: race},
	"reference-id":    {transform: referenceID},
	"revenue-code":    {transform: revenueCode},
	"row-icd-version": {transform: icdVersion, firstRow: true},
	"second":          {transform: second},
	"sex":             {transform: sex},
	"third":           {transform: third},
	"trim":            {transform: trim},
	"upper":           {transform: upper},
	"usps-state":      {transform: uspsState, isState: true},
	"yes":             {transform: yes},
	"zip4":            {transform: zip4},
	"zip5":            {transform: zip5},

	"only":   {kind: ofValues, combine: onlyValue, most: 2},   // enough to see that they differ
	"concat": {kind: ofValues, combine: concatenate, most: 7}, // characters of CLM_POA_IND

	"claim-system":     {kind: ofRow, row: claimSystem},
	"claim-type":       {kind: ofRow, row: claimTypeName},
	"diagnosis-number": {kind: ofRow, row: diagnosisNumber},
	"inferred":         {kind: ofRow, row: notInferred},
	"month":            {kind: ofRow, row: monthStart},
	"number":           {kind: ofRow, row: rowNumber},
	"omitted-zero":     {kind: ofRow, row: omittedZero, deferred: DeferredZero},
	"part":             {kind: ofRow, row: partLetter},
	"product-type":     {kind: ofRow, row: productType},
	"rank":             {kind: ofRow, row: diagnosisRank},
	"source-file":      {kind: ofRow, row: sourceFile},
	"source-line":      {kind: ofRow, row: sourceLine},

	"admitting":           {kind: ofDiagnosis, pick: pickAdmitting, transform: withoutDot},
	"first-icd-indicator": {kind: ofDiagnosis, pick: pickFirst, transform: icdIndicator},
	"first-icd-version":   {kind: ofDiagnosis, pick: pickFirst, transform: icdVersion},
	"listed":              {kind: ofDiagnosis, pick: pickListed, transform: withoutDot},
	"principal":           {kind: ofDiagnosis, pick: pickPrincipal, transform: withoutDot},

	"current-mbi": {deferred: DeferredSuccessor},

	"hospice":     {kind: ofCoverage, from: beneficiary.Hospice},
	"part-a":      {kind: ofCoverage, from: beneficiary.PartA},
	"part-a-or-b": {kind: ofCoverage, from: beneficiary.NewestCoverage},
	"part-b":      {kind: ofCoverage, from: beneficiary.PartB},

	"age": {kind: inMerge, deferred: DeferredAge},
	"mbi": {kind: inMerge, deferred: DeferredMBI},
}

// isGeneral reports whether a function may be used in extra columns.
func isGeneral(name string) bool {
	return slices.ContainsFunc(schema.Functions[:], func(f schema.Function) bool { return f.General && f.Name == name })
}

// generalFunctions lists the functions that may be used in extra columns.
func generalFunctions() string {
	var names []string
	for _, f := range schema.Functions {
		if f.General {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, ", ")
}
