package fetch

import (
	"errors"
	"fmt"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// checkLine checks that a line is one JSON object in UTF-8 and nothing else, as a
// conversion does, and returns the strings that are its resourceType and its id, or "".
// Of members of the same name the last counts.
func checkLine(line []byte) (resourceType, id string, err error) {
	at := jsonscan.SkipSpace(line, 0)
	switch {
	case at == len(line) || line[at] != '{':
		return "", "", errNotObject
	case len(line) > jsonscan.MaxLine:
		return "", "", errLineLength
	}
	at, err = jsonscan.SkipMembers(line, at, 0, func(m jsonscan.Member) {
		switch string(m.Name(line)) {
		case "resourceType":
			resourceType = stringValue(line[m.Value:m.End])
		case "id":
			id = stringValue(line[m.Value:m.End])
		}
	})
	if err == nil {
		at, err = jsonscan.SkipEnd(line, at)
	}
	if err != nil {
		return "", "", fmt.Errorf("not valid JSON: %w at byte %d", err, at)
	}
	return resourceType, id, nil
}

// stringValue returns the text of a valid JSON value if it is a string, or "".
func stringValue(value []byte) string {
	if value[0] != '"' {
		return ""
	}
	return string(jsonscan.AppendUnescaped(nil, value[1:len(value)-1]))
}

var (
	errNotObject  = errors.New("not a JSON object")
	errLineLength = fmt.Errorf("longer than %d MiB", jsonscan.MaxLine>>20)
)
