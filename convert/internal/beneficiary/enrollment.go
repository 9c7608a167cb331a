package beneficiary

import (
	"cmp"
	"math"
	"slices"

	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
)

// An Enrollment is what a Coverage says about the months of one part of Medicare.
// Months have the numbers of [table.Month].
type Enrollment struct {
	Letter    byte // of the part: A to D, or 0 for a Coverage of none
	SpanOnly  bool // there are no codes by month: the period tells the months
	Retracted bool // takes back what earlier versions said
	Active    bool // the status is not cancelled

	Start int  // first month of the period, or NoStart
	End   int  // last month of the period, or NoEnd
	Ended bool // the period had ended when the Coverage was updated

	// Coded are the months of the reference year that have a code, Enrolled those
	// whose code says that the beneficiary had the part. Bit 0 is January.
	Coded, Enrolled uint16
}

// Months of a period that has no start, or no end.
const (
	NoStart = math.MaxInt32
	NoEnd   = math.MaxInt32
)

// A version is an Enrollment as the registry keeps it, about 130 bytes for the
// four parts of a beneficiary.
type version struct {
	rank, resource  int64
	start, end      int32
	year            int16
	coded, enrolled uint16
	letter          byte
	flags           versionFlags
}

type versionFlags uint8

const (
	spanOnly versionFlags = 1 << iota
	retracted
	active
	ended // its period had ended
)

func (v *version) has(f versionFlags) bool { return v.flags&f != 0 }

func newVersion(u *Update) version {
	x := &u.Enrollment
	v := version{
		rank: u.Rank, resource: u.Resource, start: int32(x.Start), end: int32(x.End),
		year: u.Year, coded: x.Coded, enrolled: x.Enrolled, letter: x.Letter,
	}
	v.set(spanOnly, x.SpanOnly)
	v.set(retracted, x.Retracted)
	v.set(active, x.Active)
	v.set(ended, x.Ended)
	return v
}

// equal reports whether two versions say the same.
func (v version) equal(other version) bool {
	v.resource = other.resource
	return v == other
}

func (v *version) set(f versionFlags, on bool) {
	if on {
		v.flags |= f
	}
}

// compareVersions orders versions by part, the newest first. Of versions of the
// same time the last in the input is the newest, but of periods the latest.
func compareVersions(a, b version) int {
	byStart := 0
	if a.has(spanOnly) && b.has(spanOnly) {
		byStart = cmp.Compare(b.start, a.start)
	}
	return cmp.Or(cmp.Compare(a.letter, b.letter), cmp.Compare(b.rank, a.rank), byStart, cmp.Compare(b.resource, a.resource))
}

// enroll adds what a Coverage says about months. Of the versions of a Coverage it
// keeps those that tell a month which no newer one tells: each export of v1 and v2
// has the codes of one year, and of v3 the latest period. The result does not
// depend on the order of the versions.
func (b *beneficiary) enroll(u *Update) {
	v := newVersion(u)
	if v.letter < 'A' || v.letter > 'D' {
		return
	}
	b.noteUpdate(v.letter, u.Rank)
	at, _ := slices.BinarySearchFunc(b.versions, v, compareVersions)
	if at < len(b.versions) && b.versions[at].equal(v) {
		return // sent again
	}
	b.versions = slices.Insert(b.versions, at, v)
	kept, taken := b.versions[:0], coverage{}
	for _, v := range b.versions {
		if taken.letter != v.letter {
			taken = coverage{letter: v.letter, start: NoStart}
		}
		if taken.tells(&v) {
			kept = append(kept, v)
		}
	}
	b.versions = kept
}

// A coverage is what the newer versions of a part told already.
type coverage struct {
	letter    byte
	any       bool
	retracted bool
	start     int32 // of the earliest period
	years     []yearCodes
}

// yearCodes are the months of a year that have a code.
type yearCodes struct {
	year  int16
	coded uint16
}

// tells reports whether the next older version tells more, and adds it.
func (c *coverage) tells(v *version) bool {
	switch {
	case c.retracted:
		return false
	case v.has(retracted):
		c.retracted = true
		return true
	}
	more := !c.any
	c.any = true
	if v.has(spanOnly) {
		more = more || v.start < c.start
		c.start = min(c.start, v.start)
		return more
	}
	return c.newCodes(v) != 0 || more
}

// newCodes returns the months of a version that have a code and that no newer
// version has, and adds them.
func (c *coverage) newCodes(v *version) uint16 {
	for i := range c.years {
		if y := &c.years[i]; y.year == v.year {
			more := v.coded &^ y.coded
			y.coded |= v.coded
			return more
		}
	}
	c.years = append(c.years, yearCodes{v.year, v.coded})
	return v.coded
}

// noteUpdate notes the day of an update of a part's Coverage. A second day shows
// that the export before it has been seen.
func (b *beneficiary) noteUpdate(letter byte, rank int64) {
	if rank == dedup.NoTime {
		return
	}
	day, oldest := int32(dedup.Day(rank)), &b.oldest[letter-'A']
	switch {
	case *oldest == 0:
		*oldest = day
	case day > *oldest:
		b.seenSince(day)
	case day < *oldest:
		b.seenSince(*oldest)
		*oldest = day
	}
}

// seenSince notes that an export before a day has been seen.
func (b *beneficiary) seenSince(day int32) {
	if b.seen == 0 || day < b.seen {
		b.seen = day
	}
}

// of returns the versions of a part that count, the newest first.
func (b *beneficiary) of(letter byte) []version {
	from, to := 0, 0
	for i := range b.versions {
		switch {
		case b.versions[i].letter < letter:
			from, to = i+1, i+1
		case b.versions[i].letter == letter && !b.versions[i].has(retracted):
			to = i + 1
		}
	}
	return b.versions[from:to]
}

// latestMonth returns the last month for which a code says that the beneficiary was
// enrolled, or 0.
func (b *beneficiary) latestMonth() (latest int) {
	for i := range b.versions {
		v := &b.versions[i]
		for m := range 12 {
			if v.enrolled>>m&1 != 0 {
				latest = max(latest, table.YearMonth(int(v.year), m+1))
			}
		}
	}
	return latest
}

// SettleExport sets the month of the export, up to which months are inferred. It
// is called when all updates have been applied, with the time of the newest one.
// Without that it is the last month that any Coverage tells.
func (r *Registry) SettleExport(newest int64) {
	if newest != dedup.NoTime {
		r.export = table.Month(int32(dedup.Day(newest)))
		return
	}
	r.export = r.LatestMonth()
}
