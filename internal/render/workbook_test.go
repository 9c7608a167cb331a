package render

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// reopen writes a workbook and reads it.
func reopen(t *testing.T, b *Workbook) *excelize.File {
	t.Helper()
	var buf bytes.Buffer
	if _, err := b.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func newWorkbook(t *testing.T, spreadsheet bool) *Workbook {
	t.Helper()
	b, err := NewWorkbook(WorkbookOptions{TempDir: t.TempDir(), Spreadsheet: spreadsheet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(b.dir); err == nil {
			t.Error("temporary files are left")
		}
	})
	return b
}

// TestWorkbookValues checks the content and the type of cells, and how they are
// shown.
func TestWorkbookValues(t *testing.T) {
	day := time.Date(2025, 2, 28, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name      string
		typ       string
		value     any
		raw       string
		cellType  excelize.CellType
		formatted string
	}{
		{"code", "VARCHAR", "00120", "00120", excelize.CellTypeInlineString, "00120"},
		{"empty", "VARCHAR", "", "", excelize.CellTypeInlineString, ""},
		{"null", "VARCHAR", nil, "", excelize.CellTypeUnset, ""},
		{"formula", "VARCHAR", "=1+1", "'=1+1", excelize.CellTypeInlineString, "'=1+1"},
		{"escape", "VARCHAR", "a\x1b[31m<b>", "a\ufffd[31m<b>", excelize.CellTypeInlineString, "a\ufffd[31m<b>"},
		{"integer", "BIGINT", int64(-42), "-42", excelize.CellTypeUnset, "-42"},
		{"long integer", "BIGINT", int64(1234567890123456), "1234567890123456", excelize.CellTypeInlineString, "1234567890123456"},
		{"decimal", "DECIMAL(17,2)", json.Number("-1234.50"), "-1234.5", excelize.CellTypeUnset, "-1234.50"},
		{"long decimal", "DECIMAL(38,2)", json.Number("12345678901234.56"), "12345678901234.56", excelize.CellTypeInlineString, "12345678901234.56"},
		{"infinity", "DOUBLE", math.Inf(1), "+Inf", excelize.CellTypeInlineString, "+Inf"},
		{"boolean", "BOOLEAN", true, "1", excelize.CellTypeBool, "TRUE"},
		{"date", "DATE", day, "45716", excelize.CellTypeUnset, "2025-02-28"},
		{"old date", "DATE", time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC), "1899-12-31", excelize.CellTypeInlineString, "1899-12-31"},
		{"timestamp", "TIMESTAMP", "2025-02-28 12:00:00", "45716.5", excelize.CellTypeUnset, "2025-02-28 12:00:00"},
		{"text of a timestamp", "VARCHAR", "2025-02-28 12:00:00", "2025-02-28 12:00:00", excelize.CellTypeInlineString, "2025-02-28 12:00:00"},
		{"list", "INTEGER[]", json.RawMessage("[1,2]"), "[1,2]", excelize.CellTypeInlineString, "[1,2]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newWorkbook(t, true)
			rows := &result{columns: []Column{{Name: "v", Type: tt.typ}}, rows: [][]any{{tt.value}}}
			if _, err := b.Add("x", rows.columns, rows); err != nil {
				t.Fatal(err)
			}
			f := reopen(t, b)
			raw, _ := f.GetCellValue("x", "A2", excelize.Options{RawCellValue: true})
			shown, _ := f.GetCellValue("x", "A2")
			typ, _ := f.GetCellType("x", "A2")
			if raw != tt.raw || shown != tt.formatted || typ != tt.cellType {
				t.Errorf("raw %q, shown %q, type %v; want %q, %q, %v", raw, shown, typ, tt.raw, tt.formatted, tt.cellType)
			}
		})
	}
}

// TestWorkbookSheets checks names, headers, and that rows which do not fit a sheet
// go to the next one.
func TestWorkbookSheets(t *testing.T) {
	b := newWorkbook(t, false)
	b.rows = 4
	for _, tt := range []struct {
		name string
		rows int
		want string
	}{
		{"pmpm", 3, "pmpm"},
		{"PMPM", 0, "PMPM (2)"},
		{"long", 7, "long long (2) long (3)"},
		{"a/b*c 'd'", 1, "a_b_c 'd"},
		{strings.Repeat("x", 40), 1, strings.Repeat("x", 31)},
		{strings.Repeat("x", 41), 1, strings.Repeat("x", 27) + " (2)"},
	} {
		rows := numbers(tt.rows)
		names, err := b.Add(tt.name, rows.columns, rows)
		if got := strings.Join(names, " "); err != nil || got != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
	f := reopen(t, b)
	for sheet, want := range map[string][]string{
		"pmpm": {"n", "0", "1", "2"}, "PMPM (2)": {"n"}, "long (2)": {"n", "3", "4", "5"}, "long (3)": {"n", "6"},
	} {
		rows, err := f.GetRows(sheet)
		var got []string
		for _, row := range rows {
			got = append(got, row...)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", sheet, got, err, want)
		}
	}
	panes, err := f.GetPanes("long")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes: %+v, %v", panes, err)
	}
	style, _ := f.GetCellStyle("long", "A1")
	if header, err := f.GetStyle(style); err != nil || !header.Font.Bold {
		t.Errorf("header: %+v, %v", header, err)
	}
	var filters []string
	for _, name := range f.GetDefinedName() {
		if name.Name == "_xlnm._FilterDatabase" {
			filters = append(filters, name.RefersTo)
		}
	}
	if !slices.Contains(filters, "'long'!$A$1:$A$4") && !slices.Contains(filters, "long!$A$1:$A$4") {
		t.Errorf("filters: %q", filters)
	}
}

func TestWorkbookLimits(t *testing.T) {
	b := newWorkbook(t, false)
	text := &result{columns: []Column{{Name: "t"}}, rows: [][]any{{"short"}, {strings.Repeat("é", maxCellText+1)}}}
	if _, err := b.Add("x", text.columns, text); err == nil || err.Error() != "sheet x, row 3, column t: a text of 32768 characters, but a cell of a workbook has 32767 at the most" {
		t.Errorf("%v", err)
	}
	wide := &result{columns: make([]Column, maxSheetColumns+1)}
	if _, err := b.Add("y", wide.columns, wide); err == nil || err.Error() != "16385 columns, but a sheet of a workbook has 16384 at the most" {
		t.Errorf("%v", err)
	}
}
