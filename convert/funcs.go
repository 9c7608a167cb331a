package convert

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/table"
)

// A transform turns the text of a value into what the CCLF column wants. dst
// is scratch space; nil means that there is no value.
type transform func(dst, value []byte) []byte

// A rowFunc makes a cell from the row itself.
type rowFunc func(c *claim, row int) []byte

// A lateKind is where a value comes from that depends on other resources than
// the row's, and so is known when all input has been read.
type lateKind uint8

const (
	lateMBI    lateKind = iota // the current MBI of the row's beneficiary
	lateAge                    // the age when the export was made
	latePerson                 // what other resources say of the beneficiary
	lateZero                   // the row's own value, or zero where the server left it out
	lateFollow                 // the row's own value, followed to the MBI in use now
)

const (
	// sharedCodes is how many codes of a shared element are looked at to
	// see whether they differ.
	sharedCodes = 2
	// marksOnAdmission is how many characters CLM_POA_IND has.
	marksOnAdmission = 7
)

// setFunc gives a source the function of its alternative.
func (s *source) setFunc(name string) error {
	if name == "" {
		return nil
	}
	if fn, ok := transforms[name]; ok {
		s.fn, s.state = fn, name == "fips-state" || name == "usps-state"
		return nil
	}
	if rule, ok := pickers[name]; ok {
		s.kind, s.pick.rule = fromRole, rule
		s.fn = transforms["icd"]
		switch name {
		case "first-icd-indicator":
			s.fn = icdIndicator
		case "first-icd-version":
			s.fn = icdVersion
		}
		return nil
	}
	switch name {
	case "product-type":
		s.rowFn = (*claim).productType
		return nil
	case "rank":
		s.rowFn = (*claim).rank
		return nil
	case "diagnosis-number":
		s.rowFn = (*claim).diagnosisNumber
		return nil
	case "claim-system":
		s.rowFn = func(c *claim, _ int) []byte { return c.system }
		return nil
	case "claim-type":
		s.rowFn = func(c *claim, _ int) []byte { return append(c.scratch[:0], c.typ.String()...) }
		return nil
	case "part":
		s.rowFn = func(c *claim, _ int) []byte { return c.part }
		return nil
	case "month":
		s.rowFn = func(c *claim, _ int) []byte { return c.month }
		return nil
	case "source-file":
		s.rowFn = func(c *claim, _ int) []byte { return c.file }
		return nil
	case "source-line":
		s.rowFn = func(c *claim, _ int) []byte { return strconv.AppendInt(c.scratch[:0], c.line, 10) }
		return nil
	case "only", "concat", "number", "omitted-zero", "current-mbi":
		return nil
	}
	if _, ok := partRules[name]; ok {
		return nil
	}
	return fmt.Errorf("unknown function %q", name)
}

var transforms = map[string]transform{
	"icd":             withoutDot,
	"icd-indicator":   icdIndicator,
	"ansi-group":      ansiGroup,
	"ansi-reason":     ansiReason,
	"id-qualifier":    idQualifier,
	"sex":             sex,
	"zip5":            zip5,
	"zip4":            zip4,
	"second":          second,
	"third":           third,
	"pad2":            func(dst, v []byte) []byte { return pad(dst, v, 2) },
	"pad3":            func(dst, v []byte) []byte { return pad(dst, v, 3) },
	"race":            race,
	"final-action":    finalAction,
	"not-active":      notActive,
	"yes":             yes,
	"not-zero":        notZero,
	"no-value":        func(_, _ []byte) []byte { return []byte{} },
	"upper":           upper,
	"fips-state":      fipsState,
	"usps-state":      uspsState,
	"revenue-code":    revenueCode,
	"other-qualifier": func(_, _ []byte) []byte { return []byte("99") },
	"known-date":      knownDate,
	"reference-id":    referenceID,
	"row-icd-version": icdVersion,
	"npi-qualifier":   func(_, _ []byte) []byte { return []byte("01") },
}

var lates = map[string]lateKind{
	"mbi": lateMBI,
	"age": lateAge,
}

