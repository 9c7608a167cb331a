-- Group: Utilization
-- Title: Most expensive conditions
-- Meaning: The conditions with the highest payments under Parts A and B: twenty,
--   unless told otherwise. A condition is the first three characters of the
--   principal diagnosis: of the claim in CCLF1, of the line or else the first of the
--   claim in CCLF5. CCLF6 has no diagnoses. Laboratory and ambulance lines count
--   too. Denied claims count in spending, as everywhere.
-- Units: beneficiaries, claims, US dollars
-- Rule: IP 5.2 for claims, 5.3.1 for amounts; three-character categories of
--   ICD-10-CM
-- Rows: one per condition, highest spending first
-- Key: condition, icd
-- Order: place
-- Rank: paid
-- Limit: 20
-- Titles: condition
-- Columns:
--   place      rank, from 1
--   condition  first three characters of the diagnosis
--   icd        version of ICD, 10 or 9, blank if the claim does not tell it
--   people     beneficiaries with such claims
--   claims     final-action claims
--   paid       amount that Medicare paid
--   title      title of the condition, by the file of --icd10-titles

SELECT
  {{by}}
  row_number() OVER ({{partition}} ORDER BY coalesce(sum(amount), 0) DESC, left(diagnosis, 3), icd) AS place,
  left(diagnosis, 3) AS condition,
  icd,
  count(DISTINCT mbi) AS people,
  count(DISTINCT (file, claim)) AS claims,
  coalesce(sum(amount), 0) AS paid
FROM final_action
WHERE diagnosis IS NOT NULL AND category IS NOT NULL
GROUP BY {{by}} condition, icd
