package sync

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
)

// Gone is what a full export shows to be gone from the server: it lacks it, and lists its
// beneficiary.
type Gone struct {
	Run  int
	URLs []string // such as ExplanationOfBenefit/carrier-1, in ascending order
	Kept int      // number of resources of these types that the run has
}

// Gone returns what the newest full export of the log shows to be gone: claims of earlier
// runs that the server dropped, or of whose deletion an export of everything says nothing. It
// is nil if there is no such run after the first one, or it was compared before. Resources of
// beneficiaries whom the run does not list are not gone.
func (l *Log) Gone(ctx context.Context) (*Gone, error) {
	at := len(l.Runs) - 1
	for at > 0 && !(hasFullList(&l.Runs[at]) && l.Runs[at].HasAll("ExplanationOfBenefit")) {
		at--
	}
	if at <= 0 || l.Runs[at].Compared || l.Runs[at].Number <= l.PrunedTo {
		return nil, nil
	}
	last := &l.Runs[at]
	c := comparison{seed: maphash.MakeSeed(), types: map[string]bool{}, patients: map[string]bool{}, mbis: map[string]bool{}}
	for _, t := range []string{"ExplanationOfBenefit", "Claim", "ClaimResponse"} {
		c.types[t] = last.HasAll(t)
	}
	for _, file := range last.Files {
		if err := c.each(ctx, &file, c.has); err != nil {
			return nil, err
		}
	}
	slices.Sort(c.living)
	gone := map[string]bool{}
	for i := range l.Runs[:at] {
		run := &l.Runs[i]
		for _, file := range run.Deleted {
			err := c.each(ctx, &file, func(r *resource) {
				for _, e := range r.Entry {
					delete(gone, e.Request.URL)
				}
			})
			if err != nil {
				return nil, err
			}
		}
		for _, file := range run.Files {
			if !c.types[file.Type] {
				continue
			}
			err := c.each(ctx, &file, func(r *resource) {
				if c.lists(r) && !c.isLiving(r) {
					gone[r.url()] = true
				}
			})
			if err != nil {
				return nil, err
			}
		}
	}
	g := &Gone{Run: last.Number, Kept: len(c.living)}
	for url := range gone {
		g.URLs = append(g.URLs, url)
	}
	slices.Sort(g.URLs)
	return g, nil
}

// A comparison is what a full export has.
type comparison struct {
	types    map[string]bool // that it has all of
	seed     maphash.Seed
	living   []uint64 // hashes of resources, which are too many to keep their names
	patients map[string]bool
	mbis     map[string]bool
}

// A resource has the members that a comparison needs.
type resource struct {
	Type    string `json:"resourceType"`
	ID      string `json:"id"`
	Patient struct {
		Reference string `json:"reference"`
	} `json:"patient"`
	Identifier []identifier `json:"identifier"`
	Contained  []struct {
		Identifier []identifier `json:"identifier"`
	} `json:"contained"`
	Entry []struct {
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
	} `json:"entry"`
}

type identifier struct {
	System string `json:"system"`
	Value  string `json:"value"`
}

func (r *resource) url() string { return r.Type + "/" + r.ID }

func (c *comparison) hash(r *resource) uint64 { return maphash.String(c.seed, r.url()) }

// has notes a resource of the full export.
func (c *comparison) has(r *resource) {
	switch {
	case r.Type == "Patient":
		c.patients[r.ID] = true
		for _, id := range r.Identifier {
			c.mbis[id.Value] = c.mbis[id.Value] || isMBI(&id)
		}
	case c.types[r.Type]:
		c.living = append(c.living, c.hash(r))
	}
}

func isMBI(id *identifier) bool { return id.System == "http://hl7.org/fhir/sid/us-mbi" }

// isLiving reports whether the full export has a resource.
func (c *comparison) isLiving(r *resource) bool {
	_, found := slices.BinarySearch(c.living, c.hash(r))
	return found
}

// lists reports whether the full export lists the Patient of a resource. The claims of v2
// that are partially adjudicated name theirs by the MBI.
func (c *comparison) lists(r *resource) bool {
	if _, id, ok := strings.Cut(r.Patient.Reference, "Patient/"); ok {
		return r.ID != "" && c.patients[id]
	}
	for _, inner := range r.Contained {
		for _, id := range inner.Identifier {
			if isMBI(&id) && c.mbis[id.Value] {
				return r.ID != ""
			}
		}
	}
	return false
}

// maxLine is the length of the longest line that is read. Longer resources are rejected by
// every conversion.
const maxLine = 64 << 20

// each calls visit for each resource of a file that can be read. A file that is gone has
// none: whether it may be missing is not decided here.
func (c *comparison) each(ctx context.Context, file *fetch.File, visit func(*resource)) (err error) {
	f, err := blob.Open(ctx, file.Path)
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	if strings.HasSuffix(file.Path, ".gz") {
		z, err := gzip.NewReader(bufio.NewReaderSize(f, 1<<18))
		if err != nil {
			return fmt.Errorf("%s: %w", file.Path, err)
		}
		lines = bufio.NewScanner(z)
	}
	lines.Buffer(make([]byte, 1<<18), maxLine)
	for lines.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		var r resource
		if json.Unmarshal(lines.Bytes(), &r) == nil {
			visit(&r)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", file.Path, err)
	}
	return nil
}
