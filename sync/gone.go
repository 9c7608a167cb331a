package sync

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/ndjson"
)

// Gone is what a full export shows to be gone from the server: it lacks it, and lists its
// beneficiary.
type Gone struct {
	Run  int
	URLs []string // such as ExplanationOfBenefit/carrier-1, in ascending order
	Kept int      // number of resources of these types that the run has
	// Unread is the number of lines of the run that are no resources. If there are any,
	// nothing is gone: they may be what seems to be.
	Unread int64
}

// Gone returns what the newest full export of the log shows to be gone: claims of earlier
// runs that the server dropped, or of whose deletion an export of everything says nothing. It
// is nil if there is no such run after the first one, if it was compared before, or if it
// lacks files. Resources of beneficiaries whom the run does not list are not gone.
func (l *Log) Gone(ctx context.Context) (*Gone, error) {
	at := len(l.Runs) - 1
	for at > 0 && !(hasFullList(&l.Runs[at]) && l.Runs[at].HasAll("ExplanationOfBenefit")) {
		at--
	}
	if at <= 0 || l.Runs[at].Compared || l.Runs[at].Number <= l.PrunedTo {
		return nil, nil
	}
	c, err := newComparison()
	if err != nil {
		return nil, err
	}
	last := &l.Runs[at]
	for _, t := range []string{"ExplanationOfBenefit", "Claim", "ClaimResponse"} {
		c.types[t] = last.HasAll(t)
	}
	g := &Gone{Run: last.Number}
	for _, file := range last.Files {
		switch unread, err := c.each(ctx, &file, c.has); {
		case errors.Is(err, fs.ErrNotExist):
			return nil, nil
		case err != nil:
			return nil, err
		default:
			g.Unread += unread
		}
	}
	if g.Kept = len(c.living); g.Unread > 0 {
		return g, nil
	}
	slices.Sort(c.living)
	gone := map[string]bool{}
	for i := range l.Runs[:at] {
		if err := c.compare(ctx, &l.Runs[i], gone); err != nil {
			return nil, err
		}
	}
	for url := range gone {
		g.URLs = append(g.URLs, url)
	}
	slices.Sort(g.URLs)
	return g, nil
}

