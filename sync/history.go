package sync

import (
	"path"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// A RunSummary describes a run of a log, and what it did to the tables.
type RunSummary struct {
	Run             int    `json:"run"`
	TransactionTime string `json:"transaction_time"` // as the server wrote it
	Kind            string `json:"kind"`             // full, or since
	Since           string `json:"since,omitempty"`
	Files           int    `json:"files"`
	Bytes           int64  `json:"bytes"` // as stored
	Resources       int64  `json:"resources"`
	ServerErrors    int    `json:"server_errors"` // reported by the server: the run lacks something
	Published       bool   `json:"published"`     // the tables have the run
	// Rejected counts the lines of the run that the tables do not have. It is nil if the
	// run is not published.
	Rejected *int64 `json:"rejected"`
	// Added, Changed and Removed count keys whose rows the publication of the run added,
	// changed and removed, of all tables but that of attribution, which says when
	// everybody was seen. They are nil if that is not known.
	Added   *int64 `json:"added"`
	Changed *int64 `json:"changed"`
	Removed *int64 `json:"removed"`
}

// Kinds of runs.
const (
	KindFull  = "full"  // everything
	KindSince = "since" // what changed since a time
)

// Summarize describes the runs of the log. Tables are the manifest of the data set that is
// made of it, and changes its sets of changes; both may be nil.
func (l *Log) Summarize(tables *dataset.Manifest, changes []*dataset.ChangeSet) []RunSummary {
	rejects := map[string]int64{}
	published := map[int]bool{}
	if tables != nil {
		for _, in := range tables.Inputs {
			rejects[path.Base(in.Name)] = in.Rejects
		}
		for _, r := range tables.Runs {
			published[r.Number] = true
		}
	}
	list := make([]RunSummary, 0, len(l.Runs))
	for i := range l.Runs {
		r := &l.Runs[i]
		s := summaryOf(r)
		if s.Published = published[r.Number]; s.Published {
			var n int64
			for _, f := range append(r.Files[:len(r.Files):len(r.Files)], r.Deleted...) {
				n += rejects[blob.Base(f.Path)]
			}
			s.Rejected = &n
		}
		for _, set := range changes {
			if set.Run == r.Number && set.FromRun != r.Number {
				s.count(set)
				break
			}
		}
		list = append(list, s)
	}
	return list
}

func summaryOf(r *fetch.CompleteRun) RunSummary {
	s := RunSummary{Run: r.Number, TransactionTime: r.TransactionTime, Kind: KindFull, Since: r.Since, ServerErrors: r.ServerErrors}
	if r.Since != "" {
		s.Kind = KindSince
	}
	for _, files := range [][]fetch.File{r.Files, r.Deleted} {
		for _, f := range files {
			s.Files++
			s.Bytes += f.Size
			if f.Kind == fetch.KindOutput {
				s.Resources += f.Resources
			}
		}
	}
	return s
}

// count adds up the tables of a set of changes.
func (s *RunSummary) count(set *dataset.ChangeSet) {
	var added, changed, removed int64
	for i := range set.Tables {
		if t := &set.Tables[i]; t.Name != schema.AttributionTable {
			added, changed, removed = added+t.Added, changed+t.Changed, removed+t.Removed
		}
	}
	s.Added, s.Changed, s.Removed = &added, &changed, &removed
}
