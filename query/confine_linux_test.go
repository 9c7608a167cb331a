//go:build cgo

package query

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/confine"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestConfined bypasses the fence and lets DuckDB write to a part file, which it is
// allowed to open. The kernel stops it.
func TestConfined(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	const variable = "CCLF_TEST_CONFINED"
	if dir, temp, ok := strings.Cut(os.Getenv(variable), "\n"); ok {
		unfencedWrite(t, dir, temp)
		return
	}
	dir := dataSet(t, map[string]string{
		"cclf1/part-00000.csv":     "cur_clm_uniq_id\n1\n",
		"cclf2/part-00000.parquet": "SELECT '1' AS cur_clm_uniq_id",
	})
	before := contents(t, dir)
	cmd := exec.Command(os.Args[0], "-test.run", "^TestConfined$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"="+dir+"\n"+t.TempDir())
	out, err := cmd.CombinedOutput()
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("the kernel has no Landlock")
	}
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(before, contents(t, dir)); diff != "" {
		t.Errorf("files changed (-before +after):\n%s", diff)
	}
}

func unfencedWrite(t *testing.T, dir, temp string) {
	db, err := Open(t.Context(), dir, options(dir, Options{Confine: confine.To, TempDir: temp, MemoryLimit: "64MB", Threads: 1}))
	if errors.Is(err, confine.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, sql := range []string{
		"COPY (SELECT 2) TO " + quote(filepath.Join(dir, "cclf1", "part-00000.csv")) + " (USE_TMP_FILE false)",
		"EXPLAIN ANALYZE COPY (SELECT 2) TO " + quote(filepath.Join(dir, "cclf2", "part-00000.parquet")) + " (USE_TMP_FILE false)",
	} {
		if err := db.exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "Permission denied") {
			t.Errorf("%s: %v, want that permission is denied", sql, err)
		}
	}
	// A query still has what it needs: the data set, threads, and room to spill.
	if got := get(t, db, "SELECT count(*) FROM cclf1, cclf2"); got[0][0] != int64(1) {
		t.Errorf("%v", got)
	}
	if err := db.Run(t.Context(), "CREATE TEMP TABLE t AS SELECT repeat('x', 20) || hash(i) AS r FROM range(600000) t(i)", nil); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*", "*")); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}
