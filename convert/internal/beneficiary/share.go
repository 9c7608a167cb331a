package beneficiary

import (
	"cmp"
	"slices"
)

// An MBILink is a former MBI that a resource shows, with what decides which of several
// counts. Links of all beneficiaries are brought together, since one MBI can lead to
// that of another.
type MBILink struct {
	Former, To MBI
	Rank       int64 // time of the update
	Resource   int64 // ordinal of the resource
	FromClaim  bool

	// Of claims: their beneficiary.
	ID         ID
	PatientMBI bool // the MBI is that of the Patient
	MBI        MBI
}

// MBILinks returns the links in updates of one beneficiary, whose registry r is.
func (r *Registry) MBILinks(updates []Update) []MBILink {
	var links []MBILink
	for i := range updates {
		u := &updates[i]
		if u.Kind == FromCoverage {
			continue
		}
		for _, former := range u.Former {
			link := MBILink{Former: former, To: u.MBI, Rank: u.Rank, Resource: u.Resource}
			if u.Kind == FromClaim {
				b := r.get(u.ID)
				link.FromClaim, link.ID, link.PatientMBI, link.MBI = true, u.ID, b.patientMBI, b.mbi
			}
			same := func(l MBILink) bool { return l.FromClaim == link.FromClaim && l.Former == former }
			switch at := slices.IndexFunc(links, same); {
			case at < 0:
				links = append(links, link)
			case link.Rank >= links[at].Rank: // the last of equal rank
				links[at] = link
			}
		}
	}
	return links
}

// Successors returns the links that count, of those of all beneficiaries, and those of
// them that only claims show. It sorts the links.
func Successors(links []MBILink) (all, claimed []Link) {
	slices.SortFunc(links, func(a, b MBILink) int { return cmp.Compare(a.Resource, b.Resource) })
	r := NewRegistry()
	for i := range links {
		l := &links[i]
		if !l.FromClaim {
			r.later.add(l.Former, successor{l.To, l.Rank})
			continue
		}
		b := r.get(l.ID)
		b.patientMBI, b.mbi = l.PatientMBI, l.MBI
		r.claim(l.Former, claimedLink{l.ID, successor{l.To, l.Rank}})
	}
	claimed = r.SettleClaims()
	for former, to := range r.later {
		all = append(all, Link{former, to.to})
	}
	return all, claimed
}

// SetSuccessors replaces the former MBIs that the updates showed by those of all
// beneficiaries, which Successors returns.
func (r *Registry) SetSuccessors(all []Link) {
	r.later, r.claimed = successors{}, nil
	for _, l := range all {
		r.later[l.Former] = successor{to: l.Current}
	}
}

// OwnMBI returns the MBI that a beneficiary's resources show, which another beneficiary's
// may call former.
func (r *Registry) OwnMBI(id ID) (m MBI) {
	if b := r.find(id); b != nil {
		m = b.mbi
	}
	return m
}

// LatestMonth returns the last month that any Coverage tells, or 0.
func (r *Registry) LatestMonth() (latest int) {
	for i := range r.list {
		latest = max(latest, r.list[i].latestMonth())
	}
	return latest
}

// SetExport sets the month of the export; see SettleExport.
func (r *Registry) SetExport(month int) { r.export = month }
