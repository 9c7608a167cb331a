package records

import "github.com/cclf-tools/cclf/internal/synth/life"

func (g *Generator) fate() life.Fate {
	switch n := g.Random.Intn(1000); {
	case n < 30:
		return life.Amended
	case n < 50:
		return life.Replaced
	case n < 60:
		return life.Canceled
	}
	return life.Kept
}

// live sends the versions of a claim of any type. It calls revise to change the claim
// for another version.
func live[C any](g *Generator, fate life.Fate, c *C, head *Claim, revise func(), send func(*C, bool), newest func(*C)) {
	lastUpdated := head.LastUpdated
	late := false
	switch fate {
	case life.Amended:
		head.LastUpdated = Earlier(lastUpdated, &g.Random)
		send(c, false)
		revise()
		late = true
	case life.Replaced:
		head.FinalAction = "N"
		send(c, false)
		revise()
		head.ClmID, head.FinalAction = g.IDs.claim(), "F"
	case life.Canceled:
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
