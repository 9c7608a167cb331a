package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/cclf-tools/cclf/schema"
)

// readExtraColumns reads a file of extra columns. Without a name there are none.
func readExtraColumns(name string) ([]schema.ExtraColumn, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, &exitError{code: exitInput, err: fmt.Errorf("extra columns: %w", err)}
	}
	extra, err := schema.ParseExtraColumns(bytes.NewReader(text), name)
	if err != nil {
		return nil, &exitError{code: exitUsage, err: err, hint: "docs/extra-columns.md describes the syntax of a line"}
	}
	return extra, nil
}
