package codes

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDRGTitles(t *testing.T) {
	t.Parallel()
	titles := DRGTitles()
	for code, want := range map[string]string{
		"001": "Heart Transplant or Implant of Heart Assist System with MCC",
		"247": "Percutaneous Cardiovascular Procedures with Drug-Eluting Stent without MCC", // retired
		"291": "Heart Failure and Shock with MCC",
		"470": "Major Hip and Knee Joint Replacement or Reattachment of Lower Extremity without MCC",
		"872": "Septicemia or Severe Sepsis without MV >96 Hours without MCC",
		"999": "Ungroupable",
		"000": "",
	} {
		if got := titles[code]; got != want {
			t.Errorf("%s: got %q, want %q", code, got, want)
		}
	}
	form := regexp.MustCompile(`^\d{3}\t[A-Z][ -~]+[^ ]\n$`)
	last := ""
	for line := range strings.Lines(drgFile) {
		if !form.MatchString(line) || line[:3] <= last {
			t.Errorf("unexpected line %q after %s", line, last)
		}
		last = line[:3]
	}
}

// orderLine returns a line in the form of the order file.
func orderLine(n int, code string, flag int, title string) string {
	return fmt.Sprintf("%05d %-7s %d %-60.60s %s\r\n", n, code, flag, title, title)
}

func TestReadICD10Categories(t *testing.T) {
	t.Parallel()
	long := "A title of a made-up category that is longer than the sixty characters of the short one"
	text := orderLine(1, "X00", 0, "First category") + orderLine(2, "X000", 1, "First category, one") + "\r\n" + orderLine(3, "X01", 1, long)
	got, err := ReadICD10Categories(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"X00": "First category", "X01": long}, got); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
}

func TestReadICD10CategoriesErrors(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":         "",
		"codes file":    "A000    Cholera due to something that is long enough to have a column seventy-seven\n",
		"CSV":           "code,title\n",
		"no categories": orderLine(1, "X000", 1, "One code"),
		"broken line":   orderLine(1, "X00", 0, "Category") + "00002 X0",
		"not UTF-8":     orderLine(1, "X00", 0, "Caf\xe9"),
		"no code":       orderLine(1, "", 0, "Nothing"),
	} {
		if got, err := ReadICD10Categories(strings.NewReader(text)); err == nil {
			t.Errorf("%s: got %v, want an error", name, got)
		}
	}
}
