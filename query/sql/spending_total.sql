-- Title: Spending under Parts A and B
-- Meaning: What Medicare paid providers: institutional claims by their header,
--   physician and equipment claims line by line, and the sum of all.
-- Units: US dollars, people
-- Rule: IP 5.3.1
-- Rows: one for each of the files CCLF1, CCLF5 and CCLF6, and their total
-- Columns:
--   spending  the part, and which of its files
--   paid      what Medicare paid
--   people    how many people had claims

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
