package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
)

func newRunCommand(e *env) *cli.Command {
	var opts fetchOptions
	var to convert.Options
	return &cli.Command{
		Name:      "run",
		Usage:     "get an export and turn it into CCLF tables, in one go",
		UsageText: "cclf run -o OUT [options]",
		Description: help(`
			Does what cclf fetch and cclf convert do, at the same time: files are
			converted as they arrive. The files of the export stay, in the folder
			OUT-export unless --export names another one.

			If it is interrupted, the same command again goes on with the downloads
			where they stopped. The tables are written at the end, when all of the
			export is there.
			`+credentialsHelp,
			"cclf run -o out --env sandbox",
			"cclf run -o out --export export --group all",
		),
		Flags: append([]cli.Flag{
			&cli.StringFlag{
				Name: "out", Aliases: []string{"o"}, Usage: "write the data set to `OUT`, a new or empty folder (required)",
				Required: true, TakesFile: true, Destination: &to.Out,
			},
			&cli.StringFlag{
				Name: "export", Usage: "keep the files of the export in `DIR` (default: OUT-export)",
				TakesFile: true, Destination: &opts.out,
			},
			&cli.BoolFlag{Name: "overwrite", Usage: "replace a data set that is in OUT", Destination: &to.Overwrite},
		}, append(opts.requestFlags(), opts.server.flags()...)...),
		DisableSliceFlagSeparator: true,
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if err := noArguments(cmd); err != nil {
				return err
			}
			opts.isSet = cmd.IsSet
			opts.goOn = "the same command goes on from here"
			if !to.Overwrite {
				opts.convertTo = filepath.Clean(to.Out)
			}
			if opts.out == "" {
				opts.out = strings.TrimRight(filepath.Clean(to.Out), `/\`) + "-export"
			}
			return runBoth(ctx, e, opts, to)
		},
	}
}

// runBoth fetches and converts. The conversion reads the files as one stream.
func runBoth(ctx context.Context, e *env, opts fetchOptions, to convert.Options) error {
	interrupted := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	text, feed := io.Pipe()
	input := &firstRead{Reader: text, begun: make(chan struct{})}
	converter := *e
	converter.stdin = input
	converter.isTerminal = func(any) bool { return false } // the bar is for the downloads
	to.Inputs, to.MaxRejects = []string{"-"}, -1
	converted := make(chan error, 1)
	go func() {
		err := runConvert(ctx, &converter, to)
		if err != nil {
			cancel() // there is no point in fetching
		}
		text.CloseWithError(io.ErrClosedPipe)
		converted <- err
	}()
	// A job is started only when the data set can be written.
	select {
	case <-input.begun:
	case err := <-converted:
		return err
	}
	b := newBelt()
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		feed.CloseWithError(b.feed(feed))
	}()
	opts.file = b.put
	err := runFetch(ctx, e, opts)
	if err != nil {
		// The end of the input alone would not keep the conversion from
		// writing what it has.
		cancel()
	}
	b.close(err)
	<-fed
	convertErr := <-converted
	if err != nil && (interrupted.Err() != nil || !errors.Is(err, context.Canceled)) {
		return fmt.Errorf("run: %w", err)
	}
	return convertErr
}

// firstRead tells when reading begins.
type firstRead struct {
	io.Reader
	once  sync.Once
	begun chan struct{}
}

func (r *firstRead) Read(p []byte) (int, error) {
	r.once.Do(func() { close(r.begun) })
	return r.Reader.Read(p)
}

// A belt hands files on in the order that the server lists them, whatever
// order they arrive in, so that the same export gives the same data set.
type belt struct {
	mu     sync.Mutex
	moved  *sync.Cond
	files  map[int]fetch.File
	closed bool
	err    error
}

func newBelt() *belt {
	b := &belt{files: map[int]fetch.File{}}
	b.moved = sync.NewCond(&b.mu)
	return b
}

// put takes a file that has arrived.
func (b *belt) put(f fetch.File) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[f.Index] = f
	b.moved.Broadcast()
}

// close tells that no more files will come, or that those that came are of no
// use.
func (b *belt) close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.err = true, err
	b.moved.Broadcast()
}

// feed writes the text of the files, one after the other.
func (b *belt) feed(w io.Writer) error {
	for next := 0; ; next++ {
		f, ok, err := b.take(next)
		if err != nil || !ok {
			return err
		}
		if f.Kind != fetch.KindOutput {
			continue
		}
		if err := copyText(w, f.Path); err != nil {
			return err
		}
	}
}

// take waits for a file.
func (b *belt) take(index int) (f fetch.File, ok bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		if b.err != nil {
			return f, false, b.err
		}
		if f, ok = b.files[index]; ok || b.closed {
			delete(b.files, index)
			return f, ok, nil
		}
		b.moved.Wait()
	}
}

// copyText writes what is in a file, and ends it with a line's end.
func copyText(w io.Writer, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	text := io.Reader(file)
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(file)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		defer z.Close()
		text = z
	}
	lines := bufio.NewReaderSize(text, 1<<20)
	if mark, _ := lines.Peek(3); string(mark) == "\xef\xbb\xbf" {
		_, _ = lines.Discard(len(mark)) // it would be within the stream
	}
	if _, err = lines.WriteTo(w); err == nil {
		_, err = w.Write([]byte("\n"))
	}
	return err
}
