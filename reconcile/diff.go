//go:build cgo

package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// Changes are the differences between two data sets of one kind: what changed
// from the first to the second.
type Changes struct {
	Tables []TableChanges `json:"tables"` // all, those without differences too
}

// TableChanges are the differences in a table.
type TableChanges struct {
	Table   string         `json:"table"` // such as cclf1 or partially_adjudicated/cclf1
	Added   int64          `json:"added"`
	Removed int64          `json:"removed"`
	Changed int64          `json:"changed"` // rows with the same key and other values
	Columns []ColumnChange `json:"columns"` // with other values in changed rows
	Amounts []AmountChange `json:"amounts"` // of added, removed and changed rows
	// NotCompared are columns that only one of the data sets has.
	NotCompared []string `json:"not_compared,omitempty"`
}

// A ColumnChange counts the changed rows with another value in a column.
type ColumnChange struct {
	Column  string       `json:"column"`
	Rows    int64        `json:"rows"`
	Dollars *json.Number `json:"dollars"` // sum of new minus old amounts; nil if the column is no amount
}

// An AmountChange is how the total of a column in dollars changed: by Added, less
// Removed, plus Changed.
type AmountChange struct {
	Column  string      `json:"column"`
	Added   json.Number `json:"added"`
	Removed json.Number `json:"removed"`
	Changed json.Number `json:"changed"`
}

// Equal reports whether there are no differences.
func (c *Changes) Equal() bool {
	return !slices.ContainsFunc(c.Tables, func(t TableChanges) bool { return t.Added+t.Removed+t.Changed > 0 })
}

// Diff compares the rows of two data sets of one kind. Rows are the same if they
// have the same key (schema.Table.Key). Of rows with equal keys, equal ones are
// paired first, then the others in the order of their values. Rows of a table
// without a key are the same if all values are. SOURCE_FILE and SOURCE_LINE are
// not compared, and neither are FILE_NAME and FILE_DATE of imported rows. The
// error is ErrIncomparable, or one of query.Open.
func Diff(ctx context.Context, first, second string, opts query.Options) (changes *Changes, err error) {
	pair, err := openPair(ctx, first, second, opts)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, pair.Close()) }()
	if err := oneKind(pair.Manifests); err != nil {
		return nil, err
	}
	tables, err := pairedTables(ctx, pair)
	if err != nil {
		return nil, err
	}
	changes = &Changes{Tables: []TableChanges{}}
	for _, t := range tables {
		found, err := t.compare(ctx, pair)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", t.name, err)
		}
		changes.Tables = append(changes.Tables, found)
	}
	return changes, nil
}

// oneKind returns ErrIncomparable with the reason if two data sets differ in more
// than their rows.
func oneKind(manifests [2]*dataset.Manifest) error {
	x, y := manifests[0], manifests[1]
	if x == nil || y == nil {
		return nil
	}
	versions := func(m *dataset.Manifest) string { return strings.Join(slices.Sorted(slices.Values(m.APIs)), " and ") }
	origin := func(m *dataset.Manifest) string {
		switch m.Source {
		case "":
			return "an export of BCDA"
		case dataset.SourceCCLF:
			return "a CCLF delivery"
		}
		return "other data sets"
	}
	profile := func(m *dataset.Manifest) string {
		if m.Profile == "" {
			return "CCLF tables"
		}
		return "the tables of profile " + m.Profile
	}
	extent := func(m *dataset.Manifest) string {
		if m.Increment {
			return "only what changed since some time"
		}
		return "all data"
	}
	switch {
	case x.Source != y.Source:
		return fmt.Errorf("%w: the first is made from %s, the second from %s", ErrIncomparable, origin(x), origin(y))
	case x.Profile != y.Profile:
		return fmt.Errorf("%w: the first has %s, the second %s", ErrIncomparable, profile(x), profile(y))
	case len(x.APIs) > 0 && len(y.APIs) > 0 && versions(x) != versions(y):
		return fmt.Errorf("%w: the first is of API version %s, the second of %s", ErrIncomparable, versions(x), versions(y))
	case x.Increment != y.Increment:
		return fmt.Errorf("%w: the first has %s, the second %s", ErrIncomparable, extent(x), extent(y))
	}
	return nil
}

// A pairedTable is a table of two data sets.
type pairedTable struct {
	name    string    // in the manifest
	views   [2]string // SQL names, or empty if a data set lacks the table or its rows
	key     []string  // none if whole rows are compared
	columns []query.Column
	cast    map[string]bool // columns of another type in the other data set, compared as text
	alone   []string        // columns that only one data set has
}

