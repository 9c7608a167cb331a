//go:build cgo

package report

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/query"
)

var shared struct {
	once sync.Once
	dir  string // of everything
	data string // data set
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	closeBrowser()
	if shared.dir != "" {
		_ = os.RemoveAll(shared.dir)
	}
	os.Exit(code)
}

// openShared opens the data set that the tests share: the conversion of a synthetic
// export.
func openShared(t *testing.T) *query.DB {
	t.Helper()
	shared.once.Do(func() {
		ctx := context.Background()
		if shared.dir, shared.err = os.MkdirTemp("", "cclf-report-"); shared.err != nil {
			return
		}
		export := filepath.Join(shared.dir, "export")
		shared.data = filepath.Join(shared.dir, "data")
		if _, shared.err = synth.Write(ctx, synth.Options{Dir: export, API: "v3", Beneficiaries: 30, Seed: 5}); shared.err != nil {
			return
		}
		_, shared.err = convert.Run(ctx, convert.Options{Inputs: []string{export}, Out: shared.data, MaxRejects: -1})
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	db, err := query.Open(context.Background(), shared.data, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
