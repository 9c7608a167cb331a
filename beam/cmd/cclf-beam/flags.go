package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cclf-tools/cclf/beam/internal/pipeline"
	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// A refusal is a flag of cclf convert that cclf-beam does not have, and why.
type refusal string

func (r refusal) Set(string) error { return errors.New("cclf-beam does not have it: " + string(r)) }
func (r refusal) String() string   { return "" }
func (r refusal) IsBoolFlag() bool { return true }

// fixedOnly is why there are no options for fixed-width files.
const fixedOnly refusal = "it is for fixed-width files, which cclf convert writes"

// refusals are the flags of cclf convert that are refused.
var refusals = map[string]refusal{
	"changes":          "rows are not compared with those before. cclf diff compares data sets",
	"jobs":             "the runner decides how many workers there are",
	"as-of":            "cclf convert --as-of uses a log up to a run",
	"iceberg":          "run cclf-iceberg when the data set is there",
	"layout":           fixedOnly,
	"aco":              fixedOnly,
	"program":          fixedOnly,
	"run-date":         fixedOnly,
	"performance-year": fixedOnly,
	"runout":           fixedOnly,
	"log-format":       "the log is the runner's",
	"log-file":         "the log is the runner's",
	"metrics-file":     "the metrics are the runner's",
	"run-id":           "the runner gives one to the job",
	"config":           "there is no configuration file",
	"no-progress":      "no progress is shown",
	"quiet":            "the log is the runner's",
}

// A command is what the flags say.
type command struct {
	options pipeline.Options
	strict  bool
	version bool

	man        bool
	completion string // the shell

	shardSize, fileSize, fileMode, extra string
}

// newFlags adds the flags to a set. Those of cclf convert have the same names and meanings.
func newFlags(set *flag.FlagSet) *command {
	c := &command{}
	o := &c.options
	set.StringVar(&c.shardSize, "shard-size", "64MB", "`SIZE` of the part of a plain file that one task reads; 0 does not cut files")
	set.StringVar(&o.Temp, "intermediate", "", "new folder `DIR` for intermediate data, which all workers must see (default: OUT-shards)")
	set.BoolVar(&c.version, "version", false, "print the version")
	set.BoolVar(&c.man, "man", false, "print the manual page")
	set.Func("completion", "print the completion script for `SHELL`: "+strings.Join(cmdline.Shells(), ", "), func(shell string) error {
		if !slices.Contains(cmdline.Shells(), shell) {
			return errors.New("expected " + strings.Join(cmdline.Shells(), ", "))
		}
		c.completion = shell
		return nil
	})

	set.StringVar(&o.Out, "out", "", "folder of the data set, `OUT`, new or empty; all workers must see it")
	set.BoolVar(&o.Overwrite, "overwrite", false, "replace the data set in OUT")
	set.StringVar((*string)(&o.Format), "format", "parquet", "file `FORMAT`: parquet, csv or arrow")
	set.StringVar((*string)(&o.Profile), "profile", "", "refused: a `PROFILE` needs all claims of a beneficiary at once")
	set.StringVar((*string)(&o.Versions), "versions", "final", "claim `VERSIONS` to include: final or all")
	set.StringVar((*string)(&o.Leavers), "leavers", "keep", "`CHOICE` for beneficiaries who are not in the newest full list of Patients: keep or drop their rows")
	set.StringVar(&o.API, "api", "", "API `VERSION` of the export: v1, v2 or v3 (default: detected)")
	set.Func("tables", "write only the tables of `LIST`, such as cclf1,cclf8 (repeatable; default: all)", func(list string) error {
		for name := range strings.SplitSeq(list, ",") {
			o.Tables = append(o.Tables, strings.ToLower(strings.TrimSpace(name)))
		}
		return nil
	})
	set.StringVar(&c.extra, "extra-columns", "", "add the columns that `FILE` describes; see docs/extra-columns.md")
	set.Func("limit", "maximum size of one resource, `NAME=N`, such as item=20000 (repeatable)", func(text string) error {
		name, value, _ := strings.Cut(text, "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			return errors.New("expected NAME=NUMBER, such as item=20000")
		}
		if o.Limits == nil {
			o.Limits = convert.Limits{}
		}
		o.Limits[name] = n
		return nil
	})
	set.Int64Var(&o.MaxRejects, "max-rejects", -1, "stop when more than `N` lines are rejected (default: never)")
	set.BoolVar(&o.KeepRejectedLines, "keep-rejected-lines", false, "write the text of rejected lines, which is PHI, to _rejects.ndjson too")
	set.BoolVar(&o.AllowPartial, "allow-partial", false, "convert what can be read of truncated inputs")
	set.BoolVar(&o.AllowShrink, "allow-shrink", false, "convert an export that is empty or incomplete")
	set.BoolVar(&o.AllowUnrelated, "allow-mixed", false, "convert exports of different organizations together")
	set.BoolVar(&c.strict, "strict-schema", false, "exit with code 19 if elements of the export are new or missing")
	set.StringVar(&c.fileMode, "file-mode", "0600", "octal `MODE` of published files")
	set.IntVar(&o.RowGroupRows, "row-group-rows", 0, "end row groups of Parquet files at `N` rows or a few more (default: 122880)")
	set.StringVar(&c.fileSize, "file-size", "256MB", "end part files at about `SIZE`")
	set.StringVar((*string)(&o.PartitionBy), "partition-by", "none", "divide the files of claims by `PARTITION`: service-year, service-month or none")
	set.BoolVar(&o.Sort, "sort", false, "sort the rows of each file by beneficiary and date")
	set.BoolVar(&o.BloomFilters, "bloom-filters", false, "add Bloom filters of identifiers to Parquet files")
	for name, why := range refusals {
		if set.Lookup(name) == nil { // Beam may have one of that name
			set.Var(why, name, "refused: "+string(why))
		}
	}
	return c
}

