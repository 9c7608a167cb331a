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
	From, To int64 // range of a plain file; 0 and 0 for all of an input
	Length   int64 // bytes of text, estimated for a compressed file
}

// openTask opens the text of a shard, which the caller closes.
func openTask(ctx context.Context, text []byte) (*task, io.ReadCloser, error) {
	t := &task{}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, nil, err
	}
	var in io.ReadCloser
	var err error
	if t.Part {
		in, t.Offset, err = openRange(ctx, t.Name, t.From, t.To)
	} else {
		in, err = convert.OpenShard(ctx, &t.Shard)
	}
	return t, in, err
}

func (t *task) encode() []byte {
	text, err := json.Marshal(t)
	if err != nil {
		panic(fmt.Sprintf("pipeline: internal error: %v", err))
	}
	return text
}

// expansion is how much larger the text of a compressed file is, about.
const expansion = 20

// divide makes tasks of inputs, of about a size.
func divide(ctx context.Context, inputs []convert.Shard, size int64) ([]task, error) {
	var tasks []task
	first := map[int]int{} // number of the first task of an input
	for _, in := range inputs {
		plain := false
		if in.Name == in.File.Name {
			var err error
			if plain, err = isPlain(ctx, in.Name); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrInput, err)
			}
		}
		parts := int64(1)
		if plain && size > 0 {
			parts = max(1, (in.Size+size-1)/size)
		}
		in.Part = parts > 1
		first[in.Input] = len(tasks)
		for i := range parts {
			t := task{Shard: in, Length: in.Size / parts}
			if !plain {
				t.Length *= expansion
			}
			t.Number = len(tasks)
			if in.Part {
				t.From, t.To = i*in.Size/parts, (i+1)*in.Size/parts
			}
			tasks = append(tasks, t)
		}
	}
	first[len(inputs)] = len(tasks)
	for i := range tasks {
		tasks[i].Begin = first[tasks[i].Begin]
	}
	return tasks, nil
}
