// Package encode encodes rows of a table into files, one file format per source
// file, and counts the rows of such files. It knows neither which files a data
// set has nor what they are called.
package encode

import (
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/schema"
)

// An Encoder encodes the rows of one file. It is for one goroutine at a time.
type Encoder interface {
	// Write encodes rows, given as columns of the same length, which may have
	// dictionaries; see table.Texts. The encoder does not keep them.
	Write(cols []arrow.Array) error
	// Close ends the file. It does not close the writer that the file goes to.
	Close() error
}

// A Holder is an encoder that collects rows. Holds reports whether there are rows that
// it has not written.
type Holder interface{ Holds() bool }

// New begins a file that goes to w. It is the form of NewParquet, NewCSV,
// NewArrow and NewFixed.
type New func(w io.Writer, f *File) (Encoder, error)

// A File describes a file to be encoded.
type File struct {
	Schema *arrow.Schema
	Memory memory.Allocator // for buffers of the encoder

	RowGroupRows int   // of a Parquet file; the constant RowGroupRows unless set
	Sorted       []int // columns by which the rows are sorted, nulls last
	Filtered     []int // columns of texts of a Parquet file with Bloom filters

	// Temporary files are soon read and removed. Those of the format Arrow are compressed
	// by LZ4, whose files are hardly larger: a zstd encoder takes longer to begin than a
	// small file to write.
	Temporary bool

	Slots  []schema.Slot      // of a fixed-width record, in the order of its positions
	Misfit func(Misfit) error // called for values that their slots cannot hold; its errors end the writing
}

// A Misfit is a value that its field in a fixed-width record cannot hold. The
// field is blank.
type Misfit struct {
	Field *schema.Field
	Row   int    // of the columns that are being written
	Text  string // the value, which must not get into a message
	Err   error  // why it does not fit
}

// A Source is a file whose rows are counted.
type Source interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// A Count counts the rows of a file. It is the form of CountParquet, CountCSV,
// CountArrow and CountFixed. Its errors name no values.
type Count func(Source) (int64, error)
