-- Title: Denied claims and lines
-- Meaning: How many claims of final action were denied. In Part A a claim is
--   denied as a whole, when there is a reason why it was not paid. In Part B it
--   is denied when its payment code is 0, and a line with its claim or when its
--   processing indicator is other than A (allowed), O (other), R (reprocessed)
--   and S (Medicare pays second). A blank is no denial. Amounts that denied
--   claims still have are in the spending of the other metrics.
-- Units: claims, lines, US dollars
-- Rule: IP 3.2 for the fields; their values are not in it
-- Rows: one for each of the files CCLF1, CCLF5 and CCLF6
-- Columns:
--   spending       the part, and which of its files
--   claims         claims of final action
--   denied_claims  those of them that were denied
--   lines          their lines, in Part B
--   denied_lines   those of them that were denied
--   denied_amount  what is recorded as paid for what was denied

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
