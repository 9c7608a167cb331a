-- Group: Spending
-- Title: Concentration of spending
-- Meaning: What share of spending under Parts A and B is for the beneficiaries with
--   the highest spending. All beneficiaries with a member month count, also those
--   without claims. Of beneficiaries with the same spending, those with the lesser
--   MBI come first.
-- Units: per cent of beneficiaries, beneficiaries, US dollars, share
-- Rule: IP 5.1.1 and 5.3.1
-- Rows: one per share of beneficiaries: 1, 5, 10, 25 and 50 per cent
-- Key: percent
-- Order: percent
-- Rank: total
-- Needs: member_months
-- Columns:
--   percent         share of beneficiaries, in per cent
--   people          that share of them, rounded up
--   total           what Medicare paid for these
--   all_people      beneficiaries with a member month
--   all_total       what Medicare paid for all of them
--   share_of_total  total / all_total

WITH
  members AS (SELECT DISTINCT {{by "member_months"}} mbi FROM member_months WHERE fee_for_service),
  spending AS (SELECT {{by "payments"}} mbi, sum(paid) AS total FROM payments GROUP BY ALL),
  totals AS (
    SELECT {{by "members"}} members.mbi, coalesce(total, 0) AS total
    FROM members
    LEFT JOIN spending ON spending.mbi = members.mbi AND {{on "members" "spending"}}
  ),
  ranked AS (
    SELECT *, row_number() OVER ({{partition}} ORDER BY total DESC, mbi) AS place, count(*) OVER ({{partition}}) AS members
    FROM totals
  )
SELECT
  {{by}}
  percent,
  count(*) FILTER (WHERE counts) AS people,
  sum(ranked.total) FILTER (WHERE counts) AS total,
  count(*) AS all_people,
  sum(ranked.total) AS all_total,
  share(sum(ranked.total) FILTER (WHERE counts), all_total) AS share_of_total
FROM (SELECT *, place <= (members * percent + 99) // 100 AS counts FROM ranked CROSS JOIN (VALUES (1), (5), (10), (25), (50)) AS shares (percent)) AS ranked
GROUP BY {{by}} percent
