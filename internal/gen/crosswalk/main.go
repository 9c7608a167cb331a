// The program crosswalk writes docs/crosswalk.md. "go generate ./schema" runs
// it.
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
		fmt.Fprintln(os.Stderr, "usage: crosswalk FILE.md")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "crosswalk:", err)
		os.Exit(1)
	}
}

// write writes the file once the document is whole.
func write(name string) error {
	var doc bytes.Buffer
	if err := catalog.WriteCrosswalk(&doc); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, doc.Bytes(), 0o644)
}
