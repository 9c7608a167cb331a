package convert

import "strings"

// A new element is shown to people by names that come from the input. A server
// that puts values where names belong must not make them print a value: what does
// not look like a name of FHIR, a URL of a system or a code of a list is withheld.

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

// shownPath is the path to an element as it may be shown.
func shownPath(path []string) string {
	steps := make([]string, 0, len(path))
	for _, step := range path {
		if !isStep(step) {
			step = withheldStep
		}
		// What is nested deep is not told apart.
		if len(steps) == mostSteps {
			steps[mostSteps-1] = withheldStep
			break
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, ".")
}

// mostSteps of a path are shown. FHIR has less.
const mostSteps = 12

// isStep reports whether a member name looks like one of FHIR: letters that begin
// with a small one, and few digits (valueBase64Binary).
func isStep(s string) bool {
	s = strings.TrimPrefix(s, "_") // of a primitive value's extensions
	return s != "" && len(s) <= longestStep && 'a' <= s[0] && s[0] <= 'z' && isWord(s, "") && countDigits(s) <= 2
}

// shownURL is a URL as it may be shown: http, https or urn, and no number in it
// that could be an identifier.
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
		// What comes after the name of a resource type is an identifier.
		if word == "" && i < len(words)-1 || !isWord(word, "-_.") || isIdentifying(word) ||
			i > 1 && isReference(words[i-1]) {
			return withheldURL
		}
	}
	return s
}

func isReference(word string) bool {
	switch word {
	case "Patient", "Coverage", "ExplanationOfBenefit", "Claim", "ClaimResponse", "Practitioner", "Organization",
		"Person", "RelatedPerson":
		return true
	}
	return false
}

// shownName is a code as it may be shown, or the plain name of an extension.
func shownName(s string) string {
	switch {
	case strings.Contains(s, "://"):
		return shownURL(s)
	case s == "" || len(s) > longestCode || !isWord(s, "-_.") || isIdentifying(s):
		return withheldName
	}
	return s
}

// isWord reports whether a text is of letters, digits and some other characters.
func isWord(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || strings.IndexByte(others, c) >= 0) {
			return false
		}
	}
	return true
}

// isIdentifying reports whether a word could be an identifier or a date: it has
// many digits, or digits and letters in turns as an MBI has.
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

// isOIDName reports whether a text is a number of an object identifier, whose
// parts are short.
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
