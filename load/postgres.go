package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// Options are the options of [Postgres]. The zero value loads all tables into the
// default schema.
type Options struct {
	// Schema has the tables, and is created if it does not exist. Tables of
	// partially adjudicated claims are in a schema of their own, whose name is
	// partially_adjudicated, after Schema and an underscore if that is not empty.
	Schema string
	// Changes applies the sets of changes since the last load, if the database knows what
	// was loaded last and there are sets from there on. Tables for which that is not so,
	// or which do not have the right number of rows then, are compared as a whole.
	Changes bool
}

// A Table is what became of one table.
type Table struct {
	Name     string `json:"table"` // with its schema
	Rows     int64  `json:"rows"`  // of the data set
	Inserted int64  `json:"inserted"`
	Deleted  int64  `json:"deleted"`
	Created  bool   `json:"created"`
	Changes  bool   `json:"changes,omitempty"` // only changes were applied
	// Added are columns that the table lacked.
	Added []string `json:"added_columns,omitempty"`
	// NoKey reports that the rows violate the key of the table, which therefore has
	// an index instead.
	NoKey bool `json:"no_key,omitempty"`
}

// Postgres makes the tables of a PostgreSQL database equal to those of a data set.
// The URL is that of libpq: postgres://USER@HOST/DATABASE, and the variables and
// files of libpq have the rest.
func Postgres(ctx context.Context, set *dataset.Set, url string, o Options) ([]Table, error) {
	if err := readable(set.Manifest.Format); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, connectError(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, serverError(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	var loaded []Table
	schemas := map[string]bool{"": true}
	if o.Schema != "" {
		schemas[o.Schema] = true
		if _, err := tx.Exec(ctx, schema.Postgres.CreateSchema(o.Schema)); err != nil {
			return nil, serverError(err)
		}
	}
	state := newState(tx, o.Schema)
	last, err := state.read(ctx)
	if err != nil {
		return nil, err
	}
	sets, applicable, err := pending(set, last)
	if err != nil {
		return nil, err
	}
	for _, t := range set.Manifest.Tables {
		target, err := newTarget(set, t, o.Schema)
		if err != nil {
			return nil, err
		}
		l := &loader{tx: tx, target: target}
		if !schemas[target.schema] {
			schemas[target.schema] = true
			if err := l.exec(ctx, schema.Postgres.CreateSchema(target.schema)); err != nil {
				return nil, err
			}
		}
		changes, known := changesOf(sets, t.Name)
		done, whole := Table{}, true
		if o.Changes && applicable && known {
			done, whole, err = l.update(ctx, set.Layout.Dir, changes, t.Rows)
		}
		if whole && err == nil {
			done, err = l.load(ctx)
		}
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", target.title(), err)
		}
		loaded = append(loaded, done)
	}
	if err := state.write(ctx, set.Manifest); err != nil {
		return nil, err
	}
	return loaded, serverError(tx.Commit(ctx))
}

// A target is a table of the database, and the files that fill it.
type target struct {
	schema string
	table  *schema.Table // with the columns of the files
	files  []dataset.FileRef
	format dataset.Format
}

// newTarget returns the target of a table of the data set.
func newTarget(set *dataset.Set, t dataset.Table, schemaName string) (*target, error) {
	to := &target{schema: schemaName, files: set.Files(t), format: set.Manifest.Format}
	if group := path.Dir(t.Name); group != "." {
		to.schema = group
		if schemaName != "" {
			to.schema = schemaName + "_" + group
		}
	}
	var err error
	to.table, err = describe(path.Base(t.Name), to.files, to.format)
	return to, err
}

func (t *target) title() string {
	if t.schema == "" {
		return t.table.Name
	}
	return t.schema + "." + t.table.Name
}

// name is the name of the table in SQL.
func (t *target) name() string {
	name := schema.Postgres.Identifier(t.table.Name)
	if t.schema == "" {
		return name
	}
	return schema.Postgres.Identifier(t.schema) + "." + name
}

// A loader loads one table.
type loader struct {
	tx     pgx.Tx
	target *target
}

func (l *loader) exec(ctx context.Context, sql string) error {
	_, err := l.tx.Exec(ctx, sql)
	return serverError(err)
}

// load makes the table equal to its files.
func (l *loader) load(ctx context.Context) (Table, error) {
	done := Table{Name: l.target.title()}
	for _, f := range l.target.files {
		done.Rows += f.Rows
	}
	columns, err := l.columns(ctx)
	if err != nil {
		return done, err
	}
	if done.Created = len(columns) == 0; done.Created {
		err = l.exec(ctx, schema.Postgres.CreateTable(l.target.table, schema.CreateOptions{Schema: l.target.schema, NoKey: true}))
	} else {
		done.Added, err = l.addColumns(ctx, columns)
	}
	if err != nil {
		return done, err
	}
	empty, err := l.isEmpty(ctx)
	switch {
	case err != nil:
	case empty:
		done.Inserted, err = l.copy(ctx, l.target.name())
	default:
		done.Inserted, done.Deleted, err = l.merge(ctx)
	}
	if err == nil && done.Created {
		done.NoKey, err = l.addKey(ctx)
	}
	return done, err
}

// columns returns the names of the columns that the table has, in lower case as
// PostgreSQL stores them, or none if there is no table.
func (l *loader) columns(ctx context.Context) ([]string, error) {
	rows, err := l.tx.Query(ctx, `
		SELECT attname FROM pg_attribute
		WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`, l.target.name())
	if err != nil {
		return nil, serverError(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return names, serverError(err)
}

// addColumns adds the columns that the table lacks, and locks the table: nobody else
// may change it between the comparison and the commit.
func (l *loader) addColumns(ctx context.Context, has []string) (added []string, err error) {
	for i := range l.target.table.Fields {
		f := &l.target.table.Fields[i]
		if slices.Contains(has, stored(f.Label)) {
			continue
		}
		added = append(added, f.Label)
		sql := fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", l.target.name(), schema.Postgres.Identifier(f.Label), schema.Postgres.Type(f.Type))
		if err := l.exec(ctx, sql); err != nil {
			return nil, err
		}
	}
	return added, l.exec(ctx, "LOCK TABLE "+l.target.name()+" IN SHARE ROW EXCLUSIVE MODE")
}

func (l *loader) isEmpty(ctx context.Context) (bool, error) {
	var some bool
	err := l.tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+l.target.name()+")").Scan(&some)
	return !some, serverError(err)
}

// addKey declares the key of a new table, or an index if its rows violate the key.
func (l *loader) addKey(ctx context.Context) (violated bool, err error) {
	key := schema.Postgres.Key(l.target.table)
	if key == "" {
		return false, nil
	}
	nested, err := l.tx.Begin(ctx)
	if err != nil {
		return false, serverError(err)
	}
	_, err = nested.Exec(ctx, "ALTER TABLE "+l.target.name()+" ADD "+key)
	if err == nil {
		return false, serverError(nested.Commit(ctx))
	}
	if !isViolation(err) {
		return false, serverError(err)
	}
	if err := nested.Rollback(ctx); err != nil {
		return false, serverError(err)
	}
	return true, l.exec(ctx, fmt.Sprintf("CREATE INDEX ON %s (%s)", l.target.name(), identifiers(l.target.table.Key)))
}

// copy copies the rows of the files into a table, and returns their number.
func (l *loader) copy(ctx context.Context, to string) (rows int64, err error) {
	for _, f := range l.target.files {
		n, err := l.copyFile(ctx, to, f.Path)
		if err == nil && n != f.Rows {
			err = fmt.Errorf("has %d rows, and the manifest says %d", n, f.Rows)
		}
		if err != nil {
			return rows, fmt.Errorf("%s: %w", f.Name, err)
		}
		rows += n
	}
	return rows, nil
}

func (l *loader) copyFile(ctx context.Context, to, name string) (int64, error) {
	return l.copyText(ctx, to, identifiers(l.target.labels()), name, l.target.format)
}

// copyText copies the rows of a file into columns of a table.
func (l *loader) copyText(ctx context.Context, to, columns, name string, format dataset.Format) (int64, error) {
	text, err := openText(ctx, name, format)
	if err != nil {
		return 0, err
	}
	sql := fmt.Sprintf("COPY %s (%s) FROM STDIN WITH (FORMAT csv, HEADER true)", to, columns)
	tag, err := l.tx.Conn().PgConn().CopyFrom(ctx, text, sql)
	// If the file cannot be read, the server only knows that the text ended.
	return tag.RowsAffected(), cmp.Or(text.close(), serverError(err))
}

func (t *target) labels() []string {
	labels := make([]string, len(t.table.Fields))
	for i := range t.table.Fields {
		labels[i] = t.table.Fields[i].Label
	}
	return labels
}

// ErrFormat is wrapped by the error of a data set in a format that cannot be
// loaded.
var ErrFormat = errors.New("the format cannot be loaded")

// readable reports whether the files of a format can be read.
func readable(f dataset.Format) error {
	switch f {
	case dataset.Parquet, dataset.Arrow, dataset.CSV:
		return nil
	}
	return fmt.Errorf("%w: the data set is in format %s", ErrFormat, f)
}