// pairedTables returns the tables of two data sets: those of CCLF first, in their
// order, then others by name, then those of partially adjudicated claims.
func pairedTables(ctx context.Context, pair *query.Pair) ([]*pairedTable, error) {
	views, err := viewNames(ctx, pair)
	if err != nil {
		return nil, err
	}
	var tables []*pairedTable
	for _, partial := range []bool{false, true} {
		for _, name := range orderedNames(views, partial) {
			t := &pairedTable{name: name, cast: map[string]bool{}}
			if partial {
				t.name = dataset.PartialFolder + "/" + name
			}
			if !listed(pair.Manifests, t.name) {
				continue
			}
			for i, side := range sides {
				if partial {
					side += "_partial"
				}
				if views[side+"."+name] {
					t.views[i] = side + "." + quoteName(name)
				}
			}
			if err := t.dropEmpty(ctx, pair); err != nil {
				return nil, err
			}
			if err := t.describe(ctx, pair, schema.Lookup(name)); err != nil {
				return nil, err
			}
			tables = append(tables, t)
		}
	}
	return tables, nil
}

// viewNames returns the SQL names of the tables of both data sets, such as a.cclf1.
func viewNames(ctx context.Context, pair *query.Pair) (map[string]bool, error) {
	names := map[string]bool{}
	err := eachRow(ctx, pair, "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal", func(v []any) {
		names[text(v[0])] = true
	})
	return names, err
}

// orderedNames returns the names of the tables among views, in order.
func orderedNames(views map[string]bool, partial bool) []string {
	found := map[string]bool{}
	for view := range views {
		group, name, _ := strings.Cut(view, ".")
		if strings.HasSuffix(group, "_partial") == partial {
			found[name] = true
		}
	}
	var names []string
	for _, t := range slices.Concat(schema.AllTables(), schema.LogTables(), schema.DeliveryTables(), schema.MigrationTables()) {
		if found[t.Name] {
			names = append(names, t.Name)
			delete(found, t.Name)
		}
	}
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names[len(names)-len(found):])
	return names
}

// listed reports whether one of the data sets has a table. A data set without a
// manifest can have all.
func listed(manifests [2]*dataset.Manifest, name string) bool {
	for _, m := range manifests {
		if m == nil || slices.ContainsFunc(m.Tables, func(t dataset.Table) bool { return strings.EqualFold(t.Name, name) }) {
			return true
		}
	}
	return false
}

// dropEmpty forgets the view of a data set without rows of the table: it has the
// columns of the schema, not those of the data set.
func (t *pairedTable) dropEmpty(ctx context.Context, pair *query.Pair) error {
	var empty [2]bool
	for i, view := range t.views {
		if view == "" {
			empty[i] = true
			continue
		}
		err := eachRow(ctx, pair, "SELECT NOT EXISTS (FROM "+view+")", func(v []any) { empty[i] = v[0] == true })
		if err != nil {
			return err
		}
	}
	if empty[0] != empty[1] {
		for i := range t.views {
			if empty[i] {
				t.views[i] = ""
			}
		}
	}
	return nil
}

// describe finds the columns that are compared, and the key.
func (t *pairedTable) describe(ctx context.Context, pair *query.Pair, table *schema.Table) error {
	var columns [2][]query.Column
	for i, view := range t.views {
		if view == "" {
			continue
		}
		rows, err := pair.Query(ctx, "SELECT * FROM "+view+" LIMIT 0")
		if err != nil {
			return err
		}
		columns[i] = rows.Columns()
		if err := rows.Close(); err != nil {
			return err
		}
	}
	if t.views[0] == "" {
		columns[0] = columns[1]
	}
	if t.views[1] == "" {
		columns[1] = columns[0]
	}
	for _, c := range columns[0] {
		switch {
		case t.provenance(c.Name):
		case hasColumn(columns[1], c.Name):
			if typeOf(columns[1], c.Name) != c.Type {
				t.cast[c.Name], c.Type = true, "VARCHAR"
			}
			t.columns = append(t.columns, c)
		default:
			t.alone = append(t.alone, c.Name)
		}
	}
	for _, c := range columns[1] {
		if !t.provenance(c.Name) && !hasColumn(columns[0], c.Name) {
			t.alone = append(t.alone, c.Name)
		}
	}
	if table == nil {
		return nil
	}
	for _, label := range table.Key {
		if !hasColumn(t.columns, label) {
			t.key = nil
			break
		}
		t.key = append(t.key, label)
	}
	return nil
}

// provenance reports whether a column says only which file a row is from.
func (t *pairedTable) provenance(column string) bool {
	switch strings.ToUpper(column) {
	case "SOURCE_FILE", "SOURCE_LINE":
		return true
	case schema.FileNameLabel, schema.FileDateLabel:
		return t.name != schema.DeliveriesTable
	}
	return false
}

// typeOf returns the type of a column.
func typeOf(columns []query.Column, name string) string {
	for _, c := range columns {
		if strings.EqualFold(c.Name, name) {
			return c.Type
		}
	}
	return ""
}

func hasColumn(columns []query.Column, name string) bool { return typeOf(columns, name) != "" }

func quoteName(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// eachRow calls yield for each row of a query.
func eachRow(ctx context.Context, pair *query.Pair, sql string, yield func([]any)) error {
	rows, err := pair.Query(ctx, sql)
	if err != nil {
		return err
	}
	for rows.Next() {
		yield(rows.Values())
	}
	return errors.Join(rows.Err(), rows.Close())
}
