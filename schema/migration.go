package schema

import "sync"

// Tables of the map that cclf reconcile --migrate writes. No crosswalk leads to
// them.

// The names of these tables.
const (
	PatientMapTable = "patient_map"
	ClaimMapTable   = "claim_map"
	UnpairedTable   = "unpaired"
)

// MigrationTables returns the tables that only maps of old to new IDs have.
func MigrationTables() []*Table { return migrationTables() }

var migrationTables = sync.OnceValue(func() []*Table {
	id, word := text(64), text(24)
	return []*Table{
		imported(PatientMapTable, "Patient IDs, old to new",
			"One row for each pair of Patient IDs of one beneficiary.",
			[]string{"OLD_PATIENT_ID", "NEW_PATIENT_ID"},
			column("OLD_PATIENT_ID", id, "ID of the Patient in the old data set"),
			column("NEW_PATIENT_ID", id, "ID of the Patient in the new data set"),
			column("MBI", text(11), "Current MBI, in the new data set"),
			column("MATCHED_BY", word, "mbi, former_mbi, or demographics")),
		imported(ClaimMapTable, "Claim IDs, old to new",
			"One row for each claim resource that is in both data sets.",
			[]string{"OLD_RESOURCE_ID"},
			column("OLD_CLAIM_ID", text(40), "CUR_CLM_UNIQ_ID in the old data set"),
			column("NEW_CLAIM_ID", text(40), "CUR_CLM_UNIQ_ID in the new data set"),
			column("OLD_RESOURCE_ID", id, "ID of the resource in the old data set"),
			column("NEW_RESOURCE_ID", id, "ID of the resource in the new data set"),
			column("FILE", text(5), "CCLF file of the claim: cclf1, cclf5, cclf6 or cclf7"),
			column("MATCHED_BY", word, "control_number or natural_key")),
		imported(UnpairedTable, "IDs without a counterpart",
			"One row for each Patient ID and each claim resource that is not in the maps.",
			[]string{"SIDE", "KIND", "ID"},
			column("SIDE", text(3), "old or new"),
			column("KIND", text(7), "patient or claim"),
			column("ID", id, "Patient ID, or ID of the resource"),
			column("CLAIM_ID", text(40), "CUR_CLM_UNIQ_ID of a claim"),
			column("FILE", text(5), "CCLF file of a claim"),
			column("REASON", word, "only_old, only_new, ambiguous, no_mbi, no_patient_id, or beneficiary_not_paired")),
	}
})
