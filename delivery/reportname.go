package delivery

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// ErrReport reports an assignment list report that cannot be dated by its name,
// or whose tables do not belong together.
var ErrReport = errors.New("an assignment list report that cannot be used")

// A reportKey tells assignment list reports apart.
type reportKey struct {
	aco   string // empty if the name does not have it
	year  int    // performance year
	rank  int    // among the reports of a year: see ranks
	first month  // of the twelve months that it is about
	time  string // T of the name, which orders deliveries of one report
}

// Ranks of the reports of a performance year. Those of the quarters are 1 to 4.
const (
	initialReport   = 0
	benchmarkReport = 5
)

// A month is a month counted from year 0.
type month int

func monthOf(year, m int) month { return month(12*year + m - 1) }

func (m month) year() int  { return int(m) / 12 }
func (m month) month() int { return int(m)%12 + 1 }

// compare orders reports by what they decide: of two that are about a month, the
// greater one decides it. An earlier performance year is closed, and final.
func (k reportKey) compare(o reportKey) int {
	return cmp.Or(cmp.Compare(o.year, k.year), cmp.Compare(k.rank, o.rank), cmp.Compare(k.time, o.time))
}

func (k reportKey) covers(m month) bool { return m >= k.first && m < k.first+12 }

// String names the report in messages.
func (k reportKey) String() string {
	period := fmt.Sprintf("Q%d", k.rank)
	switch k.rank {
	case initialReport:
		period = "initial"
	case benchmarkReport:
		period = fmt.Sprintf("benchmark year %d", k.first.year())
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d %s", k.aco, k.year, period))
}

// windows are the first months of the reports, in months from January of the
// performance year.
var windows = [...]int{initialReport: -15, 1: -9, 2: -6, 3: -3, 4: 0}

// Names of reports, in capitals. In CMS's names, D has the performance year in
// place of a date.
var (
	quarterPattern   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[^0-9])(20\d\d)[ ._-]?Q([1-4])(?:[^0-9]|$)`) })
	quarterFirst     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[^0-9A-Z])Q([1-4])[ ._-]?(20\d\d)(?:[^0-9]|$)`) })
	benchmarkPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.(?:AALR|BNMRK)\.Y(20\d\d)\.D(\d\d)9999(?:\.|_|$)`) })
	initialPattern   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.(?:AALR|HASSGN)\.D(\d\d)9999(?:\.|_|$)`) })
	yearPattern      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.D(\d\d)9999(?:\.|_|$)`) })
	timePattern      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\.T(\d{6,7})(?:[._]|$)`) })
	acoPattern       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[^0-9A-Z])([ACDK]\d{4})(?:[^0-9A-Z]|$)`) })
)

// parseReport reads the name of a report, or of a folder or a zip file with it.
// ok is false if it has no period.
func parseReport(name string) (k reportKey, ok bool, err error) {
	name = strings.ToUpper(name)
	number := func(s string) int {
		n, _ := strconv.Atoi(s) // digits only
		return n
	}
	k.aco, k.time = acoOf(name), timeOf(name)
	if m := benchmarkPattern().FindStringSubmatch(name); m != nil {
		about := number(m[1])
		k.year, k.rank, k.first = 2000+number(m[2]), benchmarkReport, monthOf(about, 1)
		if about < k.year-3 || about >= k.year {
			return k, false, fmt.Errorf("%w: %d is no benchmark year of %d", ErrReport, about, k.year)
		}
		return k, true, nil
	}
	if m := initialPattern().FindStringSubmatch(name); m != nil {
		k.year = 2000 + number(m[1])
		k.first = monthOf(k.year, 1) + month(windows[initialReport])
		return k, true, nil
	}
	if m := quarterPattern().FindStringSubmatch(name); m != nil {
		k.year, k.rank = number(m[1]), number(m[2])
	} else if m := quarterFirst().FindStringSubmatch(name); m != nil {
		k.year, k.rank = number(m[2]), number(m[1])
	} else {
		return k, false, nil
	}
	if m := yearPattern().FindStringSubmatch(name); m != nil && 2000+number(m[1]) != k.year {
		return k, false, fmt.Errorf("%w: its name has two performance years", ErrReport)
	}
	k.first = monthOf(k.year, 1) + month(windows[k.rank])
	return k, true, nil
}

func acoOf(name string) string {
	if m := acoPattern().FindStringSubmatch(strings.ToUpper(name)); m != nil {
		return m[1]
	}
	return ""
}

func timeOf(name string) string {
	if m := timePattern().FindStringSubmatch(strings.ToUpper(name)); m != nil {
		return m[1]
	}
	return ""
}

// acoAround is the ID of the ACO in the name of an input, or in those of what it is
// in.
func (in *input) acoAround() string {
	for _, name := range append([]string{in.base()}, in.containers()...) {
		if aco := acoOf(name); aco != "" {
			return aco
		}
	}
	return ""
}

// reportOf reads which report a file is a table of: from its name, or from those
// of what it is in.
func reportOf(in *input) (reportKey, error) {
	for _, name := range append([]string{in.base()}, in.containers()...) {
		k, ok, err := parseReport(name)
		if err != nil {
			return k, &InputError{in.Path, err}
		}
		if ok {
			k.aco = cmp.Or(k.aco, in.acoAround())
			k.time = cmp.Or(k.time, timeOf(in.base()))
			return k, nil
		}
	}
	return reportKey{}, fmt.Errorf("%s: %w: its name has no period, such as 2025Q1", in.Path, ErrReport)
}
