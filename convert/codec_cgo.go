//go:build cgo

package convert

import (
	"runtime"

	"github.com/DataDog/zstd"
)

// A pageCompressor is a state of the C library, and the memory for what it makes.
type pageCompressor struct {
	ctx zstd.Ctx
	out []byte
}

// pageCompressors are those that are not at work, one for each core at the most.
var pageCompressors = make(chan *pageCompressor, runtime.GOMAXPROCS(0))

// compressPage appends a page, compressed.
func compressPage(dst, src []byte) []byte {
	var c *pageCompressor
	select {
	case c = <-pageCompressors:
	default:
		c = &pageCompressor{ctx: zstd.NewCtx()}
	}
	out, err := c.ctx.CompressLevel(c.out[:cap(c.out)], src, zstd.BestSpeed)
	if err != nil {
		panic(err) // there is room, and nothing else can fail
	}
	c.out = out
	dst = append(dst, out...)
	select {
	case pageCompressors <- c:
	default:
	}
	return dst
}
