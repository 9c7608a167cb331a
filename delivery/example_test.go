package delivery_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/cclf-tools/cclf/delivery"
)

// A list of participants becomes a table of a data set.
func ExampleImport() {
	dir, err := os.MkdirTemp("", "cclf-example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	list := filepath.Join(dir, "participants.csv")
	if err := os.WriteFile(list, []byte("Base Provider TIN,Individual NPI\n012345678,1000000001\n"), 0o600); err != nil {
		log.Fatal(err)
	}
	report, err := delivery.Import(context.Background(), delivery.Options{
		Inputs: []string{list}, Out: filepath.Join(dir, "cclf"), MaxRejects: -1,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range report.Manifest.Tables {
		if t.Rows > 0 {
			fmt.Println(t.Name, t.Rows)
		}
	}
	// Output: participants 1
}

func ExampleParseName() {
	name, ok := delivery.ParseName("P.A1234.ACO.ZC5R24.D250218.T0912345")
	fmt.Println(ok, name.ACO, name.Program, name.File, name.Kind, name.Year, name.Made.Format("2006-01-02"))
	// Output: true A1234 mssp CCLF5 runout 2024 2025-02-18
}
