-- Title: Spending by Medicare and dual status
-- Meaning: Beneficiaries by the reason for their Medicare entitlement and by dual
--   eligibility for Medicaid, and what Medicare paid for them under Parts A and B.
--   The status of a beneficiary comes from one row of CCLF8. Beneficiaries with
--   claims who are not in CCLF8, for example because they opted out of data
--   sharing, have no status.
-- Units: beneficiaries, US dollars
-- Rule: IP 2.4.1 for one row per beneficiary, 5.3.1 for amounts
-- Rows: one per status that occurs
-- Columns:
--   medicare_status  BENE_MDCR_STUS_CD
--   name             meaning of the Medicare status
--   dual_status      BENE_DUAL_STUS_CD
--   people           beneficiaries, with or without claims
--   paid             amount that Medicare paid
--   paid_per_person  paid per beneficiary, rounded to the cent

SELECT
  medicare_status,
  CASE
    WHEN person.mbi IS NULL THEN 'not in CCLF8'
    WHEN medicare_status = '10' THEN 'aged'
    WHEN medicare_status = '11' THEN 'aged, with ESRD'
    WHEN medicare_status = '20' THEN 'disabled'
    WHEN medicare_status = '21' THEN 'disabled, with ESRD'
    WHEN medicare_status = '31' THEN 'ESRD only'
  END AS name,
  dual_status,
  count(mbi) AS people,
  coalesce(sum(paid), 0) AS paid,
  metrics.per(coalesce(sum(paid), 0), count(mbi)) AS paid_per_person
FROM metrics.beneficiaries AS person
FULL JOIN (SELECT mbi, sum(paid) AS paid FROM metrics.payments GROUP BY mbi) AS spending USING (mbi)
GROUP BY ALL
ORDER BY medicare_status NULLS LAST, dual_status NULLS LAST, name NULLS LAST;
