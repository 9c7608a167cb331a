package fetch

import (
	"context"
	"io"

	"github.com/cclf-tools/cclf/internal/blob"
)

// A storage holds the files of an export folder: on a disk, or in an object store. Their
// names have no slashes. Only who has the lock writes. Unless it says otherwise, what is
// written is durable, and a crash at any time leaves no part of a file under its name.
type storage interface {
	// sizes returns the sizes of the files, by name.
	sizes() (map[string]int64, error)
	// readFile returns the content of a small file.
	readFile(name string) ([]byte, error)
	// replaceFile replaces a small file atomically.
	replaceFile(name string, text []byte) error
	// open opens a file for reading.
	open(name string) (io.ReadCloser, error)
	// create begins a file, which sync makes durable after its Commit.
	create(name string) (blob.Upload, error)
	// remove removes a file, if it exists. sync makes that durable.
	remove(name string) error
	sync() error
	// openPartial opens what has been received of a file that is to be checked by the
	// reader and to be stored, decompressed if that is set. If that cannot be
	// continued, the file is empty.
	openPartial(ctx context.Context, name string, reader contentReader, decompress bool) (partialFile, error)
	// removePartial removes the unfinished download of a file.
	removePartial(name string) error
	// removeNew removes the files that Prune created and did not commit.
	removeNew() error
	// close unlocks the folder.
	close()
}
