//go:build cgo

package query_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/cclf-tools/cclf/query"
)

// exampleData writes two tables in CSV, without a manifest, and returns the folder.
func exampleData() string {
	dir, err := os.MkdirTemp("", "cclf-example")
	if err != nil {
		log.Fatal(err)
	}
	for table, rows := range map[string]string{
		"cclf1": `CUR_CLM_UNIQ_ID,BENE_MBI_ID,CLM_TYPE_CD,CLM_FROM_DT,CLM_PMT_AMT
1,1EG4TE5MK72,60,2025-01-30,12050.25
2,1EG4TE5MK72,40,2025-02-14,310.00
3,1EG4TE5MK73,40,,95.50
`,
		"cclf8": `BENE_MBI_ID,BENE_DOB
1EG4TE5MK72,1950-03-01
1EG4TE5MK73,1947-11-30
`,
	} {
		if err := os.Mkdir(filepath.Join(dir, table), 0o700); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, table, "part-00000.csv"), []byte(rows), 0o600); err != nil {
			log.Fatal(err)
		}
	}
	return dir
}

// Query a data set. One that cclf convert wrote needs no options.
func Example() {
	dir := exampleData()
	defer os.RemoveAll(dir)
	ctx := context.Background()

	db, err := query.Open(ctx, dir, query.Options{NoManifest: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(ctx, `
		SELECT clm_type_cd, count(*), sum(clm_pmt_amt)
		FROM cclf1 WHERE clm_pmt_amt > ? GROUP BY ALL ORDER BY 1`, 100)
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		v := rows.Values() // a string, an int64 and a json.Number
		fmt.Println(v[0], v[1], v[2])
	}
	if err := rows.Err(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 40 1 310.00
	// 60 1 12050.25
}

// Run a script. Temporary tables last until the DB is closed.
func ExampleDB_Run() {
	dir := exampleData()
	defer os.RemoveAll(dir)
	ctx := context.Background()

	db, err := query.Open(ctx, dir, query.Options{NoManifest: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = db.Run(ctx, `
		CREATE TEMP TABLE spending AS
			SELECT bene_mbi_id, sum(clm_pmt_amt) AS paid FROM cclf1 GROUP BY ALL;
		SELECT year(bene_dob), paid FROM cclf8 JOIN spending USING (bene_mbi_id) ORDER BY 1`,
		func(rows *query.Rows) error {
			for rows.Next() {
				fmt.Println(rows.Values()...)
			}
			return rows.Err()
		})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1947 95.50
	// 1950 12360.25
}

// Profile the columns of a table.
func ExampleDB_Inspect() {
	dir := exampleData()
	defer os.RemoveAll(dir)
	ctx := context.Background()

	db, err := query.Open(ctx, dir, query.Options{NoManifest: true})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	profile, err := db.Inspect(ctx, "cclf1")
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range profile.Columns {
		fmt.Printf("%s: %d of %d rows filled, %d distinct, %v to %v\n",
			c.Name, c.Filled, profile.Rows, c.Distinct, c.Min, c.Max)
	}
	// Output:
	// CUR_CLM_UNIQ_ID: 3 of 3 rows filled, 3 distinct, <nil> to <nil>
	// BENE_MBI_ID: 3 of 3 rows filled, 2 distinct, <nil> to <nil>
	// CLM_TYPE_CD: 3 of 3 rows filled, 2 distinct, <nil> to <nil>
	// CLM_FROM_DT: 2 of 3 rows filled, 2 distinct, 2025-01-30 to 2025-02-14
	// CLM_PMT_AMT: 3 of 3 rows filled, 3 distinct, 95.50 to 12050.25
}

// Describe a built-in metric. DB.Metric computes it.
func ExampleLookupMetric() {
	m := query.LookupMetric("member_months")
	fmt.Println(m.Title)
	for _, c := range m.Columns {
		fmt.Printf("%s: %s\n", c.Name, c.Meaning)
	}
	// Output:
	// Member months
	// month: first day of the month
	// part_a: beneficiaries in Part A
	// part_b: beneficiaries in Part B
	// part_c: beneficiaries in a Part C plan
	// part_d: beneficiaries in a Part D plan
	// part_a_and_b: beneficiaries in Part A and Part B
	// part_a_or_b: beneficiaries in Part A or Part B
	// fee_for_service: beneficiaries in Part A and B and not in a Part C plan: the member months of all metrics
	// inferred: of these, months that Coverage does not tell, but that its spans imply
}
