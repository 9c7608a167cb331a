package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/cmdline"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

func newVerifyCommand(e *env) *cli.Command {
	var opts verifyOptions
	return &cli.Command{
		Name:      "verify",
		Usage:     "compare a data set with its manifest",
		UsageText: "cclf verify [-d DIR] [options]",
		Description: cmdline.Describe(`
			Reads all files of a data set and compares their SHA-256 and their rows
			with the manifest, and looks for part files that the manifest does not
			list. Prints what was compared, and each file that is missing, unknown or
			changed. Other commands check only names and sizes when they open a data
			set.

			The sets of changes (_changes, see docs/changes.md) are compared too: with
			their manifests, with one another, and with the tables. What a set deletes
			must be what there was before, and what the newest one inserts must be what
			the tables have.`,
			"cclf verify -d out",
			"cclf verify -d claims.duckdb",
		),
		Flags: append([]cli.Flag{dataFlag(&opts.dir)}, opts.result.flags("text", "json")...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			return runVerify(ctx, e, opts)
		},
	}
}

type verifyOptions struct {
	dir    string
	result resultFlags
}

func runVerify(ctx context.Context, e *env, opts verifyOptions) error {
	dir, err := findDataSet("verify", opts.dir)
	if err != nil {
		return err
	}
	v, err := verifyDataSet(ctx, dir)
	if err != nil {
		return err
	}
	if err := opts.result.write(ctx, e, func(e *env) error { return writeVerified(e, dir, v, opts.result.format) }); err != nil {
		return err
	}
	if len(v.Problems) == 0 {
		return nil
	}
	wrong := &exitError{
		code: exitcode.Input,
		err:  fmt.Errorf("verify: %s does not match its manifest: %s", dir, plural(len(v.Problems), "problem")),
		hint: "convert the export again with --overwrite, or restore the data set from a copy",
	}
	if v.BadChanges == len(v.Problems) {
		wrong.err = fmt.Errorf("verify: %s matches its manifest, but its sets of changes do not match theirs: %s", dir, plural(len(v.Problems), "problem"))
		wrong.hint = "restore " + dataset.ChangesFolder + " from a copy, or remove it and load the tables whole"
	}
	return wrong
}

func writeVerified(e *env, dir string, v *dataset.Verified, format string) error {
	if format == "json" {
		result := struct {
			Data     string   `json:"data"`
			Matches  bool     `json:"matches"`
			Compared string   `json:"compared"`
			Problems []string `json:"problems"`
		}{dir, len(v.Problems) == 0, v.Summary(), []string{}}
		for _, p := range v.Problems {
			result.Problems = append(result.Problems, p.Error())
		}
		return writeJSON(e, result)
	}
	var text strings.Builder
	for _, p := range v.Problems {
		fmt.Fprintln(&text, p)
	}
	if len(v.Problems) == 0 {
		fmt.Fprintf(&text, "%s matches its manifest: %s\n", dir, v.Summary())
	}
	_, err := io.WriteString(e.stdout, text.String())
	return err
}

// verifyDataSet compares a data set with its manifest. If a DuckDB file is replaced
// between reading its bytes and its rows, it starts again.
func verifyDataSet(ctx context.Context, dir string) (*dataset.Verified, error) {
	const most = 10
	for try := 1; ; try++ {
		v, err := dataset.Verify(ctx, dir)
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		if err != nil {
			return nil, &exitError{code: dataSetCode(err, exitcode.Input), err: fmt.Errorf("verify: data set %s: %w", dir, err), hint: hintOf(err)}
		}
		if v.Manifest.Format != dataset.DuckDB || len(v.Problems) > 0 {
			return v, nil
		}
		if countDatabase == nil {
			return nil, noDuckDB("verify the rows of a DuckDB file")
		}
		v.Problems, err = countDatabase(ctx, dir, v.Manifest)
		if (err != nil || len(v.Problems) > 0) && try < most && ctx.Err() == nil && v.Replaced() {
			continue
		}
		return v, err
	}
}
