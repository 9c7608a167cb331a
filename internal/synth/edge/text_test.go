package edge

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// TestOddAmounts checks that unusual amounts round to the plain ones, half to even.
func TestOddAmounts(t *testing.T) {
	e := New(1)
	var r random.Source
	r.Seed(1, 2, 3)
	for range 20_000 {
		plain := string(column.Amount(r.Between(-200, 200)).AppendJSON(nil))
		if r.Chance(300) {
			plain = string(column.Amount(r.Between(-1, 1) * r.Intn(1<<40)).AppendJSON(nil))
		}
		odd := strings.TrimPrefix(string(e.oddAmount(&r, []byte(plain))), `"value":`)
		if !json.Valid([]byte(odd)) {
			t.Fatalf("%s is written %s", plain, odd)
		}
		want, _ := new(big.Rat).SetString(plain)
		got, _ := new(big.Rat).SetString(odd)
		if cents(got) != cents(want) {
			t.Fatalf("%s is written %s", plain, odd)
		}
	}
}

// cents rounds to cents, half to even.
func cents(r *big.Rat) string {
	scaled := new(big.Rat).Mul(r, big.NewRat(100, 1))
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom())
	rest := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.String()
}
