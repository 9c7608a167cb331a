//go:build cgo

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// The tables that a migration reads, in the form of v2 and v3.
const (
	claimHeader   = "RESOURCE_ID,CUR_CLM_UNIQ_ID,BENE_MBI_ID,PATIENT_ID,CLAIM_TYPE,FINAL_ACTION,CLM_CNTL_NUM,SYSTEM_TYPE"
	cclf1Header   = "CUR_CLM_UNIQ_ID,BENE_MBI_ID,CLM_FROM_DT,CLM_THRU_DT,CLM_BLG_PRVDR_OSCAR_NUM"
	cclf5Header   = "CUR_CLM_UNIQ_ID,CLM_LINE_NUM,BENE_MBI_ID,CLM_FROM_DT,CLM_THRU_DT,CLM_TYPE_CD"
	cclf7Header   = "CUR_CLM_UNIQ_ID,BENE_MBI_ID,CLM_LINE_FROM_DT,PRVDR_SRVC_ID_QLFYR_CD,CLM_SRVC_PRVDR_GNRC_ID_NUM,CLM_LINE_RX_SRVC_RFRNC_NUM,CLM_LINE_RX_FILL_NUM"
	personHeader  = "BENE_MBI_ID,BENE_DOB,BENE_SEX_CD,BENE_1ST_NAME,BENE_LAST_NAME,GEO_USPS_STATE_CD,GEO_ZIP5_CD"
	formerHeader  = "CRNT_NUM,PRVS_NUM"
	monthHeader   = "BENE_MBI_ID,PATIENT_ID,PART,MONTH"
	sameDay       = "1940-05-06"
	coverageOf    = "%s,%s,A,2025-01-01"
	demographics  = "%s," + sameDay + ",%s,%s,%s,%s,%s"
	institutional = "%s,%s,2025-01-02,2025-01-05,%s"
)

