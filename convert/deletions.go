package convert

import (
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
)

// A deletion deletes all versions of a resource that came before it.
type deletion struct {
	ID       [2]uint64 // of the resource, as in its Key
	Resource int64     // ordinal of the resource that comes next
	Input    int64     // index of the input
}

// deletion notes that a resource was deleted: an entry of a Bundle with the method
// DELETE, and a URL such as "Patient/123".
func (w *worker) deletion(url string) error {
	name, id, err := parseDeletion(url)
	if err != nil {
		return err
	}
	w.out.counts.Deletions++
	for _, kind := range crosswalk.KindsOf(name) {
		w.out.deletions = append(w.out.deletions, deletion{
			ID: dedup.Hash(kind, []byte(id)), Resource: int64(len(w.out.keys)), Input: int64(w.out.input),
		})
	}
	return nil
}

// parseDeletion returns the type and the id of the resource that is deleted at a URL,
// which is relative to the server or complete.
func parseDeletion(url string) (name, id string, err error) {
	if strings.ContainsAny(url, "?#") {
		return "", "", crosswalk.Reject("a deletion of whatever meets conditions, which cannot be applied")
	}
	path, _, _ := strings.Cut(url, "/_history")
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if n := len(segments); n >= 2 && segments[n-1] != "" && fhirTypes[segments[n-2]] {
		return segments[n-2], segments[n-1], nil
	}
	return "", "", crosswalk.Reject("a deletion without the type and id of a resource")
}

// A deletionLog keeps deletions in a spool until all input has been read. Only then
// is it known which inputs are of one run of an export folder.
type deletionLog struct{ spool table.Spool }

func (l *deletionLog) add(d *deletion) error {
	return binary.Write(&l.spool, binary.LittleEndian, d)
}

// each calls visit for each deletion, and removes the spool.
func (l *deletionLog) each(visit func(d *deletion) error) error {
	if err := l.spool.End(); err != nil {
		return err
	}
	in, err := l.spool.Rewind()
	for err == nil {
		var d deletion
		if err = binary.Read(in, binary.LittleEndian, &d); err == nil {
			err = visit(&d)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, l.spool.Remove())
}

// applyDeletions adds the deletions to the keys of resources. Those of a run of an
// export folder come before all of its resources: the files of a run say what is
// there after them.
func (r *run) applyDeletions() error {
	return r.deletions.each(func(d *deletion) error {
		k := dedup.Key{ID: d.ID, Resource: d.Resource, Updated: dedup.NoTime, Deletion: true}
		if first, ok := r.runs.first(int(d.Input)); ok {
			k.Resource = first
		}
		return r.keys.Add(k)
	})
}
