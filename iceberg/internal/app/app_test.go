package app

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
)

// write publishes a data set with one table of one row.
func write(t *testing.T, dir string, format dataset.Format, mode fs.FileMode) {
	t.Helper()
	w, err := dataset.Create(dir, format, dataset.Options{Overwrite: true, FileMode: mode})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	tables, err := w.Tables(dataset.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tw := tables.Add(dataset.Target{Name: "cclf9", Table: &schema.Table{Name: "cclf9", Fields: []schema.Field{{Label: "PRVS_NUM", Type: schema.Type{Kind: schema.Text}}}}})
	rec, _, err := array.RecordFromJSON(memory.DefaultAllocator, tw.Schema, strings.NewReader(`[{"PRVS_NUM":"x"}]`))
	if err != nil {
		t.Fatal(err)
	}
	if err := tw.Write(rec.Columns()); err != nil {
		t.Fatal(err)
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	m := &dataset.Manifest{Version: "test", Format: format}
	if m.Tables, m.Files, err = tables.Finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.Commit(m); err != nil {
		t.Fatal(err)
	}
}

// run runs a command line and checks its exit code, and texts against patterns.
func run(t *testing.T, code int, stdout, stderr string, args ...string) string {
	t.Helper()
	var out, words bytes.Buffer
	if got := Run(t.Context(), "v1", append([]string{"cclf-iceberg"}, args...), &out, &words); got != code {
		t.Errorf("%q: exit code %d, expected %d: %s", args, got, code, words.String())
	}
	for pattern, text := range map[string]string{stdout: out.String(), stderr: words.String()} {
		if !regexp.MustCompile(pattern).MatchString(text) {
			t.Errorf("%q: %q does not match %q", args, text, pattern)
		}
	}
	return out.String()
}

func TestCommands(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	write(t, dir, dataset.Parquet, 0o640)
	run(t, exitcode.OK, `cclf\.cclf9 +1 +1 +1 +0 +\d+\n`, `^$`, "publish", "-d", dir)
	run(t, exitcode.OK, `cclf\.cclf9 +1 +1 +0 +0 +unchanged\n`, `^$`, "publish", "--data", dir)
	run(t, exitcode.OK, `cclf\.cclf9 +\d+ +\S+Z +1 +1 +yes\n`, `^$`, "snapshots", "-d", dir)
	run(t, exitcode.OK, `cclf9 +0 +1 +0 +0\n`, `^$`, "expire", "-d", dir, "--keep", "1")

	var list []struct {
		Table    string
		Snapshot int64
	}
	if err := json.Unmarshal([]byte(run(t, exitcode.OK, ``, `^$`, "publish", "-d", dir, "-f", "json")), &list); err != nil || len(list) != 1 || list[0].Table != "cclf9" || list[0].Snapshot == 0 {
		t.Error(list, err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	err := filepath.WalkDir(filepath.Join(dir, "_iceberg"), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o640)
		if d.IsDir() {
			want = 0o750
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, expected %o, as the data set says", name, got, want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestUsage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lake")
	write(t, dir, dataset.CSV, 0)
	run(t, exitcode.OK, `publish +publish the current state`, `^$`)
	run(t, exitcode.OK, `v1`, `^$`, "--version")
	run(t, exitcode.Usage, `^$`, `unknown command "publsh"`, "publsh")
	run(t, exitcode.Usage, ``, `data`, "publish")
	run(t, exitcode.Usage, ``, `unexpected argument "x"`, "publish", "-d", dir, "x")
	run(t, exitcode.Usage, ``, `flag`, "publish", "-d", dir, "--nonsense")
	run(t, exitcode.Usage, ``, `expected sqlite, rest, glue`, "publish", "-d", dir, "--catalog", "hive")
	run(t, exitcode.Usage, ``, `expected table or json`, "publish", "-d", dir, "-f", "csv")
	run(t, exitcode.Usage, ``, `KEY=VALUE`, "publish", "-d", dir, "--property", "uri")
	run(t, exitcode.Usage, ``, `keep`, "expire", "-d", dir)
	run(t, exitcode.Usage, ``, `expected 1 or more`, "expire", "-d", dir, "--keep", "0")
	run(t, exitcode.Usage, ``, `expected a local folder`, "publish", "-d", "s3://bucket/lake")
	run(t, exitcode.Input, `^$`, `its format is csv.*\nhint: convert .*--format parquet`, "publish", "-d", dir)
	run(t, exitcode.Input, `^$`, `no such file`, "publish", "-d", filepath.Join(dir, "none"))
	run(t, exitcode.Unavailable, `^$`, `catalog`, "publish", "-d", dir, "--catalog", "rest", "--property", "uri=http://127.0.0.1:1")
	if _, err := os.Stat(filepath.Join(dir, "cclf9")); err != nil {
		t.Error(err)
	}
}

// TestShell asks for help, manual pages and completions, which are made by the code of cclf.
func TestShell(t *testing.T) {
	t.Setenv("COLUMNS", "")
	run(t, exitcode.OK, `(?s)NAME:\n +cclf-iceberg - .*\n +publish +publish the current.*Exit codes:\n.* 16 +server`, `^$`, "--help")
	run(t, exitcode.OK, `--keep N +number of snapshots to keep, N`, `^$`, "expire", "--help")
	run(t, exitcode.OK, `(?s)^\.TH "CCLF\\-ICEBERG" "1" "" "cclf v1" .*\.B "cclf\\-iceberg\\-publish\(1\)".*\.B "143"`, `^$`, "man")
	run(t, exitcode.OK, `(?s)^\.TH "CCLF\\-ICEBERG\\-EXPIRE" .*\.B "\\-\\-keep N".*\ncclf\\-iceberg\(1\), cclf\(1\)\n$`, `^$`, "man", "expire")
	run(t, exitcode.Usage, `^$`, `unknown command "expier"`, "man", "expier")
	run(t, exitcode.Usage, `^$`, `unknown command "tcsh"`, "completion", "tcsh")
	run(t, exitcode.Usage, `^$`, `unexpected argument "x"`, "completion", "bash", "x")
	run(t, exitcode.OK, `\ncomplete -F _cclf-iceberg cclf-iceberg\n$`, `^$`, "completion", "bash")
	for words, want := range map[string]string{
		"pub": `^publish:publish the`, "publish --catalog ": `^sqlite\nrest\nglue\n$`, "publish -f j": `^json\n$`, "publish -d ": `^:data\n$`, "expire --ke": `^--keep:`,
	} {
		run(t, exitcode.OK, want, `^$`, append(strings.Split(words, " "), "--generate-shell-completion")...)
	}

	dir := filepath.Join(t.TempDir(), "man")
	run(t, exitcode.OK, `^$`, `^$`, "man", "--all", dir)
	pages, err := filepath.Glob(filepath.Join(dir, "cclf-iceberg*.1"))
	if len(pages) != 10 || err != nil { // the program, its 5 commands and 4 shells
		t.Error(pages, err)
	}
}
