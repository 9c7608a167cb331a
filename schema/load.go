package schema

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// LoadOptions say where the files of a table are.
type LoadOptions struct {
	Schema   string   // of the database, which has the table; empty for the default one
	Location string   // URL, stage or folder of the data set
	Folder   string   // of the table, relative to Location
	Files    []string // of the table, relative to Location
	Columns  []string // of CSV files, in their order
	Format   string   // extension of the files: parquet or csv
}

// folders are the folders of the files: that of the table, or those of its partitions.
func (o *LoadOptions) folders() []string {
	var folders []string
	for _, file := range o.Files {
		if folder := path.Dir(file); !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	if folders == nil {
		return []string{o.Folder}
	}
	return folders
}

// load is how a database loads files.
type load struct {
	// Formats of a statement for Parquet and CSV files: of the table, the place of
	// its files and its columns. They are empty if there is none.
	parquet, csv string
	each         bool // a statement loads one file, and not a folder
	// placeholder is a location to replace.
	placeholder string
}

// LoadFormats returns the formats of files that Load has statements for.
func (d *Dialect) LoadFormats() []string {
	var formats []string
	for _, f := range []string{"parquet", "csv"} {
		if d.load.of(f) != "" {
			formats = append(formats, f)
		}
	}
	return formats
}

// of returns the format of a statement for files of a format, or an empty string.
func (l *load) of(format string) string {
	switch format {
	case "parquet":
		return l.parquet
	case "csv":
		return l.csv
	}
	return ""
}

// LoadPlaceholder returns a location for [LoadOptions] that the user replaces, or
// an empty string if the database reads local files.
func (d *Dialect) LoadPlaceholder() string { return d.load.placeholder }

// Load returns the statements that add the rows of files to a table.
// They are SQL, or commands of the database's client: \copy of psql, and bq load.
// It returns an empty string if the database cannot load files of the format.
func (d *Dialect) Load(table string, o LoadOptions) string {
	format := d.load.of(o.Format)
	if format == "" {
		return ""
	}
	name := d.Identifier(table)
	if o.Schema != "" {
		name = d.Identifier(o.Schema) + "." + name
	}
	places := o.Files
	if !d.load.each {
		places = o.folders()
	}
	columns := make([]string, len(o.Columns))
	for i, label := range o.Columns {
		columns[i] = d.Identifier(label)
	}
	var b strings.Builder
	for _, place := range places {
		place = strings.TrimRight(o.Location, "/") + "/" + place
		fmt.Fprintf(&b, format+"%.0[1]s%.0[2]s%.0[3]s\n", name, strings.ReplaceAll(place, "'", "''"), strings.Join(columns, ", "))
	}
	return b.String()
}