// parse checks the values of the flags.
func (c *command) parse(inputs []string) (err error) {
	o := &c.options
	if o.ShardSize, err = parseSize(c.shardSize); err != nil {
		return fmt.Errorf("--shard-size %s: %w", c.shardSize, err)
	}
	if o.FileSize, err = parseSize(c.fileSize); err != nil || o.FileSize == 0 {
		return fmt.Errorf("--file-size %s: expected a size such as 64MB", c.fileSize)
	}
	mode, err := strconv.ParseUint(strings.TrimPrefix(c.fileMode, "0o"), 8, 9)
	if err != nil {
		return fmt.Errorf("--file-mode %s: expected an octal mode such as 0640", c.fileMode)
	}
	if o.FileMode = os.FileMode(mode); dataset.CheckFileMode(o.FileMode) != nil {
		return fmt.Errorf("--file-mode %s: %w", c.fileMode, dataset.CheckFileMode(o.FileMode))
	}
	if o.ExtraColumns, err = readExtraColumns(c.extra); err != nil {
		return fmt.Errorf("--extra-columns: %w", err)
	}
	o.Inputs, o.Version = inputs, version()
	switch {
	case o.Out == "":
		return errors.New("--out is missing")
	case len(inputs) == 0:
		return errors.New("no input given")
	case o.Versions != convert.FinalVersions && o.Versions != convert.AllVersions:
		return fmt.Errorf("--versions %s: expected final or all", o.Versions)
	}
	if o.Temp == "" {
		o.Temp = strings.TrimRight(o.Out, "/") + "-shards"
	}
	return nil
}

// readExtraColumns returns the lines of a file of extra columns.
func readExtraColumns(name string) (lines []string, err error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	extra, err := schema.ParseExtraColumns(file, name)
	for _, x := range extra {
		lines = append(lines, x.String())
	}
	return lines, err
}

// parseSize parses a size such as 64MB, or 0.
func parseSize(text string) (int64, error) {
	units := []struct {
		name string
		size int64
	}{{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}, {"", 1}}
	for _, u := range units {
		if number, ok := strings.CutSuffix(text, u.name); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
			if err != nil || n < 0 || n > 1<<40 {
				return 0, errors.New("expected a size such as 64MB")
			}
			return n * u.size, nil
		}
	}
	return 0, errors.New("expected a size such as 64MB")
}
