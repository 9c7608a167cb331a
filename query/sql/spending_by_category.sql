-- Group: Spending
-- Title: Spending by service category
-- Meaning: What Medicare paid under Parts A and B by category, and program_paid: the
--   same without the add-on payments of short-term and other hospitals (claim type
--   60) for indirect medical education, disproportionate share and uncompensated
--   care, which CMS leaves out of ACO expenditures. Inpatient claims are divided by
--   the CCN: short-term (and critical access) hospitals, long-term, rehabilitation
--   and psychiatric hospitals and units, and others. Outpatient includes dialysis
--   and health centers, ambulance is A0021-A0999 in CCLF5, physician is the rest of
--   CCLF5. Medicare Advantage stays (claim type 61), which the plan pays, are no
--   category: spending_by_claim_type has them. Totals do not tie to CMS's
--   expenditure reports, which annualize and truncate.
-- Units: US dollars
-- Rule: IP 5.3.1 for amounts; 42 CFR 425.605 for what is left out; the categories
--   are those of CMS's reports, cut by this tool's rules
-- Rows: one per category that occurs
-- Key: category
-- Order: paid DESC, category
-- Rank: paid
-- Columns:
--   category      service category
--   claims        final-action claims
--   people        beneficiaries with them
--   paid          amount that Medicare paid
--   program_paid  paid without the add-on payments

SELECT
  {{by}}
  category,
  count(DISTINCT (file, claim)) FILTER (WHERE final_action) AS claims,
  count(DISTINCT mbi) FILTER (WHERE final_action) AS people,
  coalesce(sum(paid), 0) AS paid,
  coalesce(sum(paid), 0) - coalesce(sum(CASE
    WHEN claim_type IS DISTINCT FROM '60' THEN 0
    WHEN cancels THEN -add_on
    ELSE add_on
  END), 0) AS program_paid
FROM payments
WHERE category IS NOT NULL{{if not debitCredit}} AND final_action{{end}}
GROUP BY ALL
