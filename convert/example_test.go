package convert_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/cclf-tools/cclf/convert"
)

const patient = `{"resourceType":"Patient","id":"-1","meta":{"lastUpdated":"2026-03-01T00:00:00Z"},` +
	`"identifier":[{"system":"http://hl7.org/fhir/sid/us-mbi","value":"1S00E00AA00","type":{"coding":[{"code":"MC"}]}}],` +
	`"birthDate":"1944-05-06","gender":"female"}`

// Run converts an export. Here the export comes from a reader, and has a line that
// is no resource.
func ExampleRun() {
	out, err := os.MkdirTemp("", "tables")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(out)
	manifest, err := convert.Run(context.Background(), convert.Options{
		Inputs:     []string{"-"},
		Stdin:      strings.NewReader(patient + "\n{}\n"),
		Out:        out,
		Format:     convert.CSV,
		MaxRejects: 10,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("resources:", manifest.Counts.Resources)
	fmt.Println("rejected:", manifest.Counts.Rejected)
	for _, table := range manifest.Tables {
		if table.Rows == 0 {
			continue
		}
		text, err := os.ReadFile(filepath.Join(out, table.Files[0].Name))
		if err != nil {
			log.Fatal(err)
		}
		header, row, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
		values := strings.Split(row, ",")
		for i, label := range strings.Split(header, ",") {
			if values[i] != "" {
				fmt.Println(table.Name, label, values[i])
			}
		}
	}
	// Output:
	// resources: 1
	// rejected: 1
	// cclf8 BENE_MBI_ID 1S00E00AA00
	// cclf8 BENE_DOB 1944-05-06
	// cclf8 BENE_SEX_CD 2
	// cclf8 BENE_AGE 81
}
