// Package render writes data for people and programs to read: tables for a
// terminal, CSV, JSON, Markdown, HTML and Excel workbooks.
//
// It has three layers. Plain, Line, SpreadsheetSafe and MarkdownText neutralize
// text of unknown origin. Text and AppendJSON format a single value. Grid, the
// functions that start with Write, and Workbook write whole results, whose rows
// come one at a time from a Rows. A Page is the frame of HTML documents, and an
// HTMLTable a table in one.
//
// Values are nil, bool, int64, float64, string, json.Number, json.RawMessage
// and time.Time. A time.Time is a date: its time of day is not written.
package render

// A Format is the format of output, for people or for programs.
type Format string

// The formats. Not every kind of output exists in all of them.
const (
	Table    Format = "table" // for a terminal
	Lines    Format = "line"  // one value per line
	CSV      Format = "csv"
	TSV      Format = "tsv"
	JSON     Format = "json"
	NDJSON   Format = "ndjson"
	Markdown Format = "markdown"
	HTML     Format = "html"
	Excel    Format = "xlsx"
	Parquet  Format = "parquet"
)
