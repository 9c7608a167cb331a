// Package codes has titles of codes in claims that may be passed on: those of MS-DRGs.
// It reads the titles of ICD-10-CM from the file that CMS publishes, and has none
// itself: that classification builds on ICD-10, which belongs to the World Health
// Organization. The descriptions of HCPCS level I (CPT) belong to the American Medical
// Association.
package codes

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode/utf8"
)

// DRGVersion is the version of the MS-DRGs that DRGTitles has.
const DRGVersion = "43 (fiscal year 2026)"

// drgFile has a line per MS-DRG: code, tab, title. Its source is appendix A of the
// MS-DRG Definitions Manual of CMS, a work of the United States government, and for
// retired DRGs an earlier version of it. scripts/drg-titles.sh updates it.
//
//go:embed drg.tsv
var drgFile string

// DRGTitles returns the titles of MS-DRGs by code, those that are no longer in use
// included. The map is shared and must not be changed.
var DRGTitles = sync.OnceValue(func() map[string]string {
	titles := map[string]string{}
	for line := range strings.Lines(drgFile) {
		code, title, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok {
			panic("codes: internal error: drg.tsv has a line without a tab")
		}
		titles[code] = title
	}
	return titles
})

// Places of the fields in a line of the order file of ICD-10-CM, as CMS describes
// them.
const (
	orderCode  = 6  // begins the code, of seven characters
	orderFlag  = 14 // whether the code can be in a claim
	orderTitle = 77 // begins the long title
)

// errNotOrderFile reports another file.
var errNotOrderFile = errors.New("not the order file of ICD-10-CM: expected lines such as \"00001 A00     0 Cholera ...\"")

// ReadICD10Categories returns the titles of the three-character categories of
// ICD-10-CM by code, from the order file that CMS publishes every year
// (icd10cm-order-2026.txt).
func ReadICD10Categories(r io.Reader) (map[string]string, error) {
	titles := map[string]string{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimRight(lines.Text(), " \r")
		if line == "" {
			continue
		}
		code, title, err := parseOrderLine(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if len(code) == 3 {
			titles[code] = title
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(titles) == 0 {
		return nil, errNotOrderFile
	}
	return titles, nil
}

// parseOrderLine returns the code and the long title of a line of the order file.
func parseOrderLine(line string) (code, title string, err error) {
	if len(line) <= orderTitle || !utf8.ValidString(line) || strings.Trim(line[:orderCode-1], "0123456789") != "" ||
		line[orderCode-1] != ' ' || line[orderFlag] != '0' && line[orderFlag] != '1' {
		return "", "", errNotOrderFile
	}
	code = strings.TrimSpace(line[orderCode : orderFlag-1])
	if len(code) < 3 || code[0] < 'A' || code[0] > 'Z' {
		return "", "", errNotOrderFile
	}
	return code, strings.TrimSpace(line[orderTitle:]), nil
}
