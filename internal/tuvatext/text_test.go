package tuvatext

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

func TestAppendDecimal(t *testing.T) {
	for _, tt := range []struct {
		units int64
		scale int
		trim  bool
		want  string
	}{
		{0, 2, false, "0.00"}, {5, 2, false, "0.05"}, {-5, 2, false, "-0.05"}, {-123456, 2, false, "-1234.56"},
		{300000, 4, true, "30"}, {0, 4, true, "0"}, {481460, 4, true, "48.146"}, {-10000, 4, true, "-1"}, {7, 0, true, "7"},
	} {
		if got := string(appendDecimal(nil, decimal128.FromI64(tt.units), tt.scale, tt.trim)); got != tt.want {
			t.Errorf("%d, scale %d: got %s, want %s", tt.units, tt.scale, got, tt.want)
		}
	}
}
