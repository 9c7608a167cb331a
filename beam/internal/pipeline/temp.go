package pipeline

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/cclf-tools/cclf/internal/blob"
)

// The beginnings of names in the folder of intermediate data.
const (
	keptPrefix   = "rows-"
	shardPrefix  = "shard-"
	totalsPrefix = "totals-"
	errorPrefix  = "error-"
)

// newName returns a name in the folder of intermediate data that no other attempt has.
func newName(temp, prefix string) string { return blob.Join(temp, prefix+rand.Text()) }

// makeTemp makes the folder of intermediate data sets, which must be new: it is removed
// at the end.
func makeTemp(name string) error {
	if blob.IsURL(name) {
		return blob.Check(name)
	}
	if err := os.Mkdir(name, 0o700); err != nil {
		return fmt.Errorf("%w: the folder of intermediate data: %w", ErrOutput, err)
	}
	return nil
}

// removeTemp removes the intermediate data.
func removeTemp(ctx context.Context, name string) error {
	if !blob.IsURL(name) {
		return os.RemoveAll(name)
	}
	bucket, key, err := blob.Resolve(name)
	if err != nil {
		return err
	}
	for _, prefix := range []string{keptPrefix, shardPrefix, totalsPrefix, errorPrefix} {
		for info, err := range bucket.List(ctx, key+"/"+prefix) {
			if err == nil {
				err = bucket.Delete(ctx, info.Key)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// writeFile writes a file of intermediate data.
func writeFile(ctx context.Context, name string, data []byte) error {
	if !blob.IsURL(name) {
		return os.WriteFile(name, data, 0o600)
	}
	bucket, key, err := blob.Resolve(name)
	if err != nil {
		return err
	}
	_, err = bucket.Put(ctx, key, data, blob.Condition{})
	return err
}

// create makes a file of intermediate data by write.
func create(ctx context.Context, name string, write func(io.Writer) error) error {
	if !blob.IsURL(name) {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	bucket, key, err := blob.Resolve(name)
	if err != nil {
		return err
	}
	f, err := bucket.Create(ctx, key)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		return errors.Join(err, f.Abort())
	}
	return f.Commit()
}

// lastTotals are the totals that this process read last: those of all its shards, as a
// rule.
var lastTotals struct {
	sync.Mutex
	name string
	data []byte
}

// readTotals returns the totals in a file.
func readTotals(ctx context.Context, name string) ([]byte, error) {
	lastTotals.Lock()
	defer lastTotals.Unlock()
	if lastTotals.name != name {
		data, err := blob.ReadFile(ctx, name)
		if err != nil {
			return nil, err
		}
		lastTotals.name, lastTotals.data = name, data
	}
	return lastTotals.data, nil
}
