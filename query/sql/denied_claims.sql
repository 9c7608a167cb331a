-- Group: Data quality
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
-- Key: spending
-- Order: spending <> 'A, institutional'; spending <> 'B, physician'
-- Rank: denied_amount
-- Columns:
--   spending       part of Medicare, and file
--   claims         final-action claims
--   denied_claims  denied claims among them
--   lines          their lines, in Part B
--   denied_lines   denied lines among them
--   denied_amount  amount recorded as paid for denied claims and lines

WITH
  counted AS (
    SELECT
      {{by "payments"}}
      file,
      bool_or(claim_denied) AS denied,
      count(*) AS lines,
      count(*) FILTER (WHERE payments.denied) AS denied_lines,
      sum(amount) FILTER (WHERE payments.denied) AS amount
    FROM payments
    WHERE final_action
    GROUP BY {{by "payments"}} file, claim
  )
SELECT
  {{by "groups"}}
  spending,
  count(counted.file) AS claims,
  count(counted.file) FILTER (WHERE denied) AS denied_claims,
  CASE WHEN files.file <> 'cclf1' THEN coalesce(sum(lines), 0)::BIGINT END AS lines,
  CASE WHEN files.file <> 'cclf1' THEN coalesce(sum(denied_lines), 0)::BIGINT END AS denied_lines,
  coalesce(sum(amount), 0) AS denied_amount
FROM groups
CROSS JOIN (VALUES ('cclf1', 'A, institutional'), ('cclf5', 'B, physician'), ('cclf6', 'B, equipment')) AS files (file, spending)
LEFT JOIN counted ON counted.file = files.file AND {{on "groups" "counted"}}
GROUP BY {{by "groups"}} files.file, spending
