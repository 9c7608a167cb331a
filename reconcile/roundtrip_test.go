//go:build cgo

package reconcile

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/delivery"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// roundTrip makes a synthetic export and returns the data set of its conversion,
// the folder of the delivery made of it, and the data set of its import.
func roundTrip(t *testing.T, api schema.API) (converted, fixed, imported string) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	export := filepath.Join(dir, "export")
	if _, err := synth.Write(ctx, synth.Options{Dir: export, API: api.String(), Beneficiaries: 40, Seed: 3, Traps: true}); err != nil {
		t.Fatal(err)
	}
	converted, imported = filepath.Join(dir, "converted"), filepath.Join(dir, "imported")
	fixed = filepath.Join(dir, "fixed")
	if _, err := convert.Run(ctx, convert.Options{Inputs: []string{export}, Out: converted, MaxRejects: -1}); err != nil {
		t.Fatal(err)
	}
	if _, err := convert.Run(ctx, convert.Options{
		Inputs: []string{export}, Out: fixed, MaxRejects: -1,
		Format: dataset.Fixed, Fixed: dataset.FixedOptions{ACO: "A1234"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := delivery.Import(ctx, delivery.Options{Inputs: []string{fixed}, Out: imported, MaxRejects: -1}); err != nil {
		t.Fatal(err)
	}
	return converted, fixed, imported
}

// TestRoundTrip compares an export with the delivery that is made of it: nothing
// may be missing, and nothing unexplained.
func TestRoundTrip(t *testing.T) {
	for _, api := range schema.APIs {
		t.Run(api.String(), func(t *testing.T) {
			t.Parallel()
			left, _, right := roundTrip(t, api)
			c, err := Compare(context.Background(), left, right, query.Options{})
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
