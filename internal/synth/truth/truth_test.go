package truth_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/internal/synth/truth"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

func TestTruthRows(t *testing.T) {
	t.Parallel()
	dir, stats := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: synthtest.UnlessRace(80, 20), Truth: true, Traps: true})
	want := map[string]int{}
	for _, r := range synthtest.Newest(t, dir) {
		kind, _, _ := strings.Cut(r.ID, "-")
		switch {
		case r.ResourceType == "Patient":
			want["cclf8"]++
			for _, id := range r.Identifier {
				if e := id.Type.Coding[0].Extension; len(e) > 0 && e[0].ValueCoding.Code == "historic" {
					want["cclf9"]++
				}
			}
		case r.ResourceType == "Claim":
			want["claims"]++
			if kind == "m" {
				want[truth.PartialFolder+"/cclf5"] += len(r.Item)
				want[truth.PartialFolder+"/cclfb"] += len(r.Item)
				break
			}
			want[truth.PartialFolder+"/cclf1"]++
			want[truth.PartialFolder+"/cclfa"]++
			want[truth.PartialFolder+"/cclf2"] += len(r.Item)
			want[truth.PartialFolder+"/cclf3"] += len(r.Procedure)
		case r.ResourceType == "ClaimResponse":
			want[truth.PartialFolder+"/responses"]++
		}
		if r.ResourceType != "ExplanationOfBenefit" {
			continue
		}
		want["claims"]++
		switch {
		case r.Status == "cancelled":
		case kind == "pde":
			want["cclf7"]++
			want["part_d_costs"]++
		case kind == "carrier":
			want["cclf5"] += len(r.Item)
			want["cclfb"] += len(r.Item)
		case kind == "dme":
			want["cclf6"] += len(r.Item)
			want["cclfb"] += len(r.Item)
		default:
			want["cclf1"]++
			want["cclfa"]++
			want["cclf2"] += len(r.Item)
			want["cclf3"] += len(r.Procedure)
		}
	}
	var rows int64
	for _, table := range truth.PartialTables() {
		name := truth.PartialFolder + "/" + table.Name
		got := len(synthtest.Truth(t, dir, name))
		rows += int64(got)
		if table.Name != "cclf4" && got != want[name] {
			t.Errorf("%s has %d rows, want %d", name, got, want[name])
		}
	}
	for _, table := range truth.Tables() {
		got := len(synthtest.Truth(t, dir, table.Name))
		rows += int64(got)
		if table.Name == "cclf4" || table.Name == "enrollment" { // only some diagnoses and months have rows
			continue
		}
		if got != want[table.Name] || got == 0 && table.Name != wellknown.PriorAuthorizationsTable { // of v3 only
			t.Errorf("%s has %d rows, want %d", table.Name, got, want[table.Name])
		}
	}
	if rows != stats.Rows {
		t.Errorf("%d rows, stats say %d", rows, stats.Rows)
	}
}

