package synth

import (
	"bytes"
	"regexp"
	"strconv"
)

// mbiExtensions are what AB2D adds to a claim: the identifiers of the
// beneficiary, each with a mark of whether it is the current one.
func mbiExtensions(current string, former []string) []byte {
	const currency = blueButton + "identifier-currency"
	var b []byte
	add := func(mark, mbi string) {
		b = append(b, `{"url":"http://hl7.org/fhir/StructureDefinition/elementdefinition-identifier","valueIdentifier":{"extension":[{"url":"`+currency+
			`","valueCoding":{"code":"`...)
		b = append(b, mark...)
		b = append(b, `"}}],"system":"`+mbiSystem+`","value":`...)
		b = append(appendPlain(b, mbi), `}},`...)
	}
	add("current", current)
	for _, mbi := range former {
		add("historic", mbi)
	}
	return b
}

var isClaim = []byte(`"resourceType":"ExplanationOfBenefit"`)

// extend adds the extensions of the beneficiary's claims to a resource whose
// keys are in alphabetical order.
func (e *edgeCases) extend(b []byte) []byte {
	if len(e.extension) == 0 || !bytes.Contains(b, isClaim) {
		return b
	}
	p := &e.parser
	p.src, p.nodes = b, p.nodes[:0]
	p.parse(0, 0, 0)
	for child := p.nodes[0].child; child != 0; child = p.nodes[child].next {
		n := &p.nodes[child]
		switch key := string(b[n.key:n.keyEnd]); {
		case key == "extension":
			return insert(b, n.start+1, e.extension)
		case key > "extension":
			member := append([]byte(`"extension":[`), e.extension...)
			return insert(b, n.key-1, append(closeWith(member, ']'), ','))
		}
	}
	panic("synth: internal error: a claim has no key after extension")
}

func insert(b []byte, at int, text []byte) []byte {
	out := make([]byte, 0, len(b)+len(text))
	return append(append(append(out, b[:at]...), text...), b[at:]...)
}

var (
	moneyObject = regexp.MustCompile(`\{[^{}]*"USD"[^{}]*\}`)
	moneyValue  = regexp.MustCompile(`"value":-?[0-9.]+`)
)

// text writes the same values in odd ways: amounts with more decimals than
// cents, or with exponents, and keys twice, of which the last one counts.
func (e *edgeCases) text(b []byte) []byte {
	e.serial++
	var r random
	r.seed(e.seed+uint64(e.serial)<<32, e.index, textStream)
	if r.chance(250) {
		b = moneyObject.ReplaceAllFunc(b, func(object []byte) []byte {
			if !r.chance(300) {
				return object
			}
			return moneyValue.ReplaceAllFunc(object, func(value []byte) []byte {
				return e.oddAmount(&r, value[len(`"value":`):])
			})
		})
	}
	if r.chance(120) {
		b = e.twice(b, []byte(`"status":"active"`), []byte(`"status":"cancelled",`))
	}
	if r.chance(120) {
		b = e.twice(b, []byte(`"billablePeriod":`), []byte(`"billablePeriod":{"start":"1999-01-01","end":"1999-12-31"},`))
	}
	if r.chance(120) {
		b = e.twice(b, []byte(`"birthDate":`), []byte(`"birthDate":"1901-02-03",`))
	}
	return b
}

// twice puts another value of a key before it. The key occurs once in the
// resource, or has the same meaning wherever it does.
func (e *edgeCases) twice(b, key, other []byte) []byte {
	at := bytes.Index(b, key)
	if at < 0 || bytes.Count(b, key) > 1 {
		return b
	}
	e.count("keys that occur twice")
	return insert(b, at, other)
}

// oddAmount is an amount with its key, written in an odd way. What is more
// than cents rounds to the same cents, half to even.
func (e *edgeCases) oddAmount(r *random, number []byte) []byte {
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil {
		panic("synth: internal error: an amount is no number: " + err.Error())
	}
	sign, cents := "", int64(f*100+0.5)
	if f < 0 {
		sign, cents = "-", int64(-f*100+0.5)
	}
	b := []byte(`"value":` + sign)
	plain := func(n int64) []byte { return appendDecimal(b, n, 2) }
	switch n := r.intn(8); {
	case n < 2:
		e.count("amounts with exponents")
		switch r.intn(3) {
		case 0:
			return append(strconv.AppendInt(b, cents, 10), "e-2"...)
		case 1:
			return append(appendDecimal(b, cents*100, 4), "E+00"...)
		}
		// As one digit before the point.
		return append(b, strconv.FormatFloat(float64(cents)/100, 'E', -1, 64)...)
	case cents == 0:
		e.count("amounts with more decimals")
		return append([]byte(`"value":`), oneOf(r, []string{"-0.004", "0.00000", "-0.0", "0.005", "4.9e-3"})...)
	case n < 4 && cents%2 == 0: // half a cent more or less
		e.count("amounts with more decimals")
		if r.chance(500) {
			return append(plain(cents), '5')
		}
		return append(plain(cents-1), "500"...)
	case n < 6:
		e.count("amounts with more decimals")
		return append(plain(cents), oneOf(r, []string{"40625", "4999999999999", "000", "1"})...)
	default:
		e.count("amounts with more decimals")
		return append(plain(cents-1), oneOf(r, []string{"99999999999", "50000001", "6"})...)
	}
}
