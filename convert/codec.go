package convert

import "github.com/apache/arrow-go/v18/parquet/compress"

// A pageCodec compresses the pages of Parquet files. The one that the Parquet
// library has takes 8 MB for a page of more than 128 kB, which it compares
// with all that went before. With cgo this is the C library, which takes two
// thirds of the time, and without it one of Go that is told to take less.
type pageCodec struct {
	compress.Codec
}

func init() {
	library, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		panic(err) // the library always has it
	}
	compress.RegisterCodec(compress.Codecs.Zstd, pageCodec{library})
}

// CompressBound says how much room the library makes for a compressed page. Most
// take less than that; Encode makes more for the others.
func (c pageCodec) CompressBound(size int64) int64 { return size/4 + 64 }

func (c pageCodec) Encode(dst, src []byte) []byte { return compressPage(dst[:0], src) }

// EncodeLevel knows one level.
func (c pageCodec) EncodeLevel(dst, src []byte, _ int) []byte { return c.Encode(dst, src) }
