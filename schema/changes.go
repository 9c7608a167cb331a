package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ChangeColumns returns the columns that rows of changes have besides those of their
// table: delete for an old row of a key or insert for a new one, the number of the run
// that made the change, and its transaction time, as the server wrote it.
func ChangeColumns() []Field {
	return []Field{
		{Label: "_op", Type: text(6)},
		{Label: "_run", Type: integer(9)},
		{Label: "_transaction_time", Type: text(40)},
	}
}

// ChangeTable returns the table that rows of changes of t are loaded into before they
// are applied.
func ChangeTable(t *Table) *Table {
	changes := &Table{Name: t.Name + "_changes", Title: "Changes of " + t.Name, Fields: slices.Concat(t.Fields, ChangeColumns())}
	for i := range changes.Fields {
		changes.Fields[i].Description = ""
	}
	return changes
}

// ChangeOptions say how rows of changes are applied to a table.
type ChangeOptions struct {
	Schema string // of the database, which has the table; empty for the default one
	// Changes is the name in SQL of the table with the rows of changes: that of
	// ChangeTable, in Schema, unless set.
	Changes string
	// Key are the columns by which rows were compared: all columns of the table but
	// those that say where a row is from, unless set.
	Key []string
	// Replaced reports that the rows of changes are all rows of the table.
	Replaced bool
}

// apply is how a database applies changes.
type apply struct {
	begin, commit string // of a transaction over several tables; empty if there is none
	// merge reports that one statement does all: the others of a dialect without
	// transactions are seen one by one.
	merge bool
	// note is a remark on what the tables must be.
	note string
	// Formats of statements that load files into the table of changes, if they are
	// others than those of load.
	parquet, csv string
}

// BeginChanges returns what comes before the statements of [Dialect.ApplyChanges], so
// that readers see all tables as they were or as they are then, and EndChanges what comes
// after them. Both are empty if the database has no transactions over several tables.
func (d *Dialect) BeginChanges() string { return line(d.apply.begin) }

// EndChanges is described at [Dialect.BeginChanges].
func (d *Dialect) EndChanges() string { return line(d.apply.commit) }

// ChangesNote returns a remark on the tables that changes can be applied to, or an empty
// string.
func (d *Dialect) ChangesNote() string { return d.apply.note }

func line(s string) string {
	if s == "" {
		return ""
	}
	return s + "\n"
}

// LoadChanges returns the statements that make the table of changes of t anew and load
// files into it. It returns an empty string if the database cannot load files of the
// format.
func (d *Dialect) LoadChanges(t *Table, o LoadOptions) string {
	with := *d
	if d.apply.parquet != "" {
		with.load.parquet, with.load.csv = d.apply.parquet, d.apply.csv
	}
	changes := ChangeTable(t)
	loads := with.Load(changes.Name, o)
	if loads == "" {
		return ""
	}
	return d.DropChanges(t, o.Schema) + d.CreateTable(changes, CreateOptions{Schema: o.Schema, NoKey: true}) + loads
}

// DropChanges returns the statement that drops the table of changes of t.
func (d *Dialect) DropChanges(t *Table, schemaName string) string {
	return "DROP TABLE IF EXISTS " + d.qualified(schemaName, ChangeTable(t).Name) + ";\n"
}

// qualified is the name of a table in SQL.
func (d *Dialect) qualified(schemaName, table string) string {
	if schemaName == "" {
		return d.Identifier(table)
	}
	return d.Identifier(schemaName) + "." + d.Identifier(table)
}

