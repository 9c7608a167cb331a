package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
)

// A keptFlag is a flag whose value a lake keeps: if cclf sync is not given another one, it
// is that of the manifest. What a run may do is not kept (--allow-..., --max-rejects,
// --strict-schema), and neither is what belongs to the machine (--jobs) or says who may
// read (--file-mode).
type keptFlag struct {
	name  string
	text  func(*convert.Options) string // its value, or "" for the default
	take  func(to, was *convert.Options)
	usual string                    // what the default is
	fits  func(convert.Format) bool // whether a format has it; nil: each has
	files bool                      // it is about files, not about rows
}

// keptFlags are the flags that a lake keeps. Those that others depend on come first.
func keptFlags() []keptFlag {
	isParquet := func(f convert.Format) bool { return f == convert.Parquet }
	isFixed := func(f convert.Format) bool { return f == convert.Fixed }
	inParts := func(f convert.Format) bool { return dataset.CanCompare(f) }
	onIf := func(on bool) string { return unlessUsual(fmt.Sprint(on), "false") }
	return []keptFlag{
		{
			name: "format", usual: string(convert.Parquet), files: true,
			text: func(o *convert.Options) string { return unlessUsual(string(o.Format), string(convert.Parquet)) },
			take: func(to, was *convert.Options) { to.Format = was.Format },
		},
		{
			name: "profile", usual: noProfile,
			text: func(o *convert.Options) string { return string(o.Profile) },
			take: func(to, was *convert.Options) { to.Profile = was.Profile },
		},
		{
			name: "tables", usual: allTables,
			text: func(o *convert.Options) string { return strings.Join(o.Tables, ",") },
			take: func(to, was *convert.Options) { to.Tables = was.Tables },
		},
		{
			name: "versions", usual: string(convert.FinalVersions),
			text: func(o *convert.Options) string { return unlessUsual(string(o.Versions), string(convert.FinalVersions)) },
			take: func(to, was *convert.Options) { to.Versions = was.Versions },
		},
		{
			name: "leavers", usual: string(convert.KeepLeavers),
			text: func(o *convert.Options) string { return unlessUsual(string(o.Leavers), string(convert.KeepLeavers)) },
			take: func(to, was *convert.Options) { to.Leavers = was.Leavers },
		},
		{
			name: "partition-by", usual: string(convert.NotPartitioned), files: true, fits: inParts,
			text: func(o *convert.Options) string {
				return unlessUsual(string(o.PartitionBy), string(convert.NotPartitioned))
			},
			take: func(to, was *convert.Options) { to.PartitionBy = was.PartitionBy },
		},
		{
			name: "file-size", usual: fmt.Sprint(dataset.DefaultFileSize), files: true, fits: inParts,
			text: func(o *convert.Options) string {
				return unlessUsual(fmt.Sprint(o.FileSize), "0", fmt.Sprint(dataset.DefaultFileSize))
			},
			take: func(to, was *convert.Options) { to.FileSize = was.FileSize },
		},
		{
			name: "sort", usual: "false", files: true, fits: inParts,
			text: func(o *convert.Options) string { return onIf(o.Sort) },
			take: func(to, was *convert.Options) { to.Sort = was.Sort },
		},
		{
			name: "bloom-filters", usual: "false", files: true, fits: isParquet,
			text: func(o *convert.Options) string { return onIf(o.BloomFilters) },
			take: func(to, was *convert.Options) { to.BloomFilters = was.BloomFilters },
		},
		{
			name: "row-group-rows", usual: fmt.Sprint(dataset.DefaultRowGroupRows), files: true, fits: isParquet,
			text: func(o *convert.Options) string {
				return unlessUsual(fmt.Sprint(o.RowGroupRows), "0", fmt.Sprint(dataset.DefaultRowGroupRows))
			},
			take: func(to, was *convert.Options) { to.RowGroupRows = was.RowGroupRows },
		},
		{
			name: "layout", usual: convert.FixedOptions{}.Layout.String(), files: true, fits: isFixed,
			text: func(o *convert.Options) string {
				return unlessUsual(o.Fixed.Layout.String(), convert.FixedOptions{}.Layout.String())
			},
			take: func(to, was *convert.Options) { to.Fixed.Layout = was.Fixed.Layout },
		},
		{
			name: "aco", usual: "none", files: true, fits: isFixed,
			text: func(o *convert.Options) string { return o.Fixed.ACO },
			take: func(to, was *convert.Options) { to.Fixed.ACO = was.Fixed.ACO },
		},
		{
			name: "program", usual: "that of the ID", files: true, fits: isFixed,
			text: func(o *convert.Options) string { return string(o.Fixed.Program) },
			take: func(to, was *convert.Options) { to.Fixed.Program = was.Fixed.Program },
		},
		{
			name: "runout", usual: "false", files: true, fits: isFixed,
			text: func(o *convert.Options) string { return onIf(o.Fixed.Runout) },
			take: func(to, was *convert.Options) { to.Fixed.Runout = was.Fixed.Runout },
		},
	}
}

