package synth

// The places where BCDA's codes are defined.
const (
	variables   = "https://bluebutton.cms.gov/resources/variables/"
	blueButton  = "https://bluebutton.cms.gov/resources/codesystem/"
	identifiers = "https://bluebutton.cms.gov/resources/identifier/"
	terminology = "http://terminology.hl7.org/CodeSystem/"
	carin       = "http://hl7.org/fhir/us/carin-bb/CodeSystem/"
	carinDef    = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/"
	npiSystem   = "http://hl7.org/fhir/sid/us-npi"
	mbiSystem   = "http://hl7.org/fhir/sid/us-mbi"
	ndcSystem   = "http://hl7.org/fhir/sid/ndc"
	hcpcsSystem = blueButton + "hcpcs"
	ucum        = "http://unitsofmeasure.org"
	taxonomy    = "http://nucc.org/provider-taxonomy"
	revenueNUBC = "https://www.nubc.org/CodeSystem/RevenueCodes"
)

// coding is a Coding. A code or display may be empty: then it has none.
func coding(system, code, display string) string {
	b := []byte("{")
	b = member(b, "code", code)
	b = member(b, "display", display)
	b = member(b, "system", system)
	return string(closeObject(b))
}

// concept is a CodeableConcept.
func concept(codings ...string) string {
	b := []byte(`{"coding":[`)
	for _, c := range codings {
		b = append(b, c...)
		b = append(b, ',')
	}
	return string(append(closeWith(b, ']'), '}'))
}

// appendCoding writes a Coding of a code that no list knows. The code may be
// blank: the servers then send the system alone.
func appendCoding(b []byte, system, code string) []byte {
	b = append(b, '{')
	if !blank(code) {
		b = append(b, `"code":`...)
		b = appendString(b, code)
		b = append(b, ',')
	}
	b = append(b, `"system":"`...)
	b = append(b, system...)
	return append(b, `"}`...)
}

// appendCodeExtension writes an extension that holds a code, for a variable
// without a list of codes.
func appendCodeExtension(b []byte, variable, code string) []byte {
	b = append(b, `{"url":"`+variables...)
	b = append(b, variable...)
	b = append(b, `","valueCoding":`...)
	b = appendCodingOf(b, variable, code)
	return append(b, '}')
}

func appendCodingOf(b []byte, variable, code string) []byte {
	b = append(b, '{')
	if !blank(code) {
		b = append(b, `"code":`...)
		b = appendString(b, code)
		b = append(b, ',')
	}
	b = append(b, `"system":"`+variables...)
	b = append(b, variable...)
	return append(b, `"}`...)
}

// appendIdentifierExtension writes an extension that holds an identifier.
func appendIdentifierExtension(b []byte, variable, value string) []byte {
	b = append(b, `{"url":"`+variables...)
	b = append(b, variable...)
	b = append(b, `","valueIdentifier":{"system":"`+variables...)
	b = append(b, variable...)
	b = append(b, '"')
	if !blank(value) {
		b = append(b, `,"value":`...)
		b = appendString(b, value)
	}
	return append(b, `}}`...)
}

// codes are the values of a coded column, with what the servers' codebook
// says of them.
type codes struct {
	variable string // its extension goes by that name
	system   string
	list     []string // the frequent ones first
	codings  map[string]string
}

// newCodes takes codes and their meanings in turn. A meaning may be empty:
// the codebook does not have all codes.
func newCodes(variable string, pairs ...string) *codes {
	return newCodesOf(variables+variable, variable, pairs...)
}

// newCodesOf takes codes whose code system is not their variable.
func newCodesOf(system, variable string, pairs ...string) *codes {
	c := &codes{variable: variable, system: system, codings: make(map[string]string, len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		c.list = append(c.list, pairs[i])
		c.codings[pairs[i]] = coding(system, pairs[i], pairs[i+1])
	}
	return c
}

// pick is one of the codes.
func (c *codes) pick(r *random) string { return oneOf(r, c.list) }

// append writes a Coding.
func (c *codes) append(b []byte, code string) []byte {
	if known, ok := c.codings[code]; ok {
		return append(b, known...)
	}
	return appendCoding(b, c.system, code)
}

// appendExtension writes an extension that holds the code.
func (c *codes) appendExtension(b []byte, code string) []byte {
	b = append(b, `{"url":"`+variables...)
	b = append(b, c.variable...)
	b = append(b, `","valueCoding":`...)
	b = c.append(b, code)
	return append(b, '}')
}
