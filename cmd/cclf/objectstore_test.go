package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cclf-tools/cclf/internal/blob/blobtest"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestObjectStoreScripts runs the scripts in testdata/objectstore with an S3 server,
// each with one of its own. The bucket is $BUCKET.
func TestObjectStoreScripts(t *testing.T) {
	if synthtest.UnlessRace(1, 0) == 0 {
		t.Skip("scripts that take long with the race detector")
	}
	t.Parallel()
	testscript.Run(t, objectStoreParams(t, "testdata/objectstore", blobtest.Start))
}

// TestCloudScripts runs the scripts in testdata/cloud with servers of Google's and
// Azure's stores, in the same way.
func TestCloudScripts(t *testing.T) {
	if synthtest.UnlessRace(1, 0) == 0 {
		t.Skip("scripts that take long with the race detector")
	}
	for scheme, start := range map[string]func(testing.TB) *blobtest.Server{"gs": blobtest.StartGCS, "azblob": blobtest.StartAzure} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			start(t) // skips the test, not a script of it, where there is no such server
			testscript.Run(t, objectStoreParams(t, "testdata/cloud", start))
		})
	}
}

// objectStoreParams are for scripts that each have an object store.
func objectStoreParams(t *testing.T, dir string, start func(testing.TB) *blobtest.Server) testscript.Params {
	var servers sync.Map // by bucket; scripts run side by side
	server := func(ts *testscript.TestScript) *blobtest.Server {
		s, _ := servers.Load(ts.Getenv("BUCKET"))
		return s.(*blobtest.Server)
	}
	return withServer(testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			s := start(t)
			bucket := s.Scheme + "://" + s.Bucket
			servers.Store(bucket, s)
			env.Vars = append(append(env.Vars, s.Env()...), "BUCKET="+bucket, "ENDPOINT="+s.URL)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"plain": plain,
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
	}, dir)
}
