package convert

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

const (
	// fewRejects is the number of rejects of one cause in one input that are
	// written one by one.
	fewRejects = 100
	// maxCauses is the number of causes in one input that are distinguished.
	maxCauses = 1000
	// otherCauses is the cause of all others.
	otherCauses = "other reasons"
	// foreignCause is the cause for resources of another kind of server. One of
	// them is written per input.
	foreignCause = "FHIR resources that BCDA does not serve"
)

// A causedReject is a reject with its cause.
type causedReject struct {
	Reject
	cause string
}

// causeOf returns the cause of a reason: reasons that differ only in the place
// within the line have the same cause.
func causeOf(reason string) string { return byteOffset().ReplaceAllString(reason, "") }

var byteOffset = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` at byte \d+`) })

// limitOf returns the number of rejects of a cause that are written one by one.
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

// beyond counts n rejects that are not written one by one, on lines from first to
// last.
func (c *rejectCount) beyond(n, first, last int64) {
	if c.more == 0 {
		c.first = first
	}
	c.more += n
	c.last = last
}

// A rejectCounter counts rejects by cause, and decides which are written.
type rejectCounter struct {
	all    bool // write all
	causes map[string]*rejectCount
	order  []*rejectCount
}

// of returns the count of a cause.
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

// count counts a reject. It reports whether it is to be written.
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

// add counts the rejects of one cause that a worker did not keep.
func (c *rejectCounter) add(more *rejectCount) {
	count := c.of(more.cause)
	count.n += more.more
	count.beyond(more.more, more.first, more.last)
}

// reset begins an input.
func (c *rejectCounter) reset() {
	clear(c.causes)
	c.order = nil
}

// TypeCounts lists numbers of resources by their types, such as "Claim 2, Task 1".
func TypeCounts(n map[string]int64) string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		list = append(list, fmt.Sprintf("%s %d", name, n[name]))
	}
	return strings.Join(list, ", ")
}
