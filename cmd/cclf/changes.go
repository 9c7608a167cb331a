package main

import (
	"fmt"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
)

// noteChanges says what changed with a publication, or why that is not known. Old is the
// manifest of the data set that was replaced, or nil.
func (e *env) noteChanges(old, m *convert.Manifest, out string) error {
	switch {
	case old == nil:
		e.note("no changes: this is the first data set in " + out)
		return nil
	case m.Changes == "" && !dataset.CanCompare(old.Format):
		e.note(fmt.Sprintf("no changes: the replaced data set is in format %s; load the tables whole", old.Format))
		return nil
	case m.Changes == old.Changes:
		e.note("no changes: the tables are those of the replaced data set")
		return nil
	}
	set, err := dataset.ReadChangeSet(out, m.Changes)
	if err != nil {
		return err
	}
	sum := set.Counts()
	e.note(fmt.Sprintf("%s: %s added, %s changed, %s removed (%s inserted, %s deleted)", blob.Join(out, set.Folder),
		plural(sum.Added, "key"), thousands(sum.Changed), thousands(sum.Removed), plural(sum.Inserted, "row"), thousands(sum.Deleted)))
	for _, t := range set.Tables {
		if t.Replaced {
			e.note(fmt.Sprintf("the columns of %s changed: all its rows are in the changes", t.Name))
		}
	}
	return nil
}
