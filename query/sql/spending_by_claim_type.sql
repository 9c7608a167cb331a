-- Title: Spending by claim type
-- Meaning: What Medicare paid under Parts A and B, with the numbers of claims and
--   beneficiaries.
-- Units: US dollars, claims, beneficiaries
-- Rule: IP 5.3.1 for amounts, 5.2 for claims
-- Rows: one per claim type that occurs
-- Columns:
--   part        A or B, by the file
--   claim_type  CLM_TYPE_CD
--   name        meaning of the claim type
--   claims      final-action claims
--   people      beneficiaries with claims
--   paid        amount that Medicare paid

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
