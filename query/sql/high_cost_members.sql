-- Group: Spending
-- Title: Beneficiaries with the highest spending
-- Meaning: What Medicare paid under Parts A and B for each beneficiary with
--   final-action claims, and the share of all that was paid. Claims without an MBI
--   are in the total, and have no row.
-- Units: US dollars, share
-- Rule: IP 5.1.1 and 5.3.1
-- Rows: one per beneficiary with claims, highest spending first
-- Key: mbi
-- Order: total DESC, mbi
-- Rank: total
-- Columns:
--   mbi               most recent MBI
--   total             amount that Medicare paid
--   share_of_total    total / what was paid for all
--   cumulative_share  the same of this and the rows above
-- Default: no

WITH
  totals AS (
    SELECT {{by "payments"}} mbi, coalesce(sum(paid), 0) AS total, bool_or(final_action) AS counts
    FROM payments
    GROUP BY ALL
  )
SELECT
  {{by}}
  mbi,
  total,
  share(total, sum(total) OVER ({{partition}})) AS share_of_total,
  share(sum(total) OVER ({{partition}} ORDER BY counts AND mbi IS NOT NULL DESC, total DESC, mbi), sum(total) OVER ({{partition}})) AS cumulative_share
FROM totals
QUALIFY mbi IS NOT NULL AND counts
