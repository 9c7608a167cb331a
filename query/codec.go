//go:build cgo

package query

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
)

// codecs are the Parquet compressions that are accepted: that of cclf, and the
// usual ones of other programs. DuckDB has decoders for more, some with known
// defects, and part files can come from anywhere.
var codecs = map[compress.Compression]bool{
	compress.Codecs.Uncompressed: true, compress.Codecs.Snappy: true, compress.Codecs.Gzip: true, compress.Codecs.Zstd: true,
}

// checkCodecs refuses part files with other codecs. It reads their footers before
// DuckDB reads anything.
func checkCodecs(tables []tableSource) error {
	for _, table := range tables {
		if table.csv || table.isRemote() { // which is read later
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

// checkCodec refuses a Parquet file with another codec.
func checkCodec(name string) (err error) {
	defer func() {
		// The library panics on some damaged footers.
		if recover() != nil {
			err = errDamaged
		}
	}()
	reader, err := file.OpenParquetFile(name, false)
	if err != nil {
		return err
	}
	defer reader.Close()
	return checkFooter(reader.MetaData())
}

// checkFooter refuses the footer of a file with another codec.
func checkFooter(meta *metadata.FileMetaData) error {
	for i := range meta.RowGroups {
		for _, column := range meta.RowGroups[i].Columns {
			codec := compress.Compression(column.MetaData.Codec)
			if !codecs[codec] {
				return fmt.Errorf("unsupported compression %s", strings.ToLower(codec.String()))
			}
		}
	}
	return nil
}
