//go:build cgo

package query

// A Basis says how claims are counted in metrics.
type Basis string

// The bases. BCDA sends final-action claims, whose amounts simply add up. CCLF
// files have debits and credits: a correction is a cancellation and a new
// claim, and cancellations are subtracted.
const (
	AutoBasis   Basis = ""             // chosen by StartMetrics
	FinalAction Basis = "final-action" // no netting; cancellations are left out
	DebitCredit Basis = "debit-credit" // cancellations are subtracted
)

// Describe returns the basis in words.
func (b Basis) Describe() string {
	if b == DebitCredit {
		return "debits and credits (cancellations are subtracted)"
	}
	return "final-action claims (no debit/credit netting)"
}
