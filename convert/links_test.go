package convert

import (
	"testing"
)

// TestBrokenLinks counts links to elements that a claim does not have, once each, however
// many cells read them, and not those that lead to an element without the value.
func TestBrokenLinks(t *testing.T) {
	carrier := func(item object, members object) object {
		return with(with(someClaim("CARRIER", "1", "1"), object{
			"diagnosis": list{object{"sequence": 1, "diagnosisCodeableConcept": coding("http://hl7.org/fhir/sid/icd-10-cm", "E119")}},
			"careTeam":  list{object{"sequence": 1, "provider": object{"display": "nobody"}}},
			"item":      list{with(object{"sequence": 1}, item), object{"sequence": 2}},
		}), members)
	}
	idr := func(item object) object {
		return with(someIDRClaim("CARRIER", "71"), object{"id": "v3", "item": list{with(object{"sequence": 5}, item)}})
	}
	for _, tt := range []struct {
		name  string
		claim object
		want  int64
	}{
		{"none", carrier(nil, nil), 0},
		{"all are there", carrier(object{"diagnosisSequence": list{1}, "careTeamSequence": list{1}}, nil), 0},
		{"a diagnosis", carrier(object{"diagnosisSequence": list{1, 2}}, nil), 1},
		{"one of the care team, which several columns read", carrier(object{"careTeamSequence": list{7}}, nil), 1},
		{"both", carrier(object{"diagnosisSequence": list{3, 2}, "careTeamSequence": list{1, 9}}, nil), 3},
		{"no diagnoses at all", carrier(object{"diagnosisSequence": list{1}}, object{"diagnosis": nil}), 1},
		{"numbers with which nothing is indexed", carrier(object{"diagnosisSequence": list{99999}}, nil), 1},
		{"a rejected claim", carrier(object{"diagnosisSequence": list{2}, "servicedDate": "2024-02-30"}, nil), 0},
		{"v3: the number of a line is no link", idr(nil), 0},
		{"v3: information, which many columns read", idr(object{"informationSequence": list{4, 5}}), 2},
	} {
		got := export{"export.ndjson": lines(tt.claim)}.convert(t)
		if n := got.Counts.BrokenLinks; n != tt.want {
			t.Errorf("%s: %d links, want %d; rejects %v", tt.name, n, tt.want, rejectedFor(got))
		}
	}
}
