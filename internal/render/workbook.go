package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// Limits of Excel.
const (
	maxSheetRows    = excelize.TotalRows
	maxSheetColumns = excelize.MaxColumns
	maxCellText     = excelize.TotalCellChars // UTF-16 code units
	maxSheetName    = excelize.MaxSheetNameLength
	maxCellDigits   = 15 // of a number
)

// A Workbook is an Excel workbook in the making. Sheets are written to temporary
// files, not held in memory.
type Workbook struct {
	opts   WorkbookOptions
	file   *excelize.File
	dir    string // of temporary files
	sheets map[string]bool
	styles map[string]int // by number format
	header int            // style
	rows   int            // maxSheetRows, except in tests
}

// WorkbookOptions control how a workbook is written.
type WorkbookOptions struct {
	// TempDir is the parent of a private folder for temporary files. The default
	// is os.TempDir().
	TempDir string
	// Spreadsheet makes text that looks like a formula safe to copy elsewhere:
	// see SpreadsheetSafe. In the workbook itself, text is text either way.
	Spreadsheet bool
}

// NewWorkbook returns a workbook without sheets. It must be closed.
func NewWorkbook(opts WorkbookOptions) (*Workbook, error) {
	dir, err := os.MkdirTemp(opts.TempDir, "cclf-xlsx-")
	if err != nil {
		return nil, err
	}
	return &Workbook{
		opts: opts, dir: dir, rows: maxSheetRows,
		file:   excelize.NewFile(excelize.Options{TmpDir: dir}),
		sheets: make(map[string]bool), styles: make(map[string]int),
	}, nil
}

// Close removes temporary files.
func (b *Workbook) Close() error { return errors.Join(b.file.Close(), os.RemoveAll(b.dir)) }

// WriteTo writes the workbook, which must have a sheet.
func (b *Workbook) WriteTo(w io.Writer) (int64, error) { return b.file.WriteTo(w) }

// Add adds a sheet, with the names of the columns in its first row, bold, frozen
// and with filters. Rows that do not fit go to further sheets. The names of all of
// them are returned: name, cut to what Excel allows, and with a number if there
// is such a sheet already.
//
// Numbers are numbers, dates are dates, and text is text, so codes keep their
// zeros. A number with more than 15 digits, and a date before March 1900, which
// Excel does not have, are text.
func (b *Workbook) Add(name string, columns []Column, rows Rows) (names []string, err error) {
	if len(columns) > maxSheetColumns {
		return nil, fmt.Errorf("%d columns, but a sheet of a workbook has %d at the most", len(columns), maxSheetColumns)
	}
	s := &sheetRows{rows: rows}
	for more := true; more; {
		sheet, err := b.addSheet(name)
		if err != nil {
			return nil, err
		}
		names = append(names, sheet)
		if more, err = b.fill(sheet, columns, s); err != nil {
			return nil, err
		}
	}
	return names, rows.Err()
}

// addSheet adds an empty sheet.
func (b *Workbook) addSheet(name string) (string, error) {
	sheet := sheetName(name, "")
	for n := 2; b.sheets[strings.ToLower(sheet)]; n++ {
		sheet = sheetName(name, " ("+strconv.Itoa(n)+")")
	}
	first := len(b.sheets) == 0
	b.sheets[strings.ToLower(sheet)] = true
	if first { // a new file has a sheet
		return sheet, b.file.SetSheetName("Sheet1", sheet)
	}
	_, err := b.file.NewSheet(sheet)
	return sheet, err
}

// sheetName returns a name that Excel allows, with a suffix.
func sheetName(name, suffix string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return '_'
		}
		return r
	}, Line(name))
	name = strings.Trim(name, "'")
	for runes := []rune(name); len(utf16.Encode([]rune(name+suffix))) > maxSheetName; {
		runes = runes[:len(runes)-1]
		name = string(runes)
	}
	return name + suffix
}

// sampleRows is how many rows decide on the width of columns.
const sampleRows = 200

// sheetRows are the rows of a sheet, some of which are read ahead.
type sheetRows struct {
	rows  Rows
	ahead [][]any
}

// peek reads rows ahead.
func (s *sheetRows) peek(n int) [][]any {
	for len(s.ahead) < n && s.rows.Next() {
		s.ahead = append(s.ahead, append([]any(nil), s.rows.Values()...))
	}
	return s.ahead
}

// next returns the next row, or nil.
func (s *sheetRows) next() []any {
	if len(s.ahead) > 0 {
		row := s.ahead[0]
		s.ahead = s.ahead[1:]
		return row
	}
	if s.rows.Next() {
		return s.rows.Values()
	}
	return nil
}

