package convert

import (
	"runtime"
	"sync"

	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// A pageCodec compresses the pages of Parquet files. The one that the Parquet
// library has takes 8 MB for a page of more than 128 kB, which it compares
// with all that went before; here a page is only compared with some of it.
type pageCodec struct {
	compress.Codec
	encoder func() *zstd.Encoder
}

// pageWindow is how far back a page is compared with itself.
const pageWindow = 256 << 10

func init() {
	compress.RegisterCodec(compress.Codecs.Zstd, newPageCodec())
}

func newPageCodec() pageCodec {
	library, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		panic(err) // the library always has it
	}
	return pageCodec{library, sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil,
			zstd.WithEncoderLevel(zstd.SpeedFastest),
			zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
			zstd.WithWindowSize(pageWindow),
			zstd.WithLowerEncoderMem(true),
			zstd.WithAllLitEntropyCompression(true),
			zstd.WithEncoderCRC(false), // nothing that reads Parquet relies on it
			zstd.WithZeroFrames(true))
		if err != nil {
			panic(err) // the options are constants
		}
		return e
	})}
}

// CompressBound says how much room the library makes for a compressed page. Most
// take less than that; the encoder makes more for the others.
func (c pageCodec) CompressBound(size int64) int64 { return size/4 + 64 }

func (c pageCodec) Encode(dst, src []byte) []byte { return c.encoder().EncodeAll(src, dst[:0]) }

// EncodeLevel knows one level.
func (c pageCodec) EncodeLevel(dst, src []byte, _ int) []byte { return c.Encode(dst, src) }
