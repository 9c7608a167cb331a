package crosswalk

import (
	"bytes"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/table"
)

// A transform makes the text of a cell from the text of one value. dst is
// scratch space. The result may share the memory of dst or value; nil means that
// there is no value.
type transform func(dst, value []byte) []byte

// noValue returns an empty value, which ends the search for others.
func noValue(_, _ []byte) []byte { return []byte{} }

// constant returns a transform that replaces any value with text.
func constant(text string) transform {
	v := []byte(text)
	return func(_, _ []byte) []byte { return v }
}

// padTo returns a transform that puts zeros in front of a number, up to width
// digits.
func padTo(width int) transform {
	return func(dst, v []byte) []byte {
		dst = dst[:0]
		for n := len(v); n < width; n++ {
			dst = append(dst, '0')
		}
		return append(dst, v...)
	}
}

// knownDate drops placeholders for a missing date.
func knownDate(_, v []byte) []byte {
	if _, ok, err := table.ParseDate(v); err == nil && !ok {
		return nil
	}
	return v
}

// trim removes white space around a text.
func trim(_, v []byte) []byte { return bytes.TrimSpace(v) }

// referenceID returns the id of a reference such as "Patient/123".
func referenceID(_, v []byte) []byte {
	return beneficiary.ReferenceID(v)
}

// icdVersion is icdIndicator for known code systems only.
func icdVersion(dst, v []byte) []byte {
	if ind := icdIndicator(dst, v); ind[0] != 'U' {
		return ind
	}
	return nil
}

// withoutDot removes the dot of an ICD code.
func withoutDot(dst, v []byte) []byte {
	i := bytes.IndexByte(v, '.')
	if i < 0 {
		return v
	}
	dst = append(dst[:0], v[:i]...)
	return append(dst, v[i+1:]...)
}

// icdIndicator returns the version of an ICD code system, given its URL: 0, 9, or
// U if it is unknown.
func icdIndicator(_, v []byte) []byte {
	switch {
	case bytes.Contains(v, []byte("icd-10")), bytes.Contains(v, []byte("ICD10")):
		return []byte("0")
	case bytes.Contains(v, []byte("icd-9")), bytes.Contains(v, []byte("ICD9")):
		return []byte("9")
	}
	return []byte("U")
}

// ansiGroup returns the group of a claim adjustment code such as CO120: its first
// two letters.
func ansiGroup(_, v []byte) []byte {
	if len(v) < 2 {
		return v
	}
	return v[:2]
}

// ansiReason returns the reason of a claim adjustment code, after its group.
func ansiReason(_, v []byte) []byte {
	if len(v) < 2 {
		return nil
	}
	return v[2:]
}

// idQualifier returns the code for a type of provider identifier.
func idQualifier(_, v []byte) []byte {
	switch string(v) {
	case "npi", "NPI":
		return []byte("01")
	case "UPIN":
		return []byte("06")
	case "NCPDP":
		return []byte("07")
	case "SL":
		return []byte("08")
	case "TAX":
		return []byte("11")
	}
	return nil
}

// fipsState returns the FIPS code of a state, given its SSA code or letters.
func fipsState(dst, v []byte) []byte { return textOrNothing(dst, bcda.FIPSState(v)) }

// uspsState returns the letters of a state, given its SSA code or letters.
func uspsState(dst, v []byte) []byte { return textOrNothing(dst, bcda.USPSState(v)) }

func textOrNothing(dst []byte, s string) []byte {
	if s == "" {
		return nil
	}
	return append(dst[:0], s...)
}

// upper returns a text in capital letters.
func upper(dst, v []byte) []byte {
	dst = append(dst[:0], v...)
	for i, c := range dst {
		if 'a' <= c && c <= 'z' {
			dst[i] = c - 'a' + 'A'
		}
	}
	return dst
}

// revenueCode drops texts of one character: the reason why a line is not billable,
// which the servers send in the same element.
func revenueCode(_, v []byte) []byte {
	if len(v) == 1 {
		return nil
	}
	return v
}

// The codes of SNOMED CT for the sexes.
const (
	snomedMale   = "248153007"
	snomedFemale = "248152002"
)

// sex returns the Medicare code for an administrative gender or SNOMED CT code.
func sex(_, v []byte) []byte {
	switch string(v) {
	case "male", snomedMale:
		return []byte("1")
	case "female", snomedFemale:
		return []byte("2")
	}
	return []byte("0")
}

// zip5 returns the first five digits of a ZIP code.
func zip5(_, v []byte) []byte {
	if len(v) > 5 {
		return v[:5]
	}
	return v
}

// zip4 returns the last four digits of a ZIP code of nine.
func zip4(_, v []byte) []byte {
	switch {
	case len(v) == 9:
		return v[5:]
	case len(v) == 10 && v[5] == '-':
		return v[6:]
	}
	return nil
}

// second returns the second of two characters: a bill class after its facility.
func second(_, v []byte) []byte {
	if len(v) == 2 {
		return v[1:]
	}
	return nil
}

// third returns the third of three characters: a bill frequency after its class.
func third(_, v []byte) []byte {
	if len(v) == 3 {
		return v[2:]
	}
	return nil
}

// race returns the Medicare code for a census category of race or ethnicity.
func race(_, v []byte) []byte {
	switch string(v) {
	case "2106-3":
		return []byte("1")
	case "2054-5":
		return []byte("2")
	case "2131-1":
		return []byte("3")
	case "2028-9":
		return []byte("4")
	case "2135-2":
		return []byte("5")
	case "1002-5":
		return []byte("6")
	}
	return []byte("0")
}

// finalAction returns Y or N for the final action tag of a claim.
func finalAction(_, v []byte) []byte {
	if string(v) == notFinalAction {
		return []byte("N")
	}
	return []byte("Y")
}

// notActive returns N, not final action, for any status but active.
func notActive(_, v []byte) []byte {
	if string(v) == StatusActive {
		return nil
	}
	return []byte("N")
}

// yes returns Y or N for a boolean, of which the server sends only true.
func yes(_, v []byte) []byte {
	if string(v) == "true" {
		return []byte("Y")
	}
	return []byte("N")
}

// notZero drops a zero, however it is written.
func notZero(_, v []byte) []byte {
	digits := v
	if i := bytes.IndexAny(v, "eE"); i >= 0 {
		digits = v[:i]
	}
	if len(bytes.Trim(digits, "-0.")) == 0 {
		return nil
	}
	return v
}
