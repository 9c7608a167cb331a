package ndjson

import (
	"slices"
)

// What decides which objects the memo keeps, and for which nodes it is used at
// all. Figures beside constants are of processor time on exports with thousands of
// codes.

const (
	// trialMisses is the number of failed lookups after which a node is judged: on
	// balance, did comparing objects save more bytes of walking than it cost?
	trialMisses = 128
	// lookupCost is what a failed lookup costs, in bytes walked.
	lookupCost = 64
	// backoffObjects is for how many objects a node does without the memo after a
	// bad judgment; each further one doubles that, at most backoffDoublings times.
	// A node whose objects never repeat (identifiers, say) so costs nothing.
	backoffObjects   = 4096
	backoffDoublings = 8
	// sampleEvery is of how many objects not seen before one is recorded at once.
	// The others are recorded when they are seen a second time, since most of what
	// comes once never comes again. With 1, which is without seenTags, a conversion
	// takes 2 to 5 % longer.
	sampleEvery = 4
)

// An admission is what one node has shown so far: which of its entries came last,
// and whether looking its objects up is worth it.
type admission struct {
	last    *entry
	score   int // bytes that were not walked, less the cost of failed lookups
	misses  int // failed lookups since the last judgment
	backoff int // objects for which the memo stays off
	bad     int // bad judgments since the last good one
}

// enabled reports whether to look an object up.
func (a *admission) enabled() bool {
	if a.backoff > 0 {
		a.backoff--
		return false
	}
	return true
}

// sampleNew reports whether to record an object that was not seen before.
func (a *admission) sampleNew() bool { return a.misses%sampleEvery == 0 }

// hit notes that an object was found to be e.
func (a *admission) hit(e *entry) {
	if !e.used { // a write only if needed: the cache line stays clean
		e.used = true
	}
	a.follow(e)
	a.score += len(e.text) - lookupCost/2
}

// miss notes a failed lookup of an object of that many bytes.
func (a *admission) miss(size int) {
	a.score -= lookupCost + size/8
	if a.misses++; a.misses < trialMisses {
		return
	}
	if a.score < 0 {
		a.bad = min(a.bad+1, backoffDoublings)
		a.backoff = backoffObjects << a.bad
	} else {
		a.bad = 0
	}
	a.misses, a.score = 0, 0
}

// follow notes that e came after the last entry, in front of what came after that
// entry before.
func (a *admission) follow(e *entry) {
	if a.last != nil && a.last.next[0] != e {
		next := &a.last.next
		i := 1
		for i < len(next)-1 && next[i] != e {
			i++
		}
		copy(next[1:i+1], next[:i])
		next[0] = e
	}
	a.last = e
}

// seenTags are the tags of the last objects of a set that were seen once.
type seenTags struct {
	tags [memoWays]uint32
	next int
}

// seenBefore reports whether an object with a tag was seen, and notes it.
func (s *seenTags) seenBefore(tag uint32) bool {
	if slices.Contains(s.tags[:], tag) {
		return true
	}
	s.tags[s.next] = tag
	s.next = (s.next + 1) % memoWays
	return false
}
