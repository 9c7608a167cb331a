package convert

import (
	"bytes"
	"encoding/csv"
	"os"
	"slices"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// TestNothingIsReadAfterFree converts with an allocator that overwrites what is
// given back, and compares the Parquet files with CSV files: all values, and
// the statistics with the values of their row groups.
func TestNothingIsReadAfterFree(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, api := range []string{"v2", "v3"} {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			in := t.TempDir()
			if _, err := synth.Write(t.Context(), synth.Options{Dir: in, API: api, Beneficiaries: 40, Traps: true}); err != nil {
				t.Fatal(err)
			}
			dirs := map[Format]string{Parquet: t.TempDir(), CSV: t.TempDir()}
			for format, out := range dirs {
				opts := Options{Inputs: []string{in}, Out: out, Format: format, MaxRejects: -1, batchRows: 100, poison: format == Parquet}
				if format == Parquet {
					opts.RowGroupRows = 300
				}
				if _, err := Run(t.Context(), opts); err != nil {
					t.Fatal(err)
				}
			}
			for _, table := range schema.Tables() {
				want, err := os.ReadFile(partPath(t, dirs[CSV], table.Name, CSV))
				if err != nil {
					t.Fatal(err)
				}
				got, groups := rewritten(t, table, partPath(t, dirs[Parquet], table.Name, Parquet))
				if !bytes.Equal(got, want) {
					t.Errorf("%s: Parquet and CSV have different rows", table.Name)
				}
				if table.Name == "cclf5" && groups < 3 {
					t.Errorf("%d row groups show little", groups)
				}
			}
		})
	}
}

// rewritten makes CSV of a Parquet file, and checks the statistics of its texts.
func rewritten(t *testing.T, table *schema.Table, name string) (text []byte, groups int) {
	t.Helper()
	r, err := file.OpenParquetFile(name, false)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	in, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	var labels []string
	for i := range table.Fields {
		labels = append(labels, table.Fields[i].Label)
	}
	_ = w.Write(labels)
	var columns []int
	for i := range table.Fields {
		columns = append(columns, i)
	}
	for group := range r.NumRowGroups() {
		rows, err := in.ReadRowGroups(t.Context(), columns, []int{group})
		if err != nil {
			t.Fatal(err)
		}
		records := make([][]string, rows.NumRows())
		for i := range table.Fields {
			var values []string
			column := rows.Column(i).Data().Chunks()[0]
			for row, v := range readColumn(column) {
				records[row] = append(records[row], v)
				if column.IsValid(row) {
					values = append(values, v)
				}
			}
			checkStatistics(t, r, group, i, len(records)-len(values), values)
		}
		_ = w.WriteAll(records)
		rows.Release()
	}
	w.Flush()
	return out.Bytes(), r.NumRowGroups()
}

func checkStatistics(t *testing.T, r *file.Reader, group, column, nulls int, values []string) {
	t.Helper()
	chunk, err := r.MetaData().RowGroup(group).ColumnChunk(column)
	if err != nil {
		t.Fatal(err)
	}
	stats, err := chunk.Statistics()
	if err != nil {
		t.Fatal(err)
	}
	if stats.NullCount() != int64(nulls) {
		t.Errorf("group %d, column %d: %d nulls, statistics say %d", group, column, nulls, stats.NullCount())
	}
	texts, ok := stats.(*metadata.ByteArrayStatistics)
	if !ok || len(values) == 0 {
		return
	}
	if least, greatest := slices.Min(values), slices.Max(values); string(texts.Min()) != least || string(texts.Max()) != greatest {
		t.Errorf("group %d, column %d is from %q to %q, statistics say from %q to %q", group, column, least, greatest, texts.Min(), texts.Max())
	}
}

// readColumn lists the values of an array as texts, "" for null.
func readColumn(a arrow.Array) []string {
	values := make([]string, a.Len())
	for i := range values {
		if a.IsNull(i) {
			continue
		}
		values[i] = a.ValueStr(i)
		if d, ok := a.(*array.Decimal128); ok { // with all decimals
			values[i] = d.Value(i).ToString(d.DataType().(*arrow.Decimal128Type).Scale)
		}
	}
	return values
}
