package main

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
)

// writeChanges writes statements that apply sets of changes, one set after the other.
func (o *ddlOptions) writeChanges(w io.Writer, only string) error {
	set, err := findSet("schema", o.dir)
	if err != nil {
		return err
	}
	chain, err := set.Changes("")
	if err != nil {
		return &exitError{code: exitcode.Input, err: fmt.Errorf("schema: %w", err)}
	}
	if chain, err = o.later(chain, set.Manifest); err != nil {
		return err
	}
	dialect := schema.LookupDialect(o.load)
	location, err := o.place(dialect, set)
	if err != nil {
		return err
	}
	if note := dialect.ChangesNote(); note != "" {
		fmt.Fprintln(w, "-- "+note)
	}
	for _, changes := range chain {
		if err := o.loadable(dialect, string(changes.Format)); err != nil {
			return err
		}
		if err := writeSet(w, dialect, set.Layout.Dir, location, changes, only); err != nil {
			return err
		}
	}
	return nil
}

// later returns the sets after the one that a flag names. It is an error if they do not
// lead from there to the tables of the data set.
func (o *ddlOptions) later(chain []*dataset.ChangeSet, m *dataset.Manifest) ([]*dataset.ChangeSet, error) {
	if o.after == "0" {
		return chain, nil
	}
	if i := slices.IndexFunc(chain, func(c *dataset.ChangeSet) bool { return path.Base(c.Folder) == o.after }); i >= 0 {
		return chain[i+1:], nil
	}
	// The first set that is left begins with the tables of a run that has no set.
	if len(chain) > 0 && fmt.Sprint(chain[0].FromRun) == o.after {
		return chain, nil
	}
	if len(chain) == 0 && len(m.Runs) > 0 && fmt.Sprint(m.Runs[len(m.Runs)-1].Number) == o.after {
		return nil, nil
	}
	names := make([]string, len(chain))
	for i, c := range chain {
		names[i] = path.Base(c.Folder)
	}
	return nil, &exitError{
		code: exitcode.Usage, err: fmt.Errorf("schema: no changes lead from run %s to the tables", o.after),
		hint: "load the tables whole; there are the changes of the runs: " + strings.Join(names, ", "),
	}
}

// writeSet writes statements that load the rows of a set, and then apply them.
func writeSet(w io.Writer, dialect *schema.Dialect, dir, location string, set *dataset.ChangeSet, only string) error {
	fmt.Fprintf(w, "-- %s: what changed from run %d to run %d (%s)\n", set.Folder, set.FromRun, set.Run, set.TransactionTime)
	var apply, drop strings.Builder
	for _, changed := range set.Tables {
		title := strings.ReplaceAll(changed.Name, "/", ".")
		if len(changed.Files) == 0 || only != "" && !strings.EqualFold(title, only) {
			continue
		}
		ref := dataset.FileRef{File: changed.Files[0], Path: blob.Join(dir, changed.Files[0].Name)}
		t, err := dataset.Describe(changed.Name, ref, set.Format)
		if err != nil {
			return &exitError{code: exitcode.Input, err: fmt.Errorf("schema: %w", err)}
		}
		in := path.Dir(changed.Name)
		if in == "." {
			in = ""
		}
		load := schema.LoadOptions{
			Schema: in, Location: location, Folder: path.Join(set.Folder, changed.Name), Format: string(set.Format),
		}
		for _, f := range changed.Files {
			load.Files = append(load.Files, f.Name)
		}
		for _, f := range schema.ChangeTable(t).Fields {
			load.Columns = append(load.Columns, f.Label)
		}
		if changed.Replaced {
			fmt.Fprintf(w, "-- the columns of %s changed: add those that it lacks first\n", title)
		}
		fmt.Fprint(w, dialect.LoadChanges(t, load))
		apply.WriteString(dialect.ApplyChanges(t, schema.ChangeOptions{Schema: in, Key: changed.Key, Replaced: changed.Replaced}))
		drop.WriteString(dialect.DropChanges(t, in))
	}
	if apply.Len() > 0 {
		fmt.Fprint(w, dialect.BeginChanges(), apply.String(), dialect.EndChanges(), drop.String())
	}
	fmt.Fprintln(w)
	return nil
}
