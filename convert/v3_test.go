package convert

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

const (
	idrSystem = "https://bluebutton.cms.gov/fhir/CodeSystem/"
)

func idrClaimID(id string) object {
	return object{
		"system": "https://bluebutton.cms.gov/identifiers/CLM-UNIQ-ID", "value": id,
		"type": coding("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType", "uc"),
	}
}

// someIDRClaim is a claim of v3, as the server makes it of the IDR.
func someIDRClaim(claimType, number string) object {
	return object{
		"resourceType": "ExplanationOfBenefit", "use": "claim", "status": "active", "id": "1",
		"meta": object{"lastUpdated": "2025-03-01T00:00:00.000+00:00", "tag": list{
			object{"system": idrSystem + "System-Type", "code": "NationalClaimsHistory"},
			object{"system": idrSystem + "Final-Action", "code": "FinalAction"},
		}},
		"type": object{"coding": list{
			object{"system": idrSystem + "CLM-TYPE-CD", "code": number},
			object{"system": idrSystem + "EOB-TYPE", "code": claimType},
		}},
		"identifier":     list{idrClaimID("1")},
		"patient":        object{"reference": "Patient/p"},
		"billablePeriod": object{"start": "2025-01-05", "end": "2025-01-07"},
		"item":           list{object{"sequence": 1}},
	}
}

// idrInfo is an entry of supporting information with a value, as members.
func idrInfo(sequence int, category string, value object) object {
	return with(object{"sequence": sequence, "category": coding(idrSystem+"CLM-SUPPORTING-INFO", category)}, value)
}

