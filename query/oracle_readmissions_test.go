//go:build cgo

package query_test

import (
	"cmp"
	"slices"
	"strings"
)

// An episode is a stay in an acute hospital, with the stays after transfers.
type episode struct {
	mbi       string
	stays     []*stay
	discharge day
	status    string
	drg, ccn  string
}

// planned tells whether the admission was.
func (e *episode) planned() bool {
	first := e.stays[0]
	return first.admission() == "3" || slices.Contains(strings.Fields(
		`001 002 005 006 007 008 010 014 016 017 018 019 650 651 652 837 838 839 846 847 848 945 946`), first.told(false, func(c *claim) string { return c.drg }))
}

// episodes returns the episodes of each person, in order.
func (w *world) episodes() [][]*episode {
	byPerson := map[string][]*stay{}
	for _, s := range w.stays() {
		if s.kind == "inpatient" && !s.denied && facilityClass(s.ccn) == "short-term" && s.mbi != "" {
			byPerson[s.mbi] = append(byPerson[s.mbi], s)
		}
	}
	var all [][]*episode
	for _, mbi := range sorted(byPerson) {
		stays := byPerson[mbi]
		slices.SortFunc(stays, func(a, b *stay) int {
			return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.thru, b.thru), cmp.Compare(a.ccn, b.ccn), cmp.Compare(a.diagnosis(), b.diagnosis()),
				cmp.Compare(a.drg(), b.drg()), cmp.Compare(a.status(), b.status()), cmp.Compare(a.admission(), b.admission()))
		})
		var list []*episode
		var before *stay // the one that ended last
		for _, s := range stays {
			joins := before != nil && (before.ccn != s.ccn && s.from <= before.thru+1 ||
				before.ccn == s.ccn && s.from <= before.thru && before.diagnosis() == s.diagnosis())
			if !joins {
				list = append(list, &episode{mbi: mbi, discharge: none})
			}
			e := list[len(list)-1]
			e.stays = append(e.stays, s)
			if s.thru >= e.discharge {
				e.discharge, e.status, e.drg, e.ccn = s.thru, s.status(), s.drg(), s.ccn
			}
			if before == nil || s.thru >= before.thru {
				before = s
			}
		}
		all = append(all, list)
	}
	return all
}

// followedBy returns the first of the later episodes that begins from the day of
// discharge to day 30, or nil. Those that begin before are of the same admission.
func (e *episode) followedBy(later []*episode) *episode {
	i := slices.IndexFunc(later, func(n *episode) bool { return n.stays[0].from >= e.discharge })
	if i < 0 || later[i].stays[0].from > e.discharge+30 {
		return nil
	}
	return later[i]
}

// exclusion returns why an episode is no index, or "".
func (w *world) exclusion(e *episode) string {
	switch {
	case slices.Contains([]string{"20", "40", "41", "42"}, e.status):
		return "died"
	case e.status == "07":
		return "against advice"
	case slices.Contains(strings.Fields("876 880 881 882 883 884 885 886 887 945 946"), e.drg):
		return "condition"
	}
	until := e.discharge + 30
	if p, ok := w.people[e.mbi]; ok && p.death != none && p.death < until {
		until = max(p.death, e.discharge)
	}
	if until > w.last {
		return "not followed"
	}
	for m := e.discharge.month(); m <= until.month(); m++ {
		if !w.months[e.mbi][m].member() {
			return "not followed"
		}
	}
	return ""
}

// readmissions counts the episodes with a discharge in the scope.
func (w *world) readmissions(s scope) string {
	var stays, episodes, index, readmitted, planned int64
	excluded := map[string]int64{}
	for _, list := range w.episodes() {
		for i, e := range list {
			if !s.has(e.mbi, e.discharge.month()) {
				continue
			}
			episodes++
			stays += int64(len(e.stays))
			if why := w.exclusion(e); why != "" {
				excluded[why]++
				continue
			}
			index++
			switch next := e.followedBy(list[i+1:]); {
			case next == nil:
			case next.planned():
				planned++
			default:
				readmitted++
			}
		}
	}
	return text(stays, stays-episodes, index, readmitted, planned,
		excluded["died"], excluded["against advice"], excluded["condition"], excluded["not followed"], ratio(readmitted, index, 4))
}

// A service is a procedure that a person got.
type service struct {
	mbi, code string
	day       day
}

// services returns the procedures of physician lines and outpatient claims.
func (w *world) services() []service {
	var list []service
	for _, l := range w.lines {
		if l.file == "cclf5" && !l.denied {
			list = append(list, service{l.mbi, l.hcpcs, l.from})
		}
	}
	for _, c := range w.claims {
		if c.kind != "40" || c.denied {
			continue
		}
		for _, center := range w.centers[c.id] {
			list = append(list, service{c.mbi, center.hcpcs, center.day})
		}
	}
	return list
}

// withService counts the members, and those of them with a service.
func (w *world) withService(s scope, codes string, perMonth bool) string {
	members, months := w.members(s)
	found := map[string]bool{}
	served := map[string]bool{}
	for _, v := range w.services() {
		if slices.Contains(strings.Fields(codes), v.code) && members[v.mbi] && s.has(v.mbi, v.day.month()) {
			found[v.mbi] = true
			served[v.mbi+v.day.month().String()] = true
		}
	}
	row := text(len(members), len(found), ratio(int64(len(found)), int64(len(members)), 4))
	if perMonth {
		row = text(row, len(served), months, ratio(int64(len(served)), months, 4))
	}
	return row
}

// transitionalCare counts discharges, and those with a service within 30 days.
func (w *world) transitionalCare(s scope) string {
	days := map[string][]day{}
	for _, v := range w.services() {
		if v.code == "99495" || v.code == "99496" {
			days[v.mbi] = append(days[v.mbi], v.day)
		}
	}
	var discharges, served int64
	for _, list := range w.episodes() {
		for _, e := range list {
			if !s.has(e.mbi, e.discharge.month()) || w.exclusion(e) != "" {
				continue
			}
			discharges++
			if slices.ContainsFunc(days[e.mbi], func(d day) bool { return d > e.discharge && d <= e.discharge+30 }) {
				served++
			}
		}
	}
	return text(discharges, served, ratio(served, discharges, 4))
}
