//go:build !cgo

package encode

import (
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// pageWindow is the size of the window in bytes.
const pageWindow = 256 << 10

// pageEncoder returns the encoder, which goroutines share.
var pageEncoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil,
		zstd.WithEncoderLevel(zstd.SpeedFastest),
		zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithWindowSize(pageWindow),
		zstd.WithLowerEncoderMem(true),
		zstd.WithAllLitEntropyCompression(true),
		zstd.WithEncoderCRC(false), // readers of Parquet do not rely on it
		zstd.WithZeroFrames(true))
	if err != nil {
		panic("encode: internal error: " + err.Error())
	}
	return e
})

// compressPage appends src, compressed, to dst.
func compressPage(dst, src []byte) []byte { return pageEncoder().EncodeAll(src, dst) }
