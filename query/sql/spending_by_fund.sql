-- Title: Spending by trust fund
-- Meaning: What Medicare paid from hospital insurance (HI) and supplementary
--   medical insurance (SMI). These differ from Parts A and B of the files: CCLF1
--   has services of both funds, which the type of bill distinguishes, except for
--   home health under a plan of care, which either fund can pay.
-- Units: US dollars
-- Rule: IP 5.4 for the two fields, the UB-04 manual for their values
-- Rows: one per fund, one for claims of either fund, and the total
-- Columns:
--   fund           HI, SMI, HI or SMI, all
--   institutional  paid for claims of CCLF1
--   physician      paid for claims of CCLF5
--   equipment      paid for claims of CCLF6
--   total          sum of the three

SELECT
  coalesce(fund, 'all') AS fund,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf1'), 0) AS institutional,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf5'), 0) AS physician,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf6'), 0) AS equipment,
  coalesce(sum(paid), 0) AS total
FROM (VALUES (1, 'HI'), (2, 'SMI'), (3, 'HI or SMI')) AS funds (place, fund)
LEFT JOIN metrics.payments USING (fund)
GROUP BY GROUPING SETS ((place, fund), ())
ORDER BY place NULLS LAST;
