//go:build cgo

package encode

import (
	"runtime"
	"sync"

	"github.com/DataDog/zstd"
)

// A pageCompressor is a context of the C library, and its output buffer.
type pageCompressor struct {
	ctx zstd.Ctx
	out []byte
}

// pageCompressors holds idle compressors, at most GOMAXPROCS.
var pageCompressors = sync.OnceValue(func() chan *pageCompressor {
	return make(chan *pageCompressor, runtime.GOMAXPROCS(0))
})

// compressPage appends src, compressed, to dst.
func compressPage(dst, src []byte) []byte {
	var c *pageCompressor
	select {
	case c = <-pageCompressors():
	default:
		c = &pageCompressor{ctx: zstd.NewCtx()}
	}
	out, err := c.ctx.CompressLevel(c.out[:cap(c.out)], src, zstd.BestSpeed)
	if err != nil { // only a lack of room is an error, and the library makes room
		panic("encode: internal error: " + err.Error())
	}
	c.out = out
	dst = append(dst, out...)
	select {
	case pageCompressors() <- c:
	default:
	}
	return dst
}
