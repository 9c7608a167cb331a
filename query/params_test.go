//go:build cgo

package query

import (
	"database/sql"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParameters(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{"cclf1/part-00000.csv": "CUR_CLM_UNIQ_ID,CLM_THRU_DT,CLM_PMT_AMT,BENE_MBI_ID,OTHR_PRVDR_NPI_NUM\n" +
		"1,2024-01-31,10.10,1EG4TE5MK73,0123456789\n2,2024-02-29,99.99,1EG4TE5MK74,1234567890\n"})
	args := func(pairs ...string) (list []sql.NamedArg) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, sql.Named(pairs[i], pairs[i+1]))
		}
		return list
	}
	for _, tt := range []struct {
		script string
		args   []sql.NamedArg
		want   string
	}{
		{"SELECT cur_clm_uniq_id FROM cclf1 WHERE clm_thru_dt >= $from", args("from", "2024-02-01"), "[[2]]"},
		{"SELECT cur_clm_uniq_id FROM cclf1 WHERE $From <= clm_thru_dt AND clm_thru_dt <= $TO", args("FROM", "2024-01-01", "to", "2024-02-01"), "[[1]]"},
		{"SELECT cur_clm_uniq_id FROM cclf1 WHERE clm_thru_dt BETWEEN $from AND $to", args("to", "2024-12-31", "from", "2024-02-01"), "[[2]]"},
		{"SELECT cur_clm_uniq_id FROM cclf1 WHERE clm_pmt_amt > $x", args("x", "10.10"), "[[2]]"},
		{"SELECT cur_clm_uniq_id FROM cclf1 WHERE clm_pmt_amt = $x", args("x", "10.1"), "[[1]]"},
		{"SELECT cur_clm_uniq_id FROM cclf1 WHERE othr_prvdr_npi_num = $npi", args("npi", "0123456789"), "[[1]]"},
		{"SELECT cur_clm_uniq_id FROM cclf1 WHERE bene_mbi_id IN ($a, $b) ORDER BY 1", args("a", "1EG4TE5MK73", "b", "1EG4TE5MK74"), "[[1] [2]]"},
		{"SELECT cur_clm_uniq_id FROM cclf1 ORDER BY 1 LIMIT $n", args("n", "1"), "[[1]]"},
		{"SELECT $x::INT * 2, $x", args("x", "21"), "[[42 21]]"},
		{"SELECT $x || 'b', year($d::DATE)", args("x", "' OR 1=1 --", "d", "2024-02-29"), "[[' OR 1=1 --b 2024]]"},
		{"CREATE TEMP TABLE t AS SELECT $a AS a; SELECT a, $b FROM t; SELECT 3; SELECT $a, '$none', $$ $none $$ -- $none", args("a", "x", "b", "y"), "[[x y] [3] [x $none  $none ]]"},
		{"EXPLAIN SELECT $a", args("a", "x"), ""},
		{"DROP TABLE t; CREATE TEMP TABLE t (d DATE, n DECIMAL(9,2)); INSERT INTO t VALUES ($d, $n); FROM t", args("d", "2024-02-29", "n", "1.5"), "[[2024-02-29 00:00:00 +0000 UTC 1.50]]"},
	} {
		var got [][]any
		err := db.Run(t.Context(), tt.script, func(rows *Rows) error {
			for rows.Next() {
				got = append(got, append([]any(nil), rows.Values()...))
			}
			return rows.Err()
		}, tt.args...)
		if err != nil {
			t.Errorf("%s: %v", tt.script, err)
		} else if text := fmt.Sprint(got); tt.want != "" && text != tt.want {
			t.Errorf("%s: %s, want %s", tt.script, text, tt.want)
		}
	}
}

// TestParameterErrors checks that nothing runs unless values and parameters match.
func TestParameterErrors(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	for _, tt := range []struct {
		script string
		names  []string
		want   ParameterError
	}{
		{"SELECT $a, $b, $a", nil, ParameterError{Missing: []string{"$a", "$b"}}},
		{"SELECT 1; SELECT $a + ?", []string{"a"}, ParameterError{Missing: []string{"?"}}},
		{"SELECT $1", []string{"a"}, ParameterError{Missing: []string{"$1"}, Unknown: []string{"a"}}},
		{"SELECT '$b', \"$c\", $x$ $d $x$ -- $e", []string{"f", "e"}, ParameterError{Unknown: []string{"e", "f"}}},
	} {
		var args []sql.NamedArg
		for _, name := range tt.names {
			args = append(args, sql.Named(name, "v"))
		}
		err := db.Run(t.Context(), tt.script, func(*Rows) error { t.Errorf("%s: ran", tt.script); return nil }, args...)
		e, ok := errors.AsType[*ParameterError](err)
		if !ok || !errors.Is(err, ErrOptions) {
			t.Errorf("%s: %v", tt.script, err)
		} else if diff := cmp.Diff(tt.want, *e); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.script, diff)
		}
	}
}