// TestV3Cells converts what the server of v3 makes of records of the IDR, and
// compares cells with the records.
func TestV3Cells(t *testing.T) {
	synthtest.WithoutRace(t)
	code := func(system, code string) object { return object{"code": coding(system, code)} }
	for _, tt := range []struct {
		name, claimType, number string
		members                 object
		table                   string
		want                    []map[string]string
	}{
		{
			name: "days of a revenue center", claimType: "OUTPATIENT", number: "40",
			members: object{"item": list{
				// The dates of the line replace those of the revenue center.
				object{"sequence": 1, "servicedPeriod": object{"start": "2025-01-05", "end": "2025-01-06"}},
				// A line that has no dates of its own.
				object{"sequence": 2, "servicedDate": "2025-01-07"},
				object{"sequence": 3},
			}},
			table: "cclf2",
			want: []map[string]string{
				{"CLM_LINE_NUM": "1", "CLM_LINE_FROM_DT": "2025-01-05", "CLM_LINE_THRU_DT": "2025-01-06", "CLM_LINE_INSTNL_REV_CTR_DT": "2025-01-05"},
				{"CLM_LINE_NUM": "2", "CLM_LINE_FROM_DT": "", "CLM_LINE_THRU_DT": "", "CLM_LINE_INSTNL_REV_CTR_DT": "2025-01-07"},
				{"CLM_LINE_NUM": "3", "CLM_LINE_FROM_DT": "", "CLM_LINE_THRU_DT": "", "CLM_LINE_INSTNL_REV_CTR_DT": ""},
			},
		},
		{
			name: "days of a professional line", claimType: "CARRIER", number: "71",
			members: object{"item": list{
				object{"sequence": 1, "servicedPeriod": object{"start": "2025-01-05", "end": "2025-01-06"}},
				object{"sequence": 2, "servicedDate": "2025-01-07"},
			}},
			table: "cclf5",
			want: []map[string]string{
				{"CLM_LINE_NUM": "1", "CLM_LINE_FROM_DT": "2025-01-05", "CLM_LINE_THRU_DT": "2025-01-06"},
				{"CLM_LINE_NUM": "2", "CLM_LINE_FROM_DT": "2025-01-07", "CLM_LINE_THRU_DT": ""},
			},
		},
		{
			name: "codes of two digits sent as numbers", claimType: "CARRIER", number: "71",
			members: object{
				"supportingInfo": list{idrInfo(1, "CLM_DISP_CD", code(idrSystem+"CLM-DISP-CD", "1"))},
				"item": list{
					object{
						"sequence":                1,
						"locationCodeableConcept": coding("https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set", "2"),
						"extension": list{object{
							"url":         "https://bluebutton.cms.gov/fhir/StructureDefinition/CLM-PRVDR-SPCLTY-CD",
							"valueCoding": object{"system": idrSystem + "CLM-PRVDR-SPCLTY-CD", "code": "8"},
						}},
					},
					object{
						"sequence":                2,
						"locationCodeableConcept": coding("https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set", "11"),
						"extension": list{object{
							"url":         "https://bluebutton.cms.gov/fhir/StructureDefinition/CLM-PRVDR-SPCLTY-CD",
							"valueCoding": object{"system": idrSystem + "CLM-PRVDR-SPCLTY-CD", "code": "A5"},
						}},
					},
				},
			},
			table: "cclf5",
			want: []map[string]string{
				{"CLM_LINE_NUM": "1", "CLM_DISP_CD": "01", "CLM_POS_CD": "02", "CLM_PRVDR_SPCLTY_CD": "08"},
				{"CLM_LINE_NUM": "2", "CLM_DISP_CD": "01", "CLM_POS_CD": "11", "CLM_PRVDR_SPCLTY_CD": "A5"},
			},
		},
		{
			name: "the principal diagnosis last", claimType: "CARRIER", number: "71",
			members: object{
				"diagnosis": diagnosesOf("secondary B2, secondary C3, principal A1"),
				"item":      list{object{"sequence": 1, "diagnosisSequence": list{3}}, object{"sequence": 2, "diagnosisSequence": list{1}}},
			},
			table: "cclf5",
			want: []map[string]string{
				{"CLM_LINE_NUM": "1", "CLM_LINE_DGNS_CD": "A1", "CLM_DGNS_1_CD": "A1", "CLM_DGNS_2_CD": "B2", "CLM_DGNS_3_CD": "C3", "CLM_DGNS_4_CD": ""},
				{"CLM_LINE_NUM": "2", "CLM_LINE_DGNS_CD": "B2", "CLM_DGNS_1_CD": "A1", "CLM_DGNS_2_CD": "B2", "CLM_DGNS_3_CD": "C3", "CLM_DGNS_4_CD": ""},
			},
		},
		{
			name: "the principal diagnosis last and once more", claimType: "CARRIER", number: "71",
			members: object{
				"diagnosis": diagnosesOf("secondary A1, secondary B2, principal A1"),
			},
			table: "cclf5",
			want:  []map[string]string{{"CLM_DGNS_1_CD": "A1", "CLM_DGNS_2_CD": "B2", "CLM_DGNS_3_CD": ""}},
		},
		{
			name: "demonstrations as codes", claimType: "INPATIENT", number: "60",
			members: object{"supportingInfo": list{
				idrInfo(1, "CLM_NGACO_PBPMT_SW", code(idrSystem+"CLM-BNFT-ENHNCMT-CD-SWITCH", "Y")),
				idrInfo(2, "CLM_BNFT_ENHNCMT_CD", code(idrSystem+"CLM-BNFT-ENHNCMT-CD", "31")),
				idrInfo(3, "CLM_BNFT_ENHNCMT_CD", code(idrSystem+"CLM-BNFT-ENHNCMT-CD", "5")),
			}},
			table: "cclfa",
			want: []map[string]string{
				{"CLM_NGACO_PBPMT_SW": "Y", "CLM_DEMO_1ST_NUM": "31", "CLM_DEMO_2ND_NUM": "5", "CLM_DEMO_3RD_NUM": ""},
			},
		},
		{
			name: "demonstrations as text", claimType: "INPATIENT", number: "60",
			members: object{"supportingInfo": list{
				idrInfo(1, "CLM_NGACO_PBPMT_SW", object{"valueString": "Y"}),
				idrInfo(2, "CLM_ACO_CARE_MGMT_HCBS_SW", object{"valueString": "N"}),
				idrInfo(3, "CLM_BNFT_ENHNCMT_CD", object{"valueString": "31"}),
				idrInfo(4, "CLM_BNFT_ENHNCMT_CD", object{"valueString": "5"}),
			}},
			table: "cclfa",
			want: []map[string]string{
				{"CLM_NGACO_PBPMT_SW": "Y", "CLM_NGACO_CMG_WVR_SW": "N", "CLM_DEMO_1ST_NUM": "31", "CLM_DEMO_2ND_NUM": "5", "CLM_DEMO_3RD_NUM": ""},
			},
		},
		{
			name: "a line's demonstrations as text", claimType: "CARRIER", number: "71",
			members: object{
				"supportingInfo": list{
					idrInfo(1, "CLM_BNFT_ENHNCMT_CD", object{"valueString": "31"}),
					idrInfo(2, "CLM_NGACO_TLHLTH_SW", object{"valueString": "Y"}),
					idrInfo(3, "CLM_BNFT_ENHNCMT_CD", object{"valueString": "5"}),
					idrInfo(4, "CLM_BNFT_ENHNCMT_CD", object{"valueString": "8"}),
				},
				"item": list{
					object{"sequence": 1, "informationSequence": list{1, 2}},
					object{"sequence": 2, "informationSequence": list{3, 4}},
				},
			},
			table: "cclfb",
			want: []map[string]string{
				{"CLM_LINE_NUM": "1", "CLM_LINE_NGACO_TLHLTH_SW": "Y", "CLM_DEMO_1ST_NUM": "31", "CLM_DEMO_2ND_NUM": ""},
				{"CLM_LINE_NUM": "2", "CLM_LINE_NGACO_TLHLTH_SW": "", "CLM_DEMO_1ST_NUM": "5", "CLM_DEMO_2ND_NUM": "8"},
			},
		},
		{
			name: "the cost of a drug in the total alone", claimType: "PDE", number: "1",
			members: object{"total": list{object{
				"category": coding(idrSystem+"Adjudication", "TOT_RX_CST_AMT"), "amount": object{"value": 45.5},
			}}},
			table: "part_d_costs",
			want:  []map[string]string{{"TOT_RX_CST_AMT": "45.50"}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			resource := with(someIDRClaim(tt.claimType, tt.number), tt.members)
			rows := export{"in.ndjson": lines(resource)}.convert(t).table(t, tt.table)
			if len(rows) != len(tt.want) {
				t.Fatalf("%d rows, want %d", len(rows), len(tt.want))
			}
			for i, want := range tt.want {
				got := map[string]string{}
				for label := range want {
					got[label] = rows[i][label]
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("row %d (-want +got):\n%s", i, d)
				}
			}
		})
	}
}