// unlessUsual returns a text that is not one of the usual ones, or "".
func unlessUsual(text string, usual ...string) string {
	if slices.Contains(usual, text) {
		return ""
	}
	return text
}

// limitTexts are the values of --limit.
func limitTexts(limits convert.Limits) []string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		texts = append(texts, fmt.Sprintf("%s=%d", name, limits[name]))
	}
	return texts
}

// keptOptions returns the options with which the tables of a lake were made, or nil if it
// has none that were made of its log.
func keptOptions(dir string) (*convert.Options, error) {
	m, err := readManifest(dir)
	if err != nil || m == nil || len(m.Runs) == 0 || m.Format == convert.DuckDB {
		return nil, err
	}
	was := &convert.Options{}
	err = was.Restore(m)
	if err == nil {
		err = was.RestoreFiles(m)
	}
	if err != nil {
		return nil, &exitError{code: exitcode.Output, err: fmt.Errorf("data set %s: %w", dir, err)}
	}
	return was, nil
}

// useKept sets the flags of cclf sync that are not on the command line, in the environment
// or in the configuration file, to what the lake has.
func (s *settings) useKept(cmd *cli.Command, was *convert.Options) error {
	var found []setting
	where := blob.Join(blob.Clean(cmd.String("out")), dataset.ManifestFile)
	keep := func(name string, values ...string) {
		if cmd.IsSet(name) || len(values) == 0 || values[0] == "" {
			return
		}
		for _, f := range cmd.Flags {
			if slices.Contains(f.Names(), name) {
				found = append(found, setting{flag: f, values: values, where: where + ": " + name})
			}
		}
	}
	format, sameProfile := was.Format, true
	if cmd.IsSet("format") {
		format = convert.Format(cmd.String("format"))
	}
	if cmd.IsSet("profile") {
		sameProfile = profileOf(cmd.String("profile")) == was.Profile
	}
	for _, f := range keptFlags() {
		if f.fits != nil && !f.fits(format) || f.name == "tables" && !sameProfile {
			continue
		}
		keep(f.name, f.text(was))
	}
	keep("limit", limitTexts(was.Limits)...)
	return s.set(cmd, found)
}

// keep takes over what a lake has, before the flags are parsed.
func (l *lakeOptions) keep(e *env, cmd *cli.Command) (err error) {
	if l.was, err = keptOptions(blob.Clean(cmd.String("out"))); err != nil || l.was == nil {
		return err
	}
	return e.settings.useKept(cmd, l.was)
}

// keepColumns takes over the additional columns, which no flag has as a text.
func (l *lakeOptions) keepColumns(cmd *cli.Command, o *convert.Options) {
	if l.was != nil && !cmd.IsSet("extra-columns") && l.was.Profile == o.Profile && o.Format != convert.Fixed {
		o.ExtraColumns = l.was.ExtraColumns
	}
}

// noteChanges says what is other than it was: once, since then the lake has it.
func (l *lakeOptions) noteChanges(e *env, now *convert.Options) {
	if l.was == nil {
		return
	}
	var files, rows []string
	for _, f := range keptFlags() {
		before, after := f.text(l.was), f.text(now)
		if before == after {
			continue
		}
		if before == "" {
			before = f.usual
		}
		if after == "" {
			after = f.usual
		}
		change := fmt.Sprintf("--%s from %s to %s", f.name, before, after)
		if f.files {
			files = append(files, change)
		} else {
			rows = append(rows, change)
		}
	}
	if !slices.Equal(limitTexts(l.was.Limits), limitTexts(now.Limits)) {
		rows = append(rows, "--limit")
	}
	if !slices.EqualFunc(l.was.ExtraColumns, now.ExtraColumns, func(a, b schema.ExtraColumn) bool { return a.String() == b.String() }) {
		rows = append(rows, "--extra-columns")
	}
	if len(files) > 0 {
		e.note(now.Out + " changes " + strings.Join(files, ", ") + ": all files are rewritten")
	}
	if len(rows) > 0 {
		e.note(now.Out + " changes " + strings.Join(rows, ", ") + ": tables and rows of earlier runs change, too")
	}
}
