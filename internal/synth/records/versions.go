package records

// A fate is what happens to a claim after the server first sends it.
type fate int

const (
	kept      fate = iota
	amended        // the same claim again, with other amounts
	replaced       // canceled when first sent; another claim replaces it
	cancelled      // active when first sent, then canceled and replaced
)

func (g *Generator) fate() fate {
	switch n := g.Random.Intn(1000); {
	case n < 30:
		return amended
	case n < 50:
		return replaced
	case n < 60:
		return cancelled
	}
	return kept
}

// live sends the versions of a claim of any type. It calls revise to change the claim
// for another version.
func live[C any](g *Generator, c *C, head *Claim, revise func(), send func(*C, bool), newest func(*C)) {
	lastUpdated := head.LastUpdated
	late := false
	switch g.fate() {
	case amended:
		head.LastUpdated = Earlier(lastUpdated, &g.Random)
		send(c, false)
		revise()
		late = true
	case replaced:
		head.FinalAction = "N"
		send(c, false)
		revise()
		head.ClmID, head.FinalAction = g.IDs.claim(), "F"
	case cancelled:
		head.LastUpdated = Earlier(lastUpdated, &g.Random)
		send(c, false)
		head.LastUpdated, head.FinalAction = lastUpdated, "N"
		send(c, true)
		revise()
		head.ClmID, head.FinalAction = g.IDs.claim(), "F"
		late = true
	}
	head.LastUpdated = lastUpdated
	send(c, late)
	newest(c)
}