func TestMigrate(t *testing.T) {
	person := func(mbi, sex, first, last, state, zip string) string {
		return fmt.Sprintf(demographics, mbi, sex, first, last, state, zip)
	}
	month := func(mbi, id string) string { return fmt.Sprintf(coverageOf, mbi, id) }
	first := writeTables(t, withAllColumns(map[string][]string{
		"cclf8": {
			personHeader,
			person("M1", "1", "ANN", "ABLE", "GA", "30303"),
			person("M2OLD", "2", "BEA", "BAKER", "GA", "30303"),
			person("M3OLD", "2", "Cora", "Clark", "GA", "30303"), // other MBI in v3
			person("M4OLD", "1", "DAN", "DAVIS", "GA", "30303"),  // two of this name in v3
			person("M5", "1", "EVE", "EVANS", "GA", "30303"),     // not in v3
			person("M6OLD", "1", "FRED", "FOX", "GA", "30303"),   // another ZIP code in v3
			person("M8OLD", "0", "HUGO", "HALL", "GA", "30303"),  // sex unknown
			person("M10", "1", "JACK", "JONES", "GA", "30303"),   // two Patients in v2
		},
		"enrollment": {
			monthHeader, month("M1", "p1"), month("M2OLD", "p2"), month("M3OLD", "p3"), month("M4OLD", "p4"), month("M5", "p5"), month("M6OLD", "p6"),
			month("M8OLD", "p8"), month("", "p9"), month("M10", "p10"), month("M10", "p10b"),
		},
		"claims": {
			claimHeader,
			"carrier-1,1,M1,p1,CARRIER,Y,C1,",
			"carrier-2,2,M2OLD,p2,CARRIER,Y,C2,",       // under the former MBI
			"carrier-3,3,M3OLD,p3,CARRIER,Y,C3,",       // of a pair by demographics
			"carrier-4,4,M4OLD,p4,CARRIER,Y,C4,",       // of a beneficiary without pair
			"carrier-5,5,M1,p1,CARRIER,Y,C5,",          // not in v3
			"inpatient-6,6,M1,p1,INPATIENT,Y,,",        // by natural key
			"pde-7,7,M1,p1,PDE,Y,,",                    // by natural key
			"carrier-8,8,M1,p1,CARRIER,Y,C8,",          // twice in v3, with other dates
			"carrier-9,9,M1,p1,CARRIER,Y,C9,",          // twice in v3, with the same dates
			"carrier-10,10,M1,p1,CARRIER,N,C10,",       // canceled
			"carrier-11,11,M1,p1,CARRIER,Y,C10,",       // and the version in force
			"inpatient-12,12,M1,p1,INPATIENT,Y,C12,",   // same dates, other control number
			"fiss-13,13,M1,p1,FISS,N,C13,SharedSystem", // partially adjudicated
		},
		"cclf1": {cclf1Header, fmt.Sprintf(institutional, "6", "M1", "010001"), fmt.Sprintf(institutional, "12", "M1", "010002")},
		"cclf5": {
			cclf5Header,
			"8,1,M1,2025-03-01,2025-03-01,71", "8,2,M1,2025-03-01,2025-03-01,71",
			"9,1,M1,2025-04-01,2025-04-01,71",
		},
		"cclf7": {cclf7Header, "7,M1,2025-02-02,01,1234567890,12345,1"},
	}))
	second := writeTables(t, withAllColumns(map[string][]string{
		"cclf8": {
			personHeader,
			person("M1", "1", "ANN", "ABLE", "GA", "30303"),
			person("M2", "2", "BEA", "BAKER", "GA", "30303"),
			person("M3NEW", "2", "CORA", "CLARK", "GA", ""),
			person("M4NEW1", "1", "DAN", "DAVIS", "GA", "30303"),
			person("M4NEW2", "1", "DAN", "DAVIS", "GA", "30303"),
			person("M6NEW", "1", "FRED", "FOX", "GA", "31313"),
			person("M7", "1", "GUS", "GREEN", "GA", "30303"),
			person("M8NEW", "1", "HUGO", "HALL", "GA", "30303"),
			person("M10", "1", "JACK", "JONES", "GA", "30303"),
		},
		"cclf9": {formerHeader, "M2,M2OLD"},
		"enrollment": {
			monthHeader, month("M1", "q1"), month("M2", "q2"), month("M3NEW", "q3"), month("M4NEW1", "q41"), month("M4NEW2", "q42"), month("M6NEW", "q6"),
			month("M7", "q7"), month("M8NEW", "q8"), month("M10", "q10"),
		},
		"claims": {
			claimHeader,
			"101,101,M1,q1,CARRIER,Y,C1,",
			"102,102,M2,q2,CARRIER,Y,C2,",
			"103,103,M3NEW,q3,CARRIER,Y,C3,",
			"104,104,M4NEW1,q41,CARRIER,Y,C4,",
			"106,106,M1,q1,INPATIENT,Y,C106,",
			"107,107,M1,q1,PDE,Y,C107,",
			"108,108,M1,q1,CARRIER,Y,C8,",
			"1080,1080,M1,q1,CARRIER,Y,C8,",
			"109,109,M1,q1,CARRIER,Y,C9,",
			"1090,1090,M1,q1,CARRIER,Y,C9,",
			"110,110,M1,q1,CARRIER,N,C10,",
			"111,111,M1,q1,CARRIER,Y,C10,",
			"112,112,M1,q1,INPATIENT,Y,C112,",
			"113,113,M1,q1,INPATIENT,Y,C13,SharedSystem",
		},
		"cclf1": {cclf1Header, fmt.Sprintf(institutional, "106", "M1", "010001"), fmt.Sprintf(institutional, "112", "M1", "010002")},
		"cclf5": {
			cclf5Header,
			"108,1,M1,2025-03-01,2025-03-01,71", "1080,1,M1,2025-03-08,2025-03-08,71",
			"109,1,M1,2025-04-01,2025-04-01,71", "1090,1,M1,2025-04-01,2025-04-01,71",
		},
		"cclf7": {cclf7Header, "107,M1,2025-02-02,01,1234567890,0012345,01"},
	}))
	ctx := context.Background()
	m, err := Migrate(ctx, first, second, query.Options{NoManifest: true, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "map")
	if err := errors.Join(m.WriteMap(ctx, MapOptions{Out: out}), m.Close()); err != nil {
		t.Fatal(err)
	}
	db, err := query.Open(ctx, out, query.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for table, want := range map[string][]string{
		schema.PatientMapTable: {
			"p1,q1,M1,mbi", "p10,q10,M10,mbi", "p10b,q10,M10,mbi", "p2,q2,M2,former_mbi", "p3,q3,M3NEW,demographics", "p8,q8,M8NEW,demographics",
		},
		schema.ClaimMapTable: {
			"1,101,carrier-1,101,cclf5,control_number",
			"10,110,carrier-10,110,cclf5,control_number",
			"11,111,carrier-11,111,cclf5,control_number",
			"2,102,carrier-2,102,cclf5,control_number",
			"3,103,carrier-3,103,cclf5,control_number",
			"8,108,carrier-8,108,cclf5,control_number",
			"13,113,fiss-13,113,cclf1,control_number",
			"6,106,inpatient-6,106,cclf1,natural_key",
			"7,107,pde-7,107,cclf7,natural_key",
		},
		schema.UnpairedTable: {
			"new,claim,104,104,cclf5,beneficiary_not_paired",
			"new,claim,1080,1080,cclf5,only_new",
			"new,claim,109,109,cclf5,ambiguous",
			"new,claim,1090,1090,cclf5,ambiguous",
			"new,claim,112,112,cclf1,only_new",
			"new,patient,q41,,,ambiguous", "new,patient,q42,,,ambiguous", "new,patient,q6,,,only_new", "new,patient,q7,,,only_new",
			"old,claim,carrier-4,4,cclf5,beneficiary_not_paired",
			"old,claim,carrier-5,5,cclf5,only_old",
			"old,claim,carrier-9,9,cclf5,ambiguous",
			"old,claim,inpatient-12,12,cclf1,only_old",
			"old,patient,p4,,,ambiguous", "old,patient,p5,,,only_old", "old,patient,p6,,,only_old", "old,patient,p9,,,no_mbi",
		},
	} {
		if got := rowsOf(t, db, table); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%s\nwant\n%s", table, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	r := m.Report()
	if r.Old.Patients != 10 || r.New.Patients != 9 || r.Old.Claims != 13 || r.New.Claims != 14 || r.Patients.Paired != 6 || r.Claims.Paired != 9 {
		t.Errorf("report %+v", r)
	}
}

// withAllColumns appends the columns that the lines of tables lack, without values.
func withAllColumns(tables map[string][]string) map[string][]string {
	for name, lines := range tables {
		have, blank := strings.Split(lines[0], ","), ""
		for _, f := range schema.Lookup(name).Fields {
			if !slices.Contains(have, f.Label) {
				lines[0] += "," + f.Label
				blank += ","
			}
		}
		for i := range lines[1:] {
			lines[i+1] += blank
		}
	}
	return tables
}

// rowsOf returns the rows of a table, with commas, in the order of the file.
func rowsOf(t *testing.T, db *query.DB, table string) (list []string) {
	t.Helper()
	rows, err := db.Query(context.Background(), "FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		cells := make([]string, len(rows.Values()))
		for i, v := range rows.Values() {
			cells[i] = text(v)
		}
		list = append(list, strings.Join(cells, ","))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestMigratable(t *testing.T) {
	of := func(versions ...string) *dataset.Manifest { return &dataset.Manifest{APIs: versions} }
	tests := []struct {
		name          string
		first, second *dataset.Manifest
		want          string
	}{
		{"v2 to v3", of("v2"), of("v3"), ""},
		{"v1 and v2 to v3", of("v1", "v2"), of("v3"), ""},
		{"v1 to v2", of("v1"), of("v2"), ""},
		{"no manifest", nil, of("v3"), ""},
		{"v3 to v2", of("v3"), of("v2"), "the first is of API version v3, which is not older than v2 of the second"},
		{"same", of("v2"), of("v2"), "the first is of API version v2, which is not older than v2 of the second"},
		{"cclf", of("v2"), &dataset.Manifest{Source: dataset.SourceCCLF}, "one of them is not made from an export of BCDA"},
		{"profile", of("v2"), &dataset.Manifest{Profile: "tuva"}, "one of them has the profile tuva, whose tables are not those of CCLF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := migratable([2]*dataset.Manifest{tt.first, tt.second})
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (!errors.Is(err, ErrIncomparable) || !strings.HasSuffix(err.Error(), tt.want)):
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
