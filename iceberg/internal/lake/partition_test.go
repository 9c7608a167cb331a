package lake

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
)

func TestPartitioning(t *testing.T) {
	t.Parallel()
	file := func(name, from, to string) dataset.File {
		return dataset.File{Name: "cclf5/" + name, Rows: 1, MinDate: from, MaxDate: to}
	}
	for _, c := range []struct {
		files  []dataset.File
		want   string
		reason string
	}{
		{[]dataset.File{file("part-00000-0.parquet", "2024-01-01", "2025-01-01")}, "", ""},
		{[]dataset.File{file("service_year=2024/p", "2024-01-01", "2024-12-31"), file("service_year=2025/p", "2025-01-01", "2025-01-01")}, "year service_year", ""},
		{[]dataset.File{file("service_month=2024-12/p", "2024-12-01", "2024-12-31")}, "month service_month", ""},
		{[]dataset.File{file("service_year=__HIVE_DEFAULT_PARTITION__/p", "", ""), file("service_year=2025/p", "2025-01-01", "2025-01-01")}, "year service_year", ""},
		{[]dataset.File{file("service_year=__HIVE_DEFAULT_PARTITION__/p", "2025-01-01", "2025-01-01")}, "", "outside of its folder"},
		{[]dataset.File{file("service_year=2024/p", "2024-01-01", "2025-01-01")}, "", "outside of its folder"},
		{[]dataset.File{file("service_year=2024/p", "", "")}, "", "outside of its folder"},
		{[]dataset.File{file("service_year=2024/p", "2024-01-01", "2024-01-01"), file("service_month=2024-01/p", "2024-01-01", "2024-01-01")}, "", "several ways"},
		{[]dataset.File{file("service_year=2024/p", "2024-01-01", "2024-01-01"), file("p", "2024-01-01", "2024-01-01")}, "", "several ways"},
		{[]dataset.File{file("p", "2024-01-01", "2024-01-01"), file("service_year=2024/p", "2024-01-01", "2024-01-01")}, "", "several ways"},
		{[]dataset.File{file("aco=A1/p", "2024-01-01", "2024-01-01")}, "", "no transform"},
	} {
		p, reason := partitioningOf(dataset.Table{Name: "cclf5", DateColumn: "CLM_LINE_FROM_DT", Files: c.files})
		got := ""
		if p.column != "" {
			got = fmt.Sprintf("%s %s", p.transform, p.name)
		}
		if got != c.want || !strings.Contains(reason, c.reason) || c.reason == "" != (reason == "") {
			t.Errorf("%v: got %q, %q, expected %q, %q", c.files, got, reason, c.want, c.reason)
		}
	}
	if _, reason := partitioningOf(dataset.Table{Name: "cclf5", Files: []dataset.File{file("service_year=2024/p", "2024-01-01", "2024-01-01")}}); reason == "" {
		t.Error("a table without a column of dates is partitioned")
	}
}

// TestPartitioned publishes a table that is divided by year, then by month, then not at
// all.
func TestPartitioned(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first.write(t, dir)
	none := stagePartitioned(t, dir, func(dataset.File) string { return "" })
	s := first.with(2, "cclf5",
		`{"CUR_CLM_UNIQ_ID":"a","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2024-12-30","CLM_LINE_CVRD_PD_AMT":"1.25"}`,
		`{"CUR_CLM_UNIQ_ID":"a","CLM_LINE_NUM":2,"CLM_LINE_FROM_DT":"2024-12-31","CLM_LINE_CVRD_PD_AMT":"2.25"}`,
		`{"CUR_CLM_UNIQ_ID":"b","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":null,"CLM_LINE_CVRD_PD_AMT":"3.25"}`,
		`{"CUR_CLM_UNIQ_ID":"b","CLM_LINE_NUM":2,"CLM_LINE_FROM_DT":null,"CLM_LINE_CVRD_PD_AMT":"4.25"}`,
		`{"CUR_CLM_UNIQ_ID":"c","CLM_LINE_NUM":1,"CLM_LINE_FROM_DT":"2025-03-01","CLM_LINE_CVRD_PD_AMT":"5.25"}`)
	s.write(t, dir)
	for _, c := range []struct {
		key    string
		digits int
		values []string
	}{
		{"service_year", 4, []string{"54", "55", "null"}}, // years from 1970
		{"service_month", 7, []string{"659", "662", "null"}},
		{"", 0, []string{"", "", ""}},
	} {
		p := stagePartitioned(t, dir, func(f dataset.File) string {
			switch {
			case c.key == "":
				return ""
			case f.MinDate == "":
				return c.key + "=" + hiveNull
			}
			return c.key + "=" + f.MinDate[:c.digits]
		})
		same(t, c.key, p.table, 0, s.tables["cclf5"])
		if got := partitionValues(t, p); !slices.Equal(got, c.values) {
			t.Errorf("%s: partitions %q, expected %q", c.key, got, c.values)
		}
	}
	same(t, "before", load(t, dir, "cclf5"), none.Snapshot, first.tables["cclf5"])
}

// stagePartitioned publishes cclf5 as if its files were in the folders that folder
// returns.
func stagePartitioned(t *testing.T, dir string, folder func(dataset.File) string) *publication {
	t.Helper()
	l, err := open(t.Context(), Options{Data: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	set, err := dataset.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	table := set.Manifest.Tables[0]
	refs := set.Files(table)
	table.Files = nil
	for i := range refs {
		refs[i].Name = path.Join("cclf5", folder(refs[i].File), filepath.Base(refs[i].Name))
		table.Files = append(table.Files, refs[i].File)
	}
	p, err := l.stage(t.Context(), table, refs)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.commit(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if len(p.Notes) > 0 {
		t.Errorf("notes: %q", p.Notes)
	}
	return p
}

// partitionValues returns the partition of each file of the current snapshot.
func partitionValues(t *testing.T, p *publication) []string {
	t.Helper()
	tasks, err := p.table.Scan().PlanFiles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, task := range tasks {
		value := ""
		for _, v := range task.File.Partition() {
			if value = fmt.Sprint(v); v == nil {
				value = "null"
			}
		}
		values = append(values, value)
	}
	slices.Sort(values)
	return values
}