// TestDeletedDrugEvent has a drug event and its deletion, which the server
// tags as not final, and sends both of.
func TestDeletedDrugEvent(t *testing.T) {
	synthtest.WithoutRace(t)
	const final, notFinal = "FinalAction", "NotFinalAction"
	event := func(id, number, tag, load, update string) object {
		return with(someIDRClaim("PDE", number), object{
			"meta": object{"lastUpdated": update, "tag": list{
				object{"system": idrSystem + "System-Type", "code": "DDPS"},
				object{"system": idrSystem + "Final-Action", "code": tag},
			}},
			"identifier": list{idrClaimID(id)},
			"supportingInfo": list{
				idrInfo(1, "CLM_IDR_LD_DT", object{"timingDate": load}),
				idrInfo(2, "CLM_LINE_RX_NUM", object{"valueString": "900001"}),
			},
			"item": list{object{"sequence": 1, "servicedDate": "2025-01-05"}},
		})
	}
	const jan, feb, early, late = "2025-01-10", "2025-02-10", "2025-03-01T00:00:00Z", "2025-03-02T00:00:00Z"
	for _, tt := range []struct {
		name   string
		events list
		want   []string
	}{
		{"deleted", list{event("1", "1", final, jan, early), event("2", "3", notFinal, feb, early)}, nil},
		{"deleted, the other way about", list{event("2", "3", notFinal, feb, early), event("1", "1", final, jan, early)}, nil},
		{"adjusted", list{event("1", "1", notFinal, jan, early), event("2", "2", final, feb, early)}, []string{"2"}},
		{"adjusted in a day, the first updated last", list{event("1", "1", notFinal, jan, late), event("2", "2", final, jan, early)}, []string{"2"}},
		{"not final, the other not there", list{event("1", "1", notFinal, jan, early)}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var text string
			for i, e := range tt.events {
				text += lines(with(e.(object), object{"id": fmt.Sprint(i)}))
			}
			c := export{"in.ndjson": text}.convert(t)
			if d := cmp.Diff(tt.want, c.column(t, "cclf7", "CUR_CLM_UNIQ_ID")); d != "" {
				t.Errorf("events (-want +got):\n%s", d)
			}
			for _, versions := range []Versions{FinalVersions, AllVersions} { // which of them count is the same
				c := export{"in.ndjson": text}.convert(t, func(o *Options) { o.Versions = versions })
				var final []string
				for _, row := range c.table(t, "claims") {
					if row["FINAL_ACTION"] == "Y" {
						final = append(final, row["CUR_CLM_UNIQ_ID"])
					}
				}
				if d := cmp.Diff(tt.want, final); d != "" {
					t.Errorf("versions %s: claims of final action (-want +got):\n%s", versions, d)
				}
			}
		})
	}
}
