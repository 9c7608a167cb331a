package convert

import "sort"

// A lineIndex maps ordinals of resources to inputs and lines. It has an entry
// only where a resource does not follow the one before on the next line: at the
// beginning of a chunk, and after lines without a resource.
type lineIndex []lineEntry

// A lineEntry is the line of a resource. Those that follow it are on the lines
// that follow, up to the next entry.
type lineEntry struct {
	resource int64
	input    int
	line     int64
}

// note records the line of the next resource, if there is one on it.
func (x *lineIndex) note(resource int64, input int, line int64) {
	if n := len(*x); n > 0 {
		last := &(*x)[n-1]
		if last.input == input && resource-last.resource == line-last.line {
			return
		}
		if last.resource == resource { // there was none on the line before
			*last = lineEntry{resource, input, line}
			return
		}
	}
	*x = append(*x, lineEntry{resource, input, line})
}

// addAll adds the lines of resources that are counted from base.
func (x *lineIndex) addAll(from lineIndex, base int64) {
	for _, e := range from {
		x.note(base+e.resource, e.input, e.line)
	}
}

// find returns the input and the line of a resource.
func (x lineIndex) find(resource int64) (input int, line int64) {
	i := sort.Search(len(x), func(i int) bool { return x[i].resource > resource }) - 1
	return x[i].input, x[i].line + resource - x[i].resource
}
