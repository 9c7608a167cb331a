package convert

import (
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestChoice takes one name and one address whole.
func TestChoice(t *testing.T) {
	synthtest.WithoutRace(t)
	name := func(family, use string, given ...any) object {
		n := object{"family": family}
		if use != "" {
			n["use"] = use
		}
		if len(given) > 0 {
			n["given"] = given
		}
		return n
	}
	from := func(element object, start, end string) object {
		period := object{}
		if start != "" {
			period["start"] = start
		}
		if end != "" {
			period["end"] = end
		}
		return with(element, object{"period": period})
	}
	for _, tt := range []struct {
		what  string
		names list
		want  string // first, middle and last name
	}{
		{"one", list{name("Doe", "usual", "Jane", "X")}, "Jane X Doe"},
		{"no parts of two", list{name("Doe", "usual"), name("Roe", "usual", "Rita", "Y")}, "  Doe"},
		{"no second name of another", list{name("Doe", "usual", "Jane"), name("Roe", "usual", "Rita")}, "Jane  Doe"},
		{"old", list{name("Roe", "old", "Rita"), name("Doe", "usual", "Jane")}, "Jane  Doe"},
		{"only old", list{name("Roe", "old", "Rita")}, "Rita  Roe"},
		{"maiden", list{name("Roe", "maiden", "Rita"), name("Doe", "", "Jane")}, "Jane  Doe"},
		{"official", list{name("Roe", "usual", "Rita"), name("Doe", "official", "Jane")}, "Jane  Doe"},
		{"official that ended", list{from(name("Roe", "official", "Rita"), "2001", "2019-12-31"), name("Doe", "usual", "Jane")}, "Jane  Doe"},
		{"end that means none", list{from(name("Doe", "official", "Jane"), "", "9999-12-31"), name("Roe", "usual", "Rita")}, "Jane  Doe"},
		{"end to come", list{from(name("Doe", "official", "Jane"), "", "2024-03"), name("Roe", "usual", "Rita")}, "Jane  Doe"},
		{"not begun", list{from(name("Roe", "usual", "Rita"), "2025-01-01", ""), name("Doe", "usual", "Jane")}, "Jane  Doe"},
		{"began last", list{from(name("Roe", "usual", "Rita"), "2001-01-01", ""), from(name("Doe", "usual", "Jane"), "2019", "")}, "Jane  Doe"},
		{"all ended", list{from(name("Roe", "usual", "Rita"), "2001-01-01", "2002-01-01"), from(name("Doe", "usual", "Jane"), "2003-01-01", "2004-01-01")}, "Jane  Doe"},
		{"the first", list{name("Doe", "", "Jane"), name("Roe", "", "Rita")}, "Jane  Doe"},
		{"without a first name", list{name("Doe", "usual", nil, "X")}, " X Doe"}, // the extension in _given says why
		{"without parts", list{object{"use": "official", "text": "Rita Roe"}, name("Doe", "usual", "Jane")}, "Jane  Doe"},
	} {
		got := export{"export.ndjson": lines(with(somePatient("1", "1S00A00AA01"), object{"name": tt.names}))}.convert(t)
		equal(t, tt.what, got.pick(t, "cclf8", "BENE_1ST_NAME", "BENE_MIDL_NAME", "BENE_LAST_NAME"), tt.want)
	}

	address := func(use, city, state, zip string, line ...any) object {
		a := object{}
		for name, v := range map[string]string{"use": use, "city": city, "state": state, "postalCode": zip} {
			if v != "" {
				a[name] = v
			}
		}
		if len(line) > 0 {
			a["line"] = line
		}
		return a
	}
	for _, tt := range []struct {
		what      string
		addresses list
		want      string // lines 1 and 2, city, ZIP code
	}{
		{"one", list{address("", "Salem", "MA", "01970", "1 Elm St", "Apt 2")}, "1 Elm St Apt 2 Salem 01970"},
		{"without a first line", list{address("", "Salem", "MA", "01970", nil, "Apt 2")}, " Apt 2 Salem 01970"},
		{"no parts of two", list{address("", "Salem", "MA", ""), address("", "Lynn", "MA", "01901", "9 Oak St", "Apt 9")}, "  Salem "},
		{"old", list{address("old", "Lynn", "MA", "01901", "9 Oak St"), address("home", "Salem", "MA", "01970", "1 Elm St")}, "1 Elm St  Salem 01970"},
		{"billing", list{address("billing", "Lynn", "MA", "01901"), address("", "Salem", "MA", "01970")}, "  Salem 01970"},
	} {
		got := export{"export.ndjson": lines(with(somePatient("1", "1S00A00AA01"), object{"address": tt.addresses}))}.convert(t)
		equal(t, tt.what, got.pick(t, "cclf8", "BENE_LINE_1_ADR", "BENE_LINE_2_ADR", "GEO_ZIP_PLC_NAME", "GEO_ZIP5_CD"), tt.want)
	}
}
