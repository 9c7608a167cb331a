-- Title: Spending by claim type
-- Meaning: What Medicare paid under Parts A and B, for how many claims and
--   people.
-- Units: US dollars, claims, people
-- Rule: IP 5.3.1 for the amounts, 5.2 for the claims
-- Rows: one for each claim type that occurs
-- Columns:
--   part        A or B, by the file
--   claim_type  CLM_TYPE_CD
--   name        what it stands for
--   claims      how many claims are final action
--   people      how many people had claims
--   paid        what Medicare paid

SELECT
  part,
  claim_type,
  metrics.claim_type_name(claim_type) AS name,
  count(DISTINCT (file, claim)) FILTER (WHERE final_action) AS claims,
  count(DISTINCT mbi) AS people,
  coalesce(sum(paid), 0) AS paid
FROM metrics.payments
GROUP BY part, claim_type
ORDER BY part, claim_type NULLS LAST;
