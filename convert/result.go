package convert

import (
	"math"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A result is what a worker made of a chunk of the input, or of a part of it.
// Ordinals of resources in it count from the first resource of the result.
type result struct {
	seq       int64         // of the chunk
	tokens    int           // of the chunk
	collected chan struct{} // of a part that is not the last: closed when it is collected
	err       error         // that ended the reading; all else is empty

	input         int   // index of the input that the chunk came from
	size          int64 // bytes of text
	pages         []outputPage
	keys          []dedup.Key  // of all resources
	claims        []dedup.Key  // of claims whose versions are matched
	links         []dedup.Link // of claims by control number
	lineless      []int64      // ordinals of final claims without lines
	partial       []int64      // of partially adjudicated claims with rows
	prior         []int64      // of prior authorizations with rows
	deletions     []deletion
	sightings     []beneficiary.Sighting
	updates       []latestUpdate // if leavers are dropped
	lines         lineIndex
	beneficiaries []beneficiary.Update

	bad     []causedReject
	more    []*rejectCount   // rejects that are counted and not in bad
	foreign map[string]int64 // rejects of another kind of server, by resource type
	broke   bool             // the input broke off where the last of bad is
	strays  int64            // rejects of an API version that does not go with the export's

	counts   Counts
	adjusted adjustedCount
	apis     [len(schema.APIs)]bool // API versions that occur
	newest   int64                  // time of the newest update, or dedup.NoTime
}

func newResult(j job) *result {
	return &result{seq: j.seq, input: j.chunk.Input, newest: math.MinInt64}
}

// A latestUpdate is the time of an update of one of a beneficiary's resources.
type latestUpdate struct {
	id beneficiary.ID
	at int64
}

// An outputPage has rows of an output.
type outputPage struct {
	output int
	page   *table.Page
}
