-- Group: Utilization
-- Title: Most expensive procedures and supplies
-- Meaning: The procedure codes (HCPCS) with the highest payments in CCLF5 and CCLF6,
--   on final-action lines that are not denied: twenty, unless told otherwise. Lines
--   of institutional claims are not counted, because their payments need not add up
--   to that of the claim. Codes have no titles: those of level I (CPT) belong to the
--   American Medical Association.
-- Units: beneficiaries, claims, lines, US dollars
-- Rule: IP 5.2 for claims, 3.2 for denials, 5.3.1 for amounts
-- Rows: one per procedure code, highest spending first
-- Key: hcpcs
-- Order: place
-- Rank: paid
-- Limit: 20
-- Columns:
--   place   rank, from 1
--   hcpcs   CLM_LINE_HCPCS_CD
--   people  beneficiaries with such lines
--   claims  claims with such lines
--   lines   lines
--   paid    amount that Medicare paid

SELECT
  {{by}}
  row_number() OVER ({{partition}} ORDER BY coalesce(sum(amount), 0) DESC, hcpcs) AS place,
  hcpcs,
  count(DISTINCT mbi) AS people,
  count(DISTINCT (file, claim)) AS claims,
  count(*) AS lines,
  coalesce(sum(amount), 0) AS paid
FROM final_action
WHERE hcpcs IS NOT NULL AND NOT denied
GROUP BY {{by}} hcpcs
