package beneficiary

import (
	"math/rand/v2"
	"reflect"
	"testing"
)

// TestUpdateCodec fills all fields of updates at random, also those that will be added,
// and compares what comes back.
func TestUpdateCodec(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var u Update
		fill(rng, reflect.ValueOf(&u).Elem())
		u.Resource = 0
		record := AppendUpdate(nil, &u)
		got, err := ParseUpdate(record)
		if err != nil || !reflect.DeepEqual(got, u) {
			t.Fatalf("%v:\n got %+v\nwant %+v", err, got, u)
		}
		for n := range record {
			if _, err := ParseUpdate(record[:n:n]); err == nil {
				t.Fatalf("%d of %d bytes are a record", n, len(record))
			}
		}
		if _, err := ParseUpdate(append(record, 0)); err == nil {
			t.Fatal("a record with another byte is one")
		}
	}
}

func fill(rng *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(rng, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(rng, v.Index(i))
		}
	case reflect.Slice:
		if n := rng.IntN(4); n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				fill(rng, v.Index(i))
			}
		}
	case reflect.Bool:
		v.SetBool(rng.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(rng.Uint64()) >> (64 - v.Type().Bits() + rng.IntN(v.Type().Bits())))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(rng.Uint64() >> (64 - v.Type().Bits()))
	default:
		panic(v.Kind())
	}
}
