package convert

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/ndjson"
)

// DetectShards finds Options.Inputs, and returns them as shards that are whole inputs, with
// what was passed over in folders and archives. It reads the beginnings of the inputs. A
// framework that divides inputs gives new numbers to the shards, in Begin too.
func DetectShards(ctx context.Context, opts Options) ([]Shard, []ndjson.PassedOver, error) {
	r, err := newShardRun(&opts)
	if err != nil {
		return nil, nil, err
	}
	in, err := findInputs(ctx, &opts)
	if err != nil {
		return nil, nil, err
	}
	d := &shardDetector{version: crosswalk.NewVersionDetector(r.plans)}
	for _, file := range in.found {
		if file.Size < 0 {
			return nil, nil, fmt.Errorf("%w: %s is standard input or a pipe, which one process can read, once", ErrOptions, file.Name)
		}
		if err := d.detect(ctx, in, file); err != nil {
			return nil, nil, err
		}
	}
	d.decide()
	d.placeInRuns(r.runs.list)
	return d.list, in.sources.passed, nil
}

// A shardDetector detects the API version of each input.
type shardDetector struct {
	version *crosswalk.VersionDetector
	list    []Shard
	waiting []int // inputs whose version depends on the next ones
}

// detect reads the beginning of a file, or of each member of an archive.
func (d *shardDetector) detect(ctx context.Context, in *inputs, file ndjson.Input) error {
	opened := false
	err := in.opener.Each(ctx, file, func(part ndjson.Input, text io.Reader) error {
		opened = true
		return d.begin(ctx, file, part, text)
	}, func(p ndjson.PassedOver) { in.sources.passOver(p) })
	if in.passedOver(file, opened, err) {
		return nil
	}
	return err
}

// begin reads the beginning of a text.
func (d *shardDetector) begin(ctx context.Context, file, part ndjson.Input, text io.Reader) error {
	s := Shard{Number: len(d.list), Input: len(d.list), File: file, Name: part.Name, Size: part.Size}
	d.list = append(d.list, s)
	n := 0
	err := ndjson.Chunks(ctx, 0, text, bundle, func(size int) []byte { return make([]byte, 0, size) }, func(chunk ndjson.Chunk) error {
		if n++; n == 2 { // the beginning of the input was not enough
			d.decide()
			return errStopped
		}
		wait, err := d.version.Begin(&chunk)
		if err != nil {
			return fmt.Errorf("%w (in %s)", err, s.Name)
		}
		d.list[s.Number].API = d.version.API()
		if d.waiting = append(d.waiting, s.Number); !wait {
			d.decide()
		}
		return nil
	})
	if errors.Is(err, errStopped) {
		return nil
	}
	return err
}

// decide decides on the versions of the inputs that wait.
func (d *shardDetector) decide() {
	d.version.Decide()
	for _, i := range d.waiting {
		d.list[i].Compatible = uint8(d.version.Compatible())
	}
	d.waiting = nil
}

// placeInRuns finds the run of each input, and where it begins: at its first file that is
// not one of deletions, or where the next run does.
func (d *shardDetector) placeInRuns(runs []FetchRun) {
	inputs := make([]ndjson.Input, len(d.list))
	for i := range d.list {
		inputs[i] = d.list[i].input()
	}
	x := newInputRuns(runs, inputs)
	begins := make([]int, len(runs))
	for i := range begins {
		begins[i] = len(d.list)
	}
	for i := range d.list {
		if run, known := x.ofInput[i]; known && !strings.HasPrefix(blob.Base(d.list[i].Name), "_") {
			begins[run] = min(begins[run], i)
		}
	}
	for i := len(begins) - 2; i >= 0; i-- {
		begins[i] = min(begins[i], begins[i+1])
	}
	for i := range d.list {
		if run, known := x.ofInput[i]; known {
			d.list[i].HasRun, d.list[i].Run, d.list[i].Begin = true, run, begins[run]
		}
	}
}

// OpenShard opens the text of the input of a shard. A member of a tar archive is reached
// through those before it.
func OpenShard(ctx context.Context, s *Shard) (io.ReadCloser, error) {
	opener := &ndjson.Opener{Recognize: recognizeCCLF}
	if s.Name == s.File.Name {
		in, err := opener.Open(ctx, s.File)
		if _, damaged := errors.AsType[*ndjson.FormError](err); !damaged {
			return in, err
		}
		// An archive whose members cannot be found: its text is an error.
	}
	ctx, stop := context.WithCancel(ctx)
	from, to := io.Pipe()
	go func() {
		to.CloseWithError(copyMember(ctx, opener, s, to))
	}()
	return &memberText{from, stop}, nil
}

// A memberText is the text of a member of an archive.
type memberText struct {
	*io.PipeReader
	stop context.CancelFunc
}

func (m *memberText) Close() error {
	m.stop()
	return m.PipeReader.Close()
}

// copyMember copies the text of a member of an archive.
func copyMember(ctx context.Context, opener *ndjson.Opener, s *Shard, to io.Writer) error {
	err := opener.Each(ctx, s.File, func(part ndjson.Input, text io.Reader) error {
		if part.Name != s.Name {
			return ctx.Err()
		}
		if _, err := io.Copy(to, text); err != nil {
			return err
		}
		return errStopped
	}, func(ndjson.PassedOver) {})
	switch {
	case errors.Is(err, errStopped):
		return nil
	case err == nil:
		return fmt.Errorf("%s is no longer in the archive", s.Name)
	}
	return err
}
