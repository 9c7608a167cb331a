package convert

import (
	"bytes"
	"maps"
	"slices"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// Claims that AB2D hands on have the MBIs of their beneficiary in extensions:
// the current one, and those it had before. AB2D serves no Patient.

// mostFormer is how many former MBIs a claim is asked for.
const mostFormer = 16

// claimMBIRegs are the registers of the MBIs in the extensions of a claim.
type claimMBIRegs struct {
	current, former int // the first of mostFormer
}

func (c *compiler) claimMBIs() {
	for _, v := range []struct {
		to    *int
		expr  string
		count int
	}{
		{&c.p.claimMBIs.current, bcda.ClaimMBIExpr("current"), 1},
		{&c.p.claimMBIs.former, bcda.ClaimMBIExpr("historic"), mostFormer},
	} {
		expr, err := schema.ParseExpr(v.expr)
		if err != nil {
			panic("convert: internal error: " + err.Error())
		}
		c.reg(v.to, c.b.Value(stepsOf(expr[0].Path), v.count))
	}
}

// readClaimMBIs makes the update that the extensions of the claim at hand are;
// ok is false when it has none.
func (c *claim) readClaimMBIs(who personID, updated int64) (u personUpdate, ok bool, err error) {
	span := c.rec.Reg(c.plan.claimMBIs.current)
	if span.IsZero() {
		return u, false, nil
	}
	u = personUpdate{id: who, rank: updated, fromClaim: true}
	text := c.spanText(span)
	if table.Blank(text) {
		return u, false, nil
	}
	if len(text) > len(u.mbi) {
		return u, false, reject("an ExplanationOfBenefit with an MBI of more than %d characters", len(u.mbi))
	}
	copy(u.mbi[:], text)
	for _, span := range c.rec.Regs(c.plan.claimMBIs.former, mostFormer) {
		var former mbi
		if text := c.spanText(span); !span.IsZero() && !table.Blank(text) && len(text) <= len(former) {
			if copy(former[:], text); former != u.mbi {
				u.former = append(u.former, former)
			}
		}
	}
	return u, true, nil
}

// A claimedMBI is a former MBI as a claim tells of it.
type claimedMBI struct {
	who     personID
	to      mbi
	updated int64
}

// applyClaim takes in the MBIs that a claim tells of. What a Patient says
// counts before it.
func (p *people) applyClaim(u *personUpdate) {
	who := p.get(u.id)
	if !who.told && u.rank >= who.claimed {
		who.mbi, who.claimed = u.mbi, u.rank
	}
	for _, former := range u.former {
		if have, known := p.claimed[former]; !known || u.rank >= have.updated {
			p.claimed[former] = claimedMBI{u.id, u.mbi, u.rank}
		}
	}
}

// settleClaimed ends the taking in: the former MBIs that claims tell of join
// those of Patients, but for those of beneficiaries whose Patient has an MBI.
// It returns the ones that joined, in order.
func (p *people) settleClaimed() []mbi {
	var joined []mbi
	for _, former := range slices.SortedFunc(maps.Keys(p.claimed), func(a, b mbi) int { return bytes.Compare(a[:], b[:]) }) {
		link := p.claimed[former]
		who := p.get(link.who)
		if _, known := p.later[former]; known || who.told || former == who.mbi {
			continue
		}
		p.later[former] = mbiLink{link.to, link.updated}
		joined = append(joined, former)
	}
	p.claimed = nil
	return joined
}

// addClaimedXref makes the rows of former MBIs that only claims tell of. They
// are of no resource: their number comes after those of all.
func (r *run) addClaimedXref() error {
	joined := r.people.settleClaimed()
	if len(joined) == 0 {
		return nil
	}
	for i, s := range r.spills {
		if s == nil || s.out.table.Grain != schema.PerIdentifier {
			continue
		}
		t := s.out.table
		page := r.pages.Get(i)
		for _, former := range joined {
			row := page.Add(0, 0, false)
			for label, v := range map[string][]byte{
				wellknown.XrefKindLabel: []byte(wellknown.XrefMBI),
				wellknown.CurrentLabel:  r.people.later[former].to.text(),
				wellknown.FormerLabel:   former.text(),
			} {
				if err := page.Set(row, t.Index(label), v); err != nil {
					return err
				}
			}
		}
		if err := s.Add(page, r.next); err != nil {
			return err
		}
	}
	return nil
}
