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
// beneficiary: by the control number that it has, if counts says that the claim
// counts so far, and by those that it names as of its prior version. Only v3 leaves
// prior versions out of exports without a word.
func (e *Evaluator) Links(links []dedup.Link, id beneficiary.ID, counts bool) []dedup.Link {
	system := claimSystems[e.ClaimType]
	if e.plan.API != schema.V3 || system == "" {
		return links
	}
	c := &e.plan.control
	link := dedup.Link{Partial: e.PartiallyAdjudicated(), Updated: e.updated}
	number := e.reg(c.own)
	hasNumber := len(number) > 0
	own := controlHash(system, id, number)
	var first uint64 // of the numbers that it names
	prior := c.prior
	if e.rec.Reg(c.relationship).IsZero() {
		prior = c.related
	}
	for _, reg := range prior {
		for _, span := range e.rec.Regs(reg, maxPriorClaims) {
			if span.IsZero() {
				continue
			}
			link := link
			link.Number, link.Names, link.Other = controlHash(system, id, e.spanText(span)), true, own[0]
			links = append(links, link)
			if first == 0 {
				first = link.Number[0]
			}
		}
	}
	if hasNumber && counts {
		link.Number, link.Other = own, first
		links = append(links, link)
	}
	return links
}

// controlHash returns the hash of a control number of a beneficiary's claim.
func controlHash(system string, id beneficiary.ID, number []byte) [2]uint64 {
	identity := make([]byte, 0, 64)
	for i := range 8 {
		identity = append(identity, byte(id>>(8*i)))
	}
	return dedup.Hash("control number of "+system, append(identity, number...))
}
