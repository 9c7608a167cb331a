-- Title: Spending under Parts A and B
-- Meaning: What Medicare paid providers: institutional claims by their header,
--   physician and equipment claims line by line, and the total.
-- Units: US dollars, beneficiaries
-- Rule: IP 5.3.1
-- Rows: one per file (CCLF1, CCLF5 and CCLF6), and the total
-- Columns:
--   spending  part of Medicare, and file
--   paid      amount that Medicare paid
--   people    beneficiaries with claims

SELECT
  coalesce(spending, 'A and B') AS spending,
  coalesce(sum(paid), 0) AS paid,
  count(DISTINCT mbi) AS people
FROM (VALUES
  ('cclf1', 'A, institutional'),
  ('cclf5', 'B, physician'),
  ('cclf6', 'B, equipment')) AS files (file, spending)
LEFT JOIN metrics.payments USING (file)
GROUP BY GROUPING SETS ((file, spending), ())
ORDER BY file NULLS LAST;
