package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/cclf-tools/cclf/internal/blob"
)

// An objectPartial is a partialFile in an object store. It is an upload that is checked
// while it is written, and completed when it was found to be good. Only the process that
// began it can continue it.
type objectPartial struct {
	received
	ctx        context.Context
	folder     *objectStorage
	reader     contentReader
	decompress bool

	head    []byte         // the first bytes, until there are enough to know the name
	upload  blob.Upload    // nil until then
	stored  int64          // bytes written to the upload
	text    *io.PipeWriter // to the goroutine that checks; nil until upload is set
	checked chan struct{}  // closed when it has ended
	found   content        // what it found
	err     error
}

func (o *objectStorage) openPartial(ctx context.Context, name string, reader contentReader, decompress bool) (partialFile, error) {
	p := &objectPartial{ctx: ctx, folder: o, reader: reader, decompress: decompress}
	p.name = name
	p.reset(nil)
	return p, nil
}

func (p *objectPartial) restart(resp *http.Response) error {
	err := p.abort()
	p.reset(resp)
	return err
}

var errAborted = errors.New("the download was given up")

// abort forgets what was written.
func (p *objectPartial) abort() error {
	p.head = nil
	if p.upload == nil {
		return nil
	}
	p.text.CloseWithError(errAborted)
	<-p.checked
	err := p.upload.Abort()
	p.upload, p.stored, p.found, p.err = nil, 0, content{}, nil
	return err
}

// magicSize is the number of bytes by which isGzip knows a file.
const magicSize = 2

// Write implements partialFile.
func (p *objectPartial) Write(b []byte) (int, error) {
	if p.upload == nil {
		if p.head = append(p.head, b...); len(p.head) < magicSize {
			return len(b), nil
		}
		return len(b), p.begin()
	}
	return len(b), p.write(b)
}

// begin begins the upload with the bytes that have come so far.
func (p *objectPartial) begin() (err error) {
	name := p.name
	if isGzip(p.head) && !p.decompress {
		name += ".gz"
	}
	if p.upload, err = p.folder.create(name); err != nil {
		p.upload = nil
		return err
	}
	source, text := io.Pipe()
	p.text, p.checked = text, make(chan struct{})
	reader := p.reader
	if p.decompress {
		reader.copyTo = storedBytes{p}
	}
	go func() {
		defer close(p.checked)
		if p.found, p.err = reader.read(p.ctx, source); p.err != nil {
			// The writer goes on: a file is judged when all of it has arrived.
			_, _ = io.Copy(io.Discard, source)
		}
	}()
	head := p.head
	p.head = nil
	return p.write(head)
}

func (p *objectPartial) write(b []byte) error {
	if !p.decompress {
		if _, err := (storedBytes{p}).Write(b); err != nil {
			return err
		}
	}
	_, err := p.text.Write(b)
	return err
}

// storedBytes writes to the upload, and counts.
type storedBytes struct{ to *objectPartial }

func (s storedBytes) Write(b []byte) (int, error) {
	n, err := s.to.upload.Write(b)
	s.to.stored += int64(n)
	return n, err
}

func (p *objectPartial) setWhole() error {
	p.whole = true
	return nil
}

func (p *objectPartial) check(context.Context) (content, error) {
	if p.upload == nil {
		if err := p.begin(); err != nil {
			return content{}, err
		}
	}
	p.text.Close()
	<-p.checked
	return p.found, p.err
}

// publish completes the upload, whose name check has found, too.
func (p *objectPartial) publish(string) (int64, error) {
	if err := p.upload.Commit(); err != nil {
		return 0, err
	}
	return p.stored, nil
}

func (p *objectPartial) remove() error { return p.abort() }

func (p *objectPartial) close() {
	_ = p.abort() // who locks the folder next removes it
}
