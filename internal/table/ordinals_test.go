package table

import "testing"

func TestOrdinalSetWithout(t *testing.T) {
	var all, some, more OrdinalSet
	for i := range int64(200) {
		all.Add(i)
	}
	for _, i := range []int64{0, 63, 64, 199, 300} {
		some.Add(i)
	}
	more.Add(1)
	rest := all.Without(some, more, nil)
	if n := rest.Len(); n != 195 || rest.Has(199) || rest.Has(1) || !rest.Has(2) {
		t.Errorf("%d are left", n)
	}
	if all.Len() != 200 {
		t.Error("the set has changed")
	}
}