// fill writes a sheet, and reports whether rows are left.
func (b *Workbook) fill(sheet string, columns []Column, rows *sheetRows) (more bool, err error) {
	w, err := b.file.NewStreamWriter(sheet)
	if err != nil {
		return false, err
	}
	if err := b.layOut(w, columns, rows.peek(sampleRows)); err != nil {
		return false, err
	}
	n := 1
	cells := make([]any, len(columns))
	for ; n < b.rows; n++ {
		row := rows.next()
		if row == nil {
			break
		}
		for i, v := range row {
			if cells[i], err = b.cell(columns[i], v); err != nil {
				return false, fmt.Errorf("sheet %s, row %d, column %s: %w", sheet, n+1, Line(columns[i].Name), err)
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(n+1), cells); err != nil {
			return false, err
		}
	}
	if len(columns) > 0 {
		last, _ := excelize.CoordinatesToCellName(len(columns), n) // in range
		if err := b.file.AutoFilter(sheet, "A1:"+last, nil); err != nil {
			return false, err
		}
	}
	return len(rows.peek(1)) > 0, w.Flush()
}

// layOut sets the widths of columns by a sample of the rows, and writes the header.
func (b *Workbook) layOut(w *excelize.StreamWriter, columns []Column, sample [][]any) error {
	header, err := b.headerStyle()
	if err != nil {
		return err
	}
	names := make([]any, len(columns))
	for i, c := range columns {
		names[i] = excelize.Cell{StyleID: header, Value: CSVOptions{Spreadsheet: b.opts.Spreadsheet}.Field(c.Name)}
		width := len(c.Name) + 3 // the button of the filter
		for _, row := range sample {
			width = max(width, len(Text(row[i]))+1)
		}
		if err := w.SetColWidth(i+1, i+1, float64(min(width, 60))); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return w.SetRow("A1", names)
}

func (b *Workbook) headerStyle() (int, error) {
	var err error
	if b.header == 0 {
		b.header, err = b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: textFormat})
	}
	return b.header, err
}

// textFormat is Excel's number of the format @: what is typed into the cell stays
// text too.
const textFormat = 49

// style returns the style of a number format.
func (b *Workbook) style(format string) (int, error) {
	if id, ok := b.styles[format]; ok {
		return id, nil
	}
	style := &excelize.Style{CustomNumFmt: &format}
	if format == "@" {
		style = &excelize.Style{NumFmt: textFormat}
	}
	id, err := b.file.NewStyle(style)
	b.styles[format] = id
	return id, err
}

// cell returns a value as excelize writes it.
func (b *Workbook) cell(c Column, v any) (any, error) {
	format, value := excelValue(c, v)
	if _, ok := value.(string); ok {
		text := CSVOptions{Spreadsheet: b.opts.Spreadsheet}.Field(v)
		if n := len(utf16.Encode([]rune(text))); n > maxCellText {
			return nil, fmt.Errorf("a text of %d characters, but a cell of a workbook has %d at the most", n, maxCellText)
		}
		format, value = "@", text
	}
	if format == "" || value == nil {
		return value, nil
	}
	style, err := b.style(format)
	return excelize.Cell{StyleID: style, Value: value}, err
}

// excelValue returns a value in a type that Excel has, and its number format, if
// it is not the general one.
func excelValue(c Column, v any) (format string, value any) {
	switch v := v.(type) {
	case int64:
		if v > -1e15 && v < 1e15 {
			return "", v
		}
	case json.Number:
		if f, err := v.Float64(); err == nil && digits(v.String()) <= maxCellDigits {
			return decimalFormat(v.String()), f
		}
	case float64:
		if v-v == 0 { // not infinite, not NaN
			return "", v
		}
	case bool, nil:
		return "", v
	case time.Time:
		if isExcelDay(v) {
			return "yyyy-mm-dd", v
		}
	case string:
		if t, ok := parseTimestamp(v); ok && c.isTimestamp() && isExcelDay(t) {
			return "yyyy-mm-dd hh:mm:ss", t.UTC()
		}
	}
	return "", Text(v)
}

// isExcelDay reports whether Excel has a day. It takes 1900 for a leap year.
func isExcelDay(t time.Time) bool {
	return !t.Before(time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)) && t.Year() <= 9999
}

// digits counts the significant digits of a decimal number.
func digits(s string) int {
	return len(strings.TrimLeft(strings.ReplaceAll(strings.TrimPrefix(s, "-"), ".", ""), "0"))
}

// decimalFormat returns the number format with as many decimals as a number has.
func decimalFormat(s string) string {
	if _, decimals, ok := strings.Cut(s, "."); ok {
		return "0." + strings.Repeat("0", len(decimals))
	}
	return "0"
}
