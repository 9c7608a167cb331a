-- Title: Diagnosis related groups that cost most
-- Meaning: The twenty MS-DRGs with the highest payments for inpatient stays, by
--   final action and without denied claims. The group of a stay is that of its
--   last claim.
-- Units: stays, people, nights, US dollars
-- Rule: IP 5.2 for the claims, 3.2 for denials, 3.5 for the header's payment
-- Rows: one for each group, the dearest first
-- Columns:
--   place          from 1
--   drg            DGNS_DRG_CD
--   stays          inpatient stays
--   people         how many people had them
--   days_per_stay  nights, on average
--   paid           what Medicare paid
--   paid_per_stay  on average, to the cent

SELECT
  row_number() OVER (ORDER BY sum(amount) DESC NULLS LAST, drg) AS place,
  drg,
  count(*) AS stays,
  count(DISTINCT mbi) AS people,
  metrics.per(sum(days), count(*)) AS days_per_stay,
  coalesce(sum(amount), 0) AS paid,
  metrics.per(coalesce(sum(amount), 0), count(*)) AS paid_per_stay
FROM metrics.stays
WHERE kind = 'inpatient' AND NOT denied AND drg IS NOT NULL
GROUP BY drg
ORDER BY place
LIMIT 20;
