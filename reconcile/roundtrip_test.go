//go:build cgo

package reconcile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/delivery"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// A trip is a synthetic export in three forms. Tests share it, and must not change it.
type trip struct {
	converted string // data set of its conversion
	fixed     string // folder of the delivery made of it
	imported  string // data set of the import of this
}

// trips has the trip of each API version, made when a test first needs it.
var trips = map[schema.API]func() (trip, error){}

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "cclf-reconcile-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, api := range schema.APIs {
		trips[api] = sync.OnceValues(func() (trip, error) { return makeTrip(filepath.Join(dir, api.String()), api) })
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func makeTrip(dir string, api schema.API) (trip, error) {
	ctx := context.Background()
	export := filepath.Join(dir, "export")
	made := trip{converted: filepath.Join(dir, "converted"), fixed: filepath.Join(dir, "fixed"), imported: filepath.Join(dir, "imported")}
	if _, err := synth.Write(ctx, synth.Options{Dir: export, API: api.String(), Beneficiaries: 20, Seed: 3, Traps: true}); err != nil {
		return made, err
	}
	if _, err := convert.Run(ctx, convert.Options{Inputs: []string{export}, Out: made.converted, MaxRejects: -1}); err != nil {
		return made, err
	}
	if _, err := convert.Run(ctx, convert.Options{
		Inputs: []string{export}, Out: made.fixed, MaxRejects: -1,
		Format: dataset.Fixed, Fixed: dataset.FixedOptions{ACO: "A1234"},
	}); err != nil {
		return made, err
	}
	_, err := delivery.Import(ctx, delivery.Options{Inputs: []string{made.fixed}, Out: made.imported, MaxRejects: -1})
	return made, err
}

// roundTrip returns the trip of an API version.
func roundTrip(t *testing.T, api schema.API) trip {
	t.Helper()
	made, err := trips[api]()
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestRoundTrip compares an export with the delivery that is made of it: nothing
// may be missing, and nothing unexplained.
func TestRoundTrip(t *testing.T) {
	for _, api := range schema.APIs {
		t.Run(api.String(), func(t *testing.T) {
			t.Parallel()
			made := roundTrip(t, api)
			c, err := Compare(context.Background(), made.converted, made.imported, query.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			r := c.Report()
			if r.Left.Claims == 0 || r.Left.Claims != r.Right.Claims || r.Matched.Claims != r.Left.Claims || r.Left.Dollars != r.Right.Dollars {
				t.Errorf("left %+v, right %+v, matched %+v", r.Left, r.Right, r.Matched)
			}
			for _, s := range r.Waterfall {
				if s.Reason != "other_system_id" || s.Dollars != "0.00" {
					t.Errorf("%+v", s)
				}
			}
			for _, col := range r.Columns {
				if col.Compared == 0 || col.Equal < col.Compared && col.Reason != "other_system_id" {
					t.Errorf("%+v", col)
				}
			}
		})
	}
}
