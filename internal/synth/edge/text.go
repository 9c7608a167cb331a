package edge

import (
	"bytes"
	"strconv"

	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/fhir"
	"github.com/cclf-tools/cclf/internal/synth/fhirjson"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// mbiExtensions returns the extensions that AB2D adds to a claim: the identifiers of
// the beneficiary, each marked as current or historic.
func mbiExtensions(current string, former []string) []byte {
	const currency = fhir.BlueButton + "identifier-currency"
	var b []byte
	add := func(mark, mbi string) {
		b = append(b, `{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-identifier","valueIdentifier":{"extension":[{"url":"`+currency+
			`","valueCoding":{"code":"`...)
		b = append(b, mark...)
		b = append(b, `"}}],"system":"`+fhir.MBISystem+`","value":`...)
		b = append(fhirjson.AppendPlain(b, mbi), `}},`...)
	}
	add("current", current)
	for _, mbi := range former {
		add("historic", mbi)
	}
	return b
}

var isClaim = []byte(`"resourceType":"ExplanationOfBenefit"`)

// Extend adds the extensions of the beneficiary's claims to a resource whose keys are
// in alphabetical order.
func (e *Cases) Extend(b []byte) []byte {
	if len(e.extension) == 0 || !bytes.Contains(b, isClaim) {
		return b
	}
	return e.parser.AddElements(b, "extension", e.extension)
}

// Text rewrites a resource without changing its values: amounts with more decimals
// than cents or with exponents, and duplicate keys, of which the last one counts.
func (e *Cases) Text(b []byte) []byte {
	e.serial++
	var r random.Source
	r.Seed(e.seed+uint64(e.serial)<<32, e.index, textStream)
	if r.Chance(250) {
		b = e.oddAmounts(&r, b)
	}
	if r.Chance(120) {
		b = e.twice(b, []byte(`"status":"active"`), []byte(`"status":"cancelled",`))
	}
	if r.Chance(120) {
		b = e.twice(b, []byte(`"billablePeriod":`), []byte(`"billablePeriod":{"start":"1999-01-01","end":"1999-12-31"},`))
	}
	if r.Chance(120) {
		b = e.twice(b, []byte(`"birthDate":`), []byte(`"birthDate":"1901-02-03",`))
	}
	return b
}

// oddAmounts rewrites some of the amounts of a resource. An amount is the value of an
// innermost object that contains "USD".
func (e *Cases) oddAmounts(r *random.Source, b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/16)
	for {
		dollars := bytes.Index(b, []byte(`"USD"`))
		if dollars < 0 {
			return append(out, b...)
		}
		start := bytes.LastIndexAny(b[:dollars], "{}")
		end := dollars + bytes.IndexAny(b[dollars:], "{}")
		if b[start] == '{' && b[end] == '}' && r.Chance(300) {
			at := start + bytes.Index(b[start:end], []byte(`"value":`))
			number := at + len(`"value":`)
			rest := number + len(b[number:end]) - len(bytes.TrimLeft(b[number:end], "-.0123456789"))
			out = append(append(out, b[:at]...), e.oddAmount(r, b[number:rest])...)
			b = b[rest:]
			end -= rest
		}
		out = append(out, b[:end]...)
		b = b[end:]
	}
}

// twice inserts another value of a key before it. It does nothing if the key occurs
// more than once.
func (e *Cases) twice(b, key, other []byte) []byte {
	at := bytes.Index(b, key)
	if at < 0 || bytes.Count(b, key) > 1 {
		return b
	}
	e.count("keys that occur twice")
	return fhirjson.Insert(b, at, other)
}

// oddAmount returns the key and value of an amount, written in an unusual way. It
// rounds to the same cents, half to even.
func (e *Cases) oddAmount(r *random.Source, number []byte) []byte {
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil {
		panic("synth: internal error: an amount is no number: " + err.Error())
	}
	sign, cents := "", int64(f*100+0.5)
	if f < 0 {
		sign, cents = "-", int64(-f*100+0.5)
	}
	b := []byte(`"value":` + sign)
	plain := func(n int64) []byte { return column.AppendDecimal(b, n, 2) }
	switch n := r.Intn(8); {
	case n < 2:
		e.count("amounts with exponents")
		switch r.Intn(3) {
		case 0:
			return append(strconv.AppendInt(b, cents, 10), "e-2"...)
		case 1:
			return append(column.AppendDecimal(b, cents*100, 4), "E+00"...)
		}
		// In scientific notation.
		return append(b, strconv.FormatFloat(float64(cents)/100, 'E', -1, 64)...)
	case cents == 0:
		e.count("amounts with more decimals")
		return append([]byte(`"value":`), random.OneOf(r, []string{"-0.004", "0.00000", "-0.0", "0.005", "4.9e-3"})...)
	case n < 4 && cents%2 == 0: // half a cent more or less
		e.count("amounts with more decimals")
		if r.Chance(500) {
			return append(plain(cents), '5')
		}
		return append(plain(cents-1), "500"...)
	case n < 6:
		e.count("amounts with more decimals")
		return append(plain(cents), random.OneOf(r, []string{"40625", "4999999999999", "000", "1"})...)
	default:
		e.count("amounts with more decimals")
		return append(plain(cents-1), random.OneOf(r, []string{"99999999999", "50000001", "6"})...)
	}
}
