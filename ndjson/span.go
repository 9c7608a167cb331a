package ndjson

// A Span is a JSON scalar, or a whole array asked for with [Builder.RowList], by its
// place in the line. The zero Span means that there is none.
type Span struct {
	off  uint32
	size uint32 // length in the low bits, flags in the high ones
}

// emptySpan is the empty string, for a value that an element lacks.
var emptySpan = Span{size: spanString}

const (
	spanEscaped = 1 << 31 // a string with backslashes in it
	spanString  = 1 << 30 // a string; its quotes are not part of the span
	spanLength  = 1<<30 - 1
)

func stringSpan(start, end int, escaped bool) Span {
	s := Span{uint32(start), uint32(end-start) | spanString}
	if escaped {
		s.size |= spanEscaped
	}
	return s
}

// IsZero reports whether there is no value.
func (s Span) IsZero() bool { return s.size == 0 && s.off == 0 }

// IsString reports whether the value was a JSON string.
func (s Span) IsString() bool { return s.size&spanString != 0 }

// Escaped reports whether the value has escape sequences to decode.
func (s Span) Escaped() bool { return s.size&spanEscaped != 0 }

// Raw returns the bytes of the value as they are in line, without quotes.
func (s Span) Raw(line []byte) []byte {
	return line[s.off : s.off+s.size&spanLength]
}
