package catalog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/schema"
)

// TestDocsAreUpToDate fails if the generated documentation is not what
// "go generate ./schema" writes.
func TestDocsAreUpToDate(t *testing.T) {
	var crosswalk, functions bytes.Buffer
	if err := WriteCrosswalk(&crosswalk); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(crosswalk.Bytes(), readDoc(t, "crosswalk.md")) {
		t.Error("docs/crosswalk.md differs from the tables: run go generate ./schema")
	}
	if err := WriteGeneralFunctions(&functions); err != nil {
		t.Fatal(err)
	}
	page := readDoc(t, "extra-columns.md")
	if want, err := ReplaceGenerated(page, functions.Bytes()); err != nil || !bytes.Equal(page, want) {
		t.Errorf("docs/extra-columns.md differs from the functions: run go generate ./schema (%v)", err)
	}
	if _, err := ReplaceGenerated([]byte("# Page\n"), functions.Bytes()); err == nil {
		t.Error("a page without a generated section is accepted")
	}
}

func readDoc(t *testing.T, name string) []byte {
	t.Helper()
	page, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// TestMarkdownTables checks that the rows of all tables in the crosswalk have
// as many cells as their header, and that no markup is left open.
func TestMarkdownTables(t *testing.T) {
	var doc strings.Builder
	if err := WriteCrosswalk(&doc); err != nil {
		t.Fatal(err)
	}
	cells, rows := 0, 0
	for line := range strings.Lines(doc.String()) {
		if !strings.HasPrefix(line, "|") {
			cells = 0
			continue
		}
		n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
		if cells == 0 {
			cells = n
		}
		if n != cells || strings.Count(line, "`")%2 != 0 {
			t.Errorf("%d cells where the table has %d: %s", n-1, cells-1, line)
		}
		rows++
	}
	fields := 0
	for _, table := range schema.AllTables() {
		fields += len(table.Fields)
	}
	if rows < fields {
		t.Errorf("%d rows for %d fields", rows, fields)
	}
}

// TestTextWidth checks that everything can be read on a terminal.
func TestTextWidth(t *testing.T) {
	var out strings.Builder
	if err := WriteTables(&out, render.Table, schema.AllTables(), schema.APIs[:]); err != nil {
		t.Fatal(err)
	}
	if err := WriteFields(&out, render.Table, schema.AllTables(), "", schema.APIs[:]); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSuffix(line, "\n")
		if utf8.RuneCountInString(line) > lineWidth || strings.TrimRight(line, " ") != line {
			t.Errorf("a line is too long, or ends in spaces: %q", line)
		}
	}
}

// TestComplete checks that programs get all that the schema knows.
func TestComplete(t *testing.T) {
	var out bytes.Buffer
	if err := WriteFields(&out, render.JSON, schema.AllTables(), "", schema.APIs[:]); err != nil {
		t.Fatal(err)
	}
	var fromJSON []tableJSON
	if err := json.Unmarshal(out.Bytes(), &fromJSON); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := WriteFields(&out, render.CSV, schema.AllTables(), "", schema.APIs[:]); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := make(map[string]int)
	for i, name := range records[0] {
		column[name] = i
	}
	records = records[1:]
	for i, table := range schema.AllTables() {
		for k, field := range table.Fields {
			j, record := fromJSON[i].Fields[k], records[0]
			records = records[1:]
			if j.Label != field.Label || record[column["label"]] != field.Label {
				t.Fatalf("%s.%s: %s in render.JSON, %s in CSV", table.Name, field.Label, j.Label, record[column["label"]])
			}
			for _, api := range schema.APIs {
				want := field.Cells[api]
				c := j.Sources[api.String()]
				if c.Source != want.Source.String() || c.Path != want.Expr || c.Note != want.Note {
					t.Errorf("%s.%s: %v in render.JSON, want %v", table.Name, field.Label, c, want)
				}
				if got := record[column[api.String()+"_path"]]; got != want.Expr {
					t.Errorf("%s.%s: path %q in render.CSV, want %q", table.Name, field.Label, got, want.Expr)
				}
			}
		}
	}
}

