package column

// An Instant is a point in time and the zone that it is written in.
type Instant struct {
	Millis int64 // since 1970-01-01T00:00:00Z
	West   int8  // hours west of Greenwich
}

func (d Date) At(millis int64) Instant { return Instant{Millis: int64(d)*86_400_000 + millis} }

// Append appends an instant as the servers write it, with milliseconds.
func (t Instant) Append(b []byte) []byte {
	local := t.Millis - int64(t.West)*3_600_000
	b = Date(local / 86_400_000).Append(b)
	ms := local % 86_400_000
	s := ms / 1000
	ms %= 1000
	b = append(b, 'T')
	b = appendPair(b, s/3600)
	b = append(b, ':')
	b = appendPair(b, s/60%60)
	b = append(b, ':')
	b = appendPair(b, s%60)
	b = append(b, '.', byte('0'+ms/100))
	b = appendPair(b, ms%100)
	if t.West == 0 {
		return append(b, "+00:00"...)
	}
	b = append(b, '-')
	b = appendPair(b, int64(t.West))
	return append(b, ":00"...)
}

func appendPair(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }
