package schema

import "sync"

// Tables of the details of a comparison of two data sets. No crosswalk leads to
// them.

// ComparisonTables returns the tables that only the results of comparisons have.
func ComparisonTables() []*Table { return comparisonTables() }

var comparisonTables = sync.OnceValue(func() []*Table {
	return []*Table{differences(), matches(), comparedColumns(), comparedGroups()}
})

// differences describes the claims that make a difference.
func differences() *Table {
	return imported("differences", "Differences",
		"One row for each claim that is on one side only, or has other dollars on the two sides.",
		[]string{"LEFT_CLAIM_ID", "RIGHT_CLAIM_ID"},
		column("SIDE", text(5), "left or right, if the claim is on that side only; else both"),
		column("FILE", text(5), "cclf1, cclf5, cclf6 or cclf7"),
		column("LEFT_CLAIM_ID", text(20), "CUR_CLM_UNIQ_ID on the left, without leading zeros"),
		column("RIGHT_CLAIM_ID", text(20), "CUR_CLM_UNIQ_ID on the right, without leading zeros"),
		column("CLM_CNTL_NUM", text(40), "Control number"),
		column("BENE_MBI_ID", text(11), "Current MBI of the beneficiary, by the cross-references of both sides"),
		column("CLM_TYPE_CD", text(4), "Claim type"),
		column("CLM_FROM_DT", date, "First day of service"),
		column("CLM_THRU_DT", date, "Last day of service"),
		column("MONTH", date, "First day of the month of the last day of service"),
		column("LEFT_DOLLARS", amount(16), "Dollars on the left; null if the claim is not there"),
		column("RIGHT_DOLLARS", amount(16), "Dollars on the right; null if the claim is not there"),
		column("DOLLARS", amount(16), "What the difference adds on the way from the left to the right"),
		column("REASON", text(24), "The one reason of the difference"),
	)
}

// matches describes the claims that are on both sides.
func matches() *Table {
	return imported("matches", "Matches", "One row for each claim that is on both sides.",
		[]string{"LEFT_CLAIM_ID", "RIGHT_CLAIM_ID"},
		column("FILE", text(5), "cclf1, cclf5, cclf6 or cclf7"),
		column("LEFT_CLAIM_ID", text(20), "CUR_CLM_UNIQ_ID on the left, without leading zeros"),
		column("RIGHT_CLAIM_ID", text(20), "CUR_CLM_UNIQ_ID on the right, without leading zeros"),
		column("MATCHED_BY", text(14), "control number, claim ID or natural key"),
	)
}

// comparedColumns describes the agreement of columns.
func comparedColumns() *Table {
	count := integer(18)
	return imported("columns", "Columns", "One row for each column of the claims: how many values of matched claims agree.",
		[]string{"TABLE_NAME", "COLUMN_NAME"},
		column("TABLE_NAME", text(5), "Table"),
		column("COLUMN_NAME", text(40), "Column"),
		column("COMPARED", count, "Values of matched claims, line by line"),
		column("EQUAL", count, "Of these, the values that agree"),
		column("REASON", text(24), "The reason of the others; null if there are none"),
	)
}

// comparedGroups describes the totals by file, claim type and month.
func comparedGroups() *Table {
	count, dollars := integer(18), amount(16)
	return imported("groups", "Groups", "One row for each file, claim type and month of the last day of service.",
		[]string{"FILE", "CLM_TYPE_CD", "MONTH"},
		column("FILE", text(5), "cclf1, cclf5, cclf6 or cclf7"),
		column("CLM_TYPE_CD", text(4), "Claim type; null if the claims have none"),
		column("MONTH", date, "First day of the month; null if the claims have no last day"),
		column("IN_BOTH", count, "Claims on both sides"),
		column("LEFT_ONLY", count, "Claims on the left only"),
		column("RIGHT_ONLY", count, "Claims on the right only"),
		column("LEFT_DOLLARS", dollars, "Dollars on the left"),
		column("RIGHT_DOLLARS", dollars, "Dollars on the right"),
		column("DOLLARS", dollars, "Dollars on the right minus those on the left"),
	)
}
