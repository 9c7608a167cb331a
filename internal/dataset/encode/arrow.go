package encode

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
)

// An arrowEncoder writes the Arrow IPC file format, with the bodies of the
// batches compressed.
type arrowEncoder struct {
	*ipc.FileWriter
	schema *arrow.Schema
}

// NewArrow begins a file of the Arrow IPC format.
func NewArrow(w io.Writer, f *File) (Encoder, error) {
	compression := ipc.WithZstd()
	if f.Temporary {
		compression = ipc.WithLZ4()
	}
	out, err := ipc.NewFileWriter(w, ipc.WithSchema(f.Schema), compression, ipc.WithAllocator(f.Memory))
	return &arrowEncoder{out, f.Schema}, err
}

func (e *arrowEncoder) Write(cols []arrow.Array) error {
	return writeRecords(e.FileWriter, e.schema, cols)
}

// CountArrow counts the rows of the batches.
func CountArrow(in Source) (int64, error) {
	r, err := ipc.NewFileReader(in)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	var rows int64
	for i := range r.NumRecords() {
		rec, err := r.RecordBatch(i)
		if err != nil {
			return 0, err
		}
		rows += rec.NumRows()
		rec.Release()
	}
	return rows, nil
}
