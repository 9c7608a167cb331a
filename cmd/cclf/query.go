//go:build cgo

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/results"
	"github.com/cclf-tools/cclf/query"
)

type queryOptions struct {
	data    []string
	sets    []query.NamedSet // of data
	file    string
	asOf    string
	tables  bool
	result  resultFlags
	null    string
	csvSafe csvSafe
	noPager bool
	named   []string
	params  []string
	values  []sql.NamedArg // of params
	args    []string
	options query.Options
}

func newQueryCommand(e *env) *cli.Command {
	var opts queryOptions
	return &cli.Command{
		Name:      "query",
		Usage:     "run SQL over a converted data set",
		UsageText: "cclf query [-d DIR] [options] 'SELECT ...'\ncclf query [-d DIR] [options]\ncclf query [-d DIR] [options] --file FILE\ncclf query [-d DIR] [options] < FILE",
		Description: cmdline.Describe(`
			Runs SQL, in DuckDB's dialect, over the tables of a data set that cclf
			convert wrote: cclf1 to cclf9, cclfa, cclfb and the tables beside them.
			Statements are separated by semicolons and run in order; the result of each
			is printed. Without SQL on a terminal, it is a prompt: statements end with
			a semicolon, .help lists its commands, and Ctrl-C stops a statement.

			A query can read the data set and nothing else on the machine. CREATE TEMP
			TABLE keeps intermediate results for the statements after it. Error
			messages do not quote values of the data, unless standard error is a
			terminal.

			--table roster=roster.csv adds a file as the table roster. It is read once,
			at the start. CSV needs a header line with the column names. A column is
			numeric only if every value is a number without leading zeros; codes such
			as NPI, MBI, TIN, CCN and ZIP are text. See docs/security.md.

			-d jan=A -d feb=B queries two data sets together, or more: their tables are
			jan.cclf1 and feb.cclf1, and what metrics are computed from is in
			jan_metrics and feb_metrics.

			--param from=2025-01-01 is the value of $from in the SQL. It is bound as text,
			which takes the type that it is compared with; in arithmetic, cast it:
			$rate::DECIMAL(9,2).

			-o FILE writes the result in the format that the name of FILE ends in. In
			JSON, decimals are numbers with all their digits, and timestamps are those
			of RFC 3339. In CSV and TSV, NULL is an empty field, and empty text is "".
			A workbook (xlsx) has a sheet per result. See docs/query.md.`,
			"cclf query -d out --tables",
			"cclf query -d out 'DESCRIBE cclf1'",
			`cclf query -d out "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'cclf1'"`,
			"cclf query -d out 'SELECT clm_type_cd, count(*), sum(clm_pmt_amt) FROM cclf1 GROUP BY ALL'",
			"cclf query -d out --file report.sql -o report.xlsx",
			"echo 'FROM cclf8 LIMIT 5' | cclf query -d out -f json",
			"cclf query -d jan=out-2025-01 -d feb=out-2025-02 'SELECT count(*) FROM feb.cclf1 ANTI JOIN jan.cclf1 USING (cur_clm_uniq_id)'",
			"cclf query -d out --param from=2025-01-01 'SELECT count(*) FROM cclf1 WHERE clm_thru_dt >= $from'",
			"cclf query -d lake --as-of 2026-03-31 'SELECT count(*) FROM cclf1'",
			"cclf query -d out --table roster=roster.csv 'FROM cclf8 JOIN roster ON bene_mbi_id = mbi'",
		),
		Flags: slices.Concat([]cli.Flag{dataSetsFlag(&opts.data), asOfFlag(&opts.asOf)}, opts.result.flags("table", "line", "csv", "tsv", "json", "ndjson", "markdown", "html", "xlsx", "parquet"), []cli.Flag{
			&cli.StringFlag{
				Name: "file", Usage: "read the SQL from `FILE`, or from standard input if it is -",
				TakesFile: true, Destination: &opts.file,
			},
			&cli.StringFlag{
				Name: "null", Usage: "`TEXT` for NULL, with --format table or line",
				Value: "NULL", Destination: &opts.null,
			},
			opts.csvSafe.flag(),
			tableFlag(&opts.named),
			&cli.StringSliceFlag{
				Name: "param", Usage: "give the parameter $NAME of the SQL a value, `NAME=VALUE` (repeatable)",
				Destination: &opts.params,
			},
			&cli.BoolFlag{
				Name: "no-pager", Usage: "on a terminal, do not start PAGER (default: less) for results longer than a screen",
				HideDefault: true, Destination: &opts.noPager,
			},
			&cli.BoolFlag{Name: "tables", Usage: "list the tables and exit", Destination: &opts.tables},
		}, duckDBFlags(e, &opts.options)),
		DisableSliceFlagSeparator: true, // paths may have commas in them
		Action: func(ctx context.Context, cmd *cli.Command) error {
			opts.args = cmd.Args().Slice()
			return runQuery(ctx, e, opts)
		},
	}
}

