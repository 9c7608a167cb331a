package synth

import (
	"fmt"
	"time"
)

// A dialect is what servers of other times send in another way. The zero
// value is what today's send.
type dialect struct {
	// R4 without the use of a claim.
	noUse bool
	// Revenue lines of v2 without their unit counts.
	noUnits bool
	// v3 with the principal diagnosis after the others.
	principalLast bool
	// v3 with the codes of professional claims that have two digits as
	// numbers: 2 for 02.
	unpadded bool
	// v3 without the coding EOB-TYPE of the claim type.
	noEOBType bool
}

// The days when the servers changed, and the first ones on which they served
// an API version.
var (
	useSent         = newDate(2022, time.January, 1)
	unitsSent       = newDate(2022, time.May, 23)
	principalMoved  = newDate(2026, time.April, 27)
	codesPadded     = newDate(2026, time.May, 12)
	eobTypeSent     = newDate(2026, time.July, 21)
	firstServerDays = map[string]date{
		"v1": newDate(2020, time.March, 1), // all resources were updated the month before
		"v2": newDate(2021, time.January, 1),
		"v3": newDate(2026, time.March, 1),
	}
)

// dialectOn is the dialect of the servers on a day.
func dialectOn(day date) dialect {
	return dialect{
		noUse: day < useSent, noUnits: day < unitsSent,
		principalLast: day < principalMoved, unpadded: day < codesPadded, noEOBType: day < eobTypeSent,
	}
}

// parseServerDate reads a day, or a month, which stands for its first day.
func parseServerDate(s, api string) (date, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		t, err = time.Parse(time.DateOnly, s)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: the server date %q is neither a month (2026-05) nor a day (2026-05-12)", ErrOptions, s)
	}
	day := newDate(t.Year(), t.Month(), t.Day())
	if first := firstServerDays[api]; day < first {
		return 0, fmt.Errorf("%w: no server of %s before %s", ErrOptions, api, first.append(nil))
	}
	if t.Year() > lastServerYear {
		return 0, fmt.Errorf("%w: the server date %q is too far ahead", ErrOptions, s)
	}
	return day, nil
}

// lastServerYear bounds server dates, so that ages and years stay plausible.
const lastServerYear = 2099
