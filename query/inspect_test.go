//go:build cgo

package query

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// inspectAll profiles tables of a data set with the given files.
func inspectAll(t *testing.T, files map[string]string, tables ...string) []*TableProfile {
	t.Helper()
	db := open(t, files)
	var fills []*TableProfile
	for _, name := range tables {
		fill, err := db.Inspect(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		fills = append(fills, fill)
	}
	return fills
}

func TestInspect(t *testing.T) {
	t.Parallel()
	got := inspectAll(t, map[string]string{
		"cclf1/part-00000.csv": "cur_clm_uniq_id,bene_hic_num,clm_from_dt,clm_pmt_amt,note\n" +
			"1,,2024-02-29,10.50,x\n2,\"  \",2023-01-01,-0.05,y\n3,,,10.50,\n",
		"cclf2/part-00000.parquet":                       "SELECT 7::BIGINT AS CLM_LINE_NUM, '2.5' AS CLM_LINE_SRVC_UNIT_QTY",
		"partially_adjudicated/cclf1/part-00000.parquet": "SELECT 'a' AS CUR_CLM_UNIQ_ID",
	}, "cclf1", "cclf2", "cclf3", "partially_adjudicated.cclf1")
	type column struct {
		Name             string
		Filled, Distinct int64
		Min, Max         any
	}
	var columns [][]column
	for _, fill := range got {
		var list []column
		for _, c := range fill.Columns {
			if !c.Exact {
				t.Errorf("%s.%s: an estimate", fill.Name, c.Name)
			}
			list = append(list, column{c.Name, c.Filled, c.Distinct, c.Min, c.Max})
		}
		columns = append(columns, list)
	}
	want := [][]column{
		{
			{"cur_clm_uniq_id", 3, 3, nil, nil},
			{"bene_hic_num", 0, 0, nil, nil},
			{"clm_from_dt", 2, 2, "2023-01-01", "2024-02-29"},
			{"clm_pmt_amt", 3, 2, json.Number("-0.05"), json.Number("10.50")},
			{"note", 2, 2, nil, nil},
		},
		{
			{"CLM_LINE_NUM", 1, 1, int64(7), int64(7)},
			{"CLM_LINE_SRVC_UNIT_QTY", 1, 1, nil, nil}, // not the type it should have
		},
	}
	if diff := cmp.Diff(want, columns[:2]); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	if n := len(columns[2]); got[2].Rows != 0 || n != len(schema.Lookup("cclf3").Fields) {
		t.Errorf("empty table: %d rows, %d columns", got[2].Rows, n)
	}
	if partial := got[3]; partial.Rows != 1 || partial.Schema != schema.Lookup("cclf1") || !partial.Columns[0].Partial {
		t.Errorf("partially adjudicated claims: %+v", partial)
	}
}

func TestInspectEstimates(t *testing.T) {
	t.Parallel()
	const rows = exactRows + 1
	fill := inspectAll(t, map[string]string{
		"cclf1/part-00000.parquet": fmt.Sprintf("SELECT range::VARCHAR AS CUR_CLM_UNIQ_ID, '60' AS CLM_TYPE_CD FROM range(%d)", rows),
	}, "cclf1")[0]
	id, typ := fill.Columns[0], fill.Columns[1]
	if id.Exact || id.Filled != rows || id.Distinct < rows*8/10 || id.Distinct > rows {
		t.Errorf("%+v, want an estimate of %d", id, rows)
	}
	if typ.Exact || typ.Distinct != 1 {
		t.Errorf("%+v, want an estimate of 1", typ)
	}
}

func TestInspectErrors(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{"cclf1/part-00000.csv": "clm_pmt_amt\nlots\n"})
	for table, want := range map[string]string{
		"nonsense": `unknown table "nonsense"`,
		"cclf1":    "a value cannot be converted",
	} {
		_, err := db.Inspect(t.Context(), table)
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("Inspect(%s): %v, want an Error with %q", table, err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.Inspect(ctx, "cclf2"); !errors.Is(err, context.Canceled) {
		t.Errorf("Inspect after cancellation: %v", err)
	}
}

// TestRanges lists all columns whose range is shown. Before adding a column, think
// of everybody who may see the report.
func TestRanges(t *testing.T) {
	t.Parallel()
	want := strings.Fields(`
		CLM_LINE_NUM CLM_VAL_SQNC_NUM CLM_LINE_DAYS_SUPLY_QTY SOURCE_LINE

		CLM_FROM_DT CLM_THRU_DT CLM_EFCTV_DT CLM_IDR_LD_DT CLM_LINE_FROM_DT CLM_LINE_THRU_DT
		CLM_LINE_INSTNL_REV_CTR_DT CLM_PRCDR_PRFRM_DT CLM_ACTV_CARE_FROM_DT PRVS_ID_EFCTV_DT PRVS_ID_OBSLT_DT
		PD_DT MONTH INFERRED STATUS_DT RECEIVED_DT

		CREATED_DT PA_ADDED_DT PA_RECEIVED_DT PA_SUBMITTED_DT PA_UPDATED_DT PA_DECISION_DT PA_DECISION_EXP_DT UTN_BGN_DT UTN_END_DT
		MR_CNT_BGN_DT MR_CNT_END_DT MR_CNT SRVC_CNT LINE_NUM

		CLM_PMT_AMT CLM_MDCR_INSTNL_TOT_CHRG_AMT CLM_MDCR_IP_PPS_CPTL_IME_AMT CLM_OPRTNL_IME_AMT
		CLM_MDCR_IP_PPS_DSPRPRTNT_AMT CLM_HIPPS_UNCOMPD_CARE_AMT CLM_OPRTNL_DSPRPRTNT_AMT CLM_LINE_SRVC_UNIT_QTY
		CLM_LINE_CVRD_PD_AMT CLM_LINE_ALOWD_CHRG_AMT CLM_LINE_BENE_PMT_AMT CLM_PBP_INCLSN_AMT CLM_PBP_RDCTN_AMT
		CLM_MDCR_DDCTBL_AMT CLM_SQSTRTN_RDCTN_AMT CLM_MDCR_COINSRNC_AMT CLM_BLOOD_LBLTY_AMT CLM_INSTNL_PRFNL_AMT
		CLM_NCVRD_CHRG_AMT CLM_OPRTNL_OUTLR_AMT CLM_MDCR_NEW_TECH_AMT CLM_ISLET_ISOLN_AMT CLM_MIPS_PMT_AMT
		CLM_INSTNL_PER_DIEM_AMT CLM_MDCR_IP_BENE_DDCTBL_AMT

		TOT_RX_CST_AMT PTNT_PAY_AMT CVRD_D_PLAN_PD_AMT NCVRD_PLAN_PD_AMT GDC_BLW_OOPT_AMT GDC_ABV_OOPT_AMT
		OTHR_TROOP_AMT LICS_AMT PLRO_AMT RPTD_GAP_DSCNT_NUM`)
	shown := make(map[string]bool)
	for _, table := range schema.AllTables() {
		for _, f := range table.Fields {
			if hasRange(&f, Column{f.Label, sqlType(&f)}) {
				shown[f.Label] = true
			}
		}
	}
	for _, label := range want {
		if !shown[label] {
			t.Errorf("%s is not shown, or no column", label)
		}
		delete(shown, label)
	}
	for label := range shown {
		t.Errorf("%s is shown, but not among those that may be", label)
	}
	if hasRange(nil, Column{"BIRTHDAYS", "DATE"}) {
		t.Error("a column that nobody knows is shown")
	}
}

// TestNothingPersonal fills all columns of the beneficiary tables, and checks that
// the profiles do not have the values.
func TestNothingPersonal(t *testing.T) {
	t.Parallel()
	files := make(map[string]string)
	for _, name := range []string{"cclf8", "cclf9"} {
		var columns []string
		for _, f := range schema.Lookup(name).Fields {
			value := "'SECRET'"
			switch {
			case strings.HasPrefix(f.Label, "PRVS_ID_"):
				value = "NULL::DATE"
			case f.Kind == schema.Date:
				value = "DATE '1931-11-13'"
			case f.Kind == schema.Int:
				value = "101::BIGINT"
			}
			columns = append(columns, value+" AS "+f.Label)
		}
		files[name+"/part-00000.parquet"] = "SELECT " + strings.Join(columns, ", ")
	}
	for _, table := range inspectAll(t, files, "cclf8", "cclf9") {
		for _, c := range table.Columns {
			c.Field = nil
			found := fmt.Sprintf("%+v", c)
			for _, secret := range []string{"SECRET", "1931", "101"} {
				if strings.Contains(found, secret) {
					t.Errorf("%s is in the profile of %s.%s: %s", secret, table.Name, c.Name, found)
				}
			}
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	field := &schema.Field{
		Cells: [3]schema.Cell{
			{},
			{Source: schema.Absent, Note: "a reason"},
			{Source: schema.Mapped, Expr: "a.b"},
		},
		Partial: schema.Cell{Source: schema.Derived, Expr: "c > d", Note: "a rule"},
	}
	for _, tt := range []struct {
		column ColumnProfile
		apis   []schema.API
		want   string
	}{
		{ColumnProfile{}, schema.APIs[:], "not a field that cclf fills"},
		{ColumnProfile{Field: field, Filled: 1}, schema.APIs[:], ""},
		{ColumnProfile{Field: field}, nil, ""},
		{ColumnProfile{Field: field}, []schema.API{schema.V1}, "not known whether v1 carries it"},
		{ColumnProfile{Field: field}, []schema.API{schema.V2, schema.V3},
			"v2 does not carry it: a reason; v3 carries it, but nothing was found at a.b"},
		{ColumnProfile{Field: field, Partial: true}, []schema.API{schema.V2},
			"v2 carries it, but nothing was found at c > d"},
	} {
		if got := tt.column.Explain(tt.apis); got != tt.want {
			t.Errorf("Explain(%v) = %q, want %q", tt.apis, got, tt.want)
		}
	}
}

func TestAPIs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ listed, want string }{{"", "[]"}, {"v2", "[v2]"}, {"v1 v9 v3", "[v1 v3]"}} {
		dir := t.TempDir()
		describe(t, dir, &dataset.Manifest{Format: dataset.CSV, APIs: strings.Fields(tt.listed)})
		db, err := Open(t.Context(), dir, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(db.APIs()); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.listed, got, tt.want)
		}
		db.Close()
	}
}

// TestCreateTable runs the DDL of package schema, and checks the tables.
func TestCreateTable(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	db := open(t, map[string]string{})
	ctx := t.Context()
	if _, err := db.conn.ExecContext(ctx, "CREATE SCHEMA ddl; USE ddl"); err != nil {
		t.Fatal(err)
	}
	for _, table := range schema.AllTables() {
		if _, err := db.conn.ExecContext(ctx, schema.DuckDB.CreateTable(table, schema.CreateOptions{})); err != nil {
			t.Errorf("%s: %v", table.Name, err)
			continue
		}
		var want [][]any
		for _, f := range table.Fields {
			want = append(want, []any{f.Label, sqlType(&f), f.Description})
		}
		where := " WHERE schema_name = 'ddl' AND table_name = " + quote(table.Name)
		got := get(t, db, "SELECT column_name, data_type, comment FROM duckdb_columns()"+where+" ORDER BY column_index")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("columns of %s (-want +got):\n%s", table.Name, diff)
		}
		got = get(t, db, "SELECT comment FROM duckdb_tables()"+where)
		if diff := cmp.Diff([][]any{{table.Comment()}}, got); diff != "" {
			t.Errorf("comment of %s (-want +got):\n%s", table.Name, diff)
		}
	}
}
