package convert

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// synthetic makes an export of simulated beneficiaries.
func synthetic(t *testing.T, beneficiaries int) string {
	t.Helper()
	in := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{Dir: in, API: "v2", Beneficiaries: beneficiaries, Traps: true}); err != nil {
		t.Fatal(err)
	}
	return in
}

// TestPartitions divides files by the month or the year of claims, and compares their
// rows with those of files that are not divided. Several workers make the same files.
func TestPartitions(t *testing.T) {
	synthtest.WithoutRace(t)
	in := synthetic(t, 10)
	convert := func(change func(*Options)) *converted {
		return export{}.convert(t, func(o *Options) {
			o.Inputs = []string{in}
			change(o)
		})
	}
	whole := convert(func(*Options) {})
	for _, by := range []Partition{ServiceYear, ServiceMonth} {
		divided := convert(func(o *Options) { o.PartitionBy, o.fileRows = by, 40 })
		if divided.PartitionBy != by {
			t.Errorf("the manifest says that files are divided by %q", divided.PartitionBy)
		}
		folders := 0
		for i, table := range divided.Tables {
			label := tableOf(table.Name).Partition
			if label == "" {
				if diff := cmp.Diff(whole.Tables[i].Rows, table.Rows); diff != "" || path.Dir(table.Files[0].Name) != table.Name {
					t.Errorf("%s is divided, or differs: %s", table.Name, diff)
				}
				continue
			}
			// A stable sort of all rows by their partition has the same order.
			want := whole.table(t, table.Name)
			value := func(row map[string]string) string { return partitionValue(by, row[label]) }
			slices.SortStableFunc(want, func(a, b map[string]string) int { return strings.Compare(value(a), value(b)) })
			if diff := difference(want, divided.table(t, table.Name)); diff != "" {
				t.Errorf("%s by %s (-whole +divided):\n%s", table.Name, by, diff)
			}
			column, at := strings.ReplaceAll(string(by), "-", "_"), int64(0)
			seen := map[string]int{}
			for _, f := range table.Files {
				got := f.Partition[column]
				folder := table.Name + "/" + column + "=" + got
				if want := fmt.Sprintf("part-%05d-", seen[folder]); path.Dir(f.Name) != folder || !strings.HasPrefix(path.Base(f.Name), want) {
					t.Errorf("%s has partition %v, number %d", f.Name, f.Partition, seen[folder])
				}
				seen[folder]++
				for ; f.Rows > 0; f.Rows-- {
					if v := value(want[at]); v != got {
						t.Errorf("%s has a row of %s", f.Name, v)
					}
					at++
				}
			}
			folders += len(seen)
		}
		if folders < 30 {
			t.Errorf("%d partitions show little", folders)
		}
		alone := convert(func(o *Options) { o.PartitionBy, o.fileRows, o.Jobs, o.batchRows = by, 40, 1, 17 })
		if diff := difference(readTree(t, divided.dir), readTree(t, alone.dir)); diff != "" {
			t.Errorf("files differ with one worker and batches of few rows:\n%s", diff)
		}
	}
}

// tableOf returns a table of the schema by its name in the data set.
func tableOf(name string) *schema.Table { return schema.Lookup(path.Base(name)) }

// partitionValue is the partition of a date.
func partitionValue(by Partition, date string) string {
	switch {
	case date == "":
		return "__HIVE_DEFAULT_PARTITION__" // after all numbers
	case by == ServiceYear:
		return date[:4]
	}
	return date[:7]
}

// TestUnchangedPartitions converts an export again, in which a claim has another month.
// Only the files of the old and of the new month are other ones.
func TestUnchangedPartitions(t *testing.T) {
	claim := func(n, month int) object {
		day := fmt.Sprintf("2024-%02d-05", month)
		return with(someClaim("CARRIER", fmt.Sprint(n), "p"), object{"billablePeriod": object{"start": day, "end": day}})
	}
	var claims []object
	for n := range 24 {
		claims = append(claims, claim(n, 1+n%12))
	}
	out := t.TempDir()
	past := time.Now().Add(-time.Hour).Truncate(time.Second)
	convert := func() map[string]time.Time {
		c := export{"claims.ndjson": lines(claims...), "patient.ndjson": lines(somePatient("p", "1S00A00AA00"))}.convert(t, func(o *Options) {
			o.Out, o.Overwrite, o.PartitionBy = out, true, ServiceMonth
		})
		times := map[string]time.Time{}
		for _, f := range c.Tables[4].Files {
			info, err := os.Stat(filepath.Join(out, f.Name))
			if err != nil {
				t.Fatal(err)
			}
			times[f.Name] = info.ModTime()
		}
		return times
	}
	first := convert()
	for name := range first {
		if err := os.Chtimes(filepath.Join(out, name), past, past); err != nil {
			t.Fatal(err)
		}
	}
	claims[1] = claim(1, 7) // it was of February
	second := convert()
	if len(first) != 12 || len(second) != 12 {
		t.Fatalf("%d and %d files, want one per month", len(first), len(second))
	}
	for _, name := range slices.Sorted(maps.Keys(second)) {
		changed := strings.Contains(name, "=2024-02") || strings.Contains(name, "=2024-07")
		if _, before := first[name]; before == changed || second[name].Equal(past) == changed {
			t.Errorf("%s: it was there before: %t; its time is %v", name, before, second[name])
		}
	}
	// A file that a manifest does not list is an error, in a partition as well.
	stray := filepath.Join(out, "cclf5", "service_month=2024-01", "part-x.csv")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Run(t.Context(), Options{Inputs: []string{synthetic(t, 1)}, Out: out, Overwrite: true, Format: CSV})
	if err == nil || !strings.Contains(err.Error(), "part-x.csv is not a part file") {
		t.Errorf("a file that the manifest does not list: %v", err)
	}
}

