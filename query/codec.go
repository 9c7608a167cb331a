//go:build cgo

package query

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
)

// codecs are the compressions of Parquet files that are read: the one that cclf
// writes, and those that other programs usually write. DuckDB has decoders of more
// of them, with known defects, and part files can come from anywhere.
var codecs = map[compress.Compression]bool{
	compress.Codecs.Uncompressed: true, compress.Codecs.Snappy: true, compress.Codecs.Gzip: true, compress.Codecs.Zstd: true,
}

// checkCodecs reads the footers of part files, before DuckDB reads anything of
// them, and refuses those with other codecs.
func checkCodecs(tables []folder) error {
	for _, table := range tables {
		if table.csv {
			continue
		}
		for _, name := range table.files {
			if err := checkCodec(name); err != nil {
				return fmt.Errorf("table %s: %s: %w", table.title(), filepath.Base(name), err)
			}
		}
	}
	return nil
}

func checkCodec(name string) (err error) {
	defer func() {
		// The library panics at some damaged footers.
		if recover() != nil {
			err = errDamaged
		}
	}()
	reader, err := file.OpenParquetFile(name, false)
	if err != nil {
		return err
	}
	defer reader.Close()
	meta := reader.MetaData()
	for i := range meta.RowGroups {
		for _, column := range meta.RowGroups[i].Columns {
			codec := compress.Compression(column.MetaData.Codec)
			if !codecs[codec] {
				return fmt.Errorf("its compression %s is none that cclf reads", strings.ToLower(codec.String()))
			}
		}
	}
	return nil
}
