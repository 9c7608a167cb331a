package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/schema"
)

// FixedOptions are for the format Fixed. The zero value makes plain files,
// CCLF0 to CCLFB; those behind ACO are for a delivery with CMS's names.
type FixedOptions struct {
	Layout schema.Layout

	ACO             string    // its id: one zip file, as CMS delivers it
	Program         Program   // that of the ACO's first letter unless set
	PerformanceYear int       // the run date's unless set; for a run-out, the year before
	RunDate         time.Time // the newest update in the export unless set
	Runout          bool      // claims of the performance year that came in after it
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

// naming is how the files of a program are named: P, the id, ACO, then what
// tells the file, the date and the time.
type naming struct {
	program  Program
	letter   byte // that begins the ids
	digits   int  // letters or digits behind it
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

// Programs returns all programs.
func Programs() []Program {
	list := make([]Program, len(namings))
	for i, n := range namings {
		list[i] = n.program
	}
	return list
}

// pattern is what an id of the program looks like.
func (n *naming) pattern() string { return string(n.letter) + strings.Repeat("#", n.digits) }

func (n *naming) matches(id string) bool {
	return len(id) == 1+n.digits && id[0] == n.letter &&
		strings.Trim(id[1:], "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// ErrOptions reports options that do not go together.
var ErrOptions = errors.New("impossible options")

// check finds what is wrong with the options before anything is read.
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

// naming finds the program of the ACO.
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
	naming *naming // or nil for plain names
	aco    string
	year   string // letter and two digits: Y26, R25
	at     time.Time
}

// names completes the options, of which check found nothing wrong.
// Newest is the newest update in the export, or zero.
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

// file is the name of a CCLF file, such as CCLF1.
func (d *cclfNames) file(name string) string {
	if d.naming == nil {
		return name
	}
	return d.name("ZC" + strings.TrimPrefix(name, "CCLF") + d.year)
}

// zip is the name of the zip file, or empty when there is none.
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

// name puts what tells a file between what all names have in common.
func (d *cclfNames) name(what string) string {
	return fmt.Sprintf("P.%s.ACO.%s.D%s.T%s%d", d.aco, what,
		d.at.Format("060102"), d.at.Format("150405"), d.at.Nanosecond()/int(100*time.Millisecond))
}
