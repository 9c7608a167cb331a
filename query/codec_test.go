//go:build cgo

package query

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/cclf-tools/cclf/internal/dataset"
)

// TestCodecs checks that Parquet files with other compressions never reach DuckDB.
func TestCodecs(t *testing.T) {
	t.Parallel()
	for codec, ok := range map[compress.Compression]bool{
		compress.Codecs.Uncompressed: true, compress.Codecs.Snappy: true, compress.Codecs.Gzip: true, compress.Codecs.Zstd: true,
		compress.Codecs.Brotli: false, compress.Codecs.Lz4Raw: false,
	} {
		dir := t.TempDir()
		if err := errors.Join(
			os.Mkdir(filepath.Join(dir, "cclf1"), 0o700),
			writeParquet(filepath.Join(dir, "cclf1", "part-00000.parquet"), codec),
		); err != nil {
			t.Fatal(err)
		}
		describe(t, dir, &dataset.Manifest{Format: dataset.Parquet})
		db, err := Open(t.Context(), dir, Options{Threads: 1})
		if ok {
			if err != nil {
				t.Errorf("%s: %v", codec, err)
				continue
			}
			if got := get(t, db, "FROM cclf1"); len(got) != 1 || got[0][0] != "7" {
				t.Errorf("%s: %v", codec, got)
			}
			db.Close()
			continue
		}
		want := "table cclf1: part-00000.parquet: unsupported compression " + strings.ToLower(codec.String())
		if _, isDataSet := errors.AsType[*DataSetError](err); !isDataSet || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %q", codec, err, want)
		}
	}
}

func writeParquet(name string, codec compress.Compression) error {
	schema := arrow.NewSchema([]arrow.Field{{Name: "cur_clm_uniq_id", Type: arrow.BinaryTypes.String}}, nil)
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w, err := pqarrow.NewFileWriter(schema, f, parquet.NewWriterProperties(parquet.WithCompression(codec)), pqarrow.DefaultWriterProps())
	if err != nil {
		return err
	}
	rows := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	rows.Field(0).(*array.StringBuilder).Append("7")
	return errors.Join(w.Write(rows.NewRecordBatch()), w.Close())
}
