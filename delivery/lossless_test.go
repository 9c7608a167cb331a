package delivery

import (
	"context"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// TestLossless imports records with values in all fields and writes them as
// fixed-width files again: nothing but the order may change.
func TestLossless(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, l := range schema.Layouts() {
		t.Run(l.String(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, uint64(l)))
			d := fakeDelivery{name: "P.A1234.ACO.ZCY25.D250121.T0912345", layout: l, records: map[string][]string{}}
			for _, table := range schema.Tables() {
				d.records[table.File] = randomRecords(t, rng, table.File, l, 40)
			}
			dir := t.TempDir()
			out := filepath.Join(dir, "out")
			r, err := Import(context.Background(), Options{Inputs: []string{d.zip(t, dir)}, Out: out, Format: dataset.Fixed, MaxRejects: -1})
			if err != nil {
				t.Fatal(err)
			}
			if r.Rejected != 0 || r.Manifest.Counts.Misfits != 0 {
				t.Errorf("%d records rejected, %d values blank", r.Rejected, r.Manifest.Counts.Misfits)
			}
			got := fixedFiles(t, out)
			for name, want := range d.members() {
				file := strings.SplitN(strings.SplitN(name, ".ZC", 2)[1], "Y25", 2)[0]
				if sortedLines(got["CCLF"+file]) != sortedLines(want) {
					t.Errorf("CCLF%s differs:\n%.300s\nwant:\n%.300s", file, got["CCLF"+file], want)
				}
			}
		})
	}
}

func sortedLines(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// fixedFiles reads the CCLF files of a data set, by their numbers such as CCLF1,
// whether in a zip file or not.
func fixedFiles(t *testing.T, out string) map[string]string {
	t.Helper()
	var f finder
	defer f.Close()
	if err := f.find(context.Background(), out); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, in := range f.inputs {
		name := nameOf(in)
		if name.File == "" {
			continue
		}
		r, err := in.open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		files[name.File] = string(text)
	}
	return files
}
