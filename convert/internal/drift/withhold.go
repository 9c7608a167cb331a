package drift

import "strings"

// Names of new elements come from the input, and are printed. A server that puts
// values where names belong must not make cclf print a value: a text that does not
// look like a FHIR name, the URL of a code system or a code is withheld.

const (
	withheldURL  = "(withheld: not like a URL of a system)"
	withheldName = "(withheld: not like a name)"
	withheldStep = "*"

	longestURL    = 200 // bytes
	longestCode   = 80
	longestStep   = 40
	longestNumber = 4 // digits in a row
	mostDigits    = 6 // in a word
)

// shownPath returns the path to an element as it may be shown.
func shownPath(path []string) string {
	steps := make([]string, 0, len(path))
	for _, step := range path {
		if !isStep(step) {
			step = withheldStep
		}
		// The deepest levels are not distinguished.
		if len(steps) == mostSteps {
			steps[mostSteps-1] = withheldStep
			break
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, ".")
}

// mostSteps is the number of steps of a path that are shown. FHIR paths are shorter.
const mostSteps = 12

// isStep reports whether a member name looks like one of FHIR: letters, a small one
// first, and few digits (valueBase64Binary).
func isStep(s string) bool {
	s = strings.TrimPrefix(s, "_") // of a primitive value's extensions
	return s != "" && len(s) <= longestStep && 'a' <= s[0] && s[0] <= 'z' && isWord(s, "") && countDigits(s) <= 2
}

// shownURL returns a URL as it may be shown: http, https or urn, without numbers
// that may be identifiers.
func shownURL(s string) string {
	if len(s) > longestURL {
		return withheldURL
	}
	if oid, isOID := strings.CutPrefix(s, "urn:oid:"); isOID {
		if isOIDName(oid) {
			return s
		}
		return withheldURL
	}
	rest, isURL := strings.CutPrefix(s, "https://")
	if !isURL {
		rest, isURL = strings.CutPrefix(s, "http://")
	}
	separator := "/"
	if !isURL {
		if rest, isURL = strings.CutPrefix(s, "urn:"); !isURL {
			return withheldURL
		}
		separator = ":"
	}
	words := strings.Split(rest, separator)
	if separator == "/" && !strings.Contains(words[0], ".") && words[0] != "localhost" {
		return withheldURL
	}
	for i, word := range words {
		// After the name of a resource type comes an identifier.
		if word == "" && i < len(words)-1 || !isWord(word, "-_.") || isIdentifying(word) ||
			i > 1 && isReference(words[i-1]) {
			return withheldURL
		}
	}
	return s
}

// isReference reports whether a word is a resource type that URLs of resources have.
func isReference(word string) bool {
	switch word {
	case "Patient", "Coverage", "ExplanationOfBenefit", "Claim", "ClaimResponse", "Practitioner", "Organization",
		"Person", "RelatedPerson":
		return true
	}
	return false
}

// shownName returns a code, or the plain name of an extension, as it may be shown.
func shownName(s string) string {
	switch {
	case strings.Contains(s, "://"):
		return shownURL(s)
	case s == "" || len(s) > longestCode || !isWord(s, "-_.") || isIdentifying(s):
		return withheldName
	}
	return s
}

// isWord reports whether a text consists of letters, digits and others.
func isWord(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || strings.IndexByte(others, c) >= 0) {
			return false
		}
	}
	return true
}

// isIdentifying reports whether a word may be an identifier or a date: it has many
// digits, or alternates digits and letters as an MBI does.
func isIdentifying(s string) bool {
	row, turns := 0, 0
	for i := range len(s) {
		if !isDigit(s[i]) {
			row = 0
			continue
		}
		if row == 0 {
			turns++
		}
		if row++; row > longestNumber {
			return true
		}
	}
	return countDigits(s) > mostDigits || turns > 3
}

// isOIDName reports whether a text is an object identifier with short parts.
func isOIDName(s string) bool {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		if part == "" || len(part) > 6 || countDigits(part) != len(part) {
			return false
		}
	}
	return len(parts) > 2
}

func countDigits(s string) (n int) {
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
