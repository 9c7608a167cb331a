package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/ndjson"
)

// bundle is the way in which FHIR wraps resources in others.
var bundle = &ndjson.Envelope{Member: "resourceType", Value: "Bundle", List: "entry", Item: "resource"}

// maxWrapped is the number of Bundles and arrays, all on one line, in which a
// resource may be wrapped.
const maxWrapped = 8

// unwrap splits text that is not one good resource: a Bundle, an array or several
// resources on one line. It returns nil for all else.
func unwrap(text []byte, pos ndjson.Position) []ndjson.Piece {
	pieces, err := ndjson.Split(text, pos, bundle)
	switch {
	case err != nil, len(pieces) == 1 && len(pieces[0].Text) == len(bytes.TrimSpace(text)):
		return nil
	case pieces == nil:
		return []ndjson.Piece{}
	}
	return pieces
}

// refuse rejects text from which no rows are made, with the most specific reason.
func (w *worker) refuse(pos ndjson.Position, text []byte, err error) {
	switch {
	case errors.Is(err, crosswalk.ErrNoType):
		entry, ok := parseEntry(text)
		switch {
		case !ok:
		case strings.EqualFold(entry.Request.Method, "delete"):
			if err = w.deletion(entry.Request.URL); err == nil {
				return
			}
		default:
			err = crosswalk.Reject("an entry of a Bundle without a resource")
		}
	case errors.Is(err, crosswalk.ErrOtherType):
		name := typeName(text)
		switch {
		case name == "OperationOutcome" && onlyRemarks(text):
			w.out.counts.Resources++
			w.out.counts.Skipped++
			return
		case name == "OperationOutcome":
			err = crosswalk.Reject("an OperationOutcome: an error message of the server, not data")
		case name == "Parameters":
			err = crosswalk.Reject("a Parameters resource: what it wraps is not read")
		case fhirTypes[name]:
			w.rejectAs(pos, text, fmt.Sprintf("unexpected resource type %s (not served by BCDA)", name), name)
			return
		}
	case isForeign(text, err):
		w.rejectAs(pos, text, err.Error()+": there are no codes of CMS in it", typeName(text))
		return
	}
	w.reject(pos, text, err.Error())
}

// The beginning and end of the reasons to reject claims of other servers, and some
// of BCDA.
const (
	unknownClaimType = "an ExplanationOfBenefit of unknown claim type"
	unknownSystem    = " of unknown system"
)

// isForeign reports whether a rejected resource is a claim of another kind of
// server: it contains no codes of CMS.
func isForeign(text []byte, err error) bool {
	reason := err.Error()
	return (strings.HasPrefix(reason, unknownClaimType) || strings.HasSuffix(reason, unknownSystem)) &&
		!bytes.Contains(text, []byte("bluebutton.cms.gov"))
}

// An entry is one of a Bundle that wraps no resource.
type entry struct {
	FullURL, Response, Search, Link json.RawMessage
	Request                         struct{ Method, URL string }
}

// parseEntry reads an entry of a Bundle that wraps no resource. ok is false for text
// that is no such entry.
func parseEntry(text []byte) (e entry, ok bool) {
	err := json.Unmarshal(text, &e)
	known := e.FullURL != nil || e.Response != nil || e.Search != nil || e.Link != nil || e.Request.Method != ""
	return e, err == nil && known
}

// typeName returns the type of a resource, or "".
func typeName(text []byte) string {
	var resource struct {
		Type string `json:"resourceType"`
	}
	if json.Unmarshal(text, &resource) != nil {
		return ""
	}
	return resource.Type
}

// onlyRemarks reports whether an OperationOutcome reports no error.
func onlyRemarks(text []byte) bool {
	var outcome struct {
		Issue []struct{ Severity string }
	}
	if json.Unmarshal(text, &outcome) != nil {
		return false
	}
	for _, i := range outcome.Issue {
		if i.Severity != "information" && i.Severity != "warning" && i.Severity != "success" {
			return false
		}
	}
	return len(outcome.Issue) > 0
}

// fhirTypes are the resource types of FHIR R4. Reasons name only these: another
// type may be any text.
var fhirTypes = setOf(
	"Account", "ActivityDefinition", "AdverseEvent", "AllergyIntolerance", "Appointment", "AppointmentResponse",
	"AuditEvent", "Basic", "Binary", "BiologicallyDerivedProduct", "BodyStructure", "Bundle", "CapabilityStatement",
	"CarePlan", "CareTeam", "CatalogEntry", "ChargeItem", "ChargeItemDefinition", "Claim", "ClaimResponse",
	"ClinicalImpression", "CodeSystem", "Communication", "CommunicationRequest", "CompartmentDefinition",
	"Composition", "ConceptMap", "Condition", "Consent", "Contract", "Coverage", "CoverageEligibilityRequest",
	"CoverageEligibilityResponse", "DetectedIssue", "Device", "DeviceDefinition", "DeviceMetric", "DeviceRequest",
	"DeviceUseStatement", "DiagnosticReport", "DocumentManifest", "DocumentReference", "Encounter", "Endpoint",
	"EnrollmentRequest", "EnrollmentResponse", "EpisodeOfCare", "EventDefinition", "Evidence", "EvidenceVariable",
	"ExampleScenario", "ExplanationOfBenefit", "FamilyMemberHistory", "Flag", "Goal", "GraphDefinition", "Group",
	"GuidanceResponse", "HealthcareService", "ImagingStudy", "Immunization", "ImmunizationEvaluation",
	"ImmunizationRecommendation", "ImplementationGuide", "InsurancePlan", "Invoice", "Library", "Linkage", "List",
	"Location", "Measure", "MeasureReport", "Media", "Medication", "MedicationAdministration", "MedicationDispense",
	"MedicationKnowledge", "MedicationRequest", "MedicationStatement", "MessageDefinition", "MessageHeader",
	"MolecularSequence", "NamingSystem", "NutritionOrder", "Observation", "ObservationDefinition",
	"OperationDefinition", "OperationOutcome", "Organization", "OrganizationAffiliation", "Parameters", "Patient",
	"PaymentNotice", "PaymentReconciliation", "Person", "PlanDefinition", "Practitioner", "PractitionerRole",
	"Procedure", "Provenance", "Questionnaire", "QuestionnaireResponse", "RelatedPerson", "RequestGroup",
	"ResearchDefinition", "ResearchElementDefinition", "ResearchStudy", "ResearchSubject", "RiskAssessment",
	"RiskEvidenceSynthesis", "Schedule", "SearchParameter", "ServiceRequest", "Slot", "Specimen",
	"SpecimenDefinition", "StructureDefinition", "StructureMap", "Subscription", "Substance", "SupplyDelivery",
	"SupplyRequest", "Task", "TerminologyCapabilities", "TestReport", "TestScript", "ValueSet",
	"VerificationResult", "VisionPrescription",
)

func setOf(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}
