//go:build cgo

package report

// A chapter is a section of every report, with its figures in order.
type chapter struct {
	id, title, intro string
	figures          []figureSpec
}

// A figureSpec says how a metric is shown.
type figureSpec struct {
	metric  string
	by      []string // its groups; its own by default
	title   string   // of the figure; that of the metric by default
	text    string   // what the figure shows
	missing string   // why there may be no rows
	columns []string // of the table; all by default
	apart   string   // column whose values are not added up
	ranked  bool     // rows are in the order of an amount
	scored  bool     // rows are in the order of an amount, and each is about a provider
	top     int      // greatest number of rows, unless the options say otherwise; 0 for all
	claims  bool     // only months since the first payments, because rates of the period divide by them
	chart   func(*result) *chart
}

// mostProviders is how many facilities, and providers, a report lists unless the
// options say otherwise.
const mostProviders = 50

const noEnrollment = "The data set has no months of enrollment, so there is nothing to divide by. Exports of BCDA have them in Coverage resources; CCLF files have none."

// chapters are the sections about claims and enrollment.
var chapters = []chapter{
	{id: "spending", title: "Spending", intro: "What Medicare paid under Parts A and B, by month of service. The latest months are incomplete: their claims are still coming in.", figures: []figureSpec{
		{metric: "spending_by_month", chart: monthlyBars(unitDollars, "part_a", "part_b_physician", "part_b_equipment"), missing: "No claims in this period."},
		{
			metric: "spending_per_member_month", title: "Spending per member month (PMPM)",
			text:    "The average per beneficiary and month in both Parts A and B without a Part C plan. Payments outside of such months are not in it.",
			chart:   monthlyBars(unitPerMember, "per_member_month"),
			missing: noEnrollment,
		},
		{metric: "spending_total"},
		{metric: "spending_by_category", chart: bars(unitDollars, "paid", "category")},
		{metric: "spending_by_claim_type", chart: bars(unitDollars, "paid", "name")},
		{metric: "spending_by_status"},
	}},
	{id: "utilization", title: "Utilization", intro: "Events of beneficiaries in member months, per 1,000 of them and year, so that periods and populations compare.", figures: []figureSpec{
		{metric: "utilization", apart: "service", claims: true, chart: bars(unitPerThousand, "per_1000", "service"), missing: noEnrollment},
		{
			metric: "utilization", by: []string{"month"}, title: "Stays and visits by month", apart: "service", missing: noEnrollment,
			chart: monthlySeries(unitPerThousand, "per_1000", "service", "inpatient stays", "skilled nursing stays", "emergency visits, admitted", "emergency visits, not admitted", "observation stays"),
		},
		{metric: "length_of_stay", claims: true, chart: bars(unit{"Days per stay", `format(datum.value, ",")`, ",.2f"}, "length_of_stay", "kind")},
		{metric: "denied_claims"},
	}},
	{id: "readmissions", title: "Readmissions", intro: "Unplanned readmissions within 30 days, as observed: not adjusted for risk, and so not the rate of CMS's quality measure.", figures: []figureSpec{
		{metric: "readmissions", missing: noEnrollment},
		{metric: "readmissions", by: []string{"quarter"}, title: "Readmissions by quarter of discharge", missing: noEnrollment, chart: bars(unitReadmitted, "rate", "quarter")},
	}},
	{id: "concentration", title: "High-cost concentration", intro: "How much of the spending is that of the beneficiaries with the highest costs.", figures: []figureSpec{
		{metric: "concentration", apart: "percent", chart: bars(unitShare, "share_of_total", "percent"), missing: noEnrollment},
	}},
	{id: "enrollment", title: "Enrollment", figures: []figureSpec{
		{metric: "member_months", chart: monthlyLines(unitCount("Beneficiaries"), "part_a", "part_b", "part_c", "part_d", "fee_for_service"), missing: noEnrollment},
		{metric: "deaths", by: []string{"quarter"}, title: "Deaths by quarter", chart: bars(unitCount("Deaths"), "deaths", "quarter")},
		{metric: "hospice"},
	}},
	{id: "care", title: "Preventive and transitional care", figures: []figureSpec{
		{metric: "wellness_visits"},
		{metric: "transitional_care"},
		{metric: "chronic_care_management"},
		{metric: "advance_care_planning"},
	}},
	{id: "conditions", title: "Conditions and DRGs", figures: []figureSpec{
		{metric: "top_conditions", ranked: true, chart: bars(unitDollars, "paid", "condition")},
		{metric: "top_drgs", ranked: true, chart: bars(unitDollars, "paid", "drg")},
		{metric: "top_procedures", ranked: true, chart: bars(unitDollars, "paid", "hcpcs")},
	}},
	{id: "network", title: "Network", intro: "What Medicare paid to the providers of the roster, and to others.", figures: []figureSpec{
		{metric: "leakage", chart: bars(unitDollars, "out_of_network", "category")},
	}},
	{id: "providers", title: "Facilities and providers", intro: "By CCN, and by TIN and NPI. The numbers are as observed: not adjusted for risk.", figures: []figureSpec{
		{metric: "facility_scorecard", scored: true, top: mostProviders, chart: bars(unitDollars, "paid", "facility")},
		{metric: "provider_scorecard", scored: true, top: mostProviders, chart: bars(unitDollars, "paid", "npi")},
	}},
	{id: "drugs", title: "Part D drugs", figures: []figureSpec{
		{metric: "part_d_cost", text: "The cost of drugs, whoever paid it. Medicare does not pay it per claim.", chart: monthlyBars(unitDollars, "total_cost")},
		{metric: "part_d_fills"},
		{metric: "top_drugs", ranked: true, chart: bars(unitDollars, "total_cost", "ndc")},
	}},
	{id: "completeness", title: "Completeness and lag", intro: "How much of a month is known when: claims take months to arrive. The newest months look cheaper than they are.", figures: []figureSpec{
		{metric: "completion_factors", text: "The share of the final payments for a month that has arrived so many months later.", chart: line(unitShare, "completion", "lag")},
		{metric: "claim_lag", chart: bars(unitShare, "within_60_days", "claim_type")},
		{
			metric: "completeness", text: "Claims of each month and file, compared with a usual month.", apart: "file",
			chart: monthlySeries(unitUsual, "claims_of_usual", "file", "cclf1", "cclf5", "cclf6", "cclf7"),
		},
	}},
}
