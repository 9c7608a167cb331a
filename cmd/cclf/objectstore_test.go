package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cclf-tools/cclf/internal/blob/blobtest"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestObjectStoreScripts runs the scripts in testdata/objectstore with an S3 server,
// each with one of its own. The bucket is $BUCKET.
func TestObjectStoreScripts(t *testing.T) {
	if synthtest.Fewer(1, 0) == 0 {
		t.Skip("scripts that take long with the race detector")
	}
	t.Parallel()
	servers := map[string]*blobtest.Server{}
	server := func(ts *testscript.TestScript) *blobtest.Server { return servers[ts.Getenv("BUCKET")] }
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/objectstore",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			s := blobtest.Start(t)
			servers["s3://"+s.Bucket] = s
			env.Vars = append(append(env.Vars, s.Env()...), "BUCKET=s3://"+s.Bucket, "ENDPOINT="+s.URL)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "plain": plain,
			// upload FILE-OR-FOLDER KEY
			"upload": func(ts *testscript.TestScript, _ bool, args []string) {
				from := ts.MkAbs(args[0])
				ts.Check(filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
					if err != nil || d.IsDir() {
						return err
					}
					text, err := os.ReadFile(name)
					server(ts).Put(t, args[1]+filepath.ToSlash(strings.TrimPrefix(name, from)), text)
					return err
				}))
			},
			// keys PREFIX lists the objects on standard output, without the hashes of part
			// files.
			"keys": func(ts *testscript.TestScript, _ bool, args []string) {
				for _, key := range server(ts).Keys(t, strings.Join(args, "")) {
					_, _ = ts.Stdout().Write([]byte(hashOfPart.ReplaceAllString(key, "$1.") + "\n"))
				}
			},
			// download KEY FILE
			"download": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), server(ts).Object(t, args[0]), 0o600))
			},
			// uploads fails if there are unfinished uploads.
			"uploads": func(ts *testscript.TestScript, _ bool, _ []string) {
				if n := server(ts).Uploads(t); n != 0 {
					ts.Fatalf("%d unfinished uploads", n)
				}
			},
		},
	})
}
