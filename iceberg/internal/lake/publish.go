package lake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/apache/iceberg-go"
	"github.com/apache/iceberg-go/catalog"
	"github.com/apache/iceberg-go/table"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// Properties of tables and snapshots.
const (
	propDataSet = "cclf.data-set" // of a table: the folder of the data set
	propTable   = "cclf.table"    // of a table: its name in the data set

	propVersion = "cclf.version"          // of a snapshot: of the program that wrote the files
	propRun     = "cclf.run"              // of a snapshot: the number of the newest run
	propTime    = "cclf.transaction-time" // of a snapshot: the transaction time of that run
)

// A Published table is what Publish did with it.
type Published struct {
	Table    string `json:"table"`    // in the data set
	Name     string `json:"name"`     // in the catalog, with its namespace
	Snapshot int64  `json:"snapshot"` // that is current, or 0 if the table never had rows
	Changed  bool   `json:"changed"`  // whether there is a new snapshot
	Rows     int64  `json:"rows"`
	Files    int    `json:"files"`
	Added    int    `json:"files_added"`
	Removed  int    `json:"files_removed"`
	// Metadata is the location of the table's metadata, for readers without a catalog.
	Metadata string   `json:"metadata"`
	Notes    []string `json:"notes,omitempty"`
}

// Publish makes the Iceberg tables equal to those of a data set.
func Publish(ctx context.Context, o Options) ([]Published, error) {
	l, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer l.close()
	const attempts = 5
	for attempt := 1; ; attempt++ {
		set, err := dataset.Open(l.Data)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInput, err)
		}
		if set.Manifest.Format != dataset.Parquet {
			return nil, &hintError{
				fmt.Errorf("%w: its format is %s, and Iceberg tables need parquet", ErrInput, set.Manifest.Format),
				"convert the export with --format parquet",
			}
		}
		list, err := l.publish(ctx, set)
		if err == nil || attempt == attempts || !errors.Is(err, fs.ErrNotExist) || !set.Replaced() {
			return list, err
		}
	}
}

// A publication is a table on its way into the catalog.
type publication struct {
	Published
	source    dataset.Table
	files     []dataset.FileRef // that have rows
	schema    *iceberg.Schema   // nil if the data set does not have the table any more
	partition partitioning
	table     *table.Table
	locations []string // of the files, in the warehouse
}

// publish first brings the files of all tables to the warehouse. From then on, it does
// not matter whether the data set is replaced.
func (l *lake) publish(ctx context.Context, set *dataset.Set) ([]Published, error) {
	var pubs []*publication
	for _, t := range set.Manifest.Tables {
		p, err := l.stage(ctx, t, set.Files(t))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Name, err)
		}
		pubs = append(pubs, p)
	}
	gone, err := l.gone(ctx, set.Manifest)
	if err != nil {
		return nil, err
	}
	pubs = append(pubs, gone...)
	props := snapshotProperties(set.Manifest)
	list := make([]Published, 0, len(pubs))
	for _, p := range pubs {
		if err := p.commit(ctx, props); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Table, err)
		}
		list = append(list, p.Published)
	}
	return list, nil
}

func snapshotProperties(m *dataset.Manifest) iceberg.Properties {
	props := iceberg.Properties{propVersion: m.Version}
	if n := len(m.Runs); n > 0 {
		props[propRun] = strconv.Itoa(m.Runs[n-1].Number)
		props[propTime] = m.Runs[n-1].TransactionTime
	}
	return props
}

// stage makes sure that a table and its files are in the warehouse.
func (l *lake) stage(ctx context.Context, t dataset.Table, refs []dataset.FileRef) (*publication, error) {
	if len(refs) == 0 {
		return nil, fmt.Errorf("%w: the manifest lists no file, so its columns are unknown", ErrInput)
	}
	p := &publication{source: t, Published: Published{Table: t.Name, Rows: t.Rows}}
	var err error
	if p.schema, err = readSchema(refs[0].Path); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrInput, refs[0].Name, err)
	}
	for _, f := range refs {
		if f.Rows > 0 { // a file without rows has no partition
			p.files = append(p.files, f)
		}
	}
	var reason string
	if p.partition, reason = partitioningOf(t); reason != "" {
		p.Notes = append(p.Notes, "not partitioned: "+reason)
	}
	if p.table, err = l.loadOrCreate(ctx, p); err != nil {
		return nil, err
	}
	fio, err := p.table.FS(ctx)
	if err != nil {
		return nil, err
	}
	for _, f := range p.files {
		at := p.table.Location() + "/data/" + strings.TrimPrefix(f.Name, t.Name+"/")
		if err := place(fio, f, at); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		p.locations = append(p.locations, at)
	}
	return p, ctx.Err()
}

// identifier is the name of a table in the catalog.
func (l *lake) identifier(name string) table.Identifier {
	if base, ok := strings.CutPrefix(name, dataset.PartialFolder+"/"); ok {
		return table.Identifier{l.Namespace + partialSuffix, base}
	}
	return table.Identifier{l.Namespace, name}
}