// example is a small table and one beside it.
func example() []*schema.Table {
	return []*schema.Table{
		{
			Name: "cclfx", File: "CCLFX", Title: "Example File", Description: "One row for each <line> of a claim.",
			Grain: schema.PerItem, Claims: []schema.ClaimType{schema.Carrier, schema.DME},
			Key: []string{"CLM_ID", "LINE_AMT"},
			Fields: []schema.Field{
				{
					Label: "CLM_ID", Description: "Identifier of the claim", Start: 1, End: 1,
					Type: schema.Type{Kind: schema.Text, Width: 1},
					Cells: [3]schema.Cell{
						{Source: schema.Absent, Note: "v1 does | not"},
						{Source: schema.Mapped, Expr: "identifier[system=bb:clm_id].value | id"},
						{Source: schema.Mapped, Expr: "identifier[system=bb:clm_id].value | id"},
					},
					Partial: schema.Cell{Source: schema.Mapped, Expr: "identifier.value"},
				},
				{
					Label: "LINE_AMT", Description: "Amount, US dollars", Start: 2, End: 10,
					Type: schema.Type{Kind: schema.Decimal, Width: 9, Precision: 7, Scale: 2},
					Cells: [3]schema.Cell{
						schema.V2: {Source: schema.Derived, Expr: "item.amount > cents", Note: "dollars of the *cents*"},
						schema.V3: {Source: schema.Absent, Note: strings.Repeat("for many reasons ", 8)},
					},
					Partial: schema.Cell{Source: schema.Absent, Note: "not there"},
				},
			},
		},
		{
			Name: "extra", Title: "Extra", Description: "One row for each thing.", Side: true,
			Grain: "thing", Key: []string{"CLM_ID"},
			Fields: []schema.Field{{
				Label: "CLM_ID", Description: "Identifier of the thing", Type: schema.Type{Kind: schema.Text},
				Cells: [3]schema.Cell{
					{Source: schema.Mapped, Expr: "id"}, {Source: schema.Mapped, Expr: "id"}, {Source: schema.Mapped, Expr: "id"},
				},
				Partial: schema.Cell{Source: schema.Absent},
			}},
		},
	}
}

