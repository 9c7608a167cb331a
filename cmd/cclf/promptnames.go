//go:build cgo

package main

import (
	"context"
	"slices"
	"strings"

	"github.com/cclf-tools/cclf/query"
)

// sqlWords are completed besides names.
var sqlWords = strings.Fields(`
	ALL AND AS ASC BETWEEN BY CASE CAST COUNT(*) CREATE CROSS DATE DATE_TRUNC DESC DESCRIBE DISTINCT ELSE END EXCEPT EXISTS
	EXPLAIN FILTER FROM GROUP HAVING ILIKE IN INNER INTERSECT INTERVAL IS JOIN LEFT LIKE LIMIT NOT NULL NULLS OFFSET ON OR
	ORDER OVER PARTITION PIVOT QUALIFY RIGHT SELECT SUM SUMMARIZE TABLE TEMP THEN UNION UNPIVOT USING VALUES WHEN WHERE WITH`)

// A nameList has the names that statements can use.
type nameList struct {
	tables  []string // of SQL schemas other than main with the name of the schema
	columns map[string][]string
}

// namesSQL lists the columns of tables and views.
const namesSQL = `SELECT CASE WHEN schema_name = 'main' THEN '' ELSE schema_name || '.' END || table_name, column_name
	FROM duckdb_columns() WHERE NOT internal AND database_name NOT IN ('system') ORDER BY schema_name <> 'main', table_oid, column_index`

func readNames(ctx context.Context, db *query.DB) (*nameList, error) {
	rows, err := db.Query(ctx, namesSQL)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	c := &nameList{columns: make(map[string][]string)}
	for rows.Next() {
		table, column := rows.Values()[0].(string), rows.Values()[1].(string)
		if c.columns[table] == nil {
			c.tables = append(c.tables, table)
		}
		c.columns[table] = append(c.columns[table], column)
	}
	return c, rows.Err()
}

// isNameByte reports whether a byte can be part of a name with its schema or alias.
func isNameByte(r rune) bool {
	return r == '_' || r == '.' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r > 127
}

// complete returns what the word at the end of a text can become, and the word.
func (c *nameList) complete(text string) (word string, names []string) {
	word = text[strings.LastIndexFunc(text, func(r rune) bool { return !isNameByte(r) })+1:]
	before := strings.Fields(text[:len(text)-len(word)])
	switch {
	case strings.HasPrefix(strings.TrimSpace(text), "."):
		return word, c.completeCommand(strings.TrimLeft(text, " "), word)
	case len(before) > 0 && takesTable(before[len(before)-1]):
		return word, matching(word, c.tables)
	}
	alias := ""
	if i := strings.LastIndexByte(word, '.'); i >= 0 {
		alias = word[:i+1]
	}
	var columns []string
	for _, column := range c.columnsIn(before) {
		columns = append(columns, alias+column)
	}
	if alias != "" {
		return word, matching(word, append(columns, c.tables...))
	}
	return word, matching(word, slices.Concat(columns, c.tables, sqlWords))
}

// takesTable reports whether a table follows a word of SQL.
func takesTable(word string) bool {
	switch strings.ToUpper(word) {
	case "FROM", "JOIN", "DESCRIBE", "SUMMARIZE", "INTO":
		return true
	}
	return false
}

// columnsIn returns the columns of the tables that words name, or of all tables.
func (c *nameList) columnsIn(words []string) []string {
	var columns []string
	for _, table := range c.tables {
		if slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(strings.Trim(w, ",();"), table) }) {
			columns = append(columns, c.columns[table]...)
		}
	}
	if columns == nil {
		for _, table := range c.tables {
			columns = append(columns, c.columns[table]...)
		}
	}
	return columns
}

// completeCommand returns what the word at the end of a command can become.
func (c *nameList) completeCommand(text, word string) []string {
	fields := strings.Fields(text)
	if len(fields) == 0 || len(fields) == 1 && word != "" {
		var names []string
		for _, command := range promptCommands {
			names = append(names, command.name)
		}
		return matching(word, names)
	}
	switch fields[0] {
	case ".schema":
		return matching(word, c.tables)
	case ".metrics":
		var names []string
		for _, m := range query.Metrics() {
			names = append(names, m.Name)
		}
		return matching(word, names)
	case ".mode":
		return matching(word, promptModes)
	case ".timer":
		return matching(word, []string{"on", "off"})
	}
	return nil
}

// matching returns the names that begin with a word, once each. Their case is that
// of the word, if it is all lower or upper case: SQL does not tell them apart.
func matching(word string, names []string) []string {
	var found []string
	seen := make(map[string]bool)
	for _, name := range names {
		if len(name) < len(word) || !strings.EqualFold(name[:len(word)], word) {
			continue
		}
		switch {
		case word == strings.ToLower(word) && word != "":
			name = strings.ToLower(name)
		case word == strings.ToUpper(word) && word != "":
			name = strings.ToUpper(name)
		}
		if !seen[name] {
			seen[name] = true
			found = append(found, name)
		}
	}
	return found
}
