package delivery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/schema"
)

// ErrLayout reports a file of records that are of no known layout.
var ErrLayout = errors.New("unknown record layout")

// classify tells what an input is from its content, and which file it is from
// its name if that says so. Layout is the one that the user names, if any.
func classify(in *input, layout *schema.Layout) (*file, error) {
	f := &file{input: in}
	f.name = nameOf(in)
	head := bytes.TrimLeft(bytes.TrimPrefix(in.head, bom), "\r\n")
	switch first := firstLine(head); {
	case len(head) == 0 && f.name.File == "":
		return f, nil
	case bytes.HasPrefix(head, []byte("PAR1")):
		return f, f.classifyParquet()
	case bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("<")):
		if bytes.Contains(head, []byte("PFDCACOBeneData")) || bytes.Contains(head, []byte("HDR_BNEXC")) {
			f.content = exclusionXML
		}
		return f, nil
	case f.name.File == "CCLF0", bytes.HasPrefix(first, []byte("File Number ")):
		f.name.File = "CCLF0"
		f.content = summaryContent
		return f, nil
	case f.classifyCSV(first):
		return f, nil
	default:
		return f, f.classifyFixed(first, layout)
	}
}

// firstLine is the first line of a text, without its end.
func firstLine(head []byte) []byte {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// filePattern finds the number of a CCLF file in a name that is not one of CMS's.
var filePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^A-Z])(?:CCLF|ZC)[_-]?([0-9AB])(?:[^0-9A-Z]|$)`)
})

// nameOf is what the name of an input says, or the names of what it is in.
func nameOf(in *input) Name {
	name, ok := ParseName(in.base())
	if ok && name.File != "" {
		return name
	}
	for _, container := range in.containers() {
		if ok {
			break
		}
		name, ok = ParseName(container)
	}
	name.File = fileNamed(in.base())
	return name
}

// labeledFile is the CCLF file that the name of a file with labels says, or that
// of the folder that it is in.
func (f *file) labeledFile() string {
	if around := f.containers(); f.name.File == "" && len(around) > 0 {
		return fileNamed(around[0])
	}
	return f.name.File
}

// fileNamed returns the CCLF file that a name such as cclf5.csv, or that of one of
// Tuva's tables, stands for, or "".
func fileNamed(name string) string {
	if m := filePattern().FindStringSubmatch(name); m != nil {
		return "CCLF" + strings.ToUpper(m[1])
	}
	name, _, _ = strings.Cut(strings.ToLower(name), ".")
	return tuvaFiles[name]
}

// tuvaFiles are the CCLF files by the names of Tuva's tables of them.
var tuvaFiles = map[string]string{
	"parta_claims_header":                "CCLF1",
	"parta_claims_revenue_center_detail": "CCLF2",
	"parta_procedure_code":               "CCLF3",
	"parta_diagnosis_code":               "CCLF4",
	"partb_physicians":                   "CCLF5",
	"partb_dme":                          "CCLF6",
	"partd_claims":                       "CCLF7",
	"beneficiary_demographics":           "CCLF8",
	"beneficiary_xref":                   "CCLF9",
	"parta_demo_codes":                   "CCLFA",
	"partb_demo_codes":                   "CCLFB",
}

// classifyParquet finds the table of a Parquet file by its columns.
func (f *file) classifyParquet() error {
	in, err := f.open()
	if err != nil {
		return &InputError{f.Path, err}
	}
	p, err := openParquet(context.Background(), in)
	if err != nil {
		return &InputError{f.Path, err}
	}
	defer p.close()
	f.header = p.header()
	if f.table = labeledTable(f.labeledFile(), f.header); f.table != nil {
		f.content, f.name.File = labeledParquet, f.table.File
	}
	return nil
}

// classifyFixed finds the table and the layout of the records of a file.
func (f *file) classifyFixed(first []byte, layout *schema.Layout) error {
	t := tableOf(f.name.File)
	f.layout = schema.LayoutV36
	if layout != nil {
		f.layout = *layout
	}
	if len(first) == 0 {
		f.content, f.table = fixedContent, t
		return nil
	}
	shapes := shapesOf(t, len(first))
	if trimmed := bytes.TrimRight(first, " "); len(shapes) == 0 && t != nil && len(trimmed) < len(first) {
		shapes = shapesOf(t, len(trimmed))
	}
	if layout != nil {
		shapes = nil
		for _, table := range schema.Tables() {
			if (t == nil || t == table) && table.Length(*layout) == len(first) {
				shapes = append(shapes, shape{table, *layout})
			}
		}
	}
	if t == nil {
		kept := shapes[:0]
		for _, s := range shapes {
			if s.fits(first) {
				kept = append(kept, s)
			}
		}
		shapes = kept
	}
	switch {
	case len(shapes) == 1:
		f.content, f.table, f.layout = fixedContent, shapes[0].table, shapes[0].layout
		f.name.File = f.table.File
		return nil
	case t == nil:
		return nil // of other content
	case layout != nil:
		return fmt.Errorf("%s: %w: records of %d bytes; %s in layout %s has %d", f.Path, ErrLayout, len(first), t.File, *layout, t.Length(*layout))
	}
	return fmt.Errorf("%s: %w: records of %d bytes; %s has %s (layouts before v25, of 2018, are not read)", f.Path, ErrLayout, len(first), t.File, lengths(t))
}

// lengths lists the record lengths of a table in all layouts.
func lengths(t *schema.Table) string {
	var list []string
	last := 0
	for _, l := range schema.Layouts() {
		if n := t.Length(l); n != last {
			list = append(list, fmt.Sprintf("%d (%s)", n, l))
			last = n
		}
	}
	return strings.Join(list, ", ")
}

// classifyCSV reports whether the first line is a header of CSV that is known.
func (f *file) classifyCSV(first []byte) bool {
	for _, comma := range []byte{',', '|', '\t'} {
		header := headerOf(first, comma)
		if len(header) < 2 {
			continue
		}
		switch {
		case isAssignment(header):
			f.content = assignmentCSV
		case isExclusions(header):
			f.content = exclusionCSV
		case labeledTable(f.labeledFile(), header) != nil:
			f.content, f.table = labeledCSV, labeledTable(f.labeledFile(), header)
			f.name.File = f.table.File
		case isParticipants(header):
			f.content = participantCSV
		default:
			continue
		}
		f.header, f.comma = header, comma
		return true
	}
	return false
}

// headerOf splits a header into names, in capitals and without quotes.
func headerOf(line []byte, comma byte) []string {
	names := strings.Split(strings.ToUpper(string(line)), string(comma))
	for i, n := range names {
		names[i] = strings.TrimSpace(strings.Trim(strings.TrimSpace(n), `"`))
	}
	return names
}
