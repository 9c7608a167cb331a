package bcdatest

import (
	"fmt"
	"io"
	"net/http"
)

// fail sends an OperationOutcome in the form of an API version.
func fail(w http.ResponseWriter, api string, status int, code, text string) {
	w.Header().Set("Content-Type", "application/fhir+json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, outcome(api, code, text))
}

func outcome(api, code, text string) string {
	switch api {
	case "v1":
		return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":%q,"diagnostics":%q}]}`, code, text)
	case "v2":
		return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":%q,"details":{"coding":[{"system":"http://hl7.org/fhir/ValueSet/operation-outcome","code":%q,"display":%q}],"text":%[3]q},"diagnostics":%[3]q}]}`, code, code, text)
	default:
		return outcomeV3("error", code, text)
	}
}

func outcomeV3(severity, code, text string) string {
	return fmt.Sprintf(`{"resourceType":"OperationOutcome","issue":[{"severity":%q,"code":%q,"details":{"text":%q},"diagnostics":%[3]q}]}`, severity, code, text)
}
