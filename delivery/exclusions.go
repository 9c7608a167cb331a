package delivery

import (
	"cmp"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// isExclusions reports whether a header is that of a list of excluded
// beneficiaries.
func isExclusions(header []string) bool {
	return slices.Contains(header, "MBI") && slices.Contains(header, "BENEEXCREASONS")
}

// An exclusion is a reason for which the claims of a beneficiary are not shared.
type exclusion struct {
	mbi, reason string
	year        int // performance year; 0 if the list has none
	month       string
	aco         string
}

func (e exclusion) compare(o exclusion) int {
	return cmp.Or(cmp.Compare(e.mbi, o.mbi), cmp.Compare(e.year, o.year), cmp.Compare(e.month, o.month),
		cmp.Compare(e.reason, o.reason), cmp.Compare(e.aco, o.aco))
}

// A bnexBeneficiary is a beneficiary of BNEX.
type bnexBeneficiary struct {
	MBI     string   `xml:"MBI"`
	Reasons []string `xml:"BeneExcReasons>BeneExcReason"`
}

// readBNEX reads the list of exclusions as CMS makes it. A count in its trailer
// that differs is a fault.
func (i *importer) readBNEX(f *listFile) error {
	in, err := f.open()
	if err != nil {
		return err
	}
	defer in.Close()
	d := xml.NewDecoder(skipBOM(in))
	list := exclusion{aco: f.acoAround()}
	promised := ""
	ended := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		var text string
		switch start.Name.Local {
		case "PerformanceYear":
			if err := d.DecodeElement(&text, &start); err != nil {
				return err
			}
			list.year = yearOf(text)
		case "ReportMonth":
			if err := d.DecodeElement(&text, &start); err != nil {
				return err
			}
			list.month = strings.TrimSpace(text)
		case "RecordCount":
			if err := d.DecodeElement(&text, &start); err != nil {
				return err
			}
			promised, ended = strings.TrimSpace(text), true
		case "Beneficiary":
			line, _ := d.InputPos()
			row := &labeledRow{line: int64(line), offset: d.InputOffset()}
			var b bnexBeneficiary
			if err := d.DecodeElement(&b, &start); err != nil {
				return err
			}
			f.rows++
			if err := i.exclude(f, row, list, b.MBI, b.Reasons); err != nil {
				return err
			}
		}
	}
	n, err := strconv.ParseInt(promised, 10, 64)
	switch {
	case !ended:
		i.report.Faults = append(i.report.Faults, fmt.Sprintf("%s has no trailer with a record count", f.Path))
	case err != nil:
		i.report.Faults = append(i.report.Faults, fmt.Sprintf("%s: the record count in its trailer is not a number", f.Path))
	case n != f.rows:
		i.report.Faults = append(i.report.Faults, fmt.Sprintf("%s has %d records, and its trailer says %d", f.Path, f.rows, n))
	}
	return nil
}

func yearOf(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 || n > 9999 {
		return 0
	}
	if n > 0 && n < 100 {
		n += 2000
	}
	return n
}

// exclude takes in a beneficiary of a list: one exclusion per reason, or one
// without.
func (i *importer) exclude(f *listFile, row *labeledRow, e exclusion, mbi string, reasons []string) error {
	if e.mbi = strings.TrimSpace(mbi); e.mbi == "" {
		return i.rejectValue(f, row, "MBI", errNoMBI)
	}
	found := false
	for _, list := range reasons {
		for reason := range strings.FieldsFuncSeq(list, func(r rune) bool { return strings.ContainsRune(",;| \t\r\n", r) }) {
			e.reason, found = strings.Trim(reason, `"'[]`), true
			i.lists.excluded = append(i.lists.excluded, e)
		}
	}
	if !found {
		i.lists.excluded = append(i.lists.excluded, e)
	}
	return nil
}

// readExclusions reads a list of exclusions in CSV.
func (i *importer) readExclusions(ctx context.Context, f *listFile) error {
	l, err := i.openList(ctx, f, nil)
	if err != nil {
		return err
	}
	defer l.close()
	return i.eachRow(ctx, f, l, func() error {
		e := exclusion{aco: f.acoAround(), year: yearOf(string(l.text("PERFORMANCEYEAR"))), month: string(l.text("REPORTMONTH"))}
		return i.exclude(f, l.row, e, string(l.text("MBI")), []string{string(l.text("BENEEXCREASONS"))})
	})
}

// writeExclusions writes all exclusions, each once.
func (i *importer) writeExclusions(ctx context.Context, to *dataset.TableWriter) error {
	list := i.lists.excluded
	err := i.old.eachText(ctx, schema.ExclusionsTable, func(text func(string) string) {
		list = append(list, exclusion{text("BENE_MBI_ID"), text("REASON"), yearOf(text("PERFORMANCE_YEAR")), text("REPORT_MONTH"), text("ACO_ID")})
	})
	if err != nil {
		return err
	}
	slices.SortFunc(list, exclusion.compare)
	rows := table.NewRows(to.Table)
	for _, e := range slices.Compact(list) {
		rows.Text("BENE_MBI_ID", e.mbi)
		rows.Text("REASON", e.reason)
		if e.year > 0 {
			rows.Int("PERFORMANCE_YEAR", int64(e.year))
		}
		rows.Text("REPORT_MONTH", e.month)
		rows.Text("ACO_ID", e.aco)
		rows.End()
	}
	return writeRows(to, rows)
}

// eachText calls row for each row of a table of the old data set, with a function
// that returns the text of a column.
func (o *oldData) eachText(ctx context.Context, name string, row func(text func(label string) string)) error {
	if o == nil {
		return nil
	}
	for _, f := range o.table(name, nil) {
		in, err := openLabeled(ctx, f)
		if err != nil {
			return &InputError{f.Path, err}
		}
		columns := map[string]int{}
		for at, label := range in.header() {
			columns[label] = at
		}
		for {
			r, err := in.next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				in.close()
				return &InputError{f.Path, err}
			}
			row(func(label string) string {
				at, ok := columns[label]
				if !ok {
					return ""
				}
				return string(r.values[at])
			})
		}
		if err := in.close(); err != nil {
			return &InputError{f.Path, err}
		}
	}
	return nil
}
