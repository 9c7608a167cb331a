-- Title: Spending per member month
-- Meaning: What Medicare paid under Parts A and B for beneficiaries in months in
--   which they were in Part A or B and not in a Part C plan, and the average per
--   member month. Payments outside of these months have a column of their own and
--   do not count in the average.
-- Units: member months, US dollars
-- Rule: IP 5.3.1 for amounts; months from table enrollment
-- Rows: one per month with member months or payments
-- Columns:
--   month             first day of the month
--   member_months     beneficiaries in Part A or B and not in a Part C plan
--   part_a            paid for their institutional claims
--   part_b            paid for their physician and equipment claims
--   total             sum of both
--   per_member_month  total / member_months, rounded to the cent
--   outside           paid for beneficiaries without such enrollment in the month

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
