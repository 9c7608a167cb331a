package edge

import "testing"

func TestNoDates(t *testing.T) {
	for _, day := range noDates {
		if day.IsPartial() || day.IsDay() {
			t.Errorf("%s is a partial date or a day", day.Append(nil))
		}
	}
}
