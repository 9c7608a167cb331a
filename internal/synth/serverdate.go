package synth

import (
	"fmt"
	"time"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/server"
)

// parseServerDate reads a day, or a month, which stands for its first day.
func parseServerDate(s, api string) (column.Date, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		t, err = time.Parse(time.DateOnly, s)
	}
	if err != nil {
		return 0, fmt.Errorf("%w: the server date %q is neither a month (2026-05) nor a day (2026-05-12)", ErrOptions, s)
	}
	day := column.NewDate(t.Year(), t.Month(), t.Day())
	if first := server.FirstDay(api); day < first {
		return 0, fmt.Errorf("%w: no server of %s before %s", ErrOptions, api, first.Append(nil))
	}
	if t.Year() > lastServerYear {
		return 0, fmt.Errorf("%w: the server date %q is too far ahead", ErrOptions, s)
	}
	return day, nil
}

// lastServerYear bounds server dates, so that ages and years stay plausible.
const lastServerYear = 2099
