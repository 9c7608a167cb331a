-- Title: Spending by Medicare and dual status
-- Meaning: People by why they are in Medicare and whether they are in Medicaid
--   too, and what Medicare paid for them under Parts A and B. A person has the
--   status of one row of CCLF8, however many there are. Those who have claims
--   but are not in CCLF8, which may be because they no longer share their data,
--   have none.
-- Units: people, US dollars
-- Rule: IP 2.4.1 for one row a person, 5.3.1 for the amounts
-- Rows: one for each status that occurs
-- Columns:
--   medicare_status  BENE_MDCR_STUS_CD
--   name             what it stands for
--   dual_status      BENE_DUAL_STUS_CD
--   people           how many people, with claims or without
--   paid             what Medicare paid
--   paid_per_person  the quotient, to the cent

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
