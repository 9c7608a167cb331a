//go:build cgo

package reconcile

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
)

// writeTables writes tables in CSV: folders and the lines of their files.
func writeTables(t *testing.T, tables map[string][]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, lines := range tables {
		folder := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "part-00000.csv"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func dollars(s string) *json.Number {
	n := json.Number(s)
	return &n
}

func TestDiff(t *testing.T) {
	const (
		claims   = "CUR_CLM_UNIQ_ID,BENE_MBI_ID,CLM_PMT_AMT,PRNCPL_DGNS_CD"
		lines    = "CUR_CLM_UNIQ_ID,CLM_LINE_NUM,CLM_LINE_CVRD_PD_AMT,CLM_LINE_SRVC_UNIT_QTY"
		versions = "RESOURCE_ID,STATUS,SOURCE_FILE,SOURCE_LINE"
	)
	tests := []struct {
		name          string
		first, second map[string][]string
		want          []TableChanges
	}{
		{
			name:   "equal in another order",
			first:  map[string][]string{"cclf1": {claims, "1,A,10.00,E119", "2,B,5.00,"}},
			second: map[string][]string{"cclf1": {claims, "2,B,5.00,", "1,A,10.00,E119"}},
		},
		{
			name:   "added, removed, changed",
			first:  map[string][]string{"cclf1": {claims, "1,A,10.00,E119", "2,B,5.00,I10", "3,C,7.50,", "4,D,,I10"}},
			second: map[string][]string{"cclf1": {claims, "1,A,12.25,I10", "2,B,5.00,I10", "4,D,-1.10,I10", "5,E,100.01,"}},
			want: []TableChanges{{
				Table: "cclf1", Added: 1, Removed: 1, Changed: 2,
				Columns: []ColumnChange{{"CLM_PMT_AMT", 2, dollars("1.15")}, {"PRNCPL_DGNS_CD", 1, nil}},
				Amounts: []AmountChange{{"CLM_PMT_AMT", "100.01", "7.50", "1.15"}},
			}},
		},
		{
			name:   "amounts that cancel out are changes",
			first:  map[string][]string{"cclf1": {claims, "1,A,10.00,", "2,B,5.00,"}},
			second: map[string][]string{"cclf1": {claims, "1,A,5.00,", "2,B,10.00,"}},
			want: []TableChanges{{
				Table: "cclf1", Changed: 2, Amounts: []AmountChange{},
				Columns: []ColumnChange{{"CLM_PMT_AMT", 2, dollars("0.00")}},
			}},
		},
		{
			name:   "quantities are no dollars",
			first:  map[string][]string{"cclf5": {lines, "1,1,3.00,1.0000", "1,2,3.00,1.0000"}},
			second: map[string][]string{"cclf5": {lines, "1,1,3.00,1.0000", "1,2,3.00,2.5000"}},
			want: []TableChanges{{
				Table: "cclf5", Changed: 1, Amounts: []AmountChange{},
				Columns: []ColumnChange{{"CLM_LINE_SRVC_UNIT_QTY", 1, nil}},
			}},
		},
		{
			name:   "equal rows are paired first, of rows with equal keys",
			first:  map[string][]string{"cclf1": {claims, "1,A,10.00,", "1,A,20.00,", "1,A,30.00,"}},
			second: map[string][]string{"cclf1": {claims, "1,A,30.00,", "1,A,10.50,"}},
			want: []TableChanges{{
				Table: "cclf1", Removed: 1, Changed: 1,
				Columns: []ColumnChange{{"CLM_PMT_AMT", 1, dollars("0.50")}},
				Amounts: []AmountChange{{"CLM_PMT_AMT", "0.00", "20.00", "0.50"}},
			}},
		},
		{
			name:   "the same row twice",
			first:  map[string][]string{"cclf1": {claims, "1,A,10.00,", "1,A,10.00,"}},
			second: map[string][]string{"cclf1": {claims, "1,A,10.00,"}},
			want: []TableChanges{{
				Table: "cclf1", Removed: 1, Columns: []ColumnChange{},
				Amounts: []AmountChange{{"CLM_PMT_AMT", "0.00", "10.00", "0.00"}},
			}},
		},
		{
			name:   "missing keys are equal",
			first:  map[string][]string{"cclf5": {lines, "1,,3.00,", ",,4.00,"}},
			second: map[string][]string{"cclf5": {lines, "1,,2.00,", ",,4.00,"}},
			want: []TableChanges{{
				Table: "cclf5", Changed: 1,
				Columns: []ColumnChange{{"CLM_LINE_CVRD_PD_AMT", 1, dollars("-1.00")}},
				Amounts: []AmountChange{{"CLM_LINE_CVRD_PD_AMT", "0.00", "0.00", "-1.00"}},
			}},
		},
		{
			name:   "the file and line of a row do not count",
			first:  map[string][]string{"claims": {versions, "r1,active,a.ndjson,1", "r2,active,a.ndjson,2"}},
			second: map[string][]string{"claims": {versions, "r1,active,b.ndjson,7", "r2,cancelled,b.ndjson,8"}},
			want: []TableChanges{{
				Table: "claims", Changed: 1, Amounts: []AmountChange{},
				Columns: []ColumnChange{{"STATUS", 1, nil}},
			}},
		},
		{
			name:   "the delivery of a row does not count",
			first:  map[string][]string{"cclf1": {claims + ",FILE_NAME,FILE_DATE", "1,A,10.00,,P.D250101,2025-01-01"}},
			second: map[string][]string{"cclf1": {claims + ",FILE_NAME,FILE_DATE", "1,A,10.00,,P.D250201,2025-02-01"}},
		},
		{
			name:   "a table that one side lacks",
			first:  map[string][]string{"cclf1": {claims, "1,A,10.00,"}},
			second: map[string][]string{"cclf1": {claims, "1,A,10.00,"}, "cclf5": {lines, "1,1,3.00,1.0000"}, "mine": {"x", "1", "2"}},
			want: []TableChanges{
				{
					Table: "cclf5", Added: 1, Columns: []ColumnChange{},
					Amounts: []AmountChange{{"CLM_LINE_CVRD_PD_AMT", "3.00", "0.00", "0.00"}},
				},
				{Table: "mine", Added: 2, Columns: []ColumnChange{}, Amounts: []AmountChange{}},
			},
		},
		{
			name:   "a table without a key",
			first:  map[string][]string{"mine": {"x,y", "1,a", "1,a", "2,b"}},
			second: map[string][]string{"mine": {"x,y", "1,a", "2,c", "3,d"}},
			want:   []TableChanges{{Table: "mine", Added: 2, Removed: 2, Columns: []ColumnChange{}, Amounts: []AmountChange{}}},
		},
		{
			name:   "partially adjudicated claims",
			first:  map[string][]string{"partially_adjudicated/cclf1": {claims, "1,A,10.00,"}},
			second: map[string][]string{"partially_adjudicated/cclf1": {claims, "1,A,11.00,", "2,A,1.00,"}},
			want: []TableChanges{{
				Table: "partially_adjudicated/cclf1", Added: 1, Changed: 1,
				Columns: []ColumnChange{{"CLM_PMT_AMT", 1, dollars("1.00")}},
				Amounts: []AmountChange{{"CLM_PMT_AMT", "1.00", "0.00", "1.00"}},
			}},
		},
		{
			name:   "a column that one side lacks",
			first:  map[string][]string{"cclf1": {claims, "1,A,10.00,"}},
			second: map[string][]string{"cclf1": {claims + ",MINE", "1,A,11.00,,x"}},
			want: []TableChanges{{
				Table: "cclf1", Changed: 1, NotCompared: []string{"MINE"},
				Columns: []ColumnChange{{"CLM_PMT_AMT", 1, dollars("1.00")}},
				Amounts: []AmountChange{{"CLM_PMT_AMT", "0.00", "0.00", "1.00"}},
			}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			changes, err := Diff(context.Background(), writeTables(t, tt.first), writeTables(t, tt.second), query.Options{NoManifest: true, Threads: 1})
			if err != nil {
				t.Fatal(err)
			}
			var got []TableChanges
			for _, c := range changes.Tables {
				if c.Added+c.Removed+c.Changed > 0 {
					got = append(got, c)
				}
			}
			if !reflect.DeepEqual(got, tt.want) {
				g, _ := json.Marshal(got)
				w, _ := json.Marshal(tt.want)
				t.Errorf("got  %s\nwant %s", g, w)
			}
			if changes.Equal() != (len(tt.want) == 0) {
				t.Errorf("Equal() = %v", changes.Equal())
			}
			if len(changes.Tables) < 15 {
				t.Errorf("only %d tables", len(changes.Tables))
			}
		})
	}
}

// TestDiffTypes compares a column of numbers with one of text, as CSV has in a
// table that is not of the schema.
func TestDiffTypes(t *testing.T) {
	ctx := context.Background()
	first := writeTables(t, map[string][]string{"mine": {"x,y", "1,a", "2,b", "3,c"}})
	second := filepath.Join(t.TempDir(), "second")
	if err := os.MkdirAll(filepath.Join(second, "mine"), 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "COPY (SELECT unnest([1, 2, 4]) AS x, unnest(['a', 'b', 'c']) AS y) TO '"+filepath.Join(second, "mine", "part-00000.parquet")+"'")
	if err != nil {
		t.Fatal(err)
	}
	for _, dirs := range [][2]string{{first, second}, {second, first}} {
		changes, err := Diff(ctx, dirs[0], dirs[1], query.Options{NoManifest: true})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(changes.Tables, func(c TableChanges) bool { return c.Table == "mine" })
		if got := changes.Tables[i]; got.Added != 1 || got.Removed != 1 {
			t.Errorf("%+v", got)
		}
	}
}

func TestOneKind(t *testing.T) {
	tests := []struct {
		name          string
		first, second *dataset.Manifest
		want          string
	}{
		{"equal", &dataset.Manifest{APIs: []string{"v2"}}, &dataset.Manifest{APIs: []string{"v2"}}, ""},
		{"versions in another order", &dataset.Manifest{APIs: []string{"v1", "v2"}}, &dataset.Manifest{APIs: []string{"v2", "v1"}}, ""},
		{"empty", &dataset.Manifest{}, &dataset.Manifest{APIs: []string{"v2"}}, ""},
		{"no manifest", nil, &dataset.Manifest{Profile: "tuva"}, ""},
		{"profiles alike", &dataset.Manifest{Profile: "tuva"}, &dataset.Manifest{Profile: "tuva"}, ""},
		{"source", &dataset.Manifest{}, &dataset.Manifest{Source: "cclf"}, "the first is made from an export of BCDA, the second from a CCLF delivery"},
		{"map", &dataset.Manifest{}, &dataset.Manifest{Source: "migration"}, "the first is made from an export of BCDA, the second from other data sets"},
		{"profile", &dataset.Manifest{}, &dataset.Manifest{Profile: "tuva"}, "the first has CCLF tables, the second the tables of profile tuva"},
		{"API version", &dataset.Manifest{APIs: []string{"v2"}}, &dataset.Manifest{APIs: []string{"v3"}}, "the first is of API version v2, the second of v3"},
		{"increment", &dataset.Manifest{}, &dataset.Manifest{Increment: true}, "the first has all data, the second only what changed since some time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := oneKind([2]*dataset.Manifest{tt.first, tt.second})
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (!errors.Is(err, ErrIncomparable) || !strings.HasSuffix(err.Error(), tt.want)):
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
