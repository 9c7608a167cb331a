-- Group: Utilization
-- Title: Most expensive MS-DRGs
-- Meaning: The MS-DRGs with the highest payments for inpatient stays, by final action
--   and excluding denied claims: twenty, unless told otherwise. The DRG of a stay is
--   that of its last claim.
-- Units: stays, beneficiaries, nights, US dollars
-- Rule: IP 5.2 for claims, 3.2 for denials, 3.5 for the payment of the header
-- Rows: one per DRG, highest spending first
-- Key: drg
-- Order: drg
-- Rank: paid
-- Limit: 20
-- Titles: drg
-- Columns:
--   place          rank, from 1
--   drg            DGNS_DRG_CD
--   stays          inpatient stays
--   people         beneficiaries with such stays
--   days_per_stay  average nights per stay
--   paid           amount that Medicare paid
--   paid_per_stay  average per stay, rounded to the cent
--   title          title of the DRG, by CMS, of version 43 (fiscal year 2026) or
--                  the last that had it

SELECT
  {{by}}
  row_number() OVER ({{partition}} ORDER BY sum(amount) DESC NULLS LAST, drg) AS place,
  drg,
  count(*) AS stays,
  count(DISTINCT mbi) AS people,
  per(sum(days), count(*)) AS days_per_stay,
  coalesce(sum(amount), 0) AS paid,
  per(coalesce(sum(amount), 0), count(*)) AS paid_per_stay
FROM stays
WHERE kind = 'inpatient' AND NOT denied AND drg IS NOT NULL
GROUP BY {{by}} drg
