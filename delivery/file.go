package delivery

import (
	"strings"

	"github.com/cclf-tools/cclf/schema"
)

// A content says what an input holds.
type content uint8

const (
	otherContent   content = iota // nothing that is imported
	fixedContent                  // records of a CCLF file
	summaryContent                // CCLF0
	labeledCSV                    // rows of a CCLF file as CSV, with labels
	labeledParquet                // rows of a CCLF file as Parquet
	assignmentCSV                 // a table of an assignment list report
	exclusionXML                  // BNEX
	exclusionCSV                  // BNEX, as loaders write it
	participantCSV                // a participant list
)

// A file is an input of known content.
type file struct {
	*input
	name    Name // zero if no name around it is one of CMS's
	content content
	table   *schema.Table // of records and rows
	layout  schema.Layout // of records
	header  []string      // of CSV
	comma   byte          // between the fields of CSV
}

// labeled reports whether a file has labels, and is not as CMS delivers it.
func (f *file) labeled() bool { return f.content == labeledCSV || f.content == labeledParquet }

// folder is the path of what contains the input.
func (in *input) folder() string {
	if i := strings.LastIndexAny(in.Path, `/!\`); i >= 0 {
		return in.Path[:i]
	}
	return "."
}
