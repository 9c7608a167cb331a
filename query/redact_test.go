//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestErrorsHaveNoValues checks that messages say what failed and where, without
// values of claims.
func TestErrorsHaveNoValues(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{
		"cclf1/part-00000.csv": "cur_clm_uniq_id,clm_pmt_amt,bene_mbi_id\n1,12.5,1EG4TE5MK73\n2,JOHN SMITH,1EG4\n",
		"cclf2/part-00000.csv": "cur_clm_uniq_id,clm_line_num\n1EG4TE5MK73\n\"JOHN SMITH,1\n",
		"cclf8/part-00000.csv": "bene_mbi_id,bene_1st_name\n1EG4TE5MK73,SMITH\n",
	})
	for _, tt := range []struct{ sql, want string }{
		{"FROM cclf1", "Conversion Error: a value cannot be converted to DECIMAL, in column clm_pmt_amt, in line 3 of part-00000.csv"},
		{"FROM cclf2", "Invalid Input Error: a value is invalid for the operation, in line 2 of part-00000.csv"},
		{"SELECT 'JOHN SMITH'::INT", "Conversion Error: a value cannot be converted to INT32 (line 1, column 20 of the SQL)"},
		{"\nSELECT bene_mbi_id::INT FROM cclf8", "Conversion Error: a value cannot be converted to INT32, in column bene_mbi_id (line 2"},
		{"SELECT CAST(bene_mbi_id AS DATE) FROM cclf8", "in column bene_mbi_id"},
		{"SELECT bene_mbi_id::DECIMAL(3,1) FROM cclf8", "to DECIMAL(3,1), in column bene_mbi_id"},
		{"SELECT strptime(bene_mbi_id, '%Y') FROM cclf8", "Invalid Input Error: a value is invalid"},
		{"SELECT json_extract(bene_mbi_id, 'x') FROM cclf8", "Invalid Input Error: a value is invalid"},
		{"SELECT error(bene_1st_name) FROM cclf8", "Invalid Input Error: "},
		{"SELECT nonsense FROM cclf1", `Binder Error: Referenced column "nonsense" not found in FROM clause!`},
		{`FROM cclf8 WHERE bene_1st_name = "SMITH"`, `Binder Error: Referenced column "..." not found`},
		{`FROM cclf8 WHERE bene_1st_name = "smith" AND "JOHN SMITH" = 1`, `Binder Error: Referenced column "..." not found`},
		{"FROM cclf8 WHERE bene_mbi_id = '1EG4TE5MK73", `Parser Error: unterminated quoted string at or near "..." (line 1, column 32 of the SQL)`},
		{"SELEC 'JOHN SMITH'", `Parser Error: syntax error at or near "SELEC" (line 1, column 1 of the SQL)`},
		{"FROM 'JOHN SMITH'", "Catalog Error: Table with name ... does not exist!"},
		{"FROM cclf8 WHERE 'JOHN SMITH' IN (SELECT x FROM y)", "Catalog Error: Table with name y does not exist!"},
		{"SELECT least('JOHN SMITH', 1EG4TE5MK73)", "Error: "},
		{"CREATE TEMP TABLE t (a TEXT PRIMARY KEY); INSERT INTO t SELECT '1EG4TE5MK73' FROM range(2)", "Constraint Error: a constraint is violated"},
		{"SELECT 9223372036854775807 + 12345678", "Out of Range Error: a value is out of range"},
		{"FROM read_csv('/JOHN SMITH.csv')", "Permission Error: "},
		{"SET threads = 12345678", "the configuration has been locked"},
	} {
		err := db.Run(t.Context(), tt.sql, func(rows *Rows) error {
			for rows.Next() {
			}
			return rows.Err()
		})
		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Errorf("%s: %v is no Error", tt.sql, err)
			continue
		}
		if !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n%s\nwant %q", tt.sql, err, tt.want)
		}
		// Wrapped errors have no values either: a logger can walk the chain.
		for chain := error(e); chain != nil; chain = errors.Unwrap(chain) {
			for _, value := range []string{"JOHN", "SMITH", "smith", "1EG4", "12345678", "EG4TE"} {
				if strings.Contains(chain.Error(), value) {
					t.Errorf("%s:\n%s\nhas the value %q", tt.sql, chain, value)
				}
			}
		}
		if e.Detail() == "" {
			t.Errorf("%s: no detail", tt.sql)
		}
	}
}

func TestDetail(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	err := db.Run(t.Context(), "SELECT 'JOHN SMITH'::INT", drain)
	e, ok := errors.AsType[*Error](err)
	if !ok || !strings.Contains(e.Detail(), "'JOHN SMITH' to INT32") {
		t.Errorf("%v: detail %q", err, e.Detail())
	}
}

// A statement that is interrupted has not failed: its context has ended.
func TestInterrupted(t *testing.T) {
	for _, err := range []error{engineError("INTERRUPT Error: Interrupted!"), fmt.Errorf("driver: %w", engineError("INTERRUPT Error: Interrupted!"))} {
		if got := sqlError(err); !errors.Is(got, context.Canceled) {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// DuckDB can lack the memory to start. That is no failure of its own kind.
func TestStartWithoutMemory(t *testing.T) {
	err := startError(errors.New("database/sql/driver: could not connect to database: Out of Memory Error: Allocation failure"))
	if !errors.Is(err, ErrOutOfMemory) {
		t.Errorf("got %v", err)
	}
	if err := startError(errors.New("could not connect to database: IO Error: x")); errors.Is(err, ErrOutOfMemory) {
		t.Errorf("got %v", err)
	}
}
