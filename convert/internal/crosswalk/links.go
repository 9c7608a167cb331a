package crosswalk

import (
	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/schema"
)

// claimSystems are the systems that number claims, by claim type. A number of one is
// nothing to another. That of Part D names no prior claims.
var claimSystems = map[schema.ClaimType]string{
	schema.Inpatient:  "institutional claim",
	schema.Outpatient: "institutional claim",
	schema.SNF:        "institutional claim",
	schema.HHA:        "institutional claim",
	schema.Hospice:    "institutional claim",
	schema.Carrier:    "professional claim",
	schema.DME:        "equipment claim",
}

// Links appends the links of a claim, whose ClaimType is set, to claims of the same
// beneficiary: by the control number that it has, and by those that it names as of its
// prior version. Counts says that the claim counts so far. Only v3 leaves prior versions
// out of exports without a word.
func (e *Evaluator) Links(links []dedup.Link, id beneficiary.ID, counts bool) []dedup.Link {
	system := claimSystems[e.ClaimType]
	if e.plan.API != schema.V3 || system == "" {
		return links
	}
	c := &e.plan.control
	link := dedup.Link{Partial: e.PartiallyAdjudicated(), Counts: counts, Updated: e.updated}
	if number := e.reg(c.own); len(number) > 0 {
		link.Number = controlHash(system, id, number)
		links = append(links, link)
	}
	prior := c.prior
	if e.rec.Reg(c.relationship).IsZero() {
		prior = c.related
	}
	link.Names = true
	for _, reg := range prior {
		for _, span := range e.rec.Regs(reg, maxPriorClaims) {
			if !span.IsZero() {
				link.Number = controlHash(system, id, e.spanText(span))
				links = append(links, link)
			}
		}
	}
	return links
}

// controlHash returns the hashes of a beneficiary and of a control number of its claim.
func controlHash(system string, id beneficiary.ID, number []byte) [2]uint64 {
	return [2]uint64{uint64(id), dedup.Hash("control number of "+system, number)[0]}
}
