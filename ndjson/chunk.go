package ndjson

import (
	"bytes"
	"fmt"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

const (
	// ChunkSize is the size of a chunk in bytes, unless it is a single longer line.
	ChunkSize = 1 << 20
	// MaxLine is the length in bytes of the longest line that is read.
	MaxLine = jsonscan.MaxLine
)

// A Chunk is a run of whole lines of one input, or of objects found in text of
// another form. Where chunks are cut depends on the text alone, so that work done
// chunk by chunk has the same result for any number of workers.
type Chunk struct {
	Input  int     // index of the input
	Line   int64   // number of the first line, from 1
	Offset int64   // offset of the first byte in the decompressed text
	Data   []byte  // whole lines; the last may lack its line feed
	ends   []int32 // of the lines in Data

	// Of text that is not lines: the objects in Data, and the bytes of text that
	// they were taken from.
	pieces []Piece
	text   int64

	// Err, if not nil, is why the text at Line and Offset could not be read; Data
	// is then empty.
	Err *LineError
}

// A LineError reports why a line, or the rest of an input, could not be read.
type LineError struct {
	Reason string
	Fatal  bool // the input broke off: nothing more of it can be read
}

func (e *LineError) Error() string { return e.Reason }

// Lines yields the lines of the chunk that are not blank, without line ends and byte
// order marks, or its objects if it is not made of lines, each with its position.
// They alias Data.
func (c *Chunk) Lines(yield func(Position, []byte) bool) {
	for _, p := range c.pieces {
		if !yield(p.Position, p.Text) {
			return
		}
	}
	start := 0
	for i, end := range c.ends {
		line := c.Data[start:end]
		text := bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
		if len(text) > 0 && text[0] == bom[0] {
			marks := jsonscan.SkipBOM(text, 0)
			text, start = text[marks:], start+marks
		}
		if jsonscan.SkipSpace(text, 0) < len(text) && !yield(Position{c.Line + int64(i), c.Offset + int64(start)}, text) {
			return
		}
		start = int(end)
	}
}

// IsLines reports whether the chunk is made of lines, and not of objects that were found
// by their brackets.
func (c *Chunk) IsLines() bool { return c.pieces == nil }

// TextSize returns the size in bytes of the decompressed text that the chunk was made
// from.
func (c *Chunk) TextSize() int64 {
	if c.pieces != nil {
		return c.text
	}
	return int64(len(c.Data))
}

// A Position is where a line is in its input.
type Position struct {
	Line   int64 // number of the line, from 1
	Offset int64 // offset of its first byte in the decompressed text
}

// A Piece is the text of one object, with its position.
type Piece struct {
	Position
	Text []byte
}

// An Envelope describes objects that wrap others, such as a FHIR Bundle: objects
// whose Member is Value, with a list of entries, each of which has a wrapped object.
type Envelope struct {
	Member, Value string // such as "resourceType" and "Bundle"
	List          string // such as "entry"
	Item          string // such as "resource"
}

func tooLong(what string) *LineError {
	return &LineError{Reason: fmt.Sprintf("the %s is longer than %d MiB", what, MaxLine>>20)}
}

// BrokeOff returns the error for an input that failed before any of its text was
// read.
func BrokeOff(err error) *LineError { return &LineError{Reason: breaksOff(err), Fatal: true} }

func breaksOff(err error) string { return fmt.Sprintf("the input breaks off here: %v", err) }

var bom = []byte("\xef\xbb\xbf")
