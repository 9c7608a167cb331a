package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/schema"
)

// readExtraColumns reads a file of extra columns. Without a name there are none.
func readExtraColumns(name string) ([]schema.ExtraColumn, error) {
	if name == "" {
		return nil, nil
	}
	text, err := blob.ReadFile(context.Background(), name) // small
	if err != nil {
		return nil, &exitError{code: dataSetCode(err, exitcode.Input), err: fmt.Errorf("extra columns: %w", err)}
	}
	extra, err := schema.ParseExtraColumns(bytes.NewReader(text), blob.Clean(name))
	if err != nil {
		return nil, &exitError{code: exitcode.Usage, err: err, hint: "docs/extra-columns.md describes the syntax of a line"}
	}
	return extra, nil
}