// tableFlag is --table of the commands that can read more files.
func tableFlag(named *[]string) cli.Flag {
	return &cli.StringSliceFlag{
		Name: "table", Usage: "add a file as a table, `NAME=FILE`: CSV, TSV, NDJSON, JSON or Parquet (repeatable)",
		TakesFile: true, Destination: named,
	}
}

// tableFiles returns the files of --table.
func tableFiles(command string, named []string) ([]query.TableFile, error) {
	var files []query.TableFile
	for _, text := range named {
		name, file, ok := strings.Cut(text, "=")
		if !ok || file == "" {
			return nil, usageErrorf("%s: invalid --table %q: expected NAME=FILE", command, text)
		}
		files = append(files, query.TableFile{Name: name, Path: file})
	}
	return files, nil
}

// csvSafe is the flag --csv-safe. It is on by default for workbooks.
type csvSafe struct{ on, set bool }

func (c *csvSafe) flag() cli.Flag {
	return &cli.BoolFlag{
		Name: "csv-safe", Usage: "put an apostrophe before text that a spreadsheet would evaluate as a formula (default: only in xlsx)",
		HideDefault: true, Destination: &c.on,
		Action: func(context.Context, *cli.Command, bool) error {
			c.set = true
			return nil
		},
	}
}

// value returns whether text is made safe in a format.
func (c *csvSafe) value(format string) bool { return c.on || !c.set && format == "xlsx" }

// duckDBFlags are the flags of all commands that start DuckDB.
func duckDBFlags(e *env, opts *query.Options) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "memory-limit", Usage: "DuckDB memory limit, `SIZE` such as 4GB (default: 80% of the memory of the machine or container, less if that is small)",
			Destination: &opts.MemoryLimit,
		},
		&cli.StringFlag{
			Name: "temp-dir", Usage: "`DIR` for temporary (spill) files (default: that of the system)",
			TakesFile: true, Destination: &opts.TempDir,
		},
		jobsFlag(&opts.Threads, "number of workers, `N` (default: one per core, fewer for a small data set)"),
		&cli.BoolFlag{
			Name: "no-manifest", Usage: "read a folder or DuckDB file without a manifest, which cclf did not write: all files named part-*.parquet or part-*.csv, unchecked",
			Destination: &opts.NoManifest,
		},
		&cli.BoolFlag{
			Name: "show-values", Usage: "let error messages quote values of the data (default: only if standard error is a terminal)",
			HideDefault: true, Destination: &e.showValues,
		},
	}
}

func runQuery(ctx context.Context, e *env, opts queryOptions) error {
	var err error
	if opts.sets, err = findDataSets("query", opts.data); err != nil {
		return err
	}
	if opts.values, err = parameterValues(opts.params); err != nil {
		return err
	}
	if opts.options.TableFiles, err = tableFiles("query", opts.named); err != nil {
		return err
	}
	if len(opts.sets) > 1 && opts.asOf != "" {
		return usageErrorf("query: --as-of takes one data set, got %d", len(opts.sets))
	}
	folder, done, err := e.useAsOf(ctx, "query", opts.sets[0].Dir, opts.asOf, opts.options.TempDir)
	if err != nil {
		return err
	}
	defer done()
	opts.sets[0].Dir = folder
	if opts.isPrompt(e) {
		return runPrompt(ctx, e, opts)
	}
	script, err := readScript(ctx, e, opts)
	if err != nil {
		return err
	}
	return opts.result.write(ctx, e, func(e *env) error {
		if opts.result.format == "parquet" {
			var err error
			if opts.options.Output, err = e.parquetOutput(); err != nil {
				return err
			}
		}
		return e.withScreen(!opts.noPager, func(e *env) error {
			return withDataSets(ctx, e, opts.sets, opts.options, func(e *env, db *query.DB) error {
				return queryDataSet(ctx, e, db, script, opts)
			})
		})
	})
}

