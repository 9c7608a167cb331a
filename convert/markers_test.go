package convert

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// r4Carrier is a carrier claim of v2 without use, as the server sent it in 2021
// and as copies have it that leave out what they do not need.
func r4Carrier(id string, without ...string) object {
	claim := with(someClaim("CARRIER", id, "p"), object{
		"use": nil,
		"type": object{"coding": list{
			object{"system": variables + "nch_clm_type_cd", "code": "71"},
			object{"system": codesystems + "eob-type", "code": "CARRIER"},
			object{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"},
		}},
		"insurance": list{object{"focal": true}},
		"item":      list{object{"sequence": 1, "productOrService": coding(codesystems+"hcpcs", "99213")}},
	})
	for _, name := range without {
		delete(claim, name)
	}
	return claim
}

// stu3Carrier is a carrier claim of v1.
func stu3Carrier(id string) object {
	return with(someClaim("CARRIER", id, "p"), object{
		"use": nil, "information": list{object{"sequence": 1}},
		"item": list{object{"sequence": 1, "service": coding(codesystems+"hcpcs", "99213")}},
	})
}

func idrCarrier(id string) object {
	return with(someIDRClaim("CARRIER", "71"), object{"id": id, "identifier": list{idrClaimID(id)}})
}

// TestVersionByMarks detects the API version of single claims.
func TestVersionByMarks(t *testing.T) {
	synthtest.WithoutRace(t)
	professional := object{"coding": list{
		object{"system": codesystems + "eob-type", "code": "CARRIER"},
		object{"system": "http://terminology.hl7.org/CodeSystem/claim-type", "code": "professional"},
	}}
	for name, tt := range map[string]struct {
		claim object
		want  string
	}{
		"v2":                                   {someClaim("CARRIER", "1", "p"), "v2"},
		"v2 without use":                       {r4Carrier("1"), "v2"},
		"v2 without use and insurance":         {r4Carrier("1", "insurance"), "v2"},
		"v2 without use, insurance and item":   {r4Carrier("1", "insurance", "item"), "v2"},
		"v2 told by the claim type alone":      {with(r4Carrier("1", "insurance", "item", "identifier"), object{"type": professional}), "v2"},
		"v1":                                   {stu3Carrier("1"), "v1"},
		"v1 without information":               {with(stu3Carrier("1"), object{"information": nil}), "v1"},
		"v1 with nothing but its status":       {with(someClaim("CARRIER", "1", "p"), object{"use": nil, "item": nil}), "v1"},
		"v3":                                   {idrCarrier("1"), "v3"},
		"v3 without use and tags":              {with(idrCarrier("1"), object{"use": nil, "meta": nil}), "v3"},
		"v3 with the name of v2's code system": {with(idrCarrier("1"), object{"type": object{"coding": list{object{"system": idrSystem + "CLM-TYPE-CD", "code": "71"}, object{"system": codesystems + "eob-type", "code": "CARRIER"}}}}), "v3"},
	} {
		c := export{"in.ndjson": lines(tt.claim)}.convert(t)
		if got := c.column(t, "claims", "API"); !slices.Equal(got, []string{tt.want}) {
			t.Errorf("%s: %q, want %s; rejects %v", name, got, tt.want, c.rejects)
		}
	}
}

// TestPatientAlone detects the API version of a Patient that is the first of an
// export: what is usual does not outweigh what is sure.
func TestPatientAlone(t *testing.T) {
	synthtest.WithoutRace(t)
	race := list{object{"url": variables + "race", "valueCoding": object{"system": variables + "race", "code": "1"}}}
	bare := list{object{"system": "http://hl7.org/fhir/sid/us-mbi", "value": "1S00E00AA00"}}
	for name, tt := range map[string]struct {
		patient object
		want    string
	}{
		"a bare MBI":            {object{"identifier": bare}, "v3"},
		"a bare MBI and a race": {object{"identifier": bare, "extension": race}, "v2"},
	} {
		c := export{"in.ndjson": lines(with(tt.patient, object{"resourceType": "Patient", "id": "p"}))}.convert(t)
		if !slices.Equal(c.APIs, []string{tt.want}) || len(c.rejects) != 0 {
			t.Errorf("%s: %q, want %s; rejects %v", name, c.APIs, tt.want, c.rejects)
		}
	}
}

// TestMarksThatDisagree rejects a resource with marks of several versions, with
// its place.
func TestMarksThatDisagree(t *testing.T) {
	bad := with(idrCarrier("2"), object{"information": list{object{"sequence": 1}}})
	good := lines(idrCarrier("1"))
	c := export{"in.ndjson": good + lines(bad, idrCarrier("3"))}.convert(t)
	if got := c.column(t, "claims", "CUR_CLM_UNIQ_ID"); !slices.Equal(got, []string{"1", "3"}) {
		t.Errorf("claims %q, want 1 and 3", got)
	}
	if len(c.rejects) != 1 || c.rejects[0].Line != 2 || c.rejects[0].Offset != int64(len(good)) ||
		!strings.HasPrefix(c.rejects[0].Reason, "marks of different API versions in one resource: ") ||
		!strings.Contains(c.rejects[0].Reason, "information.sequence (v1)") {
		t.Errorf("rejects %+v", c.rejects)
	}
}

// TestStrays rejects single resources of a version that does not go with the
// export's, wherever they are, and takes those of v1 and v2 together.
func TestStrays(t *testing.T) {
	synthtest.WithoutRace(t)
	v2 := func(from, to int) (list []object) {
		for i := from; i <= to; i++ {
			list = append(list, r4Carrier(fmt.Sprint(i)))
		}
		return list
	}
	stray := "a resource of v3 in an export of v1 or v2, where the same ids mean other beneficiaries and claims"
	for _, tt := range []struct {
		name    string
		files   export
		claims  int
		rejects []string
	}{
		{"in the middle", export{"a.ndjson": lines(v2(1, 3)...) + lines(idrCarrier("9")) + lines(v2(4, 6)...)}, 6, []string{"a.ndjson:4: " + stray}},
		{"at the beginning", export{"a.ndjson": lines(idrCarrier("9")) + lines(v2(1, 3)...)}, 3, []string{"a.ndjson:1: " + stray}},
		{"in a file of its own", export{"a.ndjson": lines(v2(1, 3)...), "b.ndjson": lines(idrCarrier("9"))}, 3, []string{"b.ndjson:1: " + stray}},
		{"alone in the first file", export{"a.ndjson": lines(idrCarrier("9")), "b.ndjson": lines(v2(1, 3)...)}, 3, []string{"a.ndjson:1: " + stray}},
		{"alone in the first file, of two", export{"a.ndjson": lines(idrCarrier("9")), "b.ndjson": lines(v2(1, 1)...)}, 1,
			[]string{"b.ndjson:1: a resource of v2 in an export of v3, where the same ids mean other beneficiaries and claims"}},
		{"v2 in v3", export{"a.ndjson": lines(idrCarrier("1"), idrCarrier("2"), r4Carrier("3"))}, 2,
			[]string{"a.ndjson:3: a resource of v2 in an export of v3, where the same ids mean other beneficiaries and claims"}},
		{"v1 and v2", export{"a.ndjson": lines(v2(1, 2)...) + lines(stu3Carrier("3"))}, 3, nil},
	} {
		for _, jobs := range []int{1, 3} {
			c := tt.files.convert(t, func(o *Options) { o.Jobs = jobs })
			if got := len(c.table(t, "claims")); got != tt.claims {
				t.Errorf("%s: %d claims, want %d", tt.name, got, tt.claims)
			}
			var rejects []string
			for _, r := range c.rejects {
				rejects = append(rejects, fmt.Sprintf("%s:%d: %s", filepath.Base(r.File), r.Line, r.Reason))
			}
			if diff := cmp.Diff(tt.rejects, rejects); diff != "" {
				t.Errorf("%s: rejects differ (-want +got):\n%s", tt.name, diff)
			}
		}
	}
}

// TestMixedExports ends runs over what are two exports.
func TestMixedExports(t *testing.T) {
	var many, some []object
	for i := range fewStrays + 1 {
		many = append(many, idrCarrier(fmt.Sprint(i)))
	}
	for i := range 9 /* more than decide the version of an input */ {
		some = append(some, r4Carrier(fmt.Sprint(i)))
	}
	for name, files := range map[string]export{
		"two files":                 {"a.ndjson": lines(r4Carrier("1"), r4Carrier("2")), "b.ndjson": lines(idrCarrier("3"), idrCarrier("4"))},
		"one after the other":       {"a.ndjson": lines(some...) + lines(many...)},
		"after a file without mark": {"a.ndjson": "\n", "b.ndjson": lines(idrCarrier("1"), idrCarrier("2")), "c.ndjson": lines(stu3Carrier("1"), stu3Carrier("2"))},
	} {
		opts := Options{Inputs: []string{files.save(t)}, Out: filepath.Join(t.TempDir(), "out"), MaxRejects: -1}
		if _, err := Run(context.Background(), opts); !errors.Is(err, ErrMixed) {
			t.Errorf("%s: %v, want %v", name, err, ErrMixed)
		}
	}
}
