package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// icebergProgram publishes data sets as Iceberg tables. It is a program of its own,
// because its libraries would make cclf twice as large without DuckDB.
const icebergProgram = "cclf-iceberg"

// icebergVariables configure icebergProgram.
var icebergVariables = []string{
	"CCLF_ICEBERG_CATALOG", "CCLF_ICEBERG_WAREHOUSE", "CCLF_ICEBERG_NAMESPACE", "CCLF_ICEBERG_PROPERTIES",
	"CCLF_ICEBERG_CREDENTIAL", "CCLF_ICEBERG_TOKEN",
}

func icebergFlag(on *bool) cli.Flag {
	return &cli.BoolFlag{Name: "iceberg", Usage: "also publish the data set as Iceberg tables, by " + icebergProgram + "; see docs/iceberg.md", Destination: on}
}

// findIceberg returns the path of icebergProgram, which is beside cclf or in PATH. It
// reports why a data set of a format cannot be published.
func findIceberg(command string, format convert.Format) (string, error) {
	if format != convert.Parquet {
		return "", usageErrorf("%s: --iceberg requires --format parquet", command)
	}
	name := icebergProgram
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if self, err := os.Executable(); err == nil {
		beside := filepath.Join(filepath.Dir(self), name)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", &exitError{
			code: exitcode.Usage, err: fmt.Errorf("%s: --iceberg: there is no program %s beside cclf or in PATH", command, icebergProgram),
			hint: "install it, or build it from the source with make iceberg",
		}
	}
	return path, nil
}

// publishIceberg publishes a data set with the program at path.
func publishIceberg(ctx context.Context, e *env, path, out string) error {
	cmd := exec.CommandContext(ctx, path, "publish", "-d", out, "-f", "json")
	// It finishes or undoes what it is doing.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return icebergError(err, stderr.String())
	}
	var tables []struct {
		Table   string
		Changed bool
		Notes   []string
	}
	if err := json.Unmarshal(stdout.Bytes(), &tables); err != nil {
		return fmt.Errorf("iceberg: the answer of %s: %w", path, err)
	}
	changed := 0
	for _, t := range tables {
		if t.Changed {
			changed++
		}
		for _, note := range t.Notes {
			e.note("iceberg: " + t.Table + ": " + note)
		}
	}
	e.note(fmt.Sprintf("iceberg: %d of %s changed and have a new snapshot", changed, plural(len(tables), "table")))
	return nil
}

// icebergError returns the error of a failed icebergProgram, with its exit code, which
// means what it does for cclf.
func icebergError(err error, words string) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.ExitCode() < 0 {
		return fmt.Errorf("iceberg: %w", err)
	}
	msg, hint, _ := strings.Cut(strings.TrimSpace(words), "\nhint: ")
	if msg = strings.TrimPrefix(msg, icebergProgram+": "); msg == "" {
		msg = err.Error()
	}
	const again = "the plain tables are published; cclf-iceberg publish -d OUT publishes them as Iceberg tables"
	if hint == "" {
		hint = again
	} else {
		hint += "\n" + again
	}
	return &exitError{code: exit.ExitCode(), err: errors.New("iceberg: " + msg), hint: hint}
}
