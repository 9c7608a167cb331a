package fetch

import (
	"context"
	"io"
	"net/http"
)

// minResume is the size in bytes from which a partial file is continued.
// Smaller ones are downloaded again: BCDA sends invalid ranges of some small
// files.
const minResume = 4 << 10

// A partialFile is a file that is being downloaded.
type partialFile interface {
	// Write appends to the file. The caller has added the bytes to received.size.
	io.Writer
	// state says what has been received. It is valid until close or remove.
	state() *received
	// restart empties the file. Resp is the reply whose body will be written, or
	// nil.
	restart(resp *http.Response) error
	// setWhole records that every byte has arrived.
	setWhole() error
	// check reads the whole file.
	check(ctx context.Context) (content, error)
	// publish gives the file, which was checked, its final name, and returns its size
	// as stored.
	publish(name string) (size int64, err error)
	// remove closes and removes the file.
	remove() error
	// close gives the file up for now. What can be continued later stays.
	close()
}

// A received is what has been received of a file.
type received struct {
	name  string // of the finished file, without .gz
	size  int64
	whole bool // every byte has arrived
	info  partialInfo
}

// A partialInfo is what must be known about a partial file to continue it.
type partialInfo struct {
	Validator string `json:"validator,omitempty"` // for If-Range
	Encoding  string `json:"encoding,omitempty"`
	Total     int64  `json:"total"`           // size of the whole file, or -1
	Whole     int64  `json:"whole,omitempty"` // size of the partial file once it is whole
}

func (r *received) state() *received { return r }

// reset forgets what was received, before a reply, or nil.
func (r *received) reset(resp *http.Response) {
	r.size, r.whole = 0, false
	r.info = partialInfo{Total: -1}
	if resp != nil {
		r.info = partialInfo{Validator: validator(resp.Header), Encoding: resp.Header.Get("Content-Encoding"), Total: resp.ContentLength}
	}
}

// validator identifies a version of a file: a strong entity tag, or the time of
// its last change.
func validator(h http.Header) string {
	if tag := h.Get("ETag"); len(tag) > 2 && tag[0] == '"' {
		return tag
	}
	return h.Get("Last-Modified")
}
