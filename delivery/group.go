package delivery

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cclf-tools/cclf/internal/table"
)

// A group is one delivery: the files of one ACO, kind, performance year and time.
type group struct {
	id       uint32 // among the deliveries
	rank     uint32 // see rank; once all deliveries are known
	name     Name   // whose File is empty
	where    string // folder or zip file, for deliveries without CMS's names
	zipped   bool   // its files are members of a zip file
	files    []*state
	summary  *file // CCLF0, or nil
	promises []Promise

	old     bool // of the data set that is added to
	labeled bool // its files are not those of CMS

	superseded bool
}

// deliveries are all deliveries of an import. Methods may be called at a time.
type deliveries struct {
	mu    sync.Mutex
	list  []*group // by ID
	byKey map[string]*group

	// before and twice are files that rows name which have been read otherwise: those
	// rows are passed over.
	before, twice map[string]bool
}

// group returns the delivery with a name, or of files without CMS's names in some
// place.
func (d *deliveries) group(name Name, where string) *group {
	name.File = ""
	g := &group{name: name, where: where, id: uint32(len(d.list))}
	key := g.key()
	if known := d.byKey[key]; known != nil {
		return known
	}
	if d.byKey == nil {
		d.byKey = map[string]*group{}
	}
	d.byKey[key] = g
	d.list = append(d.list, g)
	return g
}

// from returns the file that a row of a file with labels says it is from: its
// name, and the day in the row if there is one. It returns nil for rows of files
// that were imported before, or are read from elsewhere.
func (d *deliveries) from(cclf, name string, day time.Time, source *state) *state {
	d.mu.Lock()
	defer d.mu.Unlock()
	source.around = true
	parsed, ok := ParseName(name)
	if ok {
		name = path.Base(name)
	} else {
		parsed = Name{Made: day}
	}
	g := d.group(parsed, strings.TrimSpace(name+" "+day.Format(time.DateOnly)))
	g.labeled = true
	if known := g.file(cclf); known != nil {
		return d.sameSource(known, source)
	}
	f := *source.file
	f.name = parsed
	f.name.File = cclf
	s := newState(&f, g)
	s.fileName = []byte(name)
	g.files = append(g.files, s)
	return s
}

// sameSource returns a file if its rows are those of source, or nil.
func (d *deliveries) sameSource(known, source *state) *state {
	switch {
	case source.old || known == source:
		return known
	case known.old:
		note(&d.before, string(known.fileName))
		return nil
	case known.content == fixedContent || known.folder() != source.folder():
		note(&d.twice, string(known.fileName))
		return nil
	}
	return known
}

func note(set *map[string]bool, name string) {
	if *set == nil {
		*set = map[string]bool{}
	}
	(*set)[name] = true
}

// sorted returns the deliveries in the order of their times.
func (d *deliveries) sorted() []*group {
	groups := slices.Clone(d.list)
	slices.SortStableFunc(groups, (*group).compare)
	return groups
}

// rank gives each delivery its rank among those with equal rows: the one with the
// lowest keeps its row. That is the first one, but a weekly one comes after all
// others: when it is superseded later on, its rows go.
func rank(groups []*group) (ranked []*group) {
	ranked = slices.Clone(groups)
	slices.SortStableFunc(ranked, func(a, b *group) int {
		return cmp.Compare(flag(a.name.Kind == Weekly), flag(b.name.Kind == Weekly))
	})
	for i, g := range ranked {
		g.rank = uint32(i)
	}
	return ranked
}

// String names the delivery in messages.
func (g *group) String() string {
	if g.name.ACO == "" {
		return g.where
	}
	return fmt.Sprintf("the %s delivery of %s made on %s", g.name.Kind, g.name.ACO, g.name.Made.Format("2006-01-02"))
}

// key tells deliveries apart.
func (g *group) key() string {
	if g.name.ACO == "" {
		return g.where
	}
	return fmt.Sprintf("%s %s %d %s", g.name.ACO, g.name.Kind, g.name.Year, g.name.Made.Format("20060102150405.0"))
}

