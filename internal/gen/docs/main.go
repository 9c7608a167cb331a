// The program docs writes the generated documentation: all of crosswalk.md and
// the list of functions in extra-columns.md. "go generate ./schema" runs it.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cclf-tools/cclf/internal/catalog"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docs FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	var crosswalk, functions bytes.Buffer
	if err := catalog.WriteCrosswalk(&crosswalk); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "crosswalk.md"), crosswalk.Bytes(), 0o644); err != nil {
		return err
	}
	if err := catalog.WriteGeneralFunctions(&functions); err != nil {
		return err
	}
	name := filepath.Join(folder, "extra-columns.md")
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if page, err = catalog.ReplaceGenerated(page, functions.Bytes()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, page, 0o644)
}