func (l *lake) loadOrCreate(ctx context.Context, p *publication) (*table.Table, error) {
	ident := l.identifier(p.Table)
	p.Name = strings.Join(ident, ".")
	if err := l.makeNamespace(ctx, ident[0]); err != nil {
		return nil, err
	}
	t, err := l.load(ctx, ident)
	if errors.Is(err, catalog.ErrNoSuchTable) {
		return l.create(ctx, ident, p)
	}
	if err != nil {
		return nil, err
	}
	if of := t.Properties()[propDataSet]; of != l.Data {
		what := "which cclf-iceberg did not create"
		if of != "" {
			what = "which is of the data set " + of
		}
		return nil, &hintError{
			fmt.Errorf("%w: there is a table %s already, %s", ErrCatalog, p.Name, what),
			"choose another --namespace; if the data set was moved, drop its tables from the catalog (or remove its folder " + Folder + ") and publish again",
		}
	}
	return t, nil
}

func (l *lake) create(ctx context.Context, ident table.Identifier, p *publication) (*table.Table, error) {
	spec, err := p.partition.spec(p.schema)
	if err != nil {
		return nil, err
	}
	mapping, err := nameMapping(p.schema)
	if err != nil {
		return nil, err
	}
	opts := []catalog.CreateTableOpt{
		catalog.WithPartitionSpec(spec),
		catalog.WithProperties(iceberg.Properties{
			propDataSet: l.Data, propTable: p.Table,
			table.DefaultNameMappingKey:               mapping,
			table.MetadataDeleteAfterCommitEnabledKey: "true",
		}),
	}
	if l.Warehouse != "" {
		opts = append(opts, catalog.WithLocation(l.Warehouse+"/"+path.Join(ident...)))
	}
	t, err := l.catalog.CreateTable(ctx, ident, p.schema, opts...)
	if errors.Is(err, catalog.ErrTableAlreadyExists) { // made by another process in the meantime
		err = fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return t, err
}

// gone returns the tables that the data set no longer has. They become empty; their
// snapshots stay.
func (l *lake) gone(ctx context.Context, m *dataset.Manifest) ([]*publication, error) {
	names := map[string]bool{}
	for _, t := range m.Tables {
		names[t.Name] = true
	}
	tables, err := l.ours(ctx)
	if err != nil {
		return nil, err
	}
	var list []*publication
	for _, t := range tables {
		name := t.Properties()[propTable]
		if names[name] {
			continue
		}
		list = append(list, &publication{table: t, Published: Published{
			Table: name, Name: strings.Join(t.Identifier(), "."), Notes: []string{"the data set no longer has this table: it is empty"},
		}})
	}
	return list, nil
}

// commit makes a snapshot of the files, unless they are those of the current one.
func (p *publication) commit(ctx context.Context, props iceberg.Properties) error {
	remove, add, err := p.compare(ctx)
	if err != nil {
		return err
	}
	tx := p.table.NewTransaction()
	if p.schema != nil {
		change, err := compareSchemas(p.table.Schema(), p.schema)
		if err != nil {
			return err
		}
		for _, name := range change.absent {
			p.Notes = append(p.Notes, fmt.Sprintf("the data set no longer has column %s: its values are null", name))
		}
		if err := change.apply(tx, p.table.NameMapping()); err != nil {
			return err
		}
		if err := p.partition.apply(tx, p.table); err != nil {
			return err
		}
	}
	p.Changed = len(remove)+len(add) > 0
	if p.Changed {
		if err := tx.ReplaceDataFiles(ctx, remove, add, props); err != nil {
			return err
		}
		if err := p.check(tx); err != nil {
			return err
		}
	}
	if p.table, err = tx.Commit(ctx); err != nil {
		return err
	}
	if s := p.table.CurrentSnapshot(); s != nil {
		p.Snapshot = s.SnapshotID
	}
	p.Files, p.Added, p.Removed, p.Metadata = len(p.locations), len(add), len(remove), p.table.MetadataLocation()
	return nil
}

// compare returns the files that the current snapshot has in excess and those that it
// lacks.
func (p *publication) compare(ctx context.Context) (remove, add []string, err error) {
	fio, err := p.table.FS(ctx)
	if err != nil {
		return nil, nil, err
	}
	wanted := map[string]bool{}
	for _, at := range p.locations {
		wanted[at] = true
	}
	there := map[string]bool{}
	if s := p.table.CurrentSnapshot(); s != nil {
		for name, err := range dataFiles(s, fio) {
			if err != nil {
				return nil, nil, err
			}
			there[name] = true
			if !wanted[name] {
				remove = append(remove, name)
			}
		}
	}
	for _, at := range p.locations {
		if !there[at] {
			add = append(add, at)
		}
	}
	return remove, add, nil
}

// check compares the number of rows of the snapshot to come with the manifest.
func (p *publication) check(tx *table.Transaction) error {
	staged, err := tx.StagedTable()
	if err != nil {
		return err
	}
	s := staged.CurrentSnapshot()
	if s == nil || s.Summary == nil {
		return errors.New("internal error: there is no snapshot")
	}
	if rows := s.Summary.Properties["total-records"]; rows != strconv.FormatInt(p.Rows, 10) {
		return fmt.Errorf("%w: its files have %s rows, and the manifest says %d", ErrInput, rows, p.Rows)
	}
	return nil
}
