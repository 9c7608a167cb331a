package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// StateTable is the table that says which tables of a data set were loaded last: their
// tables_sha256, as the manifest has it, and their last run.
const StateTable = "cclf_loaded"

// A state is the table StateTable in a schema of the database.
type state struct {
	tx   pgx.Tx
	name string // in SQL
}

func newState(tx pgx.Tx, schemaName string) *state {
	s := &state{tx: tx, name: StateTable}
	if schemaName != "" {
		s.name = schema.Postgres.Identifier(schemaName) + "." + StateTable
	}
	return s
}

// read returns the tables_sha256 that was loaded last, or an empty string, and locks the
// table: loads come one after the other.
func (s *state) read(ctx context.Context) (sum string, err error) {
	create := `CREATE TABLE IF NOT EXISTS ` + s.name + ` (tables_sha256 TEXT, run BIGINT, transaction_time TEXT, loaded_at TIMESTAMPTZ)`
	for _, sql := range []string{create, "LOCK TABLE " + s.name + " IN EXCLUSIVE MODE"} {
		if _, err := s.tx.Exec(ctx, sql); err != nil {
			return "", serverError(err)
		}
	}
	err = s.tx.QueryRow(ctx, "SELECT coalesce(max(tables_sha256), '') FROM "+s.name).Scan(&sum)
	return sum, serverError(err)
}

// write replaces what was loaded last.
func (s *state) write(ctx context.Context, m *dataset.Manifest) error {
	var run int
	var at string
	if n := len(m.Runs); n > 0 {
		run, at = m.Runs[n-1].Number, m.Runs[n-1].TransactionTime
	}
	if _, err := s.tx.Exec(ctx, "DELETE FROM "+s.name); err != nil {
		return serverError(err)
	}
	_, err := s.tx.Exec(ctx, "INSERT INTO "+s.name+" VALUES ($1, $2, $3, now())", m.TablesSHA256, run, at)
	return serverError(err)
}

// pending returns the sets of changes to apply to what was loaded last. ok is false if the
// tables must be loaded whole.
func pending(set *dataset.Set, loaded string) (sets []*dataset.ChangeSet, ok bool, err error) {
	if loaded == "" || set.Manifest.TablesSHA256 == "" {
		return nil, false, nil
	}
	sets, err = set.Changes(loaded)
	if errors.Is(err, dataset.ErrNoChanges) {
		return nil, false, nil
	}
	return sets, err == nil, err
}

// A change is the changes of one table in a set.
type change struct {
	set   *dataset.ChangeSet
	table *dataset.ChangedTable
}

// changesOf returns the changes of a table. ok is false if the table must be loaded whole,
// because its columns changed or because a set does not know it.
func changesOf(sets []*dataset.ChangeSet, name string) (list []change, ok bool) {
	for _, set := range sets {
		i := slices.IndexFunc(set.Tables, func(t dataset.ChangedTable) bool { return t.Name == name })
		if i < 0 || set.Tables[i].Replaced {
			return nil, false
		}
		list = append(list, change{set, &set.Tables[i]})
	}
	return list, true
}

// update applies changes to the table, which must exist with all columns. Whole reports that
// it does not, or that the table is not what was loaded last: then nothing is certain but a
// comparison of all rows.
func (l *loader) update(ctx context.Context, dir string, changes []change, rows int64) (done Table, whole bool, err error) {
	done = Table{Name: l.target.title(), Rows: rows, Changes: true}
	has, err := l.columns(ctx)
	if err != nil {
		return done, false, err
	}
	for _, label := range l.target.labels() {
		if !slices.Contains(has, stored(label)) {
			return done, true, nil
		}
	}
	if err := l.exec(ctx, "LOCK TABLE "+l.target.name()+" IN SHARE ROW EXCLUSIVE MODE"); err != nil {
		return done, false, err
	}
	for _, c := range changes {
		if len(c.table.Files) == 0 {
			continue
		}
		if err := l.apply(ctx, dir, c, &done); err != nil {
			return done, false, fmt.Errorf("%s: %w", c.set.Folder, err)
		}
	}
	var n int64
	err = l.tx.QueryRow(ctx, "SELECT count(*) FROM "+l.target.name()).Scan(&n)
	return done, n != rows, serverError(err)
}

// apply applies the changes of one set.
func (l *loader) apply(ctx context.Context, dir string, c change, done *Table) error {
	const staged = "cclf_changes"
	columns := identifiers(l.target.labels())
	if err := l.exec(ctx, fmt.Sprintf(`CREATE TEMPORARY TABLE %s ON COMMIT DROP AS
		SELECT %s, ''::TEXT AS _op, 0::BIGINT AS _run, ''::TEXT AS _transaction_time FROM %s WITH NO DATA`, staged, columns, l.target.name())); err != nil {
		return err
	}
	all := columns
	for _, f := range schema.ChangeColumns() {
		all += ", " + f.Label
	}
	for _, f := range c.table.Files {
		path := blob.Join(dir, f.Name)
		n, err := l.copyText(ctx, staged, all, path, c.set.Format)
		if err == nil && n != f.Rows {
			err = fmt.Errorf("has %d rows, and the manifest says %d", n, f.Rows)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	statements := schema.Postgres.ApplyChanges(l.target.table, schema.ChangeOptions{Schema: l.target.schema, Changes: staged, Key: c.table.Key})
	for sql := range strings.SplitSeq(strings.TrimSpace(statements), ";\n") {
		tag, err := l.tx.Exec(ctx, sql)
		if err != nil {
			return serverError(err)
		}
		if tag.Delete() {
			done.Deleted += tag.RowsAffected()
		} else {
			done.Inserted += tag.RowsAffected()
		}
	}
	return l.exec(ctx, "DROP TABLE "+staged)
}
