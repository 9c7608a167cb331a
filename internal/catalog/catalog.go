// Package catalog prints the schema: lists of tables and fields as text, JSON,
// CSV and Markdown, and the generated parts of the documentation.
package catalog

import (
	"io"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/schema"
)

// WriteTables prints a list of tables, with how many of their fields the API
// versions carry. Formats other than JSON, CSV and Markdown print text for a
// terminal.
func WriteTables(w io.Writer, format render.Format, tables []*schema.Table, apis []schema.API) error {
	switch format {
	case render.JSON:
		return render.WriteJSONValue(w, describeTables(tables, apis))
	case render.CSV:
		return writeTablesCSV(w, tables, apis)
	case render.Markdown:
		return writeTablesMarkdown(w, tables, apis)
	default:
		return writeTablesText(w, tables, apis)
	}
}

// WriteFields prints the fields of tables, and where the API versions carry
// them. A label selects the fields with that label, and omits tables without
// one; "" selects all fields. Formats are those of WriteTables.
func WriteFields(w io.Writer, format render.Format, tables []*schema.Table, label string, apis []schema.API) error {
	parts := selectFields(tables, label)
	switch format {
	case render.JSON:
		return render.WriteJSONValue(w, describeParts(parts, apis))
	case render.CSV:
		return writeFieldsCSV(w, parts, apis)
	case render.Markdown:
		return writeFieldsMarkdown(w, parts, apis)
	default:
		return writeFieldsText(w, parts, apis)
	}
}
