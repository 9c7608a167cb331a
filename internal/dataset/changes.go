package dataset

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
)

// ChangesFolder has a folder per set of changes.
const ChangesFolder = "_changes"

// A ChangeSet has the rows that turn the tables of one publication into those of the
// next one. It is published with the latter, as the folder
//
//	_changes/RUN/_manifest.json                           the ChangeSet
//	_changes/RUN/cclf1/part-00000-4f1d2c3b5a69.parquet    rows of a table
//
// in the format of the data set. A second set of the same run is in _changes/RUN.2,
// and so on. Sets are never changed.
//
// Changes are by key. For each key of a table whose rows differ, other than in
// where they are from (SOURCE_FILE and SOURCE_LINE), a set has all old rows with the
// _op delete and all new rows with the _op insert. Whoever deletes all rows with a key
// of the set, and inserts the rows with the _op insert, has the new rows. To do so again
// changes nothing.
type ChangeSet struct {
	SchemaVersion   int    `json:"schema_version"` // that of manifests
	Version         string `json:"version"`        // of the program that wrote it
	Format          Format `json:"format"`
	Run             int    `json:"run"`
	TransactionTime string `json:"transaction_time"` // of the run, as the server wrote it
	FromRun         int    `json:"from_run"`         // the last run of the old tables
	// From and To are the TablesSHA256 of the old and of the new tables. So sets form a
	// chain, which ends at the TablesSHA256 of the data set.
	From   string         `json:"from_tables_sha256"`
	To     string         `json:"to_tables_sha256"`
	Tables []ChangedTable `json:"tables"` // all tables, in their order in the data set

	Folder string `json:"-"` // relative to the data set, such as _changes/3
}

// A ChangedTable has the changes of one table.
type ChangedTable struct {
	Name string `json:"name"`
	// Key are the columns by which rows are compared; without any, rows are compared
	// as a whole.
	Key          []string `json:"key,omitempty"`
	SchemaSHA256 string   `json:"schema_sha256"` // of the table, without the columns of changes
	// Replaced reports that the columns of the table changed. Then all old rows are
	// deleted and all new rows are inserted; cells of old rows that have no column of
	// the same type now are null.
	Replaced bool   `json:"replaced,omitempty"`
	Inserted int64  `json:"inserted"` // rows
	Deleted  int64  `json:"deleted"`  // rows
	Added    int64  `json:"added_keys"`
	Changed  int64  `json:"changed_keys"`
	Removed  int64  `json:"removed_keys"`
	Files    []File `json:"files"` // names are relative to the data set
}

// Columns that rows of changes have besides those of the table.
const (
	OpColumn              = "_op"
	RunColumn             = "_run"
	TransactionTimeColumn = "_transaction_time"
)

// Values of OpColumn.
const (
	OpInsert = "insert"
	OpDelete = "delete"
)

// CanCompare reports whether changes between data sets of a format can be found, and
// written in it.
func CanCompare(f Format) bool {
	spec := specOf(f)
	return spec != nil && spec.open != nil
}

// ChangeOptions are the options of WriteChanges.
type ChangeOptions struct {
	Run             int    // that the new tables include
	TransactionTime string // of the run
	Jobs            int    // tables compared at a time
	Tables          TableOptions
	// Progress, if set, is called with the rows that were read of those of files that
	// differ, by one goroutine at a time.
	Progress func(done, total int64)

	limit int // of keys in memory; for tests
}

// keysInMemory is the number of keys that differ, or have not come on both sides yet,
// beyond which they are spilled to disk.
const keysInMemory = 2 << 20

// comparedTables is the number of tables that are compared at a time, at most.
const comparedTables = 4

// WriteChanges compares the tables of the data set to be replaced with those that m
// lists, which must be finished. It stages a set of changes, which Commit publishes
// with the tables, and names it in m.
//
// It returns nil if there is no data set to be replaced, or if the files of one of the
// two cannot be compared: see CanCompare. Then the chain of sets begins anew. It also
// returns nil if the tables are the same and are from no later run. Then m names the set
// that the old manifest names.
func (w *Writer) WriteChanges(ctx context.Context, m *Manifest, o ChangeOptions) (*ChangeSet, error) {
	set, err := w.writeChanges(ctx, m, o)
	if err != nil {
		return nil, fmt.Errorf("find the changes: %w", err)
	}
	return set, nil
}

