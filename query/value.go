//go:build cgo

package query

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// plain converts a value of the driver to one of the types that Values returns.
func plain(v any, typ string) any {
	switch v := v.(type) {
	case nil, bool, int64, float64:
		return v
	case int8:
		return int64(v)
	case int16:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		return json.Number(strconv.FormatUint(v, 10))
	case *big.Int:
		return json.Number(v.String())
	case duckdb.Decimal:
		return json.Number(decimal(v.Value, int(v.Scale)))
	case float32:
		// the float64 that prints the same
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return f
	case string:
		if isNested(typ) {
			return json.RawMessage(v)
		}
		return v
	case time.Time:
		if typ == "DATE" {
			return v
		}
		return v.Format(time.RFC3339Nano)
	default: // not staged, such as the lists of SHOW ALL TABLES
		if raw, err := json.Marshal(v); err == nil {
			return json.RawMessage(raw)
		}
		return fmt.Sprint(v)
	}
}

// appendText appends a value of Values as text, or returns false for NULL.
func appendText(dst []byte, v any) ([]byte, bool) {
	switch v := v.(type) {
	case nil:
		return dst, false
	case string:
		dst = append(dst, v...)
	case json.Number:
		dst = append(dst, v...)
	case json.RawMessage:
		dst = append(dst, v...)
	case bool:
		dst = strconv.AppendBool(dst, v)
	case int64:
		dst = strconv.AppendInt(dst, v, 10)
	case float64:
		dst = appendFloat(dst, v, 64)
	case time.Time:
		dst = v.AppendFormat(dst, time.DateOnly)
	}
	return dst, true
}

// decimal formats unscaled / 10^scale with scale decimals.
func decimal(unscaled *big.Int, scale int) string {
	digits := unscaled.String()
	if scale == 0 {
		return digits
	}
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - scale
	return sign + digits[:point] + "." + digits[point:]
}

// isNested reports whether values of a type are formatted as JSON.
func isNested(typ string) bool {
	return typ == "JSON" || strings.HasSuffix(typ, "]") ||
		strings.HasPrefix(typ, "STRUCT(") || strings.HasPrefix(typ, "MAP(") || strings.HasPrefix(typ, "UNION(")
}
