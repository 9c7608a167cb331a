//go:build cgo

package query

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// load reads files into temporary tables. It must be called before the fence is
// up, and before any SQL of the user runs.
func (db *DB) load(ctx context.Context, files []tableFile) error {
	for _, f := range files {
		err := db.checkTableName(ctx, f)
		if err == nil {
			err = db.loadFile(ctx, f)
		}
		if err != nil {
			err = sqlError(err)
			if own, ok := errors.AsType[*Error](err); ok { // the user does not see this SQL
				own.Msg = placeInSQL().ReplaceAllString(own.Msg, "")
			}
			return tableFileError(f.TableFile, err)
		}
		db.loaded = append(db.loaded, f.TableFile)
	}
	return nil
}

// checkTableName reports a name that is a keyword or the name of another table.
func (db *DB) checkTableName(ctx context.Context, f tableFile) error {
	for _, folder := range db.tables {
		if strings.EqualFold(folder.name, f.Name) || strings.EqualFold(folder.group, f.Name) {
			return &TableFileError{TableFile: f.TableFile, Err: errTableKnown, hint: "give the file another name"}
		}
	}
	reserved, err := db.isKeyword(ctx, f.Name)
	if reserved {
		return &TableFileError{TableFile: f.TableFile, Err: errTableWord, hint: "give the file another name"}
	}
	return err
}

// isKeyword reports whether SQL must quote a name.
func (db *DB) isKeyword(ctx context.Context, name string) (reserved bool, err error) {
	err = db.conn.QueryRowContext(ctx, `SELECT count(*) > 0 FROM duckdb_keywords()
		WHERE keyword_category IN ('reserved', 'type_function') AND keyword_name = lower(?)`, name).Scan(&reserved)
	return reserved, err
}

// loadFile reads a file into a temporary table.
func (db *DB) loadFile(ctx context.Context, f tableFile) error {
	compression := "uncompressed"
	if f.gzip {
		compression = "gzip"
	}
	table := "temp." + quoteName(f.Name)
	switch f.format {
	case "parquet":
		return db.exec(ctx, "CREATE TEMP TABLE "+table+" AS FROM read_parquet("+quote(f.path)+", hive_partitioning = false)")
	case "json":
		return db.exec(ctx, "CREATE TEMP TABLE "+table+" AS FROM read_json("+quote(f.path)+
			", compression = "+quote(compression)+", hive_partitioning = false, sample_size = -1, convert_strings_to_integers = false)")
	}
	return db.loadCSV(ctx, f, table, compression)
}

// loadCSV reads a CSV file into a temporary table: first all columns as text,
// then each with the type of its values.
func (db *DB) loadCSV(ctx context.Context, f tableFile, table, compression string) error {
	columns := make([]string, len(f.header))
	for i := range f.header {
		columns[i] = fmt.Sprintf("'c%d': 'VARCHAR'", i)
	}
	err := db.exec(ctx, "CREATE TEMP TABLE _texts AS FROM read_csv("+quote(f.path)+", columns = {"+strings.Join(columns, ", ")+
		"}, hive_partitioning = false, auto_detect = false, header = true, delim = "+quote(f.delim)+`, quote = '"', escape = '"', compression = `+quote(compression)+")")
	if err != nil {
		return err
	}
	selected := make([]string, len(f.header))
	for i, name := range f.header {
		column := fmt.Sprintf("c%d", i)
		as := column
		if !isCode(name) {
			if as, err = db.typed(ctx, column); err != nil {
				return err
			}
		}
		selected[i] = as + " AS " + quoteName(name)
	}
	return db.exec(ctx, "CREATE TEMP TABLE "+table+" AS SELECT "+strings.Join(selected, ", ")+" FROM _texts", "DROP TABLE _texts")
}

// typed returns the SQL expression that converts a column of _texts to the first
// of textTypes that all values have, or leaves it as it is.
func (db *DB) typed(ctx context.Context, column string) (string, error) {
	conditions := make([]string, len(textTypes))
	for i, typ := range textTypes {
		pattern := "regexp_full_match(" + column + ", " + quote(typ.pattern) + ")"
		conditions[i] = "coalesce(bool_and(CASE WHEN " + pattern + " THEN " + fmt.Sprintf(typ.expr, column) + " IS NOT NULL ELSE " + column + " IS NULL END), false)"
	}
	var fits string
	err := db.conn.QueryRowContext(ctx, "SELECT concat_ws(',', count("+column+") > 0, "+strings.Join(conditions, ", ")+") FROM _texts").Scan(&fits)
	if err != nil {
		return "", err
	}
	answers := strings.Split(fits, ",")
	if i := slices.Index(answers[1:], "true"); answers[0] == "true" && i >= 0 {
		return fmt.Sprintf(textTypes[i].expr, column), nil
	}
	return column, nil
}

var placeInSQL = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` \(line \d+(?:, column \d+)? of the SQL\)$`) })
