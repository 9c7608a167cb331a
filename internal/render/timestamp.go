package render

import "time"

// timestampLayouts are the forms of a TIMESTAMP, and of a TIMESTAMP WITH TIME
// ZONE whose offset has hours only, or minutes and seconds too.
var timestampLayouts = []string{"2006-01-02 15:04:05", "2006-01-02 15:04:05Z07", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05Z07:00:00"}

// parseTimestamp parses the text of a timestamp. One without a time zone is in
// UTC. Infinity and years before Christ or with five digits are not supported.
func parseTimestamp(s string) (t time.Time, ok bool) {
	for _, layout := range timestampLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return t, false
}

// rfc3339 returns the text of a timestamp in the form of RFC 3339, or unchanged
// if it has none.
func rfc3339(s string) string {
	if t, ok := parseTimestamp(s); ok {
		return t.Format(time.RFC3339Nano)
	}
	return s
}
