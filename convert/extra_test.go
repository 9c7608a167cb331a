package convert

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

func extraColumns(t *testing.T, text string) func(*Options) {
	t.Helper()
	extra, err := schema.ParseExtraColumns(strings.NewReader(text), "extra.txt")
	if err != nil {
		t.Fatal(err)
	}
	return func(o *Options) { o.ExtraColumns = extra }
}

// TestExtraColumnsOfOnePath reads one path with and without a number. Elements without the
// value count for a number. Otherwise the first value is found, whatever other columns read.
func TestExtraColumnsOfOnePath(t *testing.T) {
	npi := func(value any) object {
		identifier := object{"type": coding("x", "npi")}
		if value != nil {
			identifier["value"] = value
		}
		return object{"role": coding("x", "attending"), "provider": object{"identifier": identifier}}
	}
	in := export{"a.ndjson": lines(with(someClaim("INPATIENT", "1", "p"), object{"careTeam": list{npi(nil), npi("2222222222"), npi("3333333333")}}))}
	const path = "careTeam[role.coding.code=attending].provider.identifier[type.coding.code=npi].value"
	for _, tt := range []struct{ columns, want string }{
		{"cclf1 A text " + path, "2222222222 2222222222"},
		{"cclf1 A text " + path + "#1", "2222222222 "},
		{"cclf1 A text " + path + "#2", "2222222222 2222222222"},
		{"cclf1 A text " + path + "#3\ncclf1 B text " + path, "2222222222 3333333333"},
		{"cclf1 A text " + path + "\nclaims B text " + path + "#2", "2222222222 2222222222"},
	} {
		got := in.convert(t, extraColumns(t, tt.columns))
		equal(t, tt.columns, got.pick(t, "cclf1", "ATNDG_PRVDR_NPI_NUM", "A"), tt.want)
	}
}

