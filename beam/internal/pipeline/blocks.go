package pipeline

import (
	"encoding/binary"
	"errors"

	"github.com/cclf-tools/cclf/convert"
)

// Records are passed in blocks, many at a time, since a runner spends more on an element
// than on its bytes. A block has records of one stage and one bucket: the length and the
// bytes of each key and value.

// blockSize is the size in bytes at which a block is passed on, and mostOpen that of all
// blocks of a shard that are not.
const (
	blockSize = 256 << 10
	mostOpen  = 32 << 20
)

// A shuffle collects records in blocks. Emit is by stage, nil for those that have been.
type shuffle struct {
	buckets int
	emit    [convert.WriteRows + 1]func(key, block []byte)
	open    [convert.WriteRows + 1]map[int][]byte
	size    int
}

// add adds a record.
func (s *shuffle) add(r convert.ShardRecord) error {
	stage, bucket := r.Stage(), r.Bucket(s.buckets)
	if s.open[stage] == nil {
		s.open[stage] = map[int][]byte{}
	}
	before := s.open[stage][bucket]
	block := append(binary.AppendUvarint(before, uint64(len(r.Key))), r.Key...)
	block = append(binary.AppendUvarint(block, uint64(len(r.Value))), r.Value...)
	s.open[stage][bucket] = block
	s.size += len(block) - len(before)
	switch {
	case len(block) >= blockSize:
		s.pass(stage, bucket)
	case s.size >= mostOpen:
		s.end()
	}
	return nil
}

// pass passes on a block.
func (s *shuffle) pass(stage convert.ShardStage, bucket int) {
	block := s.open[stage][bucket]
	delete(s.open[stage], bucket)
	s.size -= len(block)
	s.emit[stage](bucketKey(bucket), block)
}

// end passes on all blocks.
func (s *shuffle) end() {
	for stage := range s.open {
		for bucket := range s.open[stage] {
			s.pass(convert.ShardStage(stage), bucket)
		}
	}
}

// bucketKey returns the key of a bucket's blocks.
func bucketKey(bucket int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(bucket)) }

// bucketOf returns the bucket of a key.
func bucketOf(key []byte) int { return int(binary.BigEndian.Uint32(key)) }

var errBlock = errors.New("pipeline: internal error: not a block of records")

// recordsOf appends the records of a block, which they refer to.
func recordsOf(records []convert.ShardRecord, block []byte) ([]convert.ShardRecord, error) {
	next := func() ([]byte, bool) {
		n, size := binary.Uvarint(block)
		if size <= 0 || n > uint64(len(block)-size) {
			return nil, false
		}
		field := block[size : size+int(n) : size+int(n)]
		block = block[size+int(n):]
		return field, true
	}
	for len(block) > 0 {
		key, ok := next()
		value, whole := next()
		if !ok || !whole {
			return nil, errBlock
		}
		records = append(records, convert.ShardRecord{Key: key, Value: value})
	}
	return records, nil
}

// allRecords returns the records of all blocks.
func allRecords(blocks func(*[]byte) bool) (records []convert.ShardRecord, err error) {
	for block := []byte(nil); blocks(&block); block = nil {
		if records, err = recordsOf(records, block); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// valuesOf returns the values of records.
func valuesOf(records []convert.ShardRecord) [][]byte {
	values := make([][]byte, len(records))
	for i, r := range records {
		values[i] = r.Value
	}
	return values
}
