package ndjson

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cclf-tools/cclf/internal/blob"
)

// check returns a [*FormError] if the beginning of an input, or the directory of a
// zip archive, shows that it cannot be read. Pipes are not examined, since they
// cannot be read twice.
func (o *Opener) check(ctx context.Context, in Input) error {
	if in.Size < 0 {
		return nil
	}
	quiet := Opener{Recognize: o.Recognize} // counts nothing
	s, err := quiet.open(ctx, in)
	if err != nil {
		return err
	}
	defer s.Close()
	switch {
	case s.kind == zipArchive:
		_, _, err = quiet.zipMembers(s, in)
		if errors.Is(err, errNoDirectory) {
			err = nil // truncated: reported when it is read
		}
	case in.Folder && isJSON(in.Name) && s.kind == textInput && s.isOther():
		err = &FormError{in.Name, otherJSON, ""}
	}
	return err
}

// Each opens an input and calls yield with the decompressed text of the file, or
// with that of each member of an archive. The reader is valid during the call.
// passedOver is called with the members of an archive that are not read.
//
// Each returns the first error of yield, or a [*FormError] for an input that cannot
// be read. An input that is damaged further on is reported by the reader.
func (o *Opener) Each(ctx context.Context, in Input, yield func(Input, io.Reader) error, passedOver func(PassedOver)) error {
	s, err := o.open(ctx, in)
	if err != nil {
		return err
	}
	defer s.Close()
	switch s.kind {
	case zipArchive:
		return o.eachZip(s, in, yield, passedOver)
	case tarArchive:
		return o.eachTar(s, in, yield, passedOver)
	}
	return yield(in, s)
}

// Open opens an input that is not an archive, and returns its decompressed text.
func (o *Opener) Open(ctx context.Context, in Input) (io.ReadCloser, error) {
	s, err := o.open(ctx, in)
	if err == nil && s.kind != textInput {
		s.Close()
		return nil, &FormError{in.Name, "an archive", ""}
	}
	return s, err
}

// open opens an input and detects what it is.
func (o *Opener) open(ctx context.Context, in Input) (*stream, error) {
	raw := o.Stdin
	if raw == nil {
		raw = os.Stdin
	}
	s := &stream{}
	if in.Name != Stdin {
		f, err := in.openFile(ctx)
		if err != nil {
			return nil, err
		}
		raw, s.file, s.closers = f, f, []io.Closer{f}
		if in.Size >= 0 {
			raw = &steadyFile{File: f, size: in.Size}
		}
	}
	if in.Size < 0 {
		raw = &interruptible{ctx: ctx, r: raw, buf: make([]byte, 1<<16), done: make(chan error, 1)}
	}
	if err := o.decode(s, in, &countingReader{raw, o.Stored}); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// openFile opens the file of an input. A pipe is opened in a goroutine of its own,
// because opening blocks until another process opens it for writing.
func (in Input) openFile(ctx context.Context) (blob.File, error) {
	var f blob.File
	var err error
	if in.Size >= 0 {
		f, err = blob.Open(ctx, in.Name)
	} else {
		done := make(chan struct{})
		go func() {
			f, err = blob.Open(ctx, in.Name)
			close(done)
		}()
		select {
		case <-done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoInput, err)
	}
	return f, nil
}
