//go:build cgo

package query_test

import (
	"cmp"
	"slices"
)

// category returns the service category of a payment, "" for Medicare Advantage.
func (p *payment) category() string {
	if p.file == "cclf6" {
		return "equipment"
	}
	if p.line != nil {
		if h := p.line.hcpcs; len(h) == 5 && h >= "A0021" && h <= "A0999" {
			return "ambulance"
		}
		return "physician"
	}
	switch p.of.kind {
	case "10":
		return "home health"
	case "20", "30":
		return "skilled nursing"
	case "40":
		return "outpatient"
	case "50":
		return "hospice"
	case "60":
		return "inpatient, " + facilityClass(p.of.ccn)
	case "61":
		return ""
	}
	return "institutional, other"
}

func (w *world) spendingByCategory(s scope) []string {
	paid, program := map[string]cents{}, map[string]cents{}
	for _, p := range w.payments(s) {
		c := p.category()
		paid[c] += p.amount
		program[c] += p.amount
		if p.of != nil && p.of.kind == "60" {
			program[c] -= p.of.addons
		}
	}
	var rows []string
	for _, c := range expensive(paid) {
		if c != "" {
			rows = append(rows, text(c, paid[c], program[c]))
		}
	}
	return rows
}

// network is 1 for a payment to a provider in the roster, -1 for one to another, and
// 0 where no identifier tells.
func (p *payment) network(tins, npis, ccns map[string]bool) int {
	var in, known bool
	switch {
	case p.of != nil:
		known, in = p.of.ccn != "", ccns[p.of.ccn]
	case p.file == "cclf5":
		known, in = p.line.tin != "" || p.line.npi != "", tins[p.line.tin] || npis[p.line.npi]
	default:
		known, in = p.line.npi != "", npis[p.line.npi]
	}
	switch {
	case in:
		return 1
	case known:
		return -1
	}
	return 0
}

func (w *world) leakage(s scope, tins, npis, ccns map[string]bool) []string {
	paid, sums := map[string]cents{}, map[string]map[int]cents{}
	for _, p := range w.payments(s) {
		c := p.category()
		if sums[c] == nil {
			sums[c] = map[int]cents{}
		}
		paid[c] += p.amount
		sums[c][p.network(tins, npis, ccns)] += p.amount
	}
	var rows []string
	for _, c := range expensive(paid) {
		if n := sums[c]; c != "" {
			rows = append(rows, text(c, paid[c], n[1], n[-1], n[0], ratio(int64(n[1]), int64(n[1]+n[-1]), 4)))
		}
	}
	return rows
}

// condition returns the category of the principal diagnosis of a payment, and the
// version of ICD.
func (p *payment) condition() (code, icd string) {
	switch {
	case p.of != nil:
		code, icd = p.of.diagnosis, p.of.icd
	case p.file == "cclf5":
		code, icd = p.line.diagnosis, p.line.icd
	}
	if icd = map[string]string{"0": "10", "9": "9"}[icd]; icd == "" {
		icd = "-"
	}
	return code[:min(3, len(code))], icd
}

func (w *world) topConditions(s scope) []string {
	type condition struct {
		code, icd      string
		people, claims map[string]bool
		paid           cents
	}
	found := map[string]*condition{}
	for _, p := range w.payments(s) {
		code, icd := p.condition()
		if code == "" || p.category() == "" {
			continue
		}
		c := found[code+icd]
		if c == nil {
			c = &condition{code, icd, map[string]bool{}, map[string]bool{}, 0}
			found[code+icd] = c
		}
		if p.mbi != "" {
			c.people[p.mbi] = true
		}
		c.claims[p.file+p.claim] = true
		c.paid += p.amount
	}
	list := make([]*condition, 0, len(found))
	for _, c := range found {
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *condition) int {
		return cmp.Or(cmp.Compare(b.paid, a.paid), cmp.Compare(a.code, b.code), cmp.Compare(a.icd, b.icd))
	})
	var rows []string
	for _, c := range list {
		rows = append(rows, text(c.code, c.icd, len(c.people), len(c.claims), c.paid))
	}
	return rows
}

func (w *world) topProcedures(s scope) []string {
	people, claims, lines, paid := map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]int{}, map[string]cents{}
	for _, p := range w.payments(s) {
		if p.line == nil || p.line.denied || p.line.hcpcs == "" {
			continue
		}
		code := p.line.hcpcs
		if people[code] == nil {
			people[code], claims[code] = map[string]bool{}, map[string]bool{}
		}
		if p.mbi != "" {
			people[code][p.mbi] = true
		}
		claims[code][p.file+p.claim] = true
		lines[code]++
		paid[code] += p.amount
	}
	codes := sorted(lines)
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Compare(paid[b], paid[a]) })
	var rows []string
	for _, code := range codes {
		rows = append(rows, text(code, len(people[code]), len(claims[code]), lines[code], paid[code]))
	}
	return rows
}

// spendingOf returns the spending of each person in a scope, and that of all.
func (w *world) spendingOf(s scope) (byPerson map[string]cents, total cents) {
	byPerson = map[string]cents{}
	for _, p := range w.payments(s) {
		byPerson[p.mbi] += p.amount
		total += p.amount
	}
	return byPerson, total
}

// expensive returns people by spending, highest first.
func expensive(spending map[string]cents) []string {
	people := sorted(spending)
	slices.SortStableFunc(people, func(a, b string) int { return cmp.Compare(spending[b], spending[a]) })
	return people
}

func (w *world) highCostMembers(s scope) []string {
	spending, total := w.spendingOf(s)
	delete(spending, "")
	var rows []string
	var sum cents
	for _, mbi := range expensive(spending) {
		sum += spending[mbi]
		rows = append(rows, text(mbi, spending[mbi], ratio(int64(spending[mbi]), int64(total), 4), ratio(int64(sum), int64(total), 4)))
	}
	return rows
}

func (w *world) concentration(s scope) []string {
	spending, _ := w.spendingOf(s)
	members, _ := w.members(s)
	of := map[string]cents{}
	var total cents
	for mbi := range members {
		of[mbi] = spending[mbi]
		total += spending[mbi]
	}
	list := expensive(of)
	var rows []string
	for _, percent := range []int{1, 5, 10, 25, 50} {
		n := (len(list)*percent + 99) / 100
		var sum cents
		for _, mbi := range list[:n] {
			sum += of[mbi]
		}
		rows = append(rows, text(percent, n, len(list), sum, total, ratio(int64(sum), int64(total), 4)))
	}
	return rows
}
