-- Title: Spending per member month
-- Meaning: What Medicare paid under Parts A and B for people in the months in
--   which they were in Part A or B and in no plan of Part C, and how much that
--   is for each of them. What was paid outside of these months stands in a
--   column of its own and has no part in the quotient.
-- Units: member months, US dollars
-- Rule: IP 5.3.1 for the amounts; months from table enrollment
-- Rows: one for each month with people or payments
-- Columns:
--   month             its first day
--   member_months     people in Part A or B and in no plan of Part C
--   part_a            paid for their institutional claims
--   part_b            paid for their physician and equipment claims
--   total             the sum of both
--   per_member_month  total by member_months, to the cent
--   outside           paid for people who were not enrolled so in the month

WITH
  members AS (
    SELECT month, count(*) AS months
    FROM metrics.member_months
    WHERE fee_for_service
    GROUP BY month
  ),
  spending AS (
    SELECT
      month,
      sum(paid) FILTER (WHERE part = 'A' AND fee_for_service) AS part_a,
      sum(paid) FILTER (WHERE part = 'B' AND fee_for_service) AS part_b,
      sum(paid) FILTER (WHERE fee_for_service) AS total,
      sum(paid) FILTER (WHERE fee_for_service IS DISTINCT FROM true) AS outside
    FROM metrics.payments
    LEFT JOIN metrics.member_months USING (mbi, month)
    GROUP BY ALL
  )
SELECT
  month,
  coalesce(months, 0) AS member_months,
  coalesce(spending.part_a, 0) AS part_a,
  coalesce(spending.part_b, 0) AS part_b,
  coalesce(total, 0) AS total,
  metrics.per(coalesce(total, 0), months) AS per_member_month,
  coalesce(outside, 0) AS outside
FROM members
FULL JOIN spending USING (month)
ORDER BY month NULLS LAST;
