-- Title: Denied claims and lines
-- Meaning: Denials among final-action claims. In Part A a whole claim is denied, if
--   it has a nonpayment reason. In Part B a claim is denied if its payment code is
--   0. A line is denied with its claim, or if its processing indicator is other
--   than A (allowed), O (other), R (reprocessed) and S (Medicare is the secondary
--   payer). A blank indicator is not a denial. Amounts on denied claims count as
--   spending in the other metrics.
-- Units: claims, lines, US dollars
-- Rule: IP 3.2 for the fields; it does not list their values
-- Rows: one per file (CCLF1, CCLF5 and CCLF6)
-- Columns:
--   spending       part of Medicare, and file
--   claims         final-action claims
--   denied_claims  denied claims among them
--   lines          their lines, in Part B
--   denied_lines   denied lines among them
--   denied_amount  amount recorded as paid for denied claims and lines

WITH
  claims AS (
    SELECT 'cclf1' AS file, denied, 0 AS lines, 0 AS denied_lines, CASE WHEN denied THEN amount END AS amount
    FROM metrics.part_a
    WHERE final_action
    UNION ALL
    SELECT
      file,
      bool_or(claim_denied),
      count(*),
      count(*) FILTER (WHERE line_denied),
      sum(amount) FILTER (WHERE line_denied)
    FROM metrics.part_b
    WHERE final_action
    GROUP BY file, claim
  )
SELECT
  spending,
  count(claims.file) AS claims,
  count(claims.file) FILTER (WHERE denied) AS denied_claims,
  CASE WHEN file <> 'cclf1' THEN coalesce(sum(lines), 0)::BIGINT END AS lines,
  CASE WHEN file <> 'cclf1' THEN coalesce(sum(denied_lines), 0)::BIGINT END AS denied_lines,
  coalesce(sum(amount), 0) AS denied_amount
FROM (VALUES
  ('cclf1', 'A, institutional'),
  ('cclf5', 'B, physician'),
  ('cclf6', 'B, equipment')) AS files (file, spending)
LEFT JOIN claims USING (file)
GROUP BY file, spending
ORDER BY file;
