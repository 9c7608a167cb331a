package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// ddlOptions are the flags of cclf schema that print SQL.
type ddlOptions struct {
	ddl, load string // dialects
	noKeys    bool
	profile   string
	extra     string
	dir       string // data set to load
	location  string
	after     string // set of changes after which changes are loaded, or empty for the tables
}

func (o *ddlOptions) flags() []cli.Flag {
	return []cli.Flag{
		choice(&cli.StringFlag{
			Name: "ddl", Usage: "print CREATE TABLE in SQL `DIALECT`: " + orList(dialectNames()), Destination: &o.ddl,
		}, dialectNames()...),
		&cli.BoolFlag{Name: "no-keys", Usage: "with --ddl: omit the keys, which rows of --versions all violate", Destination: &o.noKeys},
		choice(&cli.StringFlag{Name: "profile", Usage: "with --ddl: the tables of `PROFILE` instead: tuva", Destination: &o.profile}, dataset.TuvaProfile),
		&cli.StringFlag{
			Name: "extra-columns", Usage: "with --ddl: add the columns that `FILE` describes, as cclf convert does",
			TakesFile: true, Destination: &o.extra,
		},
		choice(&cli.StringFlag{
			Name: "load", Usage: "print the statements that load a data set in SQL `DIALECT`", Destination: &o.load,
		}, dialectNames()...),
		dataFlag(&o.dir),
		&cli.StringFlag{
			Name:        "location",
			Usage:       "with --load: where the database finds the data set, `URL` or stage (default: a placeholder, or the folder of the data set)",
			Destination: &o.location,
		},
		&cli.StringFlag{
			Name:        "changes-after",
			Usage:       "with --load: apply the changes after run `N` instead of loading the tables (0: all changes that there are); see docs/changes.md",
			Destination: &o.after,
		},
	}
}

// wanted reports whether SQL is to be printed.
func (o *ddlOptions) wanted() bool { return o.ddl != "" || o.load != "" }

// check reports flags that cannot be combined.
func (o *ddlOptions) check(isSet func(string) bool) error {
	if o.ddl != "" && o.load != "" {
		return usageErrorf("schema: --ddl and --load cannot be combined")
	}
	for name, needs := range map[string]string{"no-keys": "ddl", "profile": "ddl", "extra-columns": "ddl", "data": "load", "location": "load", "changes-after": "load"} {
		if isSet(name) && !isSet(needs) {
			return usageErrorf("schema: --%s requires --%s", name, needs)
		}
	}
	if o.profile != "" && o.extra != "" {
		return usageErrorf("schema: --profile and --extra-columns cannot be combined")
	}
	for _, name := range []string{"api", "field", "all", "format"} {
		switch {
		case o.ddl != "" && isSet(name):
			return usageErrorf("schema: --ddl and --%s cannot be combined", name)
		case o.load != "" && isSet(name):
			return usageErrorf("schema: --load and --%s cannot be combined", name)
		}
	}
	return nil
}

// runDDL prints SQL for all tables, or for the one that is the argument.
func runDDL(ctx context.Context, e *env, opts schemaOptions) error {
	var only string
	switch len(opts.args) {
	case 0:
	case 1:
		only = opts.args[0]
	default:
		return usageErrorf("schema: --ddl and --load take one TABLE at most, got %s", plural(len(opts.args), "argument"))
	}
	var out bytes.Buffer
	write := opts.ddl.writeTables
	switch {
	case opts.ddl.after != "":
		write = opts.ddl.writeChanges
	case opts.ddl.load != "":
		write = opts.ddl.writeLoads
	}
	if err := write(&out, only); err != nil {
		return err
	}
	return opts.result.write(ctx, e, func(e *env) error {
		_, err := e.stdout.Write(out.Bytes())
		return err
	})
}

// A sqlTable is a table in a database.
type sqlTable struct {
	schema string // empty for the default one
	name   string
	table  *schema.Table // nil if only the data set knows it
	files  []string      // of the data set
}

func (t *sqlTable) title() string {
	if t.schema == "" {
		return t.name
	}
	return t.schema + "." + t.name
}

// tables returns the tables that cclf convert, cclf sync and cclf import write.
func (o *ddlOptions) tables() ([]sqlTable, error) {
	var list []sqlTable
	if o.profile == dataset.TuvaProfile {
		for _, t := range tuvaschema.Files() {
			list = append(list, sqlTable{name: t.Name, table: t})
		}
		return list, nil
	}
	extra, err := readExtraColumns(o.extra)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	all := schema.Extend(schema.AllTables(), extra)
	for _, t := range all {
		if !t.Partial {
			list = append(list, sqlTable{name: t.Name, table: t})
		}
	}
	for _, t := range slices.Concat(schema.LogTables(), schema.DeliveryTables()) {
		list = append(list, sqlTable{name: t.Name, table: t})
	}
	for _, t := range all {
		if t.Partial || !t.Side && len(t.Claims) > 0 {
			list = append(list, sqlTable{schema: dataset.PartialFolder, name: t.Name, table: t})
		}
	}
	return list, nil
}

