//go:build cgo

package query

import (
	"slices"
	"strings"
	"sync"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// textColumns returns the names of the columns of package schema that are text,
// in lower case.
var textColumns = sync.OnceValue(func() map[string]bool {
	names := make(map[string]bool)
	for _, table := range append(schema.AllTables(), tuvaschema.Files()...) {
		for _, field := range table.Fields {
			if sqlType(&field) == "VARCHAR" {
				names[strings.ToLower(field.Label)] = true
			}
		}
	}
	return names
})

// isCode reports whether a column holds codes or identifiers, by its name. Such
// a column is text even if all values look like numbers.
func isCode(name string) bool {
	if textColumns()[strings.ToLower(name)] {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return slices.ContainsFunc(words, func(word string) bool { return codeWords[word] })
}

// codeWords are words in the names of columns that hold codes or identifiers.
// They are text in CCLF, so joins need text on the other side too.
var codeWords = set("npi tin ein mbi hicn ssn ccn oscar zip zip5 zip9 fips ndc")

// textTypes are the types of columns in CSV files, with the pattern of their
// values. Text that would not survive a conversion to a number and back is not a
// number: leading zeros, a plus sign, more digits than the type holds, 12E5. Dates
// are YYYY-MM-DD or MM/DD/YYYY.
var textTypes = []struct{ pattern, expr string }{
	{`-?(0|[1-9][0-9]{0,17})`, "%s::BIGINT"},
	{`-?(0|[1-9][0-9]{0,14})?\.[0-9]+|-?(0|[1-9][0-9]{0,14})(\.[0-9]*)?|-?[0-9]\.[0-9]+[eE][-+]?[0-9]{1,2}`, "%s::DOUBLE"},
	{`[0-9]{4}-[0-9]{2}-[0-9]{2}`, "TRY_CAST(%s AS DATE)"},
	{`[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}`, "try_strptime(%s, '%%m/%%d/%%Y')::DATE"},
	{`[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?`, "TRY_CAST(%s AS TIMESTAMP)"},
	{`(?i)true|false`, "%s::BOOLEAN"},
}
