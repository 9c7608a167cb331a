package schema_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// List the fields of a table that v3 does not carry.
func Example() {
	table := schema.Lookup("cclf8")
	for _, f := range table.Fields {
		if cell := f.Cells[schema.V3]; cell.Source == schema.Absent {
			fmt.Println(f.Label)
		}
	}
	// Output:
	// BENE_HIC_NUM
	// BENE_FIPS_STATE_CD
	// BENE_FIPS_CNTY_CD
	// BENE_ZIP_CD
	// BENE_RNG_BGN_DT
	// BENE_RNG_END_DT
	// GEO_ZIP4_CD
}

func ExampleLookup() {
	table := schema.Lookup("CCLF5")
	fmt.Println(table.Name, "-", table.Title)
	fmt.Println(len(table.Fields), "fields, one row per", table.Grain)
	fmt.Println(schema.Lookup("cclf0"))
	// Output:
	// cclf5 - Part B Physicians File
	// 52 fields, one row per item
	// <nil>
}

func ExampleTable_Field() {
	f := schema.Lookup("cclf1").Field("CLM_PMT_AMT")
	fmt.Println(f.Description)
	fmt.Println(f.Kind, f.Format(), f.Start, f.End)
	fmt.Println(f.Cells[schema.V2].Source, f.Cells[schema.V2].Expr)
	// Output:
	// What Medicare paid for the claim, US dollars
	// decimal -9(13).99 82 98
	// mapped payment.amount.value
}

// Layout v43 moved one field of CCLF7 to the end of the record.
func ExampleTable_Record() {
	for _, layout := range schema.Layouts() {
		slots := schema.Lookup("cclf7").Record(layout)
		last := slots[len(slots)-1]
		fmt.Println(layout, last.Field.Label, last.Start, last.End)
	}
	// Output:
	// v25 CLM_PHRMCY_SRVC_TYPE_CD 194 195
	// v33 CLM_PHRMCY_SRVC_TYPE_CD 194 195
	// v36 CLM_PHRMCY_SRVC_TYPE_CD 194 195
	// v43 CLM_PRSBNG_PRVDR_GNRC_ID_NUM 196 230
}

func ExampleParseExpr() {
	expr, err := schema.ParseExpr(`careTeam[role.coding.code=attending].provider.identifier.value | provider.display > upper`)
	if err != nil {
		log.Fatal(err)
	}
	for _, alt := range expr {
		var names []string
		for _, step := range alt.Path {
			names = append(names, step.Name)
		}
		fmt.Printf("%s, function %q\n", strings.Join(names, "."), alt.Func)
	}
	// Output:
	// careTeam.provider.identifier.value, function ""
	// provider.display, function "upper"
}

func ExampleExtend() {
	lines := "cclf5 RNDRG_NAME text careTeam[role.coding.code=performing].provider.display # Name of the provider\n"
	extra, err := schema.ParseExtraColumns(strings.NewReader(lines), "more.txt")
	if err != nil {
		log.Fatal(err)
	}
	table := schema.Extend([]*schema.Table{schema.Lookup("cclf5")}, extra)[0]
	added := table.Fields[len(table.Fields)-1]
	fmt.Println(added.Label, "-", added.Description)
	fmt.Println(len(table.Base.Fields), "fields without it")
	// Output:
	// RNDRG_NAME - Name of the provider
	// 52 fields without it
}

func ExampleDialect_CreateTable() {
	table := *schema.Lookup("cclf9")
	table.Fields = table.Fields[:2]
	fmt.Print(schema.Postgres.CreateTable(&table, schema.CreateOptions{}))
	// Output:
	// CREATE TABLE IF NOT EXISTS cclf9 (
	//   HICN_MBI_XREF_IND TEXT,
	//   CRNT_NUM TEXT
	// );
	// COMMENT ON TABLE cclf9 IS 'BENE XREF File: One row for each former identifier of a beneficiary, with the current one.';
	// COMMENT ON COLUMN cclf9.HICN_MBI_XREF_IND IS 'Kind of the identifiers: M for MBI';
	// COMMENT ON COLUMN cclf9.CRNT_NUM IS 'Current identifier';
}