// compare adds to gone what a run has and the full export lacks, and removes what the run
// says to be deleted. A file that is missing has nothing: whether it may be missing is not
// decided here.
func (c *comparison) compare(ctx context.Context, run *fetch.CompleteRun, gone map[string]bool) error {
	for _, file := range run.Deleted {
		_, err := c.each(ctx, &file, func() {
			for i := range c.record.Rows(c.members.entries) {
				url := c.record.Row(c.members.entries, i)[c.members.url.Reg()]
				delete(gone, string(c.record.Text(nil, url)))
			}
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, file := range run.Files {
		if !c.types[file.Type] {
			continue
		}
		_, err := c.each(ctx, &file, func() {
			if url := c.url(); c.lacks(url) {
				gone[url] = true
			}
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// A comparison is what a full export has.
type comparison struct {
	types    map[string]bool // that it has all of
	seed     maphash.Seed
	living   []uint64 // hashes of resources, which are too many to keep their names
	patients map[string]bool
	mbis     map[string]bool

	members members
	program *ndjson.Program
	record  ndjson.Record
}

// members are the places of what a comparison needs of a resource.
type members struct {
	kind, id, patient ndjson.Ref // resourceType, id, patient.reference
	mbis              ndjson.Ref // mostMBIs of them, of a Patient
	containedMBIs     ndjson.Ref // the same of resources that are contained
	entries           int        // rows of a Bundle
	url               ndjson.Ref // of what an entry deletes
}

// mostMBIs is how many MBIs of a resource are read. A claim of a beneficiary who is not
// found because of that is not gone.
const mostMBIs = 32

func newComparison() (*comparison, error) {
	c := &comparison{seed: maphash.MakeSeed(), types: map[string]bool{}, patients: map[string]bool{}, mbis: map[string]bool{}}
	b, m := ndjson.NewBuilder(), &c.members
	isMBI := []ndjson.Cond{{Path: []string{"system"}, Values: []string{"http://hl7.org/fhir/sid/us-mbi"}}}
	m.kind = b.Value(ndjson.Path{{Name: "resourceType"}}, 1)
	m.id = b.Value(ndjson.Path{{Name: "id"}}, 1)
	m.patient = b.Value(ndjson.Path{{Name: "patient"}, {Name: "reference"}}, 1)
	m.mbis = b.Value(ndjson.Path{{Name: "identifier", Where: isMBI}, {Name: "value"}}, mostMBIs)
	m.containedMBIs = b.Value(ndjson.Path{{Name: "contained"}, {Name: "identifier", Where: isMBI}, {Name: "value"}}, mostMBIs)
	m.entries = b.Rows("entry")
	m.url = b.RowValue(m.entries, ndjson.Path{{Name: "request"}, {Name: "url"}}, 1)
	var err error
	c.program, err = b.Compile()
	return c, err
}

// value returns a value of the resource that was read last.
func (c *comparison) value(ref ndjson.Ref) string {
	return string(c.record.Text(nil, c.record.Reg(ref.Reg())))
}

// url returns the name of the resource that was read last, or an empty text if it has none.
func (c *comparison) url() string {
	kind, id := c.value(c.members.kind), c.value(c.members.id)
	if kind == "" || id == "" {
		return ""
	}
	return kind + "/" + id
}

// mbisAt returns the MBIs at a place of the resource that was read last.
func (c *comparison) mbisAt(ref ndjson.Ref) (list []string) {
	for _, s := range c.record.Regs(ref.Reg(), mostMBIs) {
		if !s.IsZero() {
			list = append(list, string(c.record.Text(nil, s)))
		}
	}
	return list
}

// has notes a resource of the full export.
func (c *comparison) has() {
	switch kind := c.value(c.members.kind); {
	case kind == "Patient":
		c.patients[c.value(c.members.id)] = true
		for _, mbi := range c.mbisAt(c.members.mbis) {
			c.mbis[mbi] = true
		}
	case c.types[kind]:
		c.living = append(c.living, maphash.String(c.seed, c.url()))
	}
}

// lacks reports whether the full export lacks a resource, and lists its Patient.
func (c *comparison) lacks(url string) bool {
	if url == "" || !c.lists() {
		return false
	}
	_, found := slices.BinarySearch(c.living, maphash.String(c.seed, url))
	return !found
}

// lists reports whether the full export lists the Patient of a resource. The claims of v2
// that are partially adjudicated name theirs by the MBI.
func (c *comparison) lists() bool {
	if _, id, ok := strings.Cut(c.value(c.members.patient), "Patient/"); ok {
		return c.patients[id]
	}
	return slices.ContainsFunc(c.mbisAt(c.members.containedMBIs), func(mbi string) bool { return c.mbis[mbi] })
}

// each calls visit for each resource of a file, and returns the number of lines that are
// none.
func (c *comparison) each(ctx context.Context, file *fetch.File, visit func()) (unread int64, err error) {
	in, err := new(ndjson.Opener).Open(ctx, ndjson.Input{Name: file.Path, Size: file.Size})
	if err != nil {
		return 0, err
	}
	defer in.Close()
	buffer := func(size int) []byte { return make([]byte, 0, size) }
	err = ndjson.Chunks(ctx, 0, in, nil, buffer, func(chunk ndjson.Chunk) error {
		if chunk.Err != nil {
			unread++
		}
		for _, line := range chunk.Lines {
			if c.program.Walk(&c.record, line) != nil {
				unread++
				continue
			}
			visit()
		}
		return nil
	})
	if err != nil {
		return unread, fmt.Errorf("%s: %w", file.Path, err)
	}
	return unread, nil
}
