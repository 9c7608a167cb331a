//go:build cgo

package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// TestOutputs compares an export with a delivery that lacks a claim, and checks
// the details, the table and the page.
func TestOutputs(t *testing.T) {
	made := roundTrip(t, schema.V3)
	left := made.converted
	lost := plainClaims(t, left)[0]
	d := readDelivery(t, made.fixed)
	d.drop("CCLF1", "CUR_CLM_UNIQ_ID", lost.id)
	right := filepath.Join(t.TempDir(), "right")
	d.importTo(right)
	ctx := context.Background()
	c, err := Compare(ctx, left, right, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := c.Report()

	t.Run("details", func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "details")
		details, err := CreateDetails(t.Context(), out, false)
		if err != nil {
			t.Fatal(err)
		}
		defer details.Close()
		if err := details.Write(ctx, c, "test"); err != nil {
			t.Fatal(err)
		}
		var got []any
		readRows(t, out, "SELECT side, file, left_claim_id, right_claim_id, bene_mbi_id, dollars::VARCHAR, reason FROM differences", func(v []any) { got = append(got, v...) })
		want := []any{"left", "cclf1", lost.id, nil, lost.mbi, negative(lost.dollars), Unexplained}
		if len(got) != len(want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("got %v, want %v", got, want)
			}
		}
		readRows(t, out, `SELECT (SELECT count(*) FROM matches), (SELECT count(*) FROM columns WHERE compared < equal),
			(SELECT sum(left_dollars)::VARCHAR FROM groups), (SELECT sum(in_both + left_only)::BIGINT FROM groups)`, func(v []any) {
			if integer(v[0]) != r.Matched.Claims || integer(v[1]) != 0 || text(v[2]) != r.Left.Dollars.String() || integer(v[3]) != r.Left.Claims {
				t.Errorf("%v, but %+v", v, r.Left)
			}
		})
		err = filepath.WalkDir(out, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := os.Stat(path)
			if err == nil && info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %s", path, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if _, err := Compare(ctx, left, out, query.Options{}); !errors.Is(err, ErrIncomparable) {
			t.Errorf("comparing details: %v", err)
		}
	})
	t.Run("table", func(t *testing.T) {
		var b strings.Builder
		if err := r.WriteTable(&b); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(b.String(), "\n"); n > 40 {
			t.Errorf("%d lines", n)
		}
		checkNoIdentifiers(t, b.String(), lost)
	})
	t.Run("page", func(t *testing.T) {
		hostile := *r
		hostile.Left.Source = "<script>alert(1)</script>"
		var b strings.Builder
		if err := hostile.WriteHTML(&b); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		for _, bad := range []string{"<script>alert", "http://", "https://", "src=", "@import", "url(", "ZgotmplZ"} {
			if strings.Contains(text, bad) {
				t.Errorf("the page has %s", bad)
			}
		}
		for _, part := range []string{"unexplained", "prefers-color-scheme: dark", "@media print", render.Grouped(r.Left.Dollars)} {
			if !strings.Contains(text, part) {
				t.Errorf("the page lacks %s", part)
			}
		}
		checkNoIdentifiers(t, text, lost)
	})
}

func checkNoIdentifiers(t *testing.T, report string, c plainClaim) {
	t.Helper()
	for _, id := range []string{c.id, c.mbi, c.control} {
		if strings.Contains(report, id) {
			t.Errorf("the report has %s", id)
		}
	}
}

func TestMoney(t *testing.T) {
	for _, test := range [][3]string{
		{"0.00", "-0.01", "-0.01"},
		{"1234567.89", "0.11", "1,234,568.00"},
		{"-1000.00", "0.05", "-999.95"},
		{"-5.00", "5.00", "0.00"},
	} {
		if got := render.Grouped(plus(json.Number(test[0]), json.Number(test[1]))); got != test[2] {
			t.Errorf("%s + %s = %s, want %s", test[0], test[1], got, test[2])
		}
	}
}

func TestComparable(t *testing.T) {
	export, other := &dataset.Manifest{}, &dataset.Manifest{Source: dataset.SourceCCLF}
	if err := comparable([2]*dataset.Manifest{export, other}); err != nil {
		t.Error(err)
	}
	for _, m := range []*dataset.Manifest{
		{Profile: dataset.TuvaProfile}, {Increment: true}, {Source: dataset.SourceReconcile}, {Source: dataset.SourceMigration},
	} {
		for _, pair := range [][2]*dataset.Manifest{{export, m}, {m, other}} {
			if err := comparable(pair); !errors.Is(err, ErrIncomparable) {
				t.Errorf("%+v: %v", m, err)
			}
		}
	}
}
