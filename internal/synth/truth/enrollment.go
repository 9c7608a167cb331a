package truth

import (
	"cmp"
	"slices"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/idr"
	"github.com/cclf-tools/cclf/internal/synth/records"
)

// A monthRow is a month of enrollment in a part of Medicare.
type monthRow struct {
	beneficiary                *records.Beneficiary
	part                       byte // a to d
	first                      column.Date
	buyIn, dual, contract, pbp string
	inferred                   bool // the export does not show it
}

func enrollmentColumns() map[string]cell[monthRow] {
	return map[string]cell[monthRow]{
		"BENE_MBI_ID":           text(func(r *monthRow) string { return r.beneficiary.SentMBI() }),
		"PATIENT_ID":            number(func(r *monthRow) int64 { return r.beneficiary.BeneID }),
		"PART":                  text(func(r *monthRow) string { return string(r.part - 'a' + 'A') }),
		"MONTH":                 day(func(r *monthRow) column.Date { return r.first }),
		"BENE_ENTLMT_BUYIN_IND": text(func(r *monthRow) string { return r.buyIn }),
		"BENE_DUAL_STUS_CD":     text(func(r *monthRow) string { return r.dual }),
		"CONTRACT_ID":           text(func(r *monthRow) string { return r.contract }),
		"PBP_ID":                text(func(r *monthRow) string { return r.pbp }),
		"INFERRED": text(func(r *monthRow) string {
			if r.inferred {
				return "1"
			}
			return "0"
		}),
	}
}

// inferredYears is how many years before the export the periods of Coverages imply
// months.
const inferredYears = 3

// before and after return the first day of the month before and after that of a day.
func before(d column.Date) column.Date { return (d.FirstOfMonth() - 1).FirstOfMonth() }
func after(d column.Date) column.Date  { return (d.FirstOfMonth() + 31).FirstOfMonth() }

// oldestInferred returns the first month that an export of a day can imply.
func oldestInferred(export column.Date) column.Date {
	year, month, _ := export.Civil()
	return column.NewDate(year-inferredYears, time.Month(month), 1)
}

// died returns the day of death, as the export shows it, or 0.
func died(b *records.Beneficiary) column.Date {
	if b.NoPatient || !b.DeathDt.IsDay() {
		return 0
	}
	return b.DeathDt
}

// A monthCode is what the columns of a month say.
type monthCode struct {
	told, enrolled             bool
	buyIn, dual, contract, pbp string
}

// codeOf returns what a version of a beneficiary says about a part in a month.
func codeOf(b *records.Beneficiary, part byte, month column.Date) (c monthCode) {
	year, n, _ := month.Civil()
	if b.RfrncYr == 0 || year != b.RfrncYr {
		return c
	}
	i := n - 1
	c.dual = b.MetaDualElgblStus[i]
	switch part {
	case 'a', 'b':
		c.buyIn = b.MdcrEntlmtBuyinInd[i]
		c.told, c.enrolled = !column.Blank(c.buyIn), buysPart(c.buyIn, part)
	case 'c':
		c.contract, c.pbp = b.PtcCntrctID[i], b.PtcPbpID[i]
		c.told, c.enrolled = !column.Blank(c.contract), len(c.contract) == contractLength
	case 'd':
		c.contract, c.pbp = b.PtdCntrctID[i], b.PtdPbpID[i]
		c.told, c.enrolled = !column.Blank(c.contract), len(c.contract) == contractLength
	}
	return c
}

// A history is the versions of a beneficiary of v1 or v2 that were sent with
// Coverages.
type history struct {
	versions []records.Beneficiary // the newest last
	v1       bool
}

// add adds a version. Of versions of the same time the last one sent is the newest.
func (h *history) add(b *records.Beneficiary) {
	h.versions = append(h.versions, *b)
	slices.SortStableFunc(h.versions, func(a, b records.Beneficiary) int {
		return cmp.Compare(a.LastUpdated.Millis, b.LastUpdated.Millis)
	})
}

// code returns what the newest version says that says anything.
func (h *history) code(part byte, month column.Date) monthCode {
	for i := len(h.versions) - 1; i >= 0; i-- {
		if c := codeOf(&h.versions[i], part, month); c.told {
			return c
		}
	}
	return monthCode{}
}

// span returns the first and the last month of which any version could say anything.
func (h *history) span() (first, last column.Date) {
	newest := &h.versions[len(h.versions)-1]
	first, last = oldestInferred(newest.AsOf), newest.AsOf.FirstOfMonth()
	for i := range h.versions {
		if year := h.versions[i].RfrncYr; year != 0 {
			first = min(first, column.NewDate(year, time.January, 1))
			last = max(last, column.NewDate(year, time.December, 1))
		}
	}
	return first, last
}

// neighbor returns what is said about the nearest month, in steps of next, about
// which anything is said.
func (h *history) neighbor(part byte, month column.Date, next func(column.Date) column.Date) (c monthCode, at column.Date) {
	first, last := h.span()
	for at = next(month); at >= first && at <= last; at = next(at) {
		if c := h.code(part, at); c.told {
			return c, at
		}
	}
	return monthCode{}, 0
}

