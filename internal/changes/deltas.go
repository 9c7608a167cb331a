package changes

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Deltas are the differences of the sums of the row hashes by key. They are for one
// goroutine at a time.
type Deltas struct {
	dir     string // of temporary files
	limit   int    // of keys in memory
	level   int    // of buckets of buckets
	sums    sums
	buckets []*bucket // nil unless keys were spilled
}

// bucketBits is the number of bits of a key that choose its bucket.
const bucketBits = 6

// A bucket has numbers of the keys with the same leading bits.
type bucket struct {
	file *os.File
	out  *bufio.Writer
}

const recordSize = 16

// NewDeltas returns no differences. Up to limit keys are kept in memory, in up to 43
// bytes each, and others in a temporary file per bucket in dir, which must exist.
func NewDeltas(dir string, limit int) *Deltas { return &Deltas{dir: dir, limit: max(limit, 1)} }

// Old adds an old row.
func (d *Deltas) Old(key, row uint64) error { return d.add(key, -row) }

// New adds a new row.
func (d *Deltas) New(key, row uint64) error { return d.add(key, row) }

func (d *Deltas) add(key, delta uint64) error {
	d.sums.add(key, delta)
	if d.sums.n < d.limit {
		return nil
	}
	return d.spill()
}

// spill moves the numbers in memory to the buckets.
func (d *Deltas) spill() error {
	if d.buckets == nil {
		d.buckets = make([]*bucket, 1<<bucketBits)
	}
	var record [recordSize]byte
	for key, value := range d.sums.all {
		b, err := d.bucketOf(key)
		if err != nil {
			return err
		}
		binary.LittleEndian.PutUint64(record[:], key)
		binary.LittleEndian.PutUint64(record[8:], value)
		if _, err := b.out.Write(record[:]); err != nil {
			return err
		}
	}
	d.sums.clear()
	return nil
}

func (d *Deltas) bucketOf(key uint64) (*bucket, error) {
	i := key << (d.level * bucketBits) >> (64 - bucketBits)
	if d.buckets[i] != nil {
		return d.buckets[i], nil
	}
	f, err := os.OpenFile(filepath.Join(d.dir, fmt.Sprintf("deltas-%d-%02d", d.level, i)), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	d.buckets[i] = &bucket{f, bufio.NewWriterSize(f, 16<<10)}
	return d.buckets[i], nil
}

// deepest is the level from which on buckets are not divided: then the keys have no
// bits left.
const deepest = 64 / bucketBits

// Changed calls visit for each key with a difference, and removes the differences.
func (d *Deltas) Changed(visit func(key uint64) error) error {
	if d.buckets == nil {
		for key := range d.sums.all {
			if err := visit(key); err != nil {
				return err
			}
		}
		d.sums = sums{}
		return nil
	}
	if err := d.spill(); err != nil {
		return err
	}
	d.sums = sums{}
	for i, b := range d.buckets {
		if b == nil {
			continue
		}
		if err := d.visitBucket(b, visit); err != nil {
			return err
		}
		d.buckets[i] = nil
		if err := b.remove(); err != nil {
			return err
		}
	}
	return nil
}

func (d *Deltas) visitBucket(b *bucket, visit func(key uint64) error) error {
	if err := b.out.Flush(); err != nil {
		return err
	}
	if _, err := b.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	inner := &Deltas{dir: d.dir, limit: d.limit, level: d.level + 1}
	if inner.level >= deepest {
		inner.limit = int(^uint(0) >> 1)
	}
	defer inner.Close()
	in := bufio.NewReaderSize(b.file, 64<<10)
	var record [recordSize]byte
	for {
		_, err := io.ReadFull(in, record[:])
		if errors.Is(err, io.EOF) {
			return inner.Changed(visit)
		}
		if err != nil {
			return err
		}
		if err := inner.add(binary.LittleEndian.Uint64(record[:]), binary.LittleEndian.Uint64(record[8:])); err != nil {
			return err
		}
	}
}

func (b *bucket) remove() error {
	return errors.Join(b.file.Close(), os.Remove(b.file.Name()))
}

// Close removes temporary files.
func (d *Deltas) Close() error {
	var errs []error
	for _, b := range d.buckets {
		if b != nil {
			errs = append(errs, b.remove())
		}
	}
	d.buckets = nil
	return errors.Join(errs...)
}
