package convert

import (
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// withMBIs is a claim as AB2D hands it on, with MBIs of which the first is the
// current one.
func withMBIs(claim object, mbis ...string) object {
	var extensions list
	for i, mbi := range mbis {
		currency := "historic"
		if i == 0 {
			currency = "current"
		}
		extensions = append(extensions, object{
			"url": "http://hl7.org/fhir/StructureDefinition/elementdefinition-identifier",
			"valueIdentifier": object{
				"extension": list{object{
					"url": codesystems + "identifier-currency", "valueCoding": object{"code": currency},
				}},
				"system": usMBI, "value": mbi,
			},
		})
	}
	return with(claim, object{"extension": extensions})
}

// TestClaimMBIs converts claims that have the MBIs of their beneficiary
// themselves, in every order of the resources.
func TestClaimMBIs(t *testing.T) {
	synthtest.WithoutRace(t)
	at := func(r object, day string) object {
		return with(r, object{"meta": updated("2024-" + day + "T00:00:00Z")})
	}
	const now, before, first, other = "1S00A00AA01", "1S00A00AA02", "1S00A00AA03", "1S00A00AA09"
	for _, tt := range []struct {
		name      string
		resources []object
		mbis      []string // of the claims, by number
		xref      []string
	}{
		{
			"claims alone",
			[]object{
				withMBIs(someClaim("CARRIER", "1", "1"), now, before, first),
				withMBIs(someClaim("INPATIENT", "2", "1"), now, before, first),
				withMBIs(someClaim("CARRIER", "3", "2"), other),
			},
			[]string{"1 " + now, "2 " + now, "3 " + other},
			[]string{"M " + now + " " + before, "M " + now + " " + first},
		},
		{
			"a newer claim knows better",
			[]object{
				at(withMBIs(someClaim("CARRIER", "1", "1"), before, first), "01-01"),
				at(withMBIs(someClaim("CARRIER", "2", "1"), now, before, first), "02-01"),
			},
			[]string{"1 " + now, "2 " + now},
			[]string{"M " + now + " " + before, "M " + now + " " + first},
		},
		{
			"a Patient comes before claims",
			[]object{
				at(somePatient("1", now), "01-01"),
				at(withMBIs(someClaim("CARRIER", "1", "1"), other, first), "03-01"),
			},
			[]string{"1 " + now}, nil,
		},
		{
			"a Patient without an MBI",
			[]object{
				with(somePatient("1", now), object{"identifier": somePatient("1", now)["identifier"].(list)[:1]}),
				withMBIs(someClaim("CARRIER", "1", "1"), now, before),
			},
			[]string{"1 " + now},
			[]string{"M " + now + " " + before},
		},
		{
			"a claim without them, of the same beneficiary",
			[]object{
				withMBIs(someClaim("CARRIER", "1", "1"), now),
				someClaim("CARRIER", "2", "1"), someClaim("CARRIER", "3", "2"),
			},
			[]string{"1 " + now, "2 " + now, "3 "}, nil,
		},
	} {
		for _, reversed := range []bool{false, true} {
			resources := slices.Clone(tt.resources)
			if reversed {
				slices.Reverse(resources)
			}
			for _, profile := range []Profile{PlainCCLF, Tuva} {
				got := export{"export.ndjson": lines(resources...)}.convert(t, func(o *Options) { o.Profile = profile })
				xref, claims := "cclf9", "claims"
				if profile == Tuva {
					xref, claims = "beneficiary_xref", "partb_physicians"
				}
				links := got.pick(t, xref, "HICN_MBI_XREF_IND", "CRNT_NUM", "PRVS_NUM")
				equal(t, tt.name+": "+xref, links, tt.xref...)
				if profile == Tuva {
					for _, mbi := range got.column(t, claims, "BENE_MBI_ID") {
						if mbi == "" {
							t.Errorf("%s: no identifier in %s", tt.name, claims)
						}
					}
					continue
				}
				mbis := got.pick(t, claims, "CUR_CLM_UNIQ_ID", "BENE_MBI_ID")
				slices.Sort(mbis)
				equal(t, tt.name, mbis, tt.mbis...)
			}
		}
	}
}
