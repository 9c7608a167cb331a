package main

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

func TestMain(m *testing.M) {
	if os.Getenv("CCLF_TEST_CRASH") != "" {
		crash()
	}
	if os.Getenv("CCLF_TEST_MAIN") != "" {
		main() // does not return
	}
	testscript.Main(m, map[string]func(){"cclf": func() {
		minio.DefaultRetryUnit, minio.DefaultRetryCap = time.Millisecond, 5*time.Millisecond
		if os.Getenv(serverVariable) != "" {
			serveScript()
			return
		}
		main()
	}})
}

// concurrentScripts are the scripts of commands that start goroutines of their own, unless
// tests in this process start them (cclf run: TestRunWhileFetching). Those of the packages
// are tested there, the server of cclf sandbox with package fetch.
var concurrentScripts = []string{"convert-interrupt"}

// TestScripts runs the scripts in testdata/script. They use the program as a
// user would. Exports have one beneficiary, and conversions the tables that are
// looked at, unless what is checked needs more: each start of the program (exec, not call),
// each query and each table take time. With the race detector, in which the program is ten times as slow,
// it runs those that can have races; make test runs all without it.
func TestScripts(t *testing.T) {
	t.Parallel()
	dir, files := "testdata/script", []string(nil)
	if synthtest.UnlessRace(1, 0) == 0 {
		dir = ""
		for _, name := range concurrentScripts {
			files = append(files, filepath.Join("testdata", "script", name+".txtar"))
		}
	}
	testscript.Run(t, withServer(testscript.Params{
		Dir:                 dir,
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"misuse": misuse, "plain": plain, "manifest": manifest,
		},
	}, "testdata/script"))
}

// exits runs a command line as call does. It must end with an exit code:
//
//	exits 4 cclf verify out
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[1] != "cclf" {
		ts.Fatalf("usage: exits code cclf [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := serverOf(ts).call(ts, args[1:])
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// misuse runs a command line that is wrong usage, exit code 2, within this process. It is not in the folder of the script:
// exits 2 is for what needs that, and a file that must not exist afterwards is under $WORK.
//
//	misuse cclf query -d out --jobs 0 'SELECT 1'
func misuse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || args[0] != "cclf" {
		ts.Fatalf("usage: misuse cclf [args...]")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // a command line that is accepted does nothing
	e := newEnv(strings.NewReader(""), ts.Stdout(), ts.Stderr(), func(any) bool { return false })
	e.getenv = ts.Getenv
	code := run(ctx, e, args)
	if code != exitcode.Usage {
		ts.Fatalf("exit code %d, want %d", code, exitcode.Usage)
	}
}

// plain copies data sets to folders with .plain behind their names, where part
// files have names without a hash, which scripts can know:
//
//	plain out
//	grep 60 out.plain/cclf1/part-00000.csv
func plain(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: plain folder...")
	}
	for _, arg := range args {
		from := ts.MkAbs(arg)
		to := from + ".plain"
		ts.Check(os.RemoveAll(to))
		ts.Check(filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			copied := hashOfPart.ReplaceAllString(to+strings.TrimPrefix(name, from), "$1.")
			if err := os.MkdirAll(filepath.Dir(copied), 0o700); err != nil {
				return err
			}
			return os.WriteFile(copied, text, 0o600)
		}))
	}
}

var hashOfPart = regexp.MustCompile(`(part-[0-9]{5})-[0-9a-f]{12}\.`)

// partPath is where the first part file of a table is.
func partPath(t *testing.T, dir, table, format string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, table, "part-00000-*."+format))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%s: %v, %v", table, paths, err)
	}
	return paths[0]
}

// manifest makes data sets of folders with tables: it adds to _manifest.json
// what a reader needs.
//
//	manifest out
func manifest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: manifest folder...")
	}
	for _, arg := range args {
		dir := ts.MkAbs(arg)
		m := dataset.Manifest{Format: dataset.CSV}
		file := filepath.Join(dir, dataset.ManifestFile)
		if text, err := os.ReadFile(file); err == nil {
			ts.Check(json.Unmarshal(text, &m))
		}
		m.SchemaVersion = dataset.SchemaVersion
		parts, err := filepath.Glob(filepath.Join(dir, "*", "part-*"))
		ts.Check(err)
		for _, part := range parts {
			info, err := os.Stat(part)
			ts.Check(err)
			rel, err := filepath.Rel(dir, part)
			ts.Check(err)
			if filepath.Ext(part) == ".parquet" {
				m.Format = dataset.Parquet
			}
			name := filepath.Base(filepath.Dir(part))
			if n := len(m.Tables); n == 0 || m.Tables[n-1].Name != name {
				m.Tables = append(m.Tables, dataset.Table{Name: name})
			}
			last := &m.Tables[len(m.Tables)-1]
			last.Files = append(last.Files, dataset.File{Name: filepath.ToSlash(rel), Size: info.Size()})
		}
		text, err := json.Marshal(m)
		ts.Check(err)
		ts.Check(os.MkdirAll(dir, 0o700))
		ts.Check(os.WriteFile(file, text, 0o600))
	}
}