// compare orders deliveries by the time at which they were made.
func (g *group) compare(o *group) int {
	return cmp.Or(g.name.Made.Compare(o.name.Made), cmp.Compare(g.key(), o.key()))
}

// file returns the file of the delivery with the number of a CCLF file, or nil.
func (g *group) file(cclf string) *state {
	for _, f := range g.files {
		if f.name.File == cclf {
			return f
		}
	}
	return nil
}

// promise returns what CCLF0 says of a file, or nil.
func (g *group) promise(cclf string) *Promise {
	i := slices.IndexFunc(g.promises, func(p Promise) bool { return p.File == cclf })
	if i < 0 {
		return nil
	}
	return &g.promises[i]
}

// ErrTwice reports two files that cannot both be the same file of a delivery.
var ErrTwice = errors.New("two different files of the same name in one delivery")

// add puts files into their deliveries. Files that are there twice with the same
// content, or were imported before, come back.
func (d *deliveries) add(files []*file) (twice, before []*file, err error) {
	for _, f := range files {
		g := d.group(f.name, f.folder())
		g.zipped = g.zipped || strings.Contains(f.Path, "!")
		g.labeled = g.labeled || f.labeled()
		same := g.file(f.name.File)
		old := g.summary
		if same != nil {
			old = same.file
		}
		switch {
		case g.old && (f.content == summaryContent || same != nil):
			before = append(before, f)
		case same != nil && same.isPart(f):
			same.parts = append(same.parts, f)
		case old != nil && old.name.File == f.name.File:
			equal, err := equalText(old.input, f.input)
			if err != nil {
				return nil, nil, err
			}
			if !equal {
				return nil, nil, fmt.Errorf("%w: %s and %s", ErrTwice, old.Path, f.Path)
			}
			twice = append(twice, f)
		case f.content == summaryContent:
			g.summary = f
			if err := g.readPromises(); err != nil {
				return nil, nil, err
			}
		default:
			g.files = append(g.files, newState(f, g))
		}
	}
	return twice, before, nil
}

func newState(f *file, g *group) *state {
	made := f.name.Made
	return &state{
		file: f, delivery: g,
		fileName: []byte(f.base()),
		fileDate: int64(table.CivilDays(made.Year(), int(made.Month()), made.Day())),
	}
}

// isPart reports whether a file is another part of a file with labels: it has
// another name in the same folder, and neither is CMS's name.
func (s *state) isPart(f *file) bool {
	return s.labeled() && f.labeled() && f.name.ACO == "" && s.folder() == f.folder() && s.base() != f.base()
}

// equalText reports whether two inputs have the same text.
func equalText(a, b *input) (bool, error) {
	if a.Size >= 0 && b.Size >= 0 && a.Size != b.Size || a.sum != 0 && b.sum != 0 && a.sum != b.sum {
		return false, nil
	}
	x, err := a.open()
	if err != nil {
		return false, &InputError{a.Path, err}
	}
	defer x.Close()
	y, err := b.open()
	if err != nil {
		return false, &InputError{b.Path, err}
	}
	defer y.Close()
	var bufs [2][1 << 16]byte
	for {
		n, errX := fill(x, bufs[0][:])
		m, errY := fill(y, bufs[1][:])
		if !bytes.Equal(bufs[0][:n], bufs[1][:m]) {
			return false, nil
		}
		ended := func(err error) bool { return errors.Is(err, io.EOF) }
		switch {
		case ended(errX) && ended(errY):
			return true, nil
		case errX != nil && !ended(errX):
			return false, &InputError{a.Path, errX}
		case errY != nil && !ended(errY):
			return false, &InputError{b.Path, errY}
		}
	}
}

// readPromises reads CCLF0.
func (g *group) readPromises() error {
	if g.summary == nil {
		return nil
	}
	r, err := g.summary.open()
	if err != nil {
		return &InputError{g.summary.Path, err}
	}
	defer r.Close()
	if g.promises, err = readSummary(r); err != nil {
		return &SummaryError{[]string{fmt.Sprintf("%s: %v", g.summary.Path, err)}}
	}
	return nil
}

