-- Group: Spending
-- Title: Spending per member month (PMPM)
-- Meaning: What Medicare paid under Parts A and B for beneficiaries in member months,
--   and the average per member month. A member month is one in Part A and Part B and
--   not in a Part C plan. Payments outside of these months have a column of their own
--   and do not count in the average. Months that Coverage does not tell, but that its
--   spans imply, are member months; the same numbers without them stand beside.
-- Units: member months, US dollars
-- Rule: IP 5.3.1 for amounts; months from table enrollment
-- Rows: one per month with member months or payments
-- By: month
-- Rank: total
-- Columns:
--   month                  first day of the month
--   member_months          beneficiaries in Part A and B and not in a Part C plan
--   part_a                 paid for their institutional claims
--   part_b                 paid for their physician and equipment claims
--   total                  sum of both
--   per_member_month       total / member_months, rounded to the cent
--   outside                paid for beneficiaries outside of member months
--   told_member_months     member months that are not inferred
--   told_total             paid in these
--   told_per_member_month  told_total / told_member_months, rounded to the cent

WITH
  spending AS (
    SELECT
      {{by "payments"}}
      sum(paid) FILTER (WHERE fee_for_service AND part = 'A') AS part_a,
      sum(paid) FILTER (WHERE fee_for_service AND part = 'B') AS part_b,
      sum(paid) FILTER (WHERE fee_for_service) AS total,
      sum(paid) FILTER (WHERE fee_for_service IS NOT TRUE) AS outside,
      sum(paid) FILTER (WHERE fee_for_service AND NOT inferred) AS told_total
    FROM payments
    LEFT JOIN member_months ON member_months.mbi = payments.mbi AND member_months.month = payments.month
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  coalesce(member_months, 0) AS member_months,
  coalesce(part_a, 0) AS part_a,
  coalesce(part_b, 0) AS part_b,
  coalesce(total, 0) AS total,
  per(coalesce(total, 0), member_months) AS per_member_month,
  coalesce(outside, 0) AS outside,
  coalesce(told_member_months, 0) AS told_member_months,
  coalesce(told_total, 0) AS told_total,
  per(coalesce(told_total, 0), told_member_months) AS told_per_member_month
FROM groups
LEFT JOIN spending ON {{on "groups" "spending"}}
LEFT JOIN months ON {{on "groups" "months"}}
