package schema

import (
	"slices"
	"sync"
)

// Tables of imported deliveries, beside those of CCLF. No crosswalk leads to them.

// DeliveriesTable is the name of the table of the files that were imported.
const DeliveriesTable = "deliveries"

// Columns that follow those of CCLF in the tables of imported deliveries.
const (
	FileNameLabel = "FILE_NAME"
	FileDateLabel = "FILE_DATE"
)

// deliveries describes the files that were imported.
func deliveries() *Table {
	count, flag := integer(18), integer(1)
	return imported(DeliveriesTable, "Deliveries",
		"One row for each file of a CCLF delivery: where it belongs, and how many records it has.",
		[]string{FileNameLabel, "CCLF_FILE"},
		column(FileNameLabel, text(255), "Name of the file, as delivered"),
		column("CCLF_FILE", text(5), "CCLF1 to CCLF9, CCLFA or CCLFB"),
		column("KIND", text(7), "monthly, runout or weekly; null if the name does not say it"),
		column("PROGRAM", text(8), "Program of the ACO, such as mssp; null if its ID is of none that is known"),
		column("ACO_ID", text(10), "ID of the ACO"),
		column("PERFORMANCE_YEAR", integer(4), "Performance year of the delivery"),
		column(FileDateLabel, date, "Day on which the file was made"),
		column("ROWS_READ", count, "Records in the file, those that were rejected too"),
		column("ROWS_PROMISED", count, "Records of the file by CCLF0; null if the delivery has none"),
		column("ROWS_REJECTED", count, "Records that could not be read"),
		column("ROWS_REDELIVERED", count, "Records that are equal to one of an earlier delivery, and have no row of their own"),
		column("ROWS_REVISED", count, "Records of which an earlier delivery has other values; both have rows"),
		column("SUPERSEDED", flag, "1 if a later monthly delivery covers this weekly one, whose records have no rows; else 0"),
	)
}

func imported(name, title, description string, key []string, columns ...Field) *Table {
	return &Table{Name: name, Title: title, Description: description, Key: key, Side: true, Fields: columns}
}

func column(label string, t Type, description string) Field {
	return Field{Label: label, Type: t, Description: description, Extra: true}
}

// DeliveryTables returns the tables that only data sets of imported deliveries
// have.
func DeliveryTables() []*Table { return deliveryTables() }

var deliveryTables = sync.OnceValue(func() []*Table { return []*Table{deliveries(), assignment(), exclusions(), participants()} })

// Delivered returns a table of CCLF with the columns that tell the delivery of
// each row.
func (t *Table) Delivered() *Table {
	d := *t
	d.Base = t
	d.Fields = append(slices.Clip(d.Fields),
		column(FileNameLabel, text(255), "Name of the file that the row is from, as delivered"),
		column(FileDateLabel, date, "Day on which that file was made"))
	return &d
}