func queryDataSet(ctx context.Context, e *env, db *query.DB, script string, opts queryOptions) (err error) {
	options := e.resultOptions(opts)
	if options.Format == render.Excel {
		if options.TempDir, err = db.TempFolder(); err != nil {
			return err
		}
	}
	out, err := results.NewWriter(e.stdout, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	write := func(name string, rows *query.Rows) error {
		err := out.Write(name, rows)
		e.screen.end()
		if errors.Is(err, errPagerEnded) {
			return ctx.Err() // an interrupt before it ended counts
		}
		return err
	}
	if opts.tables {
		rows, err := db.Tables(ctx)
		if err != nil {
			return err
		}
		if err := errors.Join(write("tables", rows), rows.Close()); err != nil {
			return err
		}
	} else if err := db.Run(ctx, script, func(rows *query.Rows) error { return write("result", rows) }, opts.values...); err != nil {
		return err
	}
	e.noteSheets(out.Split)
	return out.Finish()
}

// headRows is how many rows of a table are shown on a terminal without a pager.
const headRows = 200

// resultOptions are the options of the output.
func (e *env) resultOptions(opts queryOptions) results.Options {
	o := results.Options{
		Format:  render.Format(opts.result.format),
		Null:    opts.null,
		ASCII:   e.ascii(),
		Program: "cclf " + version(),
		CSV:     render.CSVOptions{Spreadsheet: opts.csvSafe.value(opts.result.format)},
		Hint:    "-f line and -o FILE show all",
	}
	if e.screen != nil {
		e.screen.measure()
		if o.Width = e.screen.width; e.screen.pager == nil {
			o.Rows = headRows
		}
	}
	return o
}

// isPrompt reports whether SQL is typed, on a terminal that shows the results.
func (o *queryOptions) isPrompt(e *env) bool {
	return !o.tables && o.file == "" && len(o.args) == 0 && o.result.file == "" && e.isTerminal(e.stdin) && e.isTerminal(e.stdout)
}

// readScript returns the SQL: from the argument, the file, or standard input.
func readScript(ctx context.Context, e *env, opts queryOptions) (string, error) {
	source := opts.file
	switch {
	case opts.tables:
		if source != "" || len(opts.args) > 0 {
			return "", usageErrorf("query: --tables takes no SQL")
		}
		return "", nil
	case len(opts.args) > 1:
		return "", &exitError{
			code: exitcode.Usage,
			err:  fmt.Errorf("query: expected one SQL argument, got %d", len(opts.args)),
			hint: "quote the SQL, so the shell passes it as one argument",
		}
	case source != "" && len(opts.args) == 1:
		return "", usageErrorf("query: SQL given both as an argument and with --file")
	case len(opts.args) == 1 && opts.args[0] != "-":
		return opts.args[0], nil
	case source == "" && len(opts.args) == 0 && e.isTerminal(e.stdin):
		return "", &exitError{
			code: exitcode.Usage,
			err:  errors.New("query: no SQL given"),
			hint: "pass it as an argument, with --file FILE, or on standard input; --tables lists the tables",
		}
	}
	var (
		sql []byte
		err error
	)
	if source == "" || source == "-" {
		sql, err = io.ReadAll(e.stdin)
	} else {
		sql, err = blob.ReadFile(ctx, source)
	}
	if err != nil {
		return "", &exitError{code: dataSetCode(err, exitcode.Input), err: fmt.Errorf("query: SQL: %w", err)}
	}
	return string(sql), nil
}
