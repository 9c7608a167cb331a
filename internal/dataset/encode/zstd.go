package encode

import (
	"sync"

	"github.com/apache/arrow-go/v18/parquet/compress"
)

// A pageCodec compresses the pages of Parquet files. The Parquet library's own
// codec allocates 8 MB for a page of more than 128 kB, since its window covers
// all of it. With cgo, pageCodec is the C library, which takes two thirds of the
// time; without, a Go encoder with a small window.
type pageCodec struct {
	compress.Codec
}

// registerCodec makes pageCodec the zstd codec of the Parquet library. The
// library has one registry per process, not guarded by a lock, and no setting per
// writer. So the change is made once, before this package first uses the
// library, and a program that never reads or writes Parquet is not affected.
var registerCodec = sync.OnceFunc(func() {
	library, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		panic("encode: internal error: the Parquet library has no zstd: " + err.Error())
	}
	compress.RegisterCodec(compress.Codecs.Zstd, pageCodec{library})
})

// CompressBound is the size of the buffer that the library allocates for a
// compressed page of size bytes. Most pages compress to less; Encode grows the
// buffer for the others.
func (c pageCodec) CompressBound(size int64) int64 { return size/4 + 64 }

// Encode implements compress.Codec.
func (c pageCodec) Encode(dst, src []byte) []byte { return compressPage(dst[:0], src) }

// EncodeLevel implements compress.Codec. There is only one level.
func (c pageCodec) EncodeLevel(dst, src []byte, _ int) []byte { return c.Encode(dst, src) }
