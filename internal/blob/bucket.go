package blob

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"
)

// A Bucket is a bucket of an object store. Several goroutines may use it.
type Bucket interface {
	// Stat describes an object.
	Stat(ctx context.Context, key string) (Info, error)
	// List yields the objects whose keys begin with prefix, in the order of their
	// keys.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
	// Get reads n bytes of an object from an offset, or, if n is negative, all from
	// there. The version must be the one given, unless that is "".
	Get(ctx context.Context, key, version string, offset, n int64) (io.ReadCloser, error)
	// Put writes a small object at once, if the condition holds, and returns its
	// version. Otherwise the error is ErrChanged.
	Put(ctx context.Context, key string, data []byte, cond Condition) (version string, err error)
	// Stage uploads an object, which is invisible until it is published.
	Stage(ctx context.Context, key string, src io.ReaderAt, size int64) (Staged, error)
	// Create begins an object of unknown size.
	Create(ctx context.Context, key string) (Upload, error)
	// Delete removes an object. It is no error if there is none.
	Delete(ctx context.Context, key string) error
	// Sweep removes what uploads that were killed left behind, of keys that begin with
	// prefix and for which ours returns true.
	Sweep(ctx context.Context, prefix string, ours func(key string) bool) error
}

// Info describes an object.
type Info struct {
	Key     string
	Size    int64
	Time    time.Time
	Version string // changes with the content; for conditions
}

// A Condition restricts a write. The zero value does not.
type Condition struct {
	Absent  bool   // there must be no object
	Version string // this version must be in place, unless it is empty
}

// A Staged is an object that was uploaded and is not visible.
type Staged interface {
	Publish(ctx context.Context) error
	// Discard removes it. It uses a context of its own.
	Discard() error
}

// An Upload is an object that is being written. Its memory is bounded.
type Upload interface {
	io.Writer
	// Commit ends the object and makes it visible.
	Commit() error
	// Abort gives it up. It uses a context of its own. After Commit it does nothing.
	Abort() error
}

// cleanUpTime bounds the requests that remove what was given up.
const cleanUpTime = 30 * time.Second

// cleanUp returns a context for removing what was given up, also if ctx is canceled.
func cleanUp(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), cleanUpTime)
}

// Resolve returns the bucket of a URL, and the key in it, without a slash at its end.
func Resolve(name string) (Bucket, string, error) {
	l, err := parse(name)
	if err != nil {
		return nil, "", pathError("open", name, err)
	}
	b, err := l.open()
	if err != nil {
		return nil, "", pathError("open", l.String(), err)
	}
	return b, strings.Trim(l.key, "/"), nil
}
