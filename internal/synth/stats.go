package synth

// Stats tell what was written.
type Stats struct {
	Beneficiaries int
	Patients      int   // resources, with the earlier versions
	Coverages     int   //
	Claims        int   // ExplanationOfBenefit
	Partial       int   // Claim and ClaimResponse, of v2
	Bytes         int64 // of NDJSON, before compression
	Files         int   // of NDJSON
	Rows          int64 // of truth
	// EdgeCases is how often each kind of edge case occurs, nil without.
	EdgeCases map[string]int
}