// knownDate leaves out the days that stand for a missing one.
func knownDate(_, v []byte) []byte {
	if _, ok, err := table.ParseDate(v); err == nil && !ok {
		return nil
	}
	return v
}

// referenceID is the id in a reference such as "Patient/123".
func referenceID(_, v []byte) []byte {
	return v[bytes.LastIndexByte(v, '/')+1:]
}

// icdVersion is icdIndicator for systems that are known.
func icdVersion(dst, v []byte) []byte {
	if ind := icdIndicator(dst, v); ind[0] != 'U' {
		return ind
	}
	return nil
}

func withoutDot(dst, v []byte) []byte {
	i := bytes.IndexByte(v, '.')
	if i < 0 {
		return v
	}
	dst = append(dst[:0], v[:i]...)
	return append(dst, v[i+1:]...)
}

// icdIndicator takes the URL of an ICD code system.
func icdIndicator(_, v []byte) []byte {
	switch {
	case bytes.Contains(v, []byte("icd-10")), bytes.Contains(v, []byte("ICD10")):
		return []byte("0")
	case bytes.Contains(v, []byte("icd-9")), bytes.Contains(v, []byte("ICD9")):
		return []byte("9")
	}
	return []byte("U")
}

// ansiGroup takes a code such as CO120: a group of two letters and a reason.
func ansiGroup(_, v []byte) []byte {
	if len(v) < 2 {
		return v
	}
	return v[:2]
}

func ansiReason(_, v []byte) []byte {
	if len(v) < 2 {
		return nil
	}
	return v[2:]
}

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

// fipsState and uspsState take the SSA code or the letters of a state.
func fipsState(dst, v []byte) []byte { return textOrNothing(dst, bcda.FIPSState(v)) }

func uspsState(dst, v []byte) []byte { return textOrNothing(dst, bcda.USPSState(v)) }

func textOrNothing(dst []byte, s string) []byte {
	if s == "" {
		return nil
	}
	return append(dst[:0], s...)
}

func upper(dst, v []byte) []byte {
	dst = append(dst[:0], v...)
	for i, c := range dst {
		if 'a' <= c && c <= 'z' {
			dst[i] = c - 'a' + 'A'
		}
	}
	return dst
}

// revenueCode leaves out what stands in a revenue code's place but is none:
// the reason why a line is not billable, which is one character.
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

func sex(_, v []byte) []byte {
	switch string(v) {
	case "male", snomedMale:
		return []byte("1")
	case "female", snomedFemale:
		return []byte("2")
	}
	return []byte("0")
}

func zip5(_, v []byte) []byte {
	if len(v) > 5 {
		return v[:5]
	}
	return v
}

func zip4(_, v []byte) []byte {
	switch {
	case len(v) == 9:
		return v[5:]
	case len(v) == 10 && v[5] == '-':
		return v[6:]
	}
	return nil
}

// second is the second of two characters: a bill class behind its facility.
func second(_, v []byte) []byte {
	if len(v) == 2 {
		return v[1:]
	}
	return nil
}

// third is the third of three characters: a bill frequency behind its class.
func third(_, v []byte) []byte {
	if len(v) == 3 {
		return v[2:]
	}
	return nil
}

// pad puts zeros before a number.
func pad(dst, v []byte, width int) []byte {
	dst = dst[:0]
	for n := len(v); n < width; n++ {
		dst = append(dst, '0')
	}
	return append(dst, v...)
}

// race takes a category of race or ethnicity of the US census.
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

// finalAction takes the tag of final action of a claim.
func finalAction(_, v []byte) []byte {
	if string(v) == tagNotFinal {
		return []byte("N")
	}
	return []byte("Y")
}

// notActive takes the status of a claim: any but active is not final action.
func notActive(_, v []byte) []byte {
	if string(v) == statusActive {
		return nil
	}
	return []byte("N")
}

// yes takes a boolean, of which the server sends only true.
func yes(_, v []byte) []byte {
	if string(v) == "true" {
		return []byte("Y")
	}
	return []byte("N")
}

// notZero leaves out a zero, however it is written.
func notZero(_, v []byte) []byte {
	if len(bytes.Trim(v, "-0.")) == 0 {
		return nil
	}
	return v
}
