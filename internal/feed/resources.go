package feed

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// An Object is a resource, or a part of one.
type Object = map[string]any

type list = []any

const (
	variables      = "https://bluebutton.cms.gov/resources/variables/"
	codesystems    = "https://bluebutton.cms.gov/resources/codesystem/"
	idrSystem      = "https://bluebutton.cms.gov/fhir/CodeSystem/"
	controlNumbers = "https://bluebutton.cms.gov/identifiers/CLM-CNTL-NUM"
	usMBI          = "http://hl7.org/fhir/sid/us-mbi"
)

// Lines returns resources as NDJSON.
func Lines(resources ...Object) string {
	var b strings.Builder
	for _, r := range resources {
		text, err := json.Marshal(r)
		if err != nil {
			panic("feed: internal error: " + err.Error())
		}
		b.Write(append(text, '\n'))
	}
	return b.String()
}

// DeletedBundle is a Bundle that deletes the resources at some URLs.
func DeletedBundle(urls ...string) Object {
	var entries list
	for _, url := range urls {
		entries = append(entries, Object{"request": Object{"method": "DELETE", "url": url}})
	}
	return Object{"resourceType": "Bundle", "type": "transaction", "entry": entries}
}

// with is an object with some members in place of its own.
func with(object, members Object) Object {
	out := maps.Clone(object)
	maps.Copy(out, members)
	return out
}

func coding(system, code string) Object {
	return Object{"coding": list{Object{"system": system, "code": code}}}
}

// patient is a Patient, whose last MBI is the current one.
func (f *Feed) patient(p *person) Object {
	var identifiers list
	for i, mbi := range p.mbis {
		currency, period := "historic", Object{"start": "2010-01-01", "end": "2020-01-01"}
		if i == len(p.mbis)-1 {
			currency, period = "current", Object{"start": "2020-01-02"}
		}
		isCurrent := Object{"url": codesystems + "identifier-currency", "valueCoding": Object{"code": currency}}
		id := Object{"system": usMBI, "value": mbi}
		switch f.api {
		case schema.V1:
			id["extension"] = list{isCurrent}
		case schema.V2:
			id["type"] = Object{"coding": list{Object{"code": "MC", "extension": list{isCurrent}}}}
		case schema.V3:
			id["period"] = period
		}
		identifiers = append(identifiers, id)
	}
	return Object{"resourceType": "Patient", "id": p.id, "identifier": identifiers, "birthDate": "1940-02-29", "gender": "female"}
}

// coverage is a Coverage of v1 and v2.
func coverage(part, patient string) Object {
	status := variables + "ms_cd"
	return Object{
		"resourceType": "Coverage", "id": "part-" + strings.ToLower(part) + "-" + patient,
		"beneficiary": Object{"reference": "Patient/" + patient},
		"grouping":    Object{"subPlan": "Part " + part},
		"class":       list{Object{"type": Object{"coding": list{Object{"code": "plan"}}}, "value": "Part " + part}},
		"extension": list{
			Object{"url": status, "valueCoding": Object{"system": status, "code": "10"}},
			Object{"url": variables + "rfrnc_yr", "valueDate": "2023"},
		},
		"period": Object{"start": "2005-02-01"},
	}
}

// A kind is a kind of claims: its eob-type and its claim type.
type kind struct{ name, number string }

var kinds = []kind{{"INPATIENT", "60"}, {"OUTPATIENT", "40"}, {"CARRIER", "71"}, {"DME", "82"}, {"PDE", "01"}}

// claim is a claim. In v3 it has a control number, and names those of its prior versions.
func (f *Feed) claim(k kind, id, patient string, prior ...string) Object {
	c := Object{
		"resourceType": "ExplanationOfBenefit", "id": id, "status": "active", "use": "claim",
		"patient": Object{"reference": "Patient/" + patient}, "billablePeriod": f.period(), "item": list{Object{"sequence": 1}},
	}
	if f.api == schema.V3 {
		return withVersions(c, k, id, prior)
	}
	number := k.number
	if k.name == "PDE" {
		number = "PDE"
	}
	c["id"] = strings.ToLower(k.name) + "-" + id
	c["type"] = Object{"coding": list{
		Object{"system": variables + "nch_clm_type_cd", "code": number}, Object{"system": codesystems + "eob-type", "code": k.name},
	}}
	c["identifier"] = list{Object{"system": variables + "clm_id", "value": id}}
	if f.api == schema.V1 {
		delete(c, "use")
	}
	return c
}

// withVersions adds to a claim of v3 what tells its versions.
func withVersions(c Object, k kind, id string, prior []string) Object {
	c["meta"] = Object{"tag": list{
		Object{"system": idrSystem + "System-Type", "code": "NationalClaimsHistory"},
		Object{"system": idrSystem + "Final-Action", "code": "FinalAction"},
	}}
	c["type"] = Object{"coding": list{
		Object{"system": idrSystem + "CLM-TYPE-CD", "code": k.number}, Object{"system": idrSystem + "EOB-TYPE", "code": k.name},
	}}
	c["identifier"] = list{
		Object{
			"system": "https://bluebutton.cms.gov/identifiers/CLM-UNIQ-ID", "value": id,
			"type": coding("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType", "uc"),
		},
		Object{"system": controlNumbers, "value": "N" + id},
	}
	for _, number := range prior {
		c["related"] = list{Object{
			"reference":    Object{"system": controlNumbers, "value": number},
			"relationship": coding("http://terminology.hl7.org/CodeSystem/ex-relatedclaimrelationship", "prior"),
		}}
	}
	return c
}

// keyOf returns the type and id of a resource.
func keyOf(r Object) string { return fmt.Sprint(r["resourceType"], "/", r["id"]) }

// ownerOf returns the id of the person of a resource.
func ownerOf(r Object) string {
	for _, member := range []string{"patient", "beneficiary"} {
		if ref, ok := r[member].(Object); ok {
			return strings.TrimPrefix(ref["reference"].(string), "Patient/")
		}
	}
	return r["id"].(string)
}
