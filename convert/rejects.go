package convert

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	// fewRejects is how many rejects of one cause in one file are written one
	// by one.
	fewRejects = 100
	// maxCauses is how many causes in one file are told apart.
	maxCauses = 1000
	// otherCauses are those beyond.
	otherCauses = "other reasons"
	// foreignCause is that of resources of another kind of server. One of them
	// is written for each file.
	foreignCause = "FHIR resources that BCDA does not serve"
)

// A causedReject is a reject and what it has in common with others.
type causedReject struct {
	Reject
	cause string
}

// causeOf is what reasons have in common that differ in their place only.
func causeOf(reason string) string { return byteOffset.ReplaceAllString(reason, "") }

var byteOffset = regexp.MustCompile(` at byte \d+`)

// limitOf is how many rejects of a cause are written one by one.
func limitOf(cause string) int64 {
	if cause == foreignCause {
		return 1
	}
	return fewRejects
}

// A rejectCount counts the rejects of one cause.
type rejectCount struct {
	cause       string
	n           int64
	more        int64 // of n, not written one by one
	first, last int64 // lines of those
}

// beyond counts rejects that are not written one by one.
func (c *rejectCount) beyond(n, first, last int64) {
	if c.more == 0 {
		c.first = first
	}
	c.more += n
	c.last = last
}

// A rejectCounter counts rejects by cause, and says which are written.
type rejectCounter struct {
	all    bool // are written
	causes map[string]*rejectCount
	order  []*rejectCount
}

func (c *rejectCounter) of(cause string) *rejectCount {
	count := c.causes[cause]
	if count == nil && len(c.causes) >= maxCauses {
		cause = otherCauses
		count = c.causes[cause]
	}
	if count == nil {
		if c.causes == nil {
			c.causes = map[string]*rejectCount{}
		}
		count = &rejectCount{cause: cause}
		c.causes[cause] = count
		c.order = append(c.order, count)
	}
	return count
}

// count reports whether a reject is to be written.
func (c *rejectCounter) count(bad *causedReject) bool {
	if c.all {
		return true
	}
	count := c.of(bad.cause)
	if count.n++; count.n <= limitOf(count.cause) {
		return true
	}
	count.beyond(1, bad.Line, bad.Line)
	return false
}

// add counts what a worker did not keep, of one cause.
func (c *rejectCounter) add(more *rejectCount) {
	count := c.of(more.cause)
	count.n += more.more
	count.beyond(more.more, more.first, more.last)
}

func (c *rejectCounter) reset() {
	clear(c.causes)
	c.order = nil
}

// addRejects writes the rejects of a result. Those of one cause in one file
// are counted after the first.
func (r *run) addRejects(res *result) error {
	if res.input != r.rejecting {
		if err := r.endRejects(); err != nil {
			return err
		}
		r.rejecting = res.input
	}
	for i := range res.bad {
		if r.causes.count(&res.bad[i]) {
			if err := r.rejects.Encode(&res.bad[i].Reject); err != nil {
				return err
			}
		}
	}
	for _, more := range res.more {
		r.causes.add(more)
	}
	if len(res.foreign) > 0 {
		in := &r.sizes[res.input]
		if in.foreign == nil {
			in.foreign = map[string]int64{}
		}
		for name, n := range res.foreign {
			in.foreign[name] += n
		}
	}
	return nil
}

// endRejects writes how many more rejects of each cause there are in the file
// that was read last.
func (r *run) endRejects() error {
	for _, c := range r.causes.order {
		if c.more == 0 {
			continue
		}
		reason := c.cause
		if c.cause == foreignCause {
			reason += " (" + TypeCounts(r.sizes[r.rejecting].foreign) + "): it is an export of another kind of server, at least in part"
		}
		err := r.rejects.Encode(&MoreRejects{
			File: r.sources.name(r.rejecting), Reason: reason, More: c.more, FirstLine: c.first, LastLine: c.last,
		})
		if err != nil {
			return err
		}
	}
	r.causes.reset()
	return nil
}

// TypeCounts lists how many resources there are of each type.
func TypeCounts(n map[string]int64) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		list = append(list, fmt.Sprintf("%s %d", name, n[name]))
	}
	return strings.Join(list, ", ")
}
