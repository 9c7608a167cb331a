package table

import "testing"

func TestPoolAllocator(t *testing.T) {
	r := &PoolAllocator{Poison: true}
	b := r.Allocate(100)
	if len(b) != 100 || cap(b) != 128 {
		t.Fatalf("%d bytes with room for %d", len(b), cap(b))
	}
	copy(b, "kept")
	if b = r.Reallocate(120, b); string(b[:4]) != "kept" || b[119] != 0 {
		t.Errorf("grown in place: %q", b)
	}
	old := b
	if b = r.Reallocate(1000, b); string(b[:4]) != "kept" || b[999] != 0 {
		t.Errorf("grown: %q", b)
	}
	if old[0] != 0xDB {
		t.Error("what was given back is not overwritten")
	}
	if again := r.Allocate(65); &again[0] != &old[0] || again[0] != 0 || again[64] != 0 {
		t.Error("a buffer is not handed out again, or not with zeros")
	}
	r.Free(nil)
	r.Free(make([]byte, 100)) // of another allocator
	if b := r.Allocate(128); len(b) != 128 || b[0] != 0 {
		t.Errorf("%d bytes", len(b))
	}
	if b := r.Allocate(1<<poolClasses + 1); len(b) != 1<<poolClasses+1 {
		t.Errorf("%d bytes", len(b))
	}
}
