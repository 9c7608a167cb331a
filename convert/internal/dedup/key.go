package dedup

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// A Key identifies a version of a resource, or says that all versions of it that came
// before were deleted.
type Key struct {
	ID       [2]uint64 // Hash of the resource's identity
	Updated  int64     // the higher the newer: for resources, nanoseconds since 1970
	Resource int64     // ordinal of the resource in the input; of a deletion, that of the next one
	Text     uint64    // HashText of the resource, or 0 if it does not matter
	Deletion bool      // of all versions before Resource
}

// NoTime is the time of the update of a resource that does not show it. It comes
// before all others.
const NoTime = math.MinInt64

// ParseTime reads the time of an update, in nanoseconds since 1970. A time
// outside their range becomes the nearest one within it, and a text that is no
// time becomes NoTime.
func ParseTime(text []byte) int64 {
	t, err := time.Parse(time.RFC3339Nano, string(text))
	switch year := t.UTC().Year(); {
	case err != nil:
		return NoTime
	case year < 1678:
		return NoTime + 1
	case year > 2261:
		return math.MaxInt64
	}
	return t.UnixNano()
}

// Day returns the day of a time in nanoseconds, in days since 1970.
func Day(nanoseconds int64) int64 { return nanoseconds / int64(24*time.Hour) }

// hashSeeds key the hashes. They are new in each process, so that nobody can
// choose the ids of an export to make two of them collide, which would give one
// beneficiary the MBI of another. Hashes are only compared for equality: no
// output depends on the seeds.
var hashSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// HashText returns a keyed hash of the text of a resource. It is not 0.
func HashText(text []byte) uint64 {
	if key := sharedKey.Load(); key != nil {
		return max(sharedHash(*key, "text", text)[0], 1)
	}
	return max(maphash.Bytes(hashSeeds[0], text), 1)
}

// sharedKey, if set, keys the hashes instead of hashSeeds.
var sharedKey atomic.Pointer[[]byte]

// ShareHashes makes the hashes those of a secret key, so that processes with the same
// key agree. It is called before anything is hashed.
func ShareHashes(key []byte) {
	own := slices.Clone(key)
	sharedKey.Store(&own)
}

// sharedHash returns the hash of an identity by the shared key.
func sharedHash(key []byte, kind string, id []byte) [2]uint64 {
	h := hmac.New(sha256.New, key)
	_, _ = h.Write(append([]byte(kind), 0))
	_, _ = h.Write(id)
	sum := h.Sum(nil)
	return [2]uint64{binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:])}
}

// Hash returns a keyed hash of an identity, such as the id of a resource, among
// those of its kind.
func Hash(kind string, id []byte) (h [2]uint64) {
	if key := sharedKey.Load(); key != nil {
		return sharedHash(*key, kind, id)
	}
	var short [128]byte
	if len(kind)+1+len(id) <= len(short) { // faster at once
		text := append(append(append(short[:0], kind...), 0), id...)
		return [2]uint64{maphash.Bytes(hashSeeds[0], text), maphash.Bytes(hashSeeds[1], text)}
	}
	for i, seed := range hashSeeds {
		var m maphash.Hash
		m.SetSeed(seed)
		_, _ = m.WriteString(kind)
		_ = m.WriteByte(0)
		_, _ = m.Write(id)
		h[i] = m.Sum64()
	}
	return h
}
