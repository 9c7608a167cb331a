-- Group: Spending
-- Title: Spending by Medicare and dual status
-- Meaning: Beneficiaries by the reason for their Medicare entitlement and by dual
--   eligibility for Medicaid, and what Medicare paid for them under Parts A and B.
--   The status of a beneficiary comes from one row of CCLF8. Beneficiaries with
--   claims who are not in CCLF8, for example because they opted out of data
--   sharing, have no status.
-- Units: beneficiaries, US dollars
-- Rule: IP 2.4.1 for one row per beneficiary, 5.3.1 for amounts
-- Rows: one per status that occurs
-- Key: medicare_status, name, dual_status
-- Order: medicare_status NULLS LAST; dual_status NULLS LAST; name NULLS LAST
-- Rank: paid
-- Columns:
--   medicare_status  BENE_MDCR_STUS_CD
--   name             meaning of the Medicare status
--   dual_status      BENE_DUAL_STUS_CD
--   people           beneficiaries, with or without claims; of groups that are not
--                    of beneficiaries, such as months, those of the whole
--   paid             amount that Medicare paid
--   paid_per_person  paid per beneficiary, rounded to the cent

WITH
  spending AS (
    SELECT {{by "payments"}} mbi, sum(paid) AS paid, bool_or(final_action) AS counts
    FROM payments
    GROUP BY ALL
  ),
  statuses AS (
    SELECT {{by "groups"}} mbi, medicare_status, dual_status, true AS counts, false AS unknown
    FROM groups
    JOIN beneficiaries ON {{on "groups" "beneficiaries"}}
    UNION ALL
    SELECT {{by "spending"}} mbi, NULL, NULL, counts, true
    FROM spending
    WHERE mbi IS NULL OR mbi NOT IN (SELECT mbi FROM beneficiaries WHERE mbi IS NOT NULL)
  )
SELECT
  {{by "statuses"}}
  medicare_status,
  CASE
    WHEN unknown THEN 'not in CCLF8'
    WHEN medicare_status = '10' THEN 'aged'
    WHEN medicare_status = '11' THEN 'aged, with ESRD'
    WHEN medicare_status = '20' THEN 'disabled'
    WHEN medicare_status = '21' THEN 'disabled, with ESRD'
    WHEN medicare_status = '31' THEN 'ESRD only'
  END AS name,
  dual_status,
  count(statuses.mbi) FILTER (WHERE statuses.counts) AS people,
  coalesce(sum(paid), 0) AS paid,
  per(coalesce(sum(paid), 0), people) AS paid_per_person
FROM statuses
LEFT JOIN spending ON spending.mbi IS NOT DISTINCT FROM statuses.mbi AND {{on "statuses" "spending"}}
GROUP BY ALL
