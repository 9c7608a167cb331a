package synth

// Stats are statistics of an export.
type Stats struct {
	Beneficiaries int
	Patients      int   // resources, including earlier versions
	Coverages     int   //
	Claims        int   // ExplanationOfBenefit
	Partial       int   // Claim and ClaimResponse of v2
	Bytes         int64 // of NDJSON, before compression
	Files         int   // of NDJSON
	Rows          int64 // of the truth
	// EdgeCases counts each kind of edge case. It is nil without edge cases.
	EdgeCases map[string]int
}