// pick returns the table with a name, or all if it is empty. A name without a
// schema is that of a table in the default one, or else in another.
func pick(list []sqlTable, only string) ([]sqlTable, error) {
	if only == "" {
		return list, nil
	}
	for _, title := range []func(*sqlTable) string{(*sqlTable).title, func(t *sqlTable) string { return t.name }} {
		i := slices.IndexFunc(list, func(t sqlTable) bool { return strings.EqualFold(title(&t), only) })
		if i >= 0 {
			return list[i : i+1], nil
		}
	}
	var known []string
	for _, t := range list {
		known = append(known, t.title())
	}
	return nil, &exitError{
		code: exitcode.Usage, err: fmt.Errorf("schema: unknown table %q%s", only, didYouMean(only, known)),
		hint: "the tables are " + strings.Join(known, ", "),
	}
}

// writeTables writes statements that create tables.
func (o *ddlOptions) writeTables(w io.Writer, only string) error {
	dialect := schema.LookupDialect(o.ddl)
	list, err := o.tables()
	if err == nil {
		list, err = pick(list, only)
	}
	if err != nil {
		return err
	}
	created := ""
	for i, t := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if t.schema != created {
			fmt.Fprintln(w, dialect.CreateSchema(t.schema))
			created = t.schema
		}
		fmt.Fprint(w, dialect.CreateTable(t.table, schema.CreateOptions{Schema: t.schema, NoKey: o.noKeys}))
	}
	return nil
}

// writeLoads writes statements that load the tables of a data set that have rows.
func (o *ddlOptions) writeLoads(w io.Writer, only string) error {
	set, err := findSet("schema", o.dir)
	if err != nil {
		return err
	}
	dialect, format := schema.LookupDialect(o.load), string(set.Manifest.Format)
	if err := o.loadable(dialect, format); err != nil {
		return err
	}
	list, err := pick(tablesOf(set.Manifest), only)
	if err != nil {
		return err
	}
	location, err := o.place(dialect, set)
	if err != nil {
		return err
	}
	for _, t := range list {
		if len(t.files) == 0 {
			fmt.Fprintf(w, "-- %s has no rows\n", t.title())
			continue
		}
		columns, err := csvHeader(set.Path(t.files[0]), format)
		if err != nil {
			return &exitError{code: exitcode.Input, err: fmt.Errorf("schema: %w", err)}
		}
		fmt.Fprint(w, dialect.Load(t.name, schema.LoadOptions{
			Schema: t.schema, Location: location, Folder: path.Join(t.schema, t.name), Files: t.files, Columns: columns, Format: format,
		}))
	}
	return nil
}

// loadable reports whether a database has statements that load files of a format.
func (o *ddlOptions) loadable(dialect *schema.Dialect, format string) error {
	if formats := dialect.LoadFormats(); !slices.Contains(formats, format) {
		return &exitError{
			code: exitcode.Usage, err: fmt.Errorf("schema: %s has no statement that loads files in format %s", o.load, format),
			hint: "convert with --format " + orList(formats),
		}
	}
	return nil
}

// place is where the database finds the data set.
func (o *ddlOptions) place(dialect *schema.Dialect, set *dataset.Set) (string, error) {
	if place := cmp.Or(o.location, dialect.LoadPlaceholder()); place != "" {
		return place, nil
	}
	if blob.IsURL(set.Layout.Dir) {
		return set.Layout.Dir, nil
	}
	place, err := filepath.Abs(set.Layout.Dir)
	return filepath.ToSlash(place), err
}

// tablesOf returns the tables of a data set, with their files that have rows.
func tablesOf(m *dataset.Manifest) []sqlTable {
	var list []sqlTable
	for _, t := range m.Tables {
		one := sqlTable{name: path.Base(t.Name)}
		if one.schema = path.Dir(t.Name); one.schema == "." {
			one.schema = ""
		}
		for _, f := range t.Files {
			if f.Rows > 0 {
				one.files = append(one.files, f.Name)
			}
		}
		list = append(list, one)
	}
	return list
}

// csvHeader returns the columns of a CSV file, and none of another file.
func csvHeader(name, format string) ([]string, error) {
	if format != string(dataset.CSV) {
		return nil, nil
	}
	f, err := blob.Open(context.Background(), name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return csv.NewReader(f).Read()
}

func dialectNames() []string {
	var names []string
	for _, d := range schema.Dialects() {
		names = append(names, d.Name)
	}
	return names
}
