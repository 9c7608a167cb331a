package render

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// Text formats a value for a table or a CSV field: decimals with all their
// digits, dates as YYYY-MM-DD, nil as the empty string.
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case json.RawMessage:
		return string(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		format := byte('f')
		if abs := math.Abs(v); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
			format = 'e'
		}
		return strconv.FormatFloat(v, format, -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.Format(time.DateOnly)
	default:
		return ""
	}
}

// Grouped is Text with commas between the thousands of a number.
func Grouped(v any) string {
	text := Text(v)
	switch v.(type) {
	case int64, json.Number:
	case float64:
		if strings.ContainsAny(text, "eIN") { // with an exponent, infinity or NaN
			return text
		}
	default:
		return text
	}
	unsigned := strings.TrimPrefix(text, "-")
	sign := text[:len(text)-len(unsigned)]
	whole, decimals, found := strings.Cut(unsigned, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if found {
		whole += "." + decimals
	}
	return sign + whole
}
