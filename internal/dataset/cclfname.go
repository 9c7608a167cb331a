package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/schema"
)

// FixedOptions are options of the format Fixed. The zero value makes plain files,
// CCLF0 to CCLFB. With ACO, there is one zip file, with CMS's names; the options
// after it are for that.
type FixedOptions struct {
	Layout schema.Layout

	ACO             string    // id of the ACO, such as A1234
	Program         Program   // unless set, the program with ids of this form
	PerformanceYear int       // unless set, the year of the run date; for a run-out, the year before
	RunDate         time.Time // unless set, that of the newest data
	Runout          bool      // claims of the performance year that were loaded after it
}

// A Program is a program in which CMS delivers CCLF files.
type Program string

// The programs.
const (
	MSSP  Program = "mssp"  // Medicare Shared Savings Program
	VTAPM Program = "vtapm" // Vermont All-Payer Model
	REACH Program = "reach" // ACO REACH
	KCF   Program = "kcf"   // Kidney Care Choices, KCF option
	CKCC  Program = "ckcc"  // Kidney Care Choices, CKCC options
	PCF   Program = "pcf"   // Primary Care First
)

// naming is how the files of a program are named: P, the id, ACO, the file, the
// date and the time.
type naming struct {
	program  Program
	letter   byte // the first of an id
	digits   int  // letters or digits after it
	noRunout bool
	bareZip  bool // no letter before the year in the name of the zip file
}

var namings = []naming{
	{program: MSSP, letter: 'A', digits: 4},
	{program: VTAPM, letter: 'F', digits: 3},
	{program: REACH, letter: 'D', digits: 4},
	{program: KCF, letter: 'K', digits: 4, noRunout: true},
	{program: CKCC, letter: 'C', digits: 4, noRunout: true},
	{program: PCF, letter: 'P', digits: 6, noRunout: true, bareZip: true},
}

// ProgramOf returns the program with IDs of the form of an ACO's, or "".
func ProgramOf(aco string) Program {
	for i := range namings {
		if namings[i].matches(aco) {
			return namings[i].program
		}
	}
	return ""
}

// Programs returns all programs.
func Programs() []Program {
	list := make([]Program, len(namings))
	for i, n := range namings {
		list[i] = n.program
	}
	return list
}

// pattern is the form of an id, such as A####.
func (n *naming) pattern() string { return string(n.letter) + strings.Repeat("#", n.digits) }

func (n *naming) matches(id string) bool {
	return len(id) == 1+n.digits && id[0] == n.letter &&
		strings.Trim(id[1:], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// ErrOptions reports options that are invalid, or contradict each other.
var ErrOptions = errors.New("impossible options")

// check returns an error for invalid options.
func (o *FixedOptions) check() error {
	if o.ACO == "" {
		if o.Program != "" || o.PerformanceYear != 0 || !o.RunDate.IsZero() || o.Runout {
			return fmt.Errorf("%w: program, performance year, run date and run-out are for the files of an ACO", ErrOptions)
		}
		return nil
	}
	n, err := o.naming()
	if err != nil {
		return err
	}
	if o.Runout && n.noRunout {
		return fmt.Errorf("%w: there are no run-out files in %s", ErrOptions, n.program)
	}
	if o.PerformanceYear != 0 && (o.PerformanceYear < 2000 || o.PerformanceYear > 2099) {
		return fmt.Errorf("%w: performance year %d, want 2000 to 2099", ErrOptions, o.PerformanceYear)
	}
	return nil
}

// naming returns the naming for the id of the ACO.
func (o *FixedOptions) naming() (*naming, error) {
	var patterns []string
	for i := range namings {
		n := &namings[i]
		if o.Program != "" && o.Program != n.program {
			continue
		}
		if n.matches(o.ACO) {
			return n, nil
		}
		patterns = append(patterns, fmt.Sprintf("%s in %s", n.pattern(), n.program))
	}
	if patterns == nil {
		return nil, fmt.Errorf("%w: unknown program %q", ErrOptions, o.Program)
	}
	return nil, fmt.Errorf("%w: an id such as %q is in no program: want %s", ErrOptions, o.ACO, strings.Join(patterns, ", "))
}

// cclfNames names the files of a set of CCLF files.
type cclfNames struct {
	naming *naming // nil for plain names
	aco    string
	year   string // letter and two digits: Y26, R25
	at     time.Time
}

// names returns the names for options that are valid. Newest is when the newest of
// the data was updated, or zero.
func (o *FixedOptions) names(newest time.Time) (cclfNames, error) {
	if o.ACO == "" {
		return cclfNames{}, nil
	}
	n, err := o.naming()
	if err != nil {
		return cclfNames{}, err
	}
	d := cclfNames{naming: n, aco: o.ACO, at: o.RunDate}
	if d.at.IsZero() {
		d.at = newest
	}
	if d.at.IsZero() {
		return cclfNames{}, fmt.Errorf("%w: the export does not tell when it was updated: give the run date", ErrOptions)
	}
	letter, year := "Y", d.at.Year()
	if o.Runout {
		letter, year = "R", year-1
	}
	d.year = fmt.Sprintf("%s%02d", letter, cmp.Or(o.PerformanceYear, year)%100)
	return d, nil
}

// file is the name of a CCLF file, given its plain name, such as CCLF1.
func (d *cclfNames) file(name string) string {
	if d.naming == nil {
		return name
	}
	return d.name("ZC" + strings.TrimPrefix(name, "CCLF") + d.year)
}

// zip is the name of the zip file, or empty if there is none.
func (d *cclfNames) zip() string {
	if d.naming == nil {
		return ""
	}
	year := d.year
	if d.naming.bareZip {
		year = year[1:]
	}
	return d.name("ZC"+year) + ".zip"
}

// name completes a name with the parts that all names share.
func (d *cclfNames) name(what string) string {
	return fmt.Sprintf("P.%s.ACO.%s.D%s.T%s%d", d.aco, what,
		d.at.Format("060102"), d.at.Format("150405"), d.at.Nanosecond()/int(100*time.Millisecond))
}
