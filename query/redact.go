//go:build cgo

package query

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/schema"
)

// redacted returns DuckDB's message without anything that may be a value of a
// claim. What remains is the class of the error, the position, and names known to
// be those of tables, columns and types. DuckDB quotes values that it cannot
// convert, whole records of CSV files, and the SQL with its literals.
//
// Messages about the SQL itself keep their words, except quoted ones. Messages
// about data are replaced by messages of our own.
func redacted(cause *duckdb.Error, sql string) string {
	class, text, _ := strings.Cut(cause.Msg, ": ")
	text, place, _ := strings.Cut(text, "\nLINE ")
	text = strings.TrimSpace(text)
	if strings.Contains(text, "configuration has been locked") {
		text = withoutLiterals(text, sql)
	} else {
		text = redactedText(cause.Type, text, sql)
	}
	return class + ": " + text + position(place)
}

// redactedText redacts the message without its class and position.
func redactedText(kind duckdb.ErrorType, text, sql string) string {
	switch kind {
	case duckdb.ErrorTypeParser, duckdb.ErrorTypeSyntax, duckdb.ErrorTypeBinder, duckdb.ErrorTypeCatalog,
		duckdb.ErrorTypePermission, duckdb.ErrorTypeNotImplemented, duckdb.ErrorTypeMissingExtension,
		duckdb.ErrorTypeDependency, duckdb.ErrorTypeTransaction, duckdb.ErrorTypeSettings:
		return withoutLiterals(text, sql)
	case duckdb.ErrorTypeOutOfMemory, duckdb.ErrorTypeIO: // sizes and files
		return text
	default:
		return describeFailure(kind, text)
	}
}

// linePosition matches a line number and an excerpt of the line, above a caret.
var linePosition = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\d+): (.*)\n( *)\^`) })

// position returns the position in the SQL, from the part of a message after LINE.
func position(place string) string {
	m := linePosition().FindStringSubmatch(place)
	if m == nil {
		return ""
	}
	where := " (line " + m[1]
	if !strings.HasPrefix(m[2], "...") { // not an excerpt from the middle of a line
		column := len(m[3]) - len("LINE : ") - len(m[1]) + 1
		if column > 0 {
			where += ", column " + strconv.Itoa(column)
		}
	}
	return where + " of the SQL)"
}

var (
	quotedInMessage = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"[^"\n]*"?|'[^'\n]*'?`) })
	signature       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\w+\([A-Z0-9_, ]*\)$`) })
	longNumber      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d{4,}`) })
	sourceColumn    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:from source column |column ")(\w+)`) })
	targetType      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\b(?:to|destination type|as type) '?([A-Z][A-Z0-9]+(?:\(\d+, ?\d+\))?)`)
	})
	jsonPlace = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`Malformed JSON in file .*, (at byte \d+ in (?:line|record/value) \d+): `)
	})
	csvLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`CSV Error on Line: (\d+)`) })
	csvFile = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^ *file = .*?(part-[\w-]+\.csv)$`) })
)

// withoutLiterals removes from a message everything quoted, except known names and
// words of the SQL, and everything that is quoted in the SQL.
func withoutLiterals(text, sql string) string {
	words := make(map[string]bool)
	for s := (scanner{src: sql}); s.next(); {
		tok := sql[s.start:s.pos]
		switch quote := strings.IndexAny(tok, `'"$`); {
		case s.blank:
		case s.word && s.start > 0 && sql[s.start-1] >= '0' && sql[s.start-1] <= '9': // the EG4 of 1EG4
		case s.word:
			words[strings.ToLower(tok)] = true
		case quote >= 0 && quote <= 1 && len(tok) > 2:
			if content := strings.Trim(tok[quote:], `'"$`); len(content) > 1 && !isKnownName(content) {
				text = replaceFold(text, content, "...")
			}
		}
	}
	text = quotedInMessage().ReplaceAllStringFunc(text, func(quoted string) string {
		name := strings.Trim(quoted, `"'`)
		if isKnownName(name) || words[strings.ToLower(name)] || signature().MatchString(name) || readers[strings.ToLower(name)] {
			return quoted
		}
		return quoted[:1] + "..." + quoted[:1]
	})
	return longNumber().ReplaceAllString(text, "...")
}

// replaceFold replaces old, ignoring case.
func replaceFold(s, old, new string) string {
	return regexp.MustCompile(`(?i)`+regexp.QuoteMeta(old)).ReplaceAllLiteralString(s, new)
}

// describeFailure says what went wrong with a value, without the value.
func describeFailure(class duckdb.ErrorType, text string) string {
	what := map[duckdb.ErrorType]string{
		duckdb.ErrorTypeConversion:   "a value cannot be converted",
		duckdb.ErrorTypeInvalidInput: "a value is invalid for the operation",
		duckdb.ErrorTypeOutOfRange:   "a value is out of range",
		duckdb.ErrorTypeConstraint:   "a constraint is violated",
		duckdb.ErrorTypeMismatchType: "values have different types",
	}[class]
	if what == "" {
		what = "the statement failed"
	}
	if m := targetType().FindStringSubmatch(text); m != nil {
		what += " to " + m[1]
	}
	if m := sourceColumn().FindStringSubmatch(text); m != nil && isKnownName(m[1]) {
		what += ", in column " + m[1]
	}
	if m := jsonPlace().FindStringSubmatch(text); m != nil {
		what = "malformed JSON " + m[1]
	}
	if m := csvLine().FindStringSubmatch(text); m != nil {
		what += ", in line " + m[1] + " of "
		if file := csvFile().FindStringSubmatch(text); file != nil {
			what += file[1]
		} else {
			what += "a CSV file"
		}
	}
	return what
}

// knownNames returns the names of the tables and columns of package schema, in
// lower case.
var knownNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{"main": true, "memory": true, "temp": true, partialName: true, "metrics": true}
	for _, table := range append(schema.AllTables(), tuvaschema.Files()...) {
		names[strings.ToLower(table.Name)] = true
		for _, field := range table.Fields {
			names[strings.ToLower(field.Label)] = true
		}
	}
	return names
})

// isKnownName reports whether a text is the name of a table or column, possibly
// qualified.
func isKnownName(text string) bool {
	for part := range strings.SplitSeq(text, ".") {
		if !knownNames()[strings.ToLower(part)] {
			return false
		}
	}
	return text != ""
}
