package schema

import "sync"

// The table of who was attributed when, which data sets of the runs of an export folder
// have. No crosswalk leads to it.

// AttributionTable is the name of the table.
const AttributionTable = "attribution"

// LogTables returns the tables that only data sets of the runs of an export folder
// have.
func LogTables() []*Table { return logTables() }

var logTables = sync.OnceValue(func() []*Table {
	return []*Table{
		imported(AttributionTable, "Attribution over time",
			"One row for each beneficiary whose Patient resource was in a run of the export folder: when it came first and last, and whether it is in the newest list.",
			[]string{"PATIENT_ID"},
			column("PATIENT_ID", text(64), "Id of the Patient resource"),
			column("BENE_MBI_ID", text(11), "Medicare Beneficiary Identifier, the current one"),
			column("FIRST_RUN", integer(9), "Number of the first run that has the Patient"),
			column("FIRST_SEEN", text(40), "Transaction time of that run, as the server wrote it"),
			column("LAST_RUN", integer(9), "Number of the last run that has the Patient"),
			column("LAST_SEEN", text(40), "Transaction time of that run, as the server wrote it"),
			column("CURRENT", text(1), "Y if the Patient is in the newest full list of Patients or came after it, N for a leaver, null without a full list")),
	}
})
