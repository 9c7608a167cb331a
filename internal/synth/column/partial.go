package column

// Partial dates are numbered above all others, those of days before 1970 too.
const (
	WithoutDay   Date = 1 << 24
	WithoutMonth Date = 1 << 25
)

// IsDay says that a date is a day that something may have happened on.
func (d Date) IsDay() bool { return d > firstDay && d < lastDay }

// IsPartial says that a date lacks the day.
func (d Date) IsPartial() bool { return d > WithoutDay/2 }

// Nothing in a claim is older or newer than these.
const (
	firstDay Date = -62091 // 1800-01-01
	lastDay  Date = 84006  // 2200-01-01
)

// appendPartial writes YYYY-MM or YYYY.
func (d Date) appendPartial(b []byte) []byte {
	start := len(b)
	if d > WithoutMonth/2+WithoutDay/2 {
		return (d - WithoutMonth).Append(b)[:start+len("2006")]
	}
	return (d - WithoutDay).Append(b)[:start+len("2006-01")]
}