// TestSorted sorts the rows of each file.
func TestSorted(t *testing.T) {
	synthtest.WithoutRace(t)
	in := synthetic(t, synthtest.UnlessRace(10, 2))
	convert := func(change func(*Options)) *converted {
		return export{}.convert(t, func(o *Options) {
			o.Inputs = []string{in}
			change(o)
		})
	}
	whole := convert(func(*Options) {})
	sorted := convert(func(o *Options) { o.Sort, o.batchRows, o.Jobs = true, 100, 1 })
	for i, table := range sorted.Tables {
		order := tableOf(table.Name).Order()
		if !slices.Equal(table.SortedBy, order) {
			t.Errorf("%s is sorted by %q", table.Name, table.SortedBy)
		}
		want := whole.table(t, whole.Tables[i].Name)
		slices.SortStableFunc(want, func(a, b map[string]string) int {
			for _, label := range order {
				if c := strings.Compare(nullsLast(a[label]), nullsLast(b[label])); c != 0 {
					return c
				}
			}
			return 0
		})
		if diff := difference(want, sorted.table(t, table.Name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table.Name, diff)
		}
	}
	both := convert(func(o *Options) { o.Sort, o.PartitionBy = true, ServiceYear })
	for _, f := range both.Tables[4].Files {
		one := &converted{dir: both.dir, Manifest: &Manifest{Tables: []ManifestTable{{Name: "cclf5", Rows: f.Rows, Files: []ManifestFiles{f}}}}}
		if mbis := one.column(t, "cclf5", "BENE_MBI_ID"); !slices.IsSortedFunc(mbis, func(a, b string) int {
			return strings.Compare(nullsLast(a), nullsLast(b))
		}) {
			t.Errorf("%s is not sorted", f.Name)
		}
	}
}

func nullsLast(v string) string {
	if v == "" {
		return "\xff"
	}
	return v
}

// TestFileSize ends files at a size, whatever the format and the number of workers.
func TestFileSize(t *testing.T) {
	synthtest.WithoutRace(t)
	in := synthetic(t, 25)
	for _, format := range []Format{CSV, Parquet} {
		const most = 20_000
		convert := func(jobs int) *converted {
			return export{}.convert(t, func(o *Options) {
				o.Inputs, o.Jobs, o.Format, o.FileSize, o.batchRows = []string{in}, jobs, format, most, 50
				if format == Parquet {
					o.RowGroupRows = 100
				}
			})
		}
		c := convert(2)
		largest := 0
		for _, table := range c.Tables {
			for i, f := range table.Files {
				if f.Size > most*5/2 || i < len(table.Files)-1 && f.Size < most/3 {
					t.Errorf("%s has %d bytes", f.Name, f.Size)
				}
			}
			largest = max(largest, len(table.Files))
		}
		if largest < 3 {
			t.Errorf("%s: %d files at most", format, largest)
		}
		if diff := difference(readTree(t, c.dir), readTree(t, convert(1).dir)); diff != "" {
			t.Errorf("%s: files differ with one worker:\n%s", format, diff)
		}
	}
}

// TestTuvaPartitions divides the tables of the Tuva profile, which have the rows of those
// that are not divided, and each file those of one year or month.
func TestTuvaPartitions(t *testing.T) {
	synthtest.WithoutRace(t)
	in := synthetic(t, 6)
	convert := func(by Partition) *converted {
		return export{}.convert(t, func(o *Options) {
			o.Inputs, o.Profile, o.PartitionBy, o.fileRows = []string{in}, Tuva, by, 30
		})
	}
	whole := convert(NotPartitioned)
	dates := map[string]string{
		"parta_claims_header": "CLM_THRU_DT", "parta_claims_revenue_center_detail": "CLM_THRU_DT", "parta_procedure_code": "CLM_THRU_DT",
		"parta_diagnosis_code": "CLM_THRU_DT", "partb_physicians": "CLM_THRU_DT", "partb_dme": "CLM_THRU_DT", "partd_claims": "CLM_LINE_FROM_DT",
	}
	for _, by := range []Partition{ServiceYear, ServiceMonth} {
		divided := convert(by)
		column := strings.ReplaceAll(string(by), "-", "_")
		folders := 0
		for i, table := range divided.Tables {
			want, got := whole.table(t, table.Name), divided.table(t, table.Name)
			if table.Rows != whole.Tables[i].Rows || !sameRows(want, got) {
				t.Errorf("%s by %s has other rows", table.Name, by)
			}
			label, isDivided := dates[table.Name]
			at := 0
			for _, f := range table.Files {
				if (f.Partition[column] != "") != isDivided {
					t.Errorf("%s has partition %v", f.Name, f.Partition)
				}
				if !isDivided {
					continue
				}
				folders++
				for range f.Rows {
					if v := partitionValue(by, cellOf(got[at], label)); v != f.Partition[column] {
						t.Errorf("%s has a row of %s", f.Name, v)
					}
					at++
				}
			}
		}
		if folders < 20 {
			t.Errorf("%d files show little", folders)
		}
	}
}

// cellOf returns a cell of a row by its label in any case.
func cellOf(row map[string]string, label string) string {
	for name, value := range row {
		if strings.EqualFold(name, label) {
			return value
		}
	}
	return ""
}

// sameRows compares rows in any order.
func sameRows(a, b []map[string]string) bool {
	texts := func(rows []map[string]string) []string {
		var list []string
		for _, row := range rows {
			list = append(list, rowText(row))
		}
		slices.Sort(list)
		return list
	}
	return slices.Equal(texts(a), texts(b))
}
