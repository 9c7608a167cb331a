package delivery

import "slices"

// isAssignment reports whether a header is that of a table of an assignment list
// report.
func isAssignment(header []string) bool {
	if !slices.Contains(header, "BENE_MBI_ID") {
		return false
	}
	for _, mark := range []string{"ENROLLFLAG1", "B_EM_LINE_CNT_T", "PCS_COUNT", "PLUR_R05", "VA_SELECTION_ONLY", "ADI_NATRANK"} {
		if slices.Contains(header, mark) {
			return true
		}
	}
	return false
}

// isExclusions reports whether a header is that of a list of excluded
// beneficiaries.
func isExclusions(header []string) bool {
	return slices.Contains(header, "MBI") && slices.Contains(header, "BENEEXCREASONS")
}

// isParticipants reports whether a header is that of a list of participants.
func isParticipants(header []string) bool { return false }
