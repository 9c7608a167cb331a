-- Group: Data quality
-- Title: Monthly completeness check
-- Meaning: Claims and payments of each month and file against those of a usual
--   month: the median of the twelve months before the last three. If all months have
--   member months, and none fewer than half of those of another, the numbers compared
--   are those per member month: the exports of v1 and v2 tell Part D of one year, and
--   of other years that of few. flag says what is unusual: no claims; low, under 60
--   per cent of the usual claims or payments; high, over 150 per cent; still coming in,
--   which is low in one of the last three months, of which claims are still on their
--   way (see completion_factors). A delivery that is missing shows as a hole. Months are
--   compared with each other, so they cannot be groups.
-- Units: claims, US dollars, share
-- Rule: this tool's choice
-- Rows: one per month and file, from the first to the last month of the data
-- Key: month, file
-- Order: month, file
-- Rank: claims
-- Needs: member_months
-- Columns:
--   month            first day of the month of service
--   file             CCLF1, CCLF5, CCLF6 or CCLF7
--   claims           final-action claims; events in CCLF7
--   paid             amount that Medicare paid; in CCLF7 what beneficiaries paid
--   member_months    member months, in Part D those of a Part D plan
--   claims_of_usual  claims / those of a usual month
--   paid_of_usual    paid / that of a usual month
--   flag             what is unusual, or blank

WITH
  counts AS (
    SELECT {{by "payments"}} file, month, count(DISTINCT claim) FILTER (WHERE final_action) AS claims, sum(paid) AS paid
    FROM payments WHERE month IS NOT NULL GROUP BY ALL
    UNION ALL
    SELECT {{by "part_d"}} 'cclf7', month, count(*), sum(amount) FROM part_d WHERE final_action AND month IS NOT NULL GROUP BY ALL
  ),
  enrolled AS (
    SELECT {{by "member_months"}} month, count(*) FILTER (WHERE fee_for_service) AS ab, count(*) FILTER (WHERE part_d) AS d
    FROM member_months GROUP BY ALL
  ),
  span AS (SELECT min(month) AS first, max(month) AS last FROM counts),
  grid AS (
    SELECT files.*, unnest(generate_series(first, last, INTERVAL 1 MONTH))::DATE AS month
    FROM (SELECT DISTINCT {{by}} file FROM counts) AS files, span
  ),
  filled AS (
    SELECT
      grid.*,
      coalesce(claims, 0) AS claims,
      coalesce(paid, 0) AS paid,
      coalesce(CASE WHEN grid.file = 'cclf7' THEN d ELSE ab END, 0) AS member_months
    FROM grid
    LEFT JOIN counts ON counts.file = grid.file AND counts.month = grid.month AND {{on "grid" "counts"}}
    LEFT JOIN enrolled ON enrolled.month = grid.month AND {{on "grid" "enrolled"}}
  ),
  rates AS (
    SELECT
      *,
      CASE WHEN 2 * min(member_months) OVER of_file >= max(member_months) OVER of_file AND min(member_months) OVER of_file > 0
        THEN member_months ELSE 1 END AS base,
      per(1000 * claims, base) AS claim_rate,
      per(1000 * paid, base) AS paid_rate
    FROM filled
    WINDOW of_file AS (PARTITION BY {{by}} file)
  ),
  usual AS (
    SELECT {{by "rates"}} file, quantile_disc(claim_rate, 0.5) AS claim_rate, quantile_disc(paid_rate, 0.5) AS paid_rate
    FROM rates, span
    WHERE month BETWEEN last - INTERVAL 14 MONTH AND last - INTERVAL 3 MONTH
    GROUP BY ALL
  )
SELECT
  {{by "rates"}}
  rates.month,
  rates.file,
  claims,
  paid,
  member_months,
  share(rates.claim_rate, usual.claim_rate) AS claims_of_usual,
  share(rates.paid_rate, usual.paid_rate) AS paid_of_usual,
  CASE
    WHEN claims = 0 THEN 'no claims'
    WHEN least(claims_of_usual, paid_of_usual) < 0.6 AND rates.month > last - INTERVAL 3 MONTH THEN 'still coming in'
    WHEN least(claims_of_usual, paid_of_usual) < 0.6 THEN 'low'
    WHEN greatest(claims_of_usual, paid_of_usual) > 1.5 THEN 'high'
  END AS flag
FROM rates
CROSS JOIN span
LEFT JOIN usual ON usual.file = rates.file AND {{on "usual" "rates"}}