// TestTruthColumns checks that the columns that v2 serves have values, and that all
// but the required ones are missing sometimes.
func TestTruthColumns(t *testing.T) {
	t.Parallel()
	required := strings.Fields(`
		CUR_CLM_UNIQ_ID CLM_LINE_NUM CLM_VAL_SQNC_NUM CLM_TYPE_CD CLM_FROM_DT CLM_THRU_DT CLM_LINE_FROM_DT CLM_LINE_THRU_DT
		BENE_MBI_ID PRVDR_OSCAR_NUM CLM_BLG_PRVDR_OSCAR_NUM CLM_FAC_PRVDR_OSCAR_NUM CLM_BILL_FAC_TYPE_CD CLM_BILL_CLSFCTN_CD
		CLM_BILL_FREQ_CD BENE_PTNT_STUS_CD CLM_EFCTV_DT CLM_PMT_AMT CLM_MDCR_INSTNL_TOT_CHRG_AMT CLM_LINE_PROD_REV_CTR_CD
		CLM_LINE_SRVC_UNIT_QTY CLM_PRCDR_CD CLM_PROD_TYPE_CD CLM_DGNS_CD DGNS_PRCDR_ICD_IND CLM_FED_TYPE_SRVC_CD CLM_POS_CD
		CLM_LINE_CVRD_PD_AMT CLM_LINE_ALOWD_CHRG_AMT CLM_CARR_PMT_DNL_CD CLM_DISP_CD CLM_CNTRCTR_NUM CLM_LINE_NDC_CD
		CLM_LINE_DAYS_SUPLY_QTY CLM_LINE_BENE_PMT_AMT CLM_LINE_RX_SRVC_RFRNC_NUM CLM_LINE_RX_FILL_NUM CLM_DAW_PROD_SLCTN_CD
		CLM_PHRMCY_SRVC_TYPE_CD CLM_SRVC_PRVDR_GNRC_ID_NUM PRVDR_SRVC_ID_QLFYR_CD CLM_PRSBNG_PRVDR_GNRC_ID_NUM
		PRVDR_PRSBNG_ID_QLFYR_CD CLM_MDCR_DDCTBL_AMT BENE_DOB BENE_SEX_CD BENE_AGE BENE_1ST_NAME BENE_LAST_NAME
		BENE_FIPS_STATE_CD GEO_USPS_STATE_CD HICN_MBI_XREF_IND CRNT_NUM PRVS_NUM`)
	dir, _ := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: 400, Truth: true, Traps: true})
	for _, table := range schema.Tables() {
		rows := synthtest.Truth(t, dir, table.Name)
		for _, field := range table.Fields {
			present := 0
			for _, row := range rows {
				if row[field.Label] != "" {
					present++
				}
			}
			switch {
			case present == 0 && truth.HasColumn("v2", table.Name, field.Label):
				t.Errorf("%s.%s never has a value", table.Name, field.Label)
			case present > 0 && !truth.HasColumn("v2", table.Name, field.Label):
				t.Errorf("%s.%s has a value", table.Name, field.Label)
			case present == len(rows) && !slices.Contains(required, field.Label):
				t.Errorf("%s.%s is never missing", table.Name, field.Label)
			}
		}
	}
}

// TestTruthForms checks that values have the form of their column's kind and fit into
// the layout.
func TestTruthForms(t *testing.T) {
	t.Parallel()
	dir, _ := synthtest.Write(t, synth.Options{API: "v2", Beneficiaries: synthtest.UnlessRace(60, 20), Truth: true, Traps: true})
	for _, table := range schema.Tables() {
		for _, row := range synthtest.Truth(t, dir, table.Name) {
			for _, field := range table.Fields {
				value := row[field.Label]
				if value == "" {
					continue
				}
				ok := true
				switch field.Kind {
				case schema.Date:
					_, err := time.Parse(time.DateOnly, value)
					ok = err == nil
				case schema.Decimal:
					_, fraction, _ := strings.Cut(value, ".")
					ok = len(fraction) == field.Scale && len(strings.TrimLeft(value, "-")) <= field.Precision+1
				case schema.Text:
					ok = strings.TrimSpace(value) == value
				}
				if !ok {
					t.Errorf("%s.%s is %q", table.Name, field.Label, value)
				}
			}
		}
	}
}

// TestV3Columns checks that the columns that v3 serves have values, and no others.
func TestV3Columns(t *testing.T) {
	t.Parallel()
	dir, _ := synthtest.Write(t, synth.Options{API: "v3", Beneficiaries: 120, Truth: true, Traps: true})
	for _, table := range schema.Tables() {
		rows := synthtest.Truth(t, dir, table.Name)
		for _, field := range table.Fields {
			present := slices.ContainsFunc(rows, func(row map[string]string) bool { return row[field.Label] != "" })
			if field.Label == "BENE_LINE_6_ADR" { // rare
				continue
			}
			if present != truth.HasColumn("v3", table.Name, field.Label) {
				t.Errorf("%s.%s has values: %t", table.Name, field.Label, present)
			}
		}
	}
}
