package convert

import "sort"

// A placeLog tells from which line of which input a resource came, by the
// resource's number. It holds a place only where the numbers stop keeping step
// with the lines: at the beginning of a chunk, and behind lines that are no
// resource.
type placeLog []place

// A place is where a resource, and those that follow it line by line, stand.
type place struct {
	resource int64
	input    int
	line     int64
}

// note says that the next resource to be numbered, if there is one on it, is
// on a line.
func (l *placeLog) note(resource int64, input int, line int64) {
	if n := len(*l); n > 0 {
		last := &(*l)[n-1]
		if last.input == input && resource-last.resource == line-last.line {
			return
		}
		if last.resource == resource { // there was none on the line before
			*last = place{resource, input, line}
			return
		}
	}
	*l = append(*l, place{resource, input, line})
}

// addAll adds the places of resources that are counted from base.
func (l *placeLog) addAll(from placeLog, base int64) {
	for _, p := range from {
		l.note(base+p.resource, p.input, p.line)
	}
}

// find returns the input and the line of a resource.
func (l placeLog) find(resource int64) (input int, line int64) {
	i := sort.Search(len(l), func(i int) bool { return l[i].resource > resource }) - 1
	return l[i].input, l[i].line + resource - l[i].resource
}
