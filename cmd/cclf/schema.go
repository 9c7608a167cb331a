package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/catalog"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/schema"
)

type schemaOptions struct {
	api    string
	field  string
	all    bool
	result resultFlags
	ddl    ddlOptions
	args   []string
}

func newSchemaCommand(e *env) *cli.Command {
	var opts schemaOptions
	return &cli.Command{
		Name:      "schema",
		Usage:     "describe tables and fields, and where BCDA carries them",
		UsageText: "cclf schema [options] [TABLE [FIELD]]\ncclf schema --ddl DIALECT [options] [TABLE]\ncclf schema --load DIALECT [-d DIR] [options] [TABLE]",
		Description: cmdline.Describe(`
			Lists the tables that cclf convert writes. With the name of a TABLE, lists
			its fields: type, position in the fixed-width file, meaning, and where each
			API version carries the value, which is one of

			  mapped   the path of the value in the FHIR resource
			  derived  the paths of the values it is computed from, and the rule
			  absent   the reason why there is no value

			--ddl prints SQL that creates the tables if they do not exist, with keys,
			and with comments on tables and columns. --load prints the statements that
			load a data set into them.`,
			"cclf schema",
			"cclf schema CCLF5",
			"cclf schema CCLF5 CLM_LINE_CVRD_PD_AMT",
			"cclf schema --field BENE_MBI_ID --api v3",
			"cclf schema --all -f csv -o crosswalk.csv",
			"cclf schema --ddl postgres | psql",
			"cclf schema --load snowflake -d out --location @claims",
		),
		Flags: append(append(opts.result.flags("table", "json", "csv", "markdown"), opts.ddl.flags()...),
			apiFlag(&opts.api, "show one API `VERSION`: v1, v2 or v3 (default: all)"),
			&cli.StringFlag{Name: "field", Usage: "show the field `LABEL` in all tables that have it", Destination: &opts.field},
			&cli.BoolFlag{Name: "all", Aliases: []string{"a"}, Usage: "show the fields of all tables", Destination: &opts.all},
		),
		Metadata: cmdline.Completes(tablesAndFields),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts.args = cmd.Args().Slice()
			if err := opts.ddl.check(cmd.IsSet); err != nil {
				return err
			}
			return runSchema(ctx, e, opts)
		},
	}
}

func runSchema(ctx context.Context, e *env, opts schemaOptions) error {
	if opts.ddl.wanted() {
		return runDDL(ctx, e, opts)
	}
	tables, label, err := pickFields(opts)
	if err != nil {
		return err
	}
	if err := opts.result.choose(); err != nil {
		return err
	}
	var out bytes.Buffer
	format := render.Format(opts.result.format)
	switch {
	case len(opts.args) == 0 && label == "" && !opts.all:
		err = catalog.WriteTables(&out, format, tables, pickAPIs(opts.api))
	default:
		err = catalog.WriteFields(&out, format, tables, label, pickAPIs(opts.api))
	}
	if err != nil {
		return err
	}
	return opts.result.write(ctx, e, func(e *env) error {
		_, err := e.stdout.Write(out.Bytes())
		return err
	})
}

// pickFields returns the tables that the arguments select, and the label of a
// field or "".
func pickFields(opts schemaOptions) (tables []*schema.Table, label string, err error) {
	tables, label = schema.AllTables(), opts.field
	args := opts.args
	switch {
	case len(args) > 2:
		return nil, "", usageErrorf("schema: expected at most TABLE and FIELD, got %s", plural(len(args), "argument"))
	case len(args) == 2 && label != "":
		return nil, "", usageErrorf("schema: field given both as an argument and with --field")
	case len(args) > 0 && opts.all:
		return nil, "", usageErrorf("schema: --all takes no table")
	case len(args) == 2:
		label = args[1]
	}
	if len(args) > 0 {
		table := schema.Lookup(args[0])
		if table == nil {
			return nil, "", unknownTable(args[0])
		}
		tables = []*schema.Table{table}
	}
	label = strings.ToUpper(label)
	if label != "" && !slices.ContainsFunc(tables, func(t *schema.Table) bool { return t.Field(label) != nil }) {
		return nil, "", unknownField(tables, label)
	}
	return tables, label, nil
}

// tablesAndFields lists tables and then the fields of the table, for completion.
func tablesAndFields(args []string) []string {
	if len(args) == 1 {
		if t := schema.Lookup(args[0]); t != nil {
			return fieldLabels(t)
		}
	}
	return tableNames(args)
}

func unknownTable(name string) error {
	e := &exitError{code: exitcode.Usage, err: fmt.Errorf("schema: unknown table %q", name)}
	var known []string
	for _, t := range schema.AllTables() {
		known = append(known, t.Name)
		if t.Field(strings.ToUpper(name)) != nil {
			e.hint = "it is a field; see cclf schema --field " + strings.ToUpper(name)
			return e
		}
	}
	e.err = fmt.Errorf("schema: unknown table %q%s", name, didYouMean(name, known))
	e.hint = "the tables are " + strings.Join(known, ", ")
	return e
}

func unknownField(tables []*schema.Table, label string) error {
	e := &exitError{code: exitcode.Usage, err: fmt.Errorf("schema: no table has a field %q", label)}
	if len(tables) == 1 {
		e.err = fmt.Errorf("schema: %s has no field %q", tables[0].Name, label)
	}
	var near []string
	for _, t := range tables {
		for _, f := range t.Fields {
			if strings.Contains(f.Label, label) && !slices.Contains(near, f.Label) {
				near = append(near, f.Label)
			}
		}
	}
	switch {
	case len(near) > 8:
		e.hint = fmt.Sprintf("%d labels contain it; cclf schema --all lists all fields", len(near))
	case len(near) > 0:
		e.hint = "similar fields: " + strings.Join(near, ", ")
	case len(tables) == 1:
		e.hint = "see cclf schema " + tables[0].Name
	default:
		e.hint = "see cclf schema --all"
	}
	return e
}

// pickAPIs returns the API version that a flag names, or all if it is empty.
func pickAPIs(name string) []schema.API {
	api, err := schema.ParseAPI(name)
	if err != nil {
		return schema.APIs[:]
	}
	return []schema.API{api}
}
