package convert

import (
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestUnits converts revenue lines of v2 whose unit counts are left out.
func TestUnits(t *testing.T) {
	synthtest.WithoutRace(t)
	units := func(n string) object {
		if n == "" {
			return object{"sequence": 1}
		}
		return object{"sequence": 1, "extension": list{object{"url": variables + "rev_cntr_unit_cnt", "valueQuantity": object{"value": rawNumber(n)}}}}
	}
	for _, tt := range []struct {
		name, updated string
		lines         list
		want          []string
	}{
		{"zeros left out", "2024-03-01T00:00:00Z", list{units("3"), units("")}, []string{"3.0000", "0.0000"}},
		{"all zeros left out", "2022-05-23T00:00:00Z", list{units(""), units("")}, []string{"0.0000", "0.0000"}},
		{"none sent", "2022-05-22T23:59:59Z", list{units(""), units("")}, []string{"", ""}},
		{"sent later", "2021-01-01T00:00:00Z", list{units(""), units("1"), units("")}, []string{"0.0000", "1.0000", "0.0000"}},
		{"a zero that is told", "2021-01-01T00:00:00Z", list{units("0"), units("")}, []string{"0.0000", "0.0000"}},
		{"no update", "", list{units("")}, []string{"0.0000"}},
	} {
		claim := with(someClaim("OUTPATIENT", "1", "1"), object{"item": tt.lines, "meta": nil})
		if tt.updated != "" {
			claim["meta"] = updated(tt.updated)
		}
		got := export{"export.ndjson": lines(claim)}.convert(t)
		equal(t, tt.name, got.column(t, "cclf2", "CLM_LINE_SRVC_UNIT_QTY"), tt.want...)
	}
}

// TestUnitsOfOthers detects from other resources whether the server sent unit
// counts.
func TestUnitsOfOthers(t *testing.T) {
	synthtest.WithoutRace(t)
	old := with(someClaim("OUTPATIENT", "1", "1"), object{"meta": updated("2021-01-01T00:00:00Z")})
	counted := with(old, object{"id": "2", "item": list{object{
		"sequence": 1, "extension": list{object{"url": variables + "rev_cntr_unit_cnt", "valueQuantity": object{"value": 2}}},
	}}})
	v1 := with(someCoverage("A", "1", "10"), object{"class": nil, "grouping": object{"subPlan": "Part A"}})
	for _, tt := range []struct {
		name  string
		other []object
		want  []string
	}{
		{"nothing", nil, []string{""}},
		{"an old Patient", []object{with(somePatient("1", "1S00A00AA01"), object{"meta": updated("2022-05-22T00:00:00Z")})}, []string{""}},
		{"a new Patient", []object{somePatient("1", "1S00A00AA01")}, []string{"0.0000"}},
		{"another claim", []object{counted}, []string{"0.0000", "2.0000"}},
		{"v1", []object{v1, somePatient("1", "1S00A00AA01")}, []string{""}},
	} {
		for _, profile := range []Profile{PlainCCLF, Tuva} {
			got := export{"export.ndjson": lines(append([]object{old}, tt.other...)...)}.convert(t, func(o *Options) { o.Profile = profile })
			table, want := "cclf2", tt.want
			if profile == Tuva {
				table, want = "parta_claims_revenue_center_detail", nil
				for _, v := range tt.want {
					want = append(want, strings.TrimSuffix(v, ".0000"))
				}
			}
			equal(t, tt.name, got.column(t, table, "CLM_LINE_SRVC_UNIT_QTY"), want...)
		}
	}
}

// TestDrugQuantity converts drug events of v3 with and without quantities.
func TestDrugQuantity(t *testing.T) {
	synthtest.WithoutRace(t)
	ndc := func(members object) list {
		return list{with(object{"sequence": 1, "productOrService": coding("http://hl7.org/fhir/sid/ndc", "00071015523")}, members)}
	}
	value := func(n string) object { return object{"value": rawNumber(n)} }
	for _, tt := range []struct {
		name string
		item object
		want string
	}{
		{"in the detail", object{"detail": ndc(object{"quantity": value("60")})}, "60.0000"},
		{"zero in the detail", object{"detail": ndc(object{"quantity": value("0.0")})}, "0.0000"},
		{"default of the server", object{"detail": ndc(nil), "quantity": value("0.0")}, ""},
		{"none", object{"detail": ndc(nil)}, ""},
		{"of the item", object{"detail": ndc(nil), "quantity": value("30.0")}, "30.0000"},
		{"zero of the item", object{"quantity": value("0")}, "0.0000"},
		{"of an item without a detail", object{"quantity": value("12.5")}, "12.5000"},
	} {
		claim := with(someIDRClaim("PDE", "1"), object{"item": list{with(object{"sequence": 1}, tt.item)}})
		got := export{"export.ndjson": lines(claim)}.convert(t)
		equal(t, tt.name, got.column(t, "cclf7", "CLM_LINE_SRVC_UNIT_QTY"), tt.want)
	}
}
