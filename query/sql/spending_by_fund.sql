-- Group: Spending
-- Title: Spending by trust fund
-- Meaning: What Medicare paid from hospital insurance (HI) and supplementary
--   medical insurance (SMI). These differ from Parts A and B of the files: CCLF1
--   has services of both funds, which the type of bill distinguishes, except for
--   home health under a plan of care, which either fund can pay. Without a type of
--   bill, the claim type decides.
-- Units: US dollars
-- Rule: IP 5.4 for the two fields, the UB-04 manual for their values
-- Rows: one per fund, one for claims of either fund, and the total
-- Key: fund
-- Order: fund = 'all'; fund = 'HI or SMI'; fund
-- Rank: total
-- Columns:
--   fund           HI, SMI, HI or SMI, all
--   institutional  paid for claims of CCLF1
--   physician      paid for claims of CCLF5
--   equipment      paid for claims of CCLF6
--   total          sum of the three

WITH
  funded AS (
    SELECT
      {{by "payments"}} file, paid,
      CASE
        WHEN file <> 'cclf1' THEN 'SMI'
        WHEN bill IN (
          '11', '18',  -- hospital: inpatient, swing bed
          '21', '28',  -- skilled nursing: inpatient, swing bed
          '33',        -- home health under Part A, until 2013
          '41', '51',  -- religious non-medical: hospital, extended care
          '81', '82'   -- hospice: outside of a hospital, in one
        ) THEN 'HI'
        WHEN bill = '32' THEN 'HI or SMI'  -- home health under a plan of care
        WHEN bill IS NOT NULL THEN 'SMI'
        WHEN claim_type IN ('20', '30', '50', '60', '61') THEN 'HI'
        WHEN claim_type = '40' THEN 'SMI'
        ELSE 'HI or SMI'
      END AS fund
    FROM payments
  )
SELECT
  {{by "groups"}}
  coalesce(funds.fund, 'all') AS fund,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf1'), 0) AS institutional,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf5'), 0) AS physician,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf6'), 0) AS equipment,
  coalesce(sum(paid), 0) AS total
FROM groups
CROSS JOIN (VALUES ('HI'), ('SMI'), ('HI or SMI')) AS funds (fund)
LEFT JOIN funded ON funded.fund = funds.fund AND {{on "groups" "funded"}}
GROUP BY {{by "groups"}} ROLLUP (funds.fund)
