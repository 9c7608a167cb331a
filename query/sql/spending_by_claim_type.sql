-- Group: Spending
-- Title: Spending by claim type
-- Meaning: What Medicare paid under Parts A and B, with the numbers of claims and
--   beneficiaries. Claims without lines, which the table claims lists and which have
--   no rows in CCLF5 or CCLF6, are claims too; they have no month, and are in no
--   period.
-- Units: US dollars, claims, beneficiaries
-- Rule: IP 5.3.1 for amounts, 5.2 for claims
-- Rows: one per claim type that occurs
-- Key: claim_type, part
-- Order: part; claim_type NULLS LAST
-- Rank: paid
-- Columns:
--   part           A or B, by the file
--   claim_type     CLM_TYPE_CD
--   name           meaning of the claim type
--   claims         final-action claims
--   without_lines  claims without lines among them
--   people         beneficiaries with final-action claims
--   paid           amount that Medicare paid

WITH
  entries AS (
    SELECT {{by "payments"}} part, file, claim, claim_type, mbi, final_action, paid, false AS bare FROM payments
    {{- if not debitCredit}}
    WHERE final_action
    {{- end}}
    {{- if has "listed_claims"}}
    UNION ALL
    SELECT {{by "listed_claims"}} 'B', file, claim, claim_type, mbi, true, 0, true
    FROM listed_claims
    WHERE final_action AND n = 0 AND file IN ('cclf5', 'cclf6')
    {{- end}}
  )
SELECT
  {{by}}
  part,
  claim_type,
  CASE claim_type
    WHEN '10' THEN 'home health' WHEN '20' THEN 'skilled nursing' WHEN '30' THEN 'skilled nursing, swing bed'
    WHEN '40' THEN 'outpatient' WHEN '50' THEN 'hospice' WHEN '60' THEN 'inpatient' WHEN '61' THEN 'inpatient, Medicare Advantage'
    WHEN '71' THEN 'physician' WHEN '72' THEN 'physician, equipment'
    WHEN '81' THEN 'supplier, no equipment' WHEN '82' THEN 'supplier, equipment'
  END AS name,
  count(DISTINCT (file, claim)) FILTER (WHERE final_action) AS claims,
  count(DISTINCT (file, claim)) FILTER (WHERE bare) AS without_lines,
  count(DISTINCT mbi) FILTER (WHERE final_action) AS people,
  coalesce(sum(paid), 0) AS paid
FROM entries
GROUP BY ALL