// Extra columns come after those of CCLF, whose values do not change.
func TestExtraColumns(t *testing.T) {
	synthtest.WithoutRace(t)
	claim := with(someClaim("CARRIER", "1", "p"), object{
		"created": "2024-02-01T10:00:00+00:00",
		"careTeam": list{
			object{"sequence": 1, "provider": object{"display": "ANN"}},
			object{"sequence": 2, "provider": object{"display": "BEN"}},
		},
		"item": list{
			object{"sequence": 1, "careTeamSequence": list{2}, "quantity": object{"value": 2.50, "unit": "UN"}},
			object{"sequence": 2, "careTeamSequence": list{1}},
		},
	})
	mcs := object{
		"resourceType": "Claim", "id": "m-1", "created": "2024-02-02",
		"meta":       updated("2024-03-01T00:00:00.000+00:00"),
		"identifier": list{object{"system": variables + "mcs/icn", "value": "9"}},
		"item":       list{object{"sequence": 1}},
	}
	in := export{"a.ndjson": lines(claim, mcs, somePatient("p", "1S00A00AA00"))}
	got := in.convert(t, extraColumns(t, `
		cclf5 PROVIDER text    careTeam[sequence~item.careTeamSequence].provider.display  # Who did it
		cclf5 UNITS    decimal(9,1) item.quantity.value
		cclf5 CREATED  date    v2: created
		cclf5 CREATED  date    partial: created
		cclf5 KIND     text    item.nothing | 'none'
		cclf8 PATIENT  text    Patient.id
		claims LINES   int     v2: item.sequence#2
	`))
	plain := in.convert(t)
	if len(got.rejects) != 0 || got.Counts != plain.Counts {
		t.Errorf("rejects %v, counts %+v, without extra columns %+v", got.rejects, got.Counts, plain.Counts)
	}
	for table, want := range map[string][]map[string]string{
		"cclf5": {
			{"PROVIDER": "BEN", "UNITS": "2.5", "CREATED": "2024-02-01", "KIND": "none"},
			{"PROVIDER": "ANN", "CREATED": "2024-02-01", "KIND": "none"},
		},
		"partially_adjudicated/cclf5": {{"CREATED": "2024-02-02"}},
		"cclf8":                       {{"PATIENT": "p"}},
		"claims":                      {{"LINES": "2"}, {}},
	} {
		rows, extended := plain.table(t, table), got.table(t, table)
		if len(rows) != len(want) {
			t.Fatalf("%s has %d rows, want %d", table, len(rows), len(want))
		}
		for i, more := range want {
			for label, v := range more {
				rows[i][label] = v
			}
		}
		if diff := cmp.Diff(rows, extended, cmpopts.IgnoreMapEntries(isFile)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
	header, err := os.ReadFile(partPath(t, got.dir, "cclf5", CSV))
	if err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(string(header), "\n"); !strings.HasSuffix(first, ",CLM_CNTRCTR_NUM,PROVIDER,UNITS,CREATED,KIND") {
		t.Errorf("columns %s", first)
	}
	if n := len(got.ExtraColumns); n != 7 || got.ExtraColumns[2] != "cclf5 CREATED  date    v2: created" {
		t.Errorf("the manifest has %d extra columns: %q", n, got.ExtraColumns)
	}
	if plain.ExtraColumns != nil {
		t.Errorf("the manifest has extra columns without any: %q", plain.ExtraColumns)
	}
}

// A value that is not of the column's type rejects the line, as that of any
// column does, and the reason names the column.
func TestExtraColumnMismatch(t *testing.T) {
	got := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p"))}.convert(t, extraColumns(t, "cclf5 N int status"))
	if len(got.rejects) != 1 || !strings.HasPrefix(got.rejects[0].Reason, "cclf5.N: ") {
		t.Errorf("rejects %v", got.rejects)
	}
}

func TestExtraColumnsRefused(t *testing.T) {
	fine := "cclf1 A text status\n"
	for _, tt := range []struct {
		name, extra, want string
		change            func(*Options)
	}{
		{"fixed width", fine, "no extra columns in the format fixed", func(o *Options) { o.Format = Fixed }},
		{"tuva", fine, "no extra columns in the profile tuva", func(o *Options) { o.Profile = Tuva }},
		{"function", fine + "cclf1 B text status > nonsense", `extra.txt line 2: there is no function "nonsense" for extra columns`, nil},
		{"every line is named", "cclf4 A text status > x\n" + fine + "cclf2 B text status > y", "extra.txt line 3: ", nil},
		{"function for one field only", "cclf1 A text 'x' > rank", `line 1: there is no function "rank"`, nil},
		{"function that looks at the diagnoses", "cclf8 A text Patient.id > principal", `line 1: there is no function`, nil},
		{"too many conditions", fine + "cclf1 B text " + manyConditions(), "line 2: ", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := Options{Inputs: []string{export{"a.ndjson": ""}.save(t)}, Out: filepath.Join(t.TempDir(), "out"), MaxRejects: -1}
			extraColumns(t, tt.extra)(&opts)
			if tt.change != nil {
				tt.change(&opts)
			}
			_, err := Run(t.Context(), opts)
			if !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if _, err := os.Stat(opts.Out); err == nil {
				t.Error("the output folder was made")
			}
		})
	}
}

// manyConditions is an expression with more conditions than one array takes.
func manyConditions() string {
	var b strings.Builder
	for i := range 200 {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString("extension[url=" + strings.Repeat("x", i+1) + "].valueString")
	}
	return b.String()
}

// isFile tells the column with the path of the input, which is another in each
// conversion.
func isFile(label, _ string) bool { return label == "SOURCE_FILE" }

// Arrow files carry the descriptions, and types, of extra columns too.
func TestExtraColumnsArrow(t *testing.T) {
	synthtest.WithoutRace(t)
	in := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p"))}
	got := in.convert(t, extraColumns(t, "cclf5 MADE date created # Day of the claim"), func(o *Options) { o.Format = Arrow })
	r := openArrow(t, partPath(t, got.dir, "cclf5", Arrow))
	last := r.Schema().Field(r.Schema().NumFields() - 1)
	if text, _ := last.Metadata.GetValue("description"); last.Name != "MADE" || last.Type.ID() != arrow.DATE32 || text != "Day of the claim" {
		t.Errorf("the last field is %v", last)
	}
}
