package ndjson

import (
	"errors"
	"io"
	"sync/atomic"
)

// Stdin is the name of standard input.
const Stdin = "-"

// An Input is a file, standard input, or a member of an archive.
type Input struct {
	Name   string // path as given, "-", or ARCHIVE!MEMBER
	Size   int64  // bytes as stored (compressed), -1 when unknown
	Folder bool   // found in a folder, not named by itself
}

// ErrNoInput is wrapped by errors for arguments that name nothing to read.
var ErrNoInput = errors.New("nothing to read")

// PassedOver is an entry of a folder or an archive that is not read, and why.
type PassedOver struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// An Opener finds and opens inputs. Its zero value is ready for use.
type Opener struct {
	// Stdin is read for the input [Stdin]; nil means os.Stdin.
	Stdin io.Reader
	// Stored, if not nil, counts the bytes read as they are stored, compressed.
	Stored *atomic.Int64
	// Recognize, if not nil, is asked about the first bytes of a decompressed text.
	// If it is no JSON, it returns what the text is and what to do about that, which
	// become a [FormError]; otherwise two empty strings.
	Recognize func(head []byte) (what, todo string)
}
