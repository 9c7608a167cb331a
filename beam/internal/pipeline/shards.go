package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/cclf-tools/cclf/convert"
)

// A task is a shard, and where its text is.
type task struct {
	convert.Shard
	From, To int64 // range of a plain file; 0 and 0 for all of a file
	Size     int64 // bytes of text, estimated for a compressed file
}

// open opens the text of the shard.
func (t *task) open(ctx context.Context) (io.ReadCloser, error) {
	if !t.Part {
		return open(ctx, t.Name)
	}
	in, offset, err := openRange(ctx, t.Name, t.From, t.To)
	t.Offset = offset
	return in, err
}

// expansion is how much larger the text of a compressed file is, about.
const expansion = 20

// plan cuts inputs into tasks of about a size.
func plan(ctx context.Context, opts convert.Options, names []string, size int64) ([]task, error) {
	inputs, err := convert.DetectShards(ctx, opts, names, func(name string) (io.ReadCloser, error) { return open(ctx, name) })
	if err != nil {
		return nil, err
	}
	var tasks []task
	for _, in := range inputs {
		plain, length, err := isPlain(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		parts := int64(1)
		if plain && size > 0 {
			parts = max(1, (length+size-1)/size)
		}
		in.Part = parts > 1
		for i := range parts {
			t := task{Shard: in, Size: length / parts}
			if !plain {
				t.Size *= expansion
			}
			t.Number = len(tasks)
			if in.Part {
				t.From, t.To = i*length/parts, (i+1)*length/parts
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

func (t *task) encode() []byte {
	text, err := json.Marshal(t)
	if err != nil {
		panic(fmt.Sprintf("pipeline: internal error: %v", err))
	}
	return text
}

func decodeTask(text []byte) (*task, error) {
	t := &task{}
	return t, json.Unmarshal(text, t)
}