func (w *Writer) writeChanges(ctx context.Context, m *Manifest, o ChangeOptions) (*ChangeSet, error) {
	old := w.old
	if old == nil || w.layout.single || !CanCompare(old.Format) || !CanCompare(m.Format) {
		return nil, nil
	}
	set := &ChangeSet{
		SchemaVersion: SchemaVersion, Version: m.Version, Format: m.Format,
		Run: o.Run, TransactionTime: o.TransactionTime, FromRun: old.lastRun(),
		From: old.tablesSum(), To: m.tablesSum(),
	}
	if set.From == set.To && o.Run <= set.FromRun {
		m.Changes = old.Changes
		return nil, nil
	}
	var err error
	if set.Folder, err = w.freeChanges(o.Run); err != nil {
		return nil, err
	}
	if w.remote != nil { // the files are being uploaded
		if err := w.syncing.Wait(); err != nil {
			return nil, err
		}
	}
	jobs := max(1, min(o.Jobs, comparedTables))
	c := &comparison{
		w: w, set: set, options: o, limit: cmp.Or(o.limit, keysInMemory/jobs), old: old,
	}
	if err := c.run(ctx, m, jobs); err != nil {
		return nil, err
	}
	if err := w.addChanges(set); err != nil {
		return nil, err
	}
	m.Changes = set.Folder
	return set, nil
}

// lastRun is the number of the last run that the data set was made from, or 0.
func (m *Manifest) lastRun() int {
	last := 0
	for _, r := range m.Runs {
		last = max(last, r.Number)
	}
	return last
}

// freeChanges returns a folder for a set of a run. It is one that no reader knows.
func (w *Writer) freeChanges(run int) (string, error) {
	exists := w.ops.exists
	if w.remote != nil {
		exists = w.remote.hasFolder
	} else if err := w.ops.mustBeFolder(ChangesFolder); err != nil {
		return "", err
	}
	for n := 1; ; n++ {
		name := path.Join(ChangesFolder, fmt.Sprint(run))
		if n > 1 {
			name += fmt.Sprintf(".%d", n)
		}
		if there, err := exists(name); err != nil || !there && name != w.old.Changes {
			return name, err
		}
	}
}

// addChanges stages the manifest of a set, and the move that publishes the set.
func (w *Writer) addChanges(set *ChangeSet) error {
	text, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return err
	}
	name := path.Join(set.Folder, ManifestFile)
	if w.remote != nil {
		return w.remote.stageText(name, append(text, '\n'))
	}
	if err := w.ops.mkdirAll(w.layout.set(set.Folder)); err != nil {
		return err
	}
	if err := w.ops.writeFile(w.layout.set(name), append(text, '\n')); err != nil {
		return err
	}
	mv := move{Entry: set.Folder, Folder: true, Kind: moveIn}
	for _, t := range set.Tables {
		mv.New = append(mv.New, t.Files...)
	}
	w.added = append(w.added, mv)
	return nil
}

// changeSchema is the schema of the changes of a table.
func changeSchema(s *arrow.Schema) *arrow.Schema {
	fields := append(slices.Clone(s.Fields()),
		arrow.Field{Name: OpColumn, Type: arrow.BinaryTypes.String, Nullable: true},
		arrow.Field{Name: RunColumn, Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		arrow.Field{Name: TransactionTimeColumn, Type: arrow.BinaryTypes.String, Nullable: true},
	)
	meta := s.Metadata()
	return arrow.NewSchema(fields, &meta)
}

// Changes returns the sets of changes that lead to the tables of the data set, the
// oldest first: from the tables with the TablesSHA256 from, or as far back as there are
// sets if it is empty. It returns an error that wraps ErrNoChanges if no sets lead from
// those tables to these.
func (s *Set) Changes(from string) ([]*ChangeSet, error) {
	sets, err := ListChanges(s.Layout.Dir)
	if err != nil {
		return nil, err
	}
	to := s.Manifest.tablesSum()
	var chain []*ChangeSet
	// The last set in the list is the newest one. Sets lead to the same tables again if
	// they changed and changed back, or if a run changed nothing.
	last := len(sets)
	if s.Manifest.Changes != "" {
		last = slices.IndexFunc(sets, func(c *ChangeSet) bool { return c.Folder == s.Manifest.Changes }) + 1
	}
	if from == to && from != "" {
		return nil, nil
	}
	for i := last - 1; i >= 0; i-- {
		if sets[i].To != to {
			break
		}
		chain = append(chain, sets[i])
		if to = sets[i].From; to == from {
			slices.Reverse(chain)
			return chain, nil
		}
	}
	if from != "" {
		return nil, &Error{Msg: "no sets of changes lead from the tables that were read before to these", err: ErrNoChanges,
			hint: "load the tables whole"}
	}
	slices.Reverse(chain)
	return chain, nil
}

// ErrNoChanges is wrapped by the error of tables between which there are no sets of
// changes.
var ErrNoChanges = errors.New("no changes")
