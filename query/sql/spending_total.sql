-- Group: Spending
-- Title: Spending under Parts A and B
-- Meaning: What Medicare paid providers: institutional claims by their header,
--   physician and equipment claims line by line, and the total.
-- Units: US dollars, beneficiaries
-- Rule: IP 5.3.1
-- Rows: one per file (CCLF1, CCLF5 and CCLF6), and the total
-- Key: spending
-- Order: spending <> 'A, institutional'; spending <> 'B, physician'; spending <> 'B, equipment'
-- Rank: paid
-- Columns:
--   spending  part of Medicare, and file
--   paid      amount that Medicare paid
--   people    beneficiaries with final-action claims

SELECT
  {{by "groups"}}
  coalesce(spending, 'A and B') AS spending,
  coalesce(sum(paid), 0) AS paid,
  count(DISTINCT mbi) FILTER (WHERE final_action) AS people
FROM groups
CROSS JOIN (VALUES ('cclf1', 'A, institutional'), ('cclf5', 'B, physician'), ('cclf6', 'B, equipment')) AS files (file, spending)
LEFT JOIN payments ON payments.file = files.file AND {{on "groups" "payments"}}
GROUP BY {{by "groups"}} ROLLUP (spending)