// A SummaryError lists where deliveries are not what their CCLF0 says: files
// that are missing, and files with other numbers or lengths of records.
type SummaryError struct{ Faults []string }

func (e *SummaryError) Error() string {
	return "a delivery is not complete: " + strings.Join(e.Faults, "; ")
}

// faults compares a delivery whose files have been read with its CCLF0, which lists
// all of them. Without one, only a zip file is expected to be complete.
func (g *group) faults() (faults []string) {
	if g.old {
		return nil
	}
	for _, p := range g.promises {
		f := g.file(p.File)
		if f == nil {
			faults = append(faults, fmt.Sprintf("%s is missing from %s (CCLF0 lists %d records)", p.File, g, p.Rows))
			continue
		}
		if f.rows != p.Rows {
			faults = append(faults, fmt.Sprintf("%s has %d records, and CCLF0 says %d", f.Path, f.rows, p.Rows))
		}
		if length := f.table.Length(f.layout); f.content == fixedContent && f.rows > 0 && length != p.Length {
			faults = append(faults, fmt.Sprintf("%s has records of %d bytes, and CCLF0 says %d", f.Path, length, p.Length))
		}
	}
	for _, f := range g.files {
		if g.summary != nil && f.rows > 0 && !f.old && g.promise(f.name.File) == nil {
			faults = append(faults, fmt.Sprintf("%s has %d records, and CCLF0 does not list it", f.Path, f.rows))
		}
	}
	if g.summary == nil && g.zipped && g.name.ACO != "" {
		faults = append(faults, fmt.Sprintf("CCLF0 is missing from %s", g))
	}
	return faults
}

// required are the files of a complete delivery.
var required = []string{"CCLF1", "CCLF2", "CCLF3", "CCLF4", "CCLF5", "CCLF6", "CCLF8", "CCLF9"}

// missing are the files that every delivery has, and this one lacks.
func (g *group) missing() (missing []string) {
	if g.old || g.labeled {
		return nil
	}
	if g.summary == nil {
		missing = append(missing, "CCLF0")
	}
	for _, cclf := range append(slices.Clone(required), "CCLF7", "CCLFA", "CCLFB") {
		if g.file(cclf) == nil && (g.name.Kind != Weekly || slices.Contains(required, cclf)) {
			missing = append(missing, cclf)
		}
	}
	return missing
}

// complete reports whether a delivery that has been read has what a month needs.
func (g *group) complete() bool {
	for _, cclf := range required {
		if g.file(cclf) == nil {
			return false
		}
	}
	return len(g.promises) > 0 && len(g.faults()) == 0
}

// supersede marks the weekly deliveries that a monthly one covers: a complete one
// of the same ACO and performance year, made in a later month.
func supersede(groups []*group) {
	month := func(g *group) int { return 12*g.name.Made.Year() + int(g.name.Made.Month()) }
	for _, w := range groups {
		if w.name.Kind != Weekly {
			continue
		}
		for _, m := range groups {
			if m.name.Kind == Monthly && m.name.ACO == w.name.ACO && m.name.Year == w.name.Year && month(m) > month(w) && m.complete() {
				w.superseded = true
			}
		}
	}
}

// A state is how far the reading of a file is, and what it gave.
type state struct {
	*file
	delivery *group
	parts    []*file // with labels, and more rows
	fileName []byte
	fileDate int64 // days since 1970
	lines    int64 // read so far, blank ones too
	rows     int64 // records, bad ones too
	rejects  int64
	text     int64 // bytes
	old      bool  // its rows are those of the data set that is added to
	around   bool  // its rows say that they are from other files

	redelivered int64 // rows of it that were in an earlier delivery
	revised     int64 // rows of it of which an earlier delivery has other values
}

// mark sets the columns that tell where a row is from: the last two.
func (s *state) mark(p *table.Page, row []table.Cell) {
	n := len(row)
	p.SetText(row, n-2, s.fileName)
	if s.name.Made.IsZero() {
		row[n-1] = table.Null
	} else {
		p.SetNumber(row, n-1, s.fileDate)
	}
}

func flag(on bool) int64 {
	if on {
		return 1
	}
	return 0
}
