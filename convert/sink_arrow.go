package convert

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// newArrowSink writes the Arrow IPC file format, with the bodies of the
// batches compressed.
func newArrowSink(w io.Writer, s *arrow.Schema, mem memory.Allocator) (sink, error) {
	return ipc.NewFileWriter(w, ipc.WithSchema(s), ipc.WithZstd(), ipc.WithAllocator(mem))
}
