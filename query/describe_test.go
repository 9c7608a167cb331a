//go:build cgo

package query

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/schema"
)

// TestDescribe checks that DESCRIBE shows the descriptions of the columns, in order.
func TestDescribe(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{
		"cclf9/part-00000.csv":                       "prvs_num,crnt_num,note\na,b,c\n",
		"partially_adjudicated/cclf1/part-00000.csv": "cur_clm_uniq_id\n1\n",
		"my_own/part-00000.csv":                      "code\n1\n",
	})
	describe := func(name string) string { return schema.Lookup("cclf9").Field(name).Description }
	cclf9 := [][]any{
		{"prvs_num", "VARCHAR", "YES", nil, nil, nil, describe("PRVS_NUM")},
		{"crnt_num", "VARCHAR", "YES", nil, nil, nil, describe("CRNT_NUM")},
		{"note", "VARCHAR", "YES", nil, nil, nil, nil},
	}
	partial := [][]any{{"cur_clm_uniq_id", "VARCHAR", "YES", nil, nil, nil, schema.Lookup("cclf1").Fields[0].Description}}
	for script, want := range map[string][][]any{
		"DESCRIBE cclf9":                                  cclf9,
		"desc CCLF9;":                                     cclf9,
		"SHOW \"cclf9\"":                                  cclf9,
		"DESCRIBE TABLE main.cclf9":                       cclf9,
		"DESCRIBE\npartially_adjudicated.cclf1":           partial,
		"DESCRIBE my_own":                                 {{"code", "VARCHAR", "YES", nil, nil, nil, nil}},
		"DESCRIBE SELECT crnt_num FROM cclf9":             {{"crnt_num", "VARCHAR", "YES", nil, nil, nil}},
		"CREATE TEMP TABLE cclf2 (a INT); DESCRIBE cclf2": {{"a", "INTEGER", "YES", nil, nil, nil, nil}},
	} {
		if diff := cmp.Diff(want, get(t, db, script)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", script, diff)
		}
	}
	if n := len(get(t, db, "DESCRIBE cclf1")); n != len(schema.Lookup("cclf1").Fields) {
		t.Errorf("a table without files has %d columns", n)
	}
}