// ApplyChanges returns the statements that apply rows of changes to t, whose fields must
// be those of the files of changes: they delete all rows whose key has changes, and insert
// the new rows. Run again, they change nothing.
func (d *Dialect) ApplyChanges(t *Table, o ChangeOptions) string {
	name, changes := d.qualified(o.Schema, t.Name), o.Changes
	if changes == "" {
		changes = d.qualified(o.Schema, ChangeTable(t).Name)
	}
	columns := make([]string, len(t.Fields))
	for i := range t.Fields {
		columns[i] = d.Identifier(t.Fields[i].Label)
	}
	list := strings.Join(columns, ", ")
	if d.apply.merge {
		return d.mergeChanges(t, &o, name, changes, columns)
	}
	where := ""
	if !o.Replaced {
		where = fmt.Sprintf(" WHERE EXISTS (\n  SELECT 1 FROM %s AS c WHERE %s)", changes, d.sameKey(t, o.Key, "c", name))
	}
	return fmt.Sprintf("DELETE FROM %s%s;\nINSERT INTO %s (%s)\n  SELECT %s FROM %s WHERE _op = 'insert';\n",
		name, cmp.Or(where, " WHERE 1 = 1"), name, list, list, changes)
}

// mergeChanges is one statement. Keys with changes match rows, which are deleted; new
// rows match none, and are inserted.
func (d *Dialect) mergeChanges(t *Table, o *ChangeOptions, name, changes string, columns []string) string {
	var first, values []string
	for i := range t.Fields {
		f := &t.Fields[i]
		values = append(values, "s."+columns[i])
		if slices.Contains(keyOrAll(t, o.Key), f.Label) {
			first = append(first, columns[i])
		} else {
			first = append(first, fmt.Sprintf("CAST(NULL AS %s) AS %s", d.Type(f.Type), columns[i]))
		}
	}
	matched := "s._op = 'key' AND " + d.sameKey(t, o.Key, "s", "t")
	if o.Replaced {
		matched = "s._op = 'key'"
		for i := range t.Fields {
			first[i] = fmt.Sprintf("CAST(NULL AS %s) AS %s", d.Type(t.Fields[i].Type), columns[i])
		}
	}
	list := strings.Join(columns, ", ")
	return fmt.Sprintf(`MERGE INTO %s AS t USING (
  SELECT DISTINCT 'key' AS _op, %s FROM %s
  UNION ALL
  SELECT _op, %s FROM %s WHERE _op = 'insert') AS s
ON %s
WHEN MATCHED THEN DELETE
WHEN NOT MATCHED AND s._op = 'insert' THEN INSERT (%s) VALUES (%s);
`, name, strings.Join(first, ", "), changes, list, changes, matched, list, strings.Join(values, ", "))
}

// keyOrAll returns a key, or, if it is empty, the columns by which rows without a key are
// compared.
func keyOrAll(t *Table, key []string) []string {
	if len(key) > 0 {
		return key
	}
	var all []string
	for i := range t.Fields {
		if !IsProvenance(t.Fields[i].Label) {
			all = append(all, t.Fields[i].Label)
		}
	}
	return all
}

// IsProvenance reports whether a column says where a row is from, and not what it is.
func IsProvenance(label string) bool { return label == "SOURCE_FILE" || label == "SOURCE_LINE" }

// sameKey is the condition that rows of two tables have the same key. Columns that may
// be null are compared as texts, in which a null is empty: databases join by equality
// faster than by a comparison that knows nulls, and data sets have no empty texts.
func (d *Dialect) sameKey(t *Table, key []string, a, b string) string {
	nulls := t.KeyHasNulls || !slices.Equal(key, t.Key)
	var same []string
	for _, label := range keyOrAll(t, key) {
		column := d.Identifier(label)
		left, right := a+"."+column, b+"."+column
		if nulls {
			left, right = d.orEmpty(t.Field(label), left), d.orEmpty(t.Field(label), right)
		}
		same = append(same, left+" = "+right)
	}
	return strings.Join(same, " AND ")
}

func (d *Dialect) orEmpty(f *Field, value string) string {
	if f.Kind != Text {
		value = fmt.Sprintf("CAST(%s AS %s)", value, d.Type(Type{Width: 64}))
	}
	return "COALESCE(" + value + ", '')"
}
