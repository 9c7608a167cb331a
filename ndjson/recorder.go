package ndjson

// A recorder collects the effects of objects while they are walked. Objects may be
// recorded inside others, which have the effects of those too.
type recorder struct {
	open    int // objects being recorded
	stores  []storeOp
	marks   []markOp
	scalars []scalarSpan // that may vary, in the line
	inner   []scalarSpan // those of one object, relative to it
}

// A recording is where the effects of one object begin.
type recording struct{ stores, marks, scalars, counted int }

// reset drops what a failed walk may have left.
func (r *recorder) reset() {
	r.open, r.stores, r.marks, r.scalars = 0, r.stores[:0], r.marks[:0], r.scalars[:0]
}

// begin begins the recording of an object.
func (r *recorder) begin(counted int) recording {
	r.open++
	return recording{len(r.stores), len(r.marks), len(r.scalars), counted}
}

// end ends the recording of an object at an offset, whose node is so far from the
// root. The effects are valid until the next call.
func (r *recorder) end(from recording, level int16, at int) effects {
	r.open--
	// The scopes inside the object are closed: what happened in them has no effect.
	r.stores = keep(r.stores, from.stores, func(s *storeOp) bool { return s.to.level < level })
	r.marks = keep(r.marks, from.marks, func(m *markOp) bool { return m.level < level })
	r.inner = r.inner[:0]
	for _, s := range r.scalars[from.scalars:] {
		r.inner = append(r.inner, scalarSpan{s.start - int32(at), s.end - int32(at)})
	}
	return effects{stores: r.stores[from.stores:], marks: r.marks[from.marks:], scalars: r.inner}
}

// keep drops the operations from index from on that are not wanted.
func keep[T any](ops []T, from int, wanted func(*T) bool) []T {
	kept := ops[:from]
	for i := from; i < len(ops); i++ {
		if wanted(&ops[i]) {
			kept = append(kept, ops[i])
		}
	}
	return kept
}
