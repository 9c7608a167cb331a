package fetch

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An outcome is what the body of an error reply says.
type outcome struct {
	text   string // for people, with secrets taken out
	code   string // of the OperationOutcome's first issue
	coding string // of its details, in lower case: what BCDA calls it
}

// An operationOutcome is FHIR's form of messages.
type operationOutcome struct {
	ResourceType string
	Issue        []struct {
		Severity    string
		Code        string
		Diagnostics string
		Details     struct {
			Text   string
			Coding []struct{ Code, Display string }
		}
	}
}

// readOutcome reads the body of an error reply. BCDA may send two JSON
// documents in one body: the first one counts. The text of a body that is not
// JSON is its first line. Data, which may come with an error status as well,
// says nothing.
func (c *Client) readOutcome(body []byte) outcome {
	var doc struct {
		operationOutcome
		Error            json.RawMessage
		ErrorDescription string `json:"error_description"`
		Message          string
	}
	body = bytes.TrimSpace(body)
	if !bytes.HasPrefix(body, []byte("{")) {
		if bytes.HasPrefix(body, []byte("<")) {
			return outcome{text: "a page of HTML or XML"}
		}
		line, _, _ := bytes.Cut(body, []byte("\n"))
		if !utf8.Valid(line) {
			return outcome{}
		}
		return outcome{text: c.sayable(string(line))}
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&doc); err != nil {
		return outcome{}
	}
	if doc.ResourceType != "" && doc.ResourceType != outcomeType {
		return outcome{}
	}
	var out outcome
	if len(doc.Issue) > 0 {
		issue := doc.Issue[0]
		out.code = issue.Code
		out.text = issue.Details.Text
		if out.text == "" {
			out.text = issue.Diagnostics
		}
		for _, coding := range issue.Details.Coding {
			out.coding += strings.ToLower(coding.Code + " " + coding.Display + " ")
			if out.text == "" {
				out.text = coding.Display
			}
		}
	}
	for _, text := range []string{doc.ErrorDescription, doc.Message} {
		if out.text == "" {
			out.text = text
		}
	}
	if out.text == "" && json.Unmarshal(doc.Error, &out.text) != nil {
		out.text = ""
	}
	out.text = c.sayable(out.text)
	return out
}

// printable makes text of a server fit to be shown: without secrets and
// control characters.
func (c *Client) printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, c.redactor.clean(s))
}

// sayable makes text of a server fit to be part of a message: printable, in
// one piece, and not endless.
func (c *Client) sayable(s string) string {
	const limit = 400
	s = strings.Join(strings.Fields(c.printable(s)), " ")
	if len(s) > limit {
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + " ..."
	}
	return s
}