func TestForms(t *testing.T) {
	all := schema.APIs[:]
	v3 := []schema.API{schema.V3}
	for _, tt := range []struct {
		name  string
		write func(w *strings.Builder) error
		want  string
	}{
		{"tables as text", func(w *strings.Builder) error { return WriteTables(w, render.Table, example(), all) }, `
TABLE  FILE   A ROW IS  FIELDS  IN V1  IN V2  IN V3  DESCRIPTION
cclfx  CCLFX  an item        2      0      2      1  Example File: One row for each <line> of a claim.
extra         a thing        1      1      1      1  Extra: One row for each thing.
`},
		{"tables as CSV", func(w *strings.Builder) error { return WriteTables(w, render.CSV, example(), v3) }, `
table,file,title,grain,record_length,key,claims,description,fields,v3_carried
cclfx,CCLFX,Example File,item,10,CLM_ID LINE_AMT,CARRIER DME,One row for each <line> of a claim.,2,1
extra,,Extra,thing,,CLM_ID,,One row for each thing.,1,1
`},
		{"tables as Markdown", func(w *strings.Builder) error { return WriteTables(w, render.Markdown, example(), v3) }, `
| Table | File | A row is | Fields | in v3 | Description |
|---|---|---|--:|--:|---|
| ¬cclfx¬ | CCLFX | an item | 2 | 1 | Example File: One row for each &lt;line> of a claim. |
| ¬extra¬ |  | a thing | 1 | 1 | Extra: One row for each thing. |
`},
		{"tables as JSON", func(w *strings.Builder) error { return WriteTables(w, render.JSON, example()[1:], v3) }, `
[
  {
    "table": "extra",
    "title": "Extra",
    "description": "One row for each thing.",
    "grain": "thing",
    "key": [
      "CLM_ID"
    ],
    "field_count": 1,
    "carried": {
      "v3": 1
    }
  }
]
`},
		{"fields as text", func(w *strings.Builder) error { return WriteFields(w, render.Table, example(), "", all) }, `
CCLFX  Example File
One row for each <line> of a claim.
A row is an item. 2 fields, 10 bytes. Key: CLM_ID, LINE_AMT. Claims: CARRIER, DME.

  1  CLM_ID  text X(1), 1 byte at 1
     Identifier of the claim
     v1          absent   v1 does | not
     v2 v3       mapped   identifier[system=bb:clm_id].value | id
     v2 partial  mapped   identifier.value

  2  LINE_AMT  decimal(7,2) -9(5).99, 9 bytes at 2-10
     Amount, US dollars
     v1          undeclared
     v2          derived  item.amount > cents
                          dollars of the *cents*
     v3          absent   for many reasons for many reasons for many reasons for many reasons for many reasons for many
                          reasons for many reasons for many reasons

extra  Extra
One row for each thing.
A row is a thing. 1 field. Key: CLM_ID.

  1  CLM_ID  text
     Identifier of the thing
     v1 v2 v3    mapped   id
`},
		{"one field as text", func(w *strings.Builder) error { return WriteFields(w, render.Table, example(), "LINE_AMT", v3[:0]) }, `
CCLFX  Example File
One row for each <line> of a claim.
A row is an item. 2 fields, 10 bytes. Key: CLM_ID, LINE_AMT. Claims: CARRIER, DME.

  2  LINE_AMT  decimal(7,2) -9(5).99, 9 bytes at 2-10
     Amount, US dollars
`},
		{"fields as CSV", func(w *strings.Builder) error { return WriteFields(w, render.CSV, example(), "", all[1:]) }, `
table,number,label,type,precision,scale,format,width,start,end,description,v2_source,v2_path,v2_note,v3_source,v3_path,v3_note,v2_partial_source,v2_partial_path,v2_partial_note
cclfx,1,CLM_ID,text,,,X(1),1,1,1,Identifier of the claim,mapped,identifier[system=bb:clm_id].value | id,,mapped,identifier[system=bb:clm_id].value | id,,mapped,identifier.value,
cclfx,2,LINE_AMT,decimal,7,2,-9(5).99,9,2,10,"Amount, US dollars",derived,item.amount > cents,dollars of the *cents*,absent,,for many reasons for many reasons for many reasons for many reasons for many reasons for many reasons for many reasons for many reasons ,absent,,not there
extra,1,CLM_ID,text,,,,,,,Identifier of the thing,mapped,id,,mapped,id,,absent,,
`},
		{"one field as JSON", func(w *strings.Builder) error { return WriteFields(w, render.JSON, example()[:1], "CLM_ID", all[:2]) }, `
[
  {
    "table": "cclfx",
    "file": "CCLFX",
    "title": "Example File",
    "description": "One row for each <line> of a claim.",
    "grain": "item",
    "claims": [
      "CARRIER",
      "DME"
    ],
    "key": [
      "CLM_ID",
      "LINE_AMT"
    ],
    "field_count": 2,
    "carried": {
      "v1": 0,
      "v2": 2
    },
    "record_length": 10,
    "fields": [
      {
        "number": 1,
        "label": "CLM_ID",
        "description": "Identifier of the claim",
        "type": "text",
        "format": "X(1)",
        "width": 1,
        "start": 1,
        "end": 1,
        "sources": {
          "v1": {
            "source": "absent",
            "note": "v1 does | not"
          },
          "v2": {
            "source": "mapped",
            "path": "identifier[system=bb:clm_id].value | id"
          }
        },
        "v2_partially_adjudicated": {
          "source": "mapped",
          "path": "identifier.value"
        }
      }
    ]
  }
]
`},
		{"fields as Markdown", func(w *strings.Builder) error { return WriteFields(w, render.Markdown, example(), "", all[:2]) }, `
## CCLFX

**Example File.** One row for each &lt;line> of a claim.

A row is an item. 2 fields, 10 bytes. Key: CLM_ID, LINE_AMT. Claims: CARRIER, DME.

| # | Field | Type | Bytes | Where it comes from |
|--:|---|---|---|---|
| 1 | ¬CLM_ID¬<br>Identifier of the claim | text | 1 | **v1** absent: v1 does \| not<br>**v2** ¬identifier[system=bb:clm_id].value \| id¬<br>**v2 partial** ¬identifier.value¬ |
| 2 | ¬LINE_AMT¬<br>Amount, US dollars | decimal(7,2) | 2-10 | **v1** undeclared<br>**v2** derived: ¬item.amount > cents¬: dollars of the \*cents\* |

## extra

**Extra.** One row for each thing.

A row is a thing. 1 field. Key: CLM_ID.

| # | Field | Type | Where it comes from |
|--:|---|---|---|
| 1 | ¬CLM_ID¬<br>Identifier of the thing | text | **v1 v2** ¬id¬ |
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			if err := tt.write(&got); err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(strings.TrimPrefix(tt.want, "\n"), "¬", "`")
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestMovedField checks that a field whose place depends on the layout says so.
func TestMovedField(t *testing.T) {
	for form, want := range map[render.Format]string{
		render.Table:    "20 bytes at 118-137; in layout v43 X(35), 35 bytes at 196-230\n",
		render.Markdown: "| 118-137<br>v43: 196-230 |",
		render.JSON:     `"layout_v43": {`,
	} {
		var out strings.Builder
		err := WriteFields(&out, form, schema.Tables(), "CLM_PRSBNG_PRVDR_GNRC_ID_NUM", nil)
		if err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s lacks %q: %v\n%s", form, want, err, out.String())
		}
	}
}