// period returns the first and last day of the coverage of Part A or B, 0 if there is
// none, and whether the Coverage is active. v1 has one start for both, and no end.
func (h *history) period(part byte) (from, thru column.Date, active bool) {
	b := &h.versions[len(h.versions)-1]
	code := b.BenePtaTrmntnCd
	from, thru = b.PtaCvrgStrtDt, b.PtaCvrgEndDt
	if part == 'b' {
		code = b.BenePtbTrmntnCd
		from, thru = b.PtbCvrgStrtDt, b.PtbCvrgEndDt
	}
	if h.v1 {
		from, thru = b.CoverageStart(), 0
	}
	return from.Earliest(), thru.Latest(), code == "0"
}

// implied reports whether a month of Part A or B that no code tells is taken from the
// period.
func (h *history) implied(part byte, month column.Date) bool {
	newest := &h.versions[len(h.versions)-1]
	from, thru, active := h.period(part)
	switch death := died(newest); {
	case from == 0 || month < from.FirstOfMonth():
		return false
	case month > newest.AsOf, month < oldestInferred(newest.AsOf):
		return false
	case thru != 0 && month > thru, death != 0 && month > death:
		return false
	}
	earlier, at := h.neighbor(part, month, before)
	later, _ := h.neighbor(part, month, after)
	if earlier.told && !earlier.enrolled || later.told && !later.enrolled {
		return false
	}
	if thru != 0 || active || later.told {
		return true
	}
	_, december, _ := at.Civil() // the last month that a code tells is before this one
	return earlier.told && time.Month(december) == time.December
}

// write writes the months that the versions tell or imply. v1 does not send the
// benefit packages of plans.
func (h *history) write(s *sheet[monthRow], b *records.Beneficiary) {
	if len(h.versions) == 0 {
		return
	}
	first, last := h.span()
	for _, part := range records.MedicareParts {
		for month := first; month <= last; month = after(month) {
			row := monthRow{beneficiary: b, part: part, first: month}
			switch c := h.code(part, month); {
			case c.enrolled:
				row.buyIn, row.dual, row.contract, row.pbp = c.buyIn, c.dual, c.contract, c.pbp
				if h.v1 {
					row.pbp = ""
				}
				s.write(row)
			case !c.told && part <= 'b' && h.implied(part, month):
				row.inferred = true
				s.write(row)
			}
		}
	}
	h.versions = h.versions[:0]
}

// contractLength is the length of a contract number; N and 0 stand for none.
const contractLength = 5

// buysPart reports whether a buy-in code includes Part A or B: 1 and A are Part A
// alone, 2 and B Part B alone, 3 and C both. The letters mean that the state pays.
func buysPart(code string, part byte) bool {
	switch code {
	case "3", "C":
		return true
	case "1", "A":
		return part == 'a'
	case "2", "B":
		return part == 'b'
	}
	return false
}

// An idrHistory is when the Coverages of a beneficiary of v3 were updated that were
// sent. All versions of a Coverage have the same period.
type idrHistory struct {
	updates [len(records.MedicareParts)][]column.Date
}

func (h *idrHistory) add(p *idr.Beneficiary) {
	for n := range h.updates {
		h.updates[n] = append(h.updates[n], column.Date(p.CoverageUpdate(n).Millis/86_400_000))
	}
}

// known returns the first month of which the export shows whether the beneficiary was
// in a private plan: the server sends only present plans. Without one it is the month
// of the export, or that in which a second version of a Coverage was made, because the
// first one was sent before.
func (h *idrHistory) known(p *idr.Beneficiary) column.Date {
	known := p.AsOf
	if plan, _, _ := spanOf(p, 2); plan != 0 {
		known = min(known, plan)
	}
	for _, days := range h.updates {
		slices.Sort(days)
		if days = slices.Compact(days); len(days) > 1 {
			known = min(known, days[1])
		}
	}
	return known.FirstOfMonth()
}

// spanOf returns the period and the codes of the nth Coverage.
func spanOf(p *idr.Beneficiary, n int) (from, thru column.Date, row monthRow) {
	row = monthRow{beneficiary: p.Beneficiary, part: records.MedicareParts[n]}
	switch row.part {
	case 'a':
		from, thru, row.buyIn = p.PartA.Begin, p.PartA.End, idr.Stored(p.PartA.BeneBuyinCd)
	case 'b':
		from, thru, row.buyIn = p.PartB.Begin, p.PartB.End, idr.Stored(p.PartB.BeneBuyinCd)
	default:
		if row.contract = p.Contract[n-2]; row.contract != "" {
			from = p.PlanBegin[n-2]
		}
	}
	return from, thru, row
}

// write writes the months of the coverage periods.
func (h *idrHistory) write(s *sheet[monthRow], p *idr.Beneficiary) {
	known := h.known(p)
	for n := range h.updates {
		from, thru, row := spanOf(p, n)
		last := p.AsOf
		for _, end := range []column.Date{thru, died(p.Beneficiary)} {
			if end != 0 {
				last = min(last, end)
			}
		}
		if from == 0 {
			continue
		}
		for month := max(oldestInferred(p.AsOf), from.FirstOfMonth()); month <= last; month = after(month) {
			row.first, row.inferred = month, row.part <= 'b' && month < known
			s.write(row)
		}
	}
	*h = idrHistory{}
}
