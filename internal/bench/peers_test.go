package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth"
)

// TestPeersAgree checks that the peers do the same work: their tables are equal.
func TestPeersAgree(t *testing.T) {
	for _, api := range []string{"v2", "v3"} {
		t.Run(api, func(t *testing.T) {
			dir := t.TempDir()
			export := filepath.Join(dir, "export")
			if _, err := synth.Write(t.Context(), synth.Options{Dir: export, API: api, Beneficiaries: 5}); err != nil {
				t.Fatal(err)
			}
			a, b := filepath.Join(dir, "duckdb.parquet"), filepath.Join(dir, "json.parquet")
			if err := runDuckDB(t.Context(), api, export, a, 1); err != nil {
				t.Fatal(err)
			}
			if err := runJSON(api, export, b); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open("duckdb", "")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			var rows, different int
			err = db.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT (SELECT count(*) FROM '%s'), count(*) FROM (
				(SELECT * FROM '%[1]s' EXCEPT ALL SELECT * FROM '%[2]s') UNION ALL
				(SELECT * FROM '%[2]s' EXCEPT ALL SELECT * FROM '%[1]s'))`, a, b)).Scan(&rows, &different)
			if err != nil {
				t.Fatal(err)
			}
			if rows < 300 || different != 0 {
				t.Errorf("%d rows, %d differ", rows, different)
			}
		})
	}
}
