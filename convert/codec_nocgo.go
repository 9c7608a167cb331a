//go:build !cgo

package convert

import (
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// pageWindow is how far back a page is compared with itself.
const pageWindow = 256 << 10

var pageEncoder = sync.OnceValue(func() *zstd.Encoder {
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
})

// compressPage appends a page, compressed.
func compressPage(dst, src []byte) []byte { return pageEncoder().EncodeAll(src, dst) }
