-- Group: Providers
-- Title: Facilities
-- Meaning: Hospitals and other facilities by CCN: what Medicare paid them, stays and
--   their length, 30-day readmissions by the hospital of the discharge, emergency
--   visits and observation stays. Stays, visits and readmissions are as in
--   utilization and readmissions, without denied ones. Numbers are observed: they
--   are not adjusted for risk, and say little where few.
-- Units: beneficiaries, stays, days, visits, US dollars, share
-- Rule: IP 5.3.1 for amounts; see utilization and readmissions
-- Rows: one per facility, highest spending first
-- Key: facility
-- Order: paid DESC, facility
-- Rank: paid
-- Columns:
--   facility           CCN of the claim
--   class              kind of hospital that the CCN shows
--   people             beneficiaries with final-action claims
--   paid               amount that Medicare paid
--   stays              stays, inpatient and skilled nursing
--   days               their days
--   length_of_stay     days / stays
--   paid_per_stay      paid for stays / stays
--   index_admissions   discharges, as in readmissions
--   readmissions       those that were followed by a readmission, anywhere
--   readmission_rate   readmissions / index_admissions
--   emergency_visits   emergency visits, admitted or not
--   observation_stays  observation stays
-- Default: no

WITH
  entries AS (
    SELECT {{by "payments"}} facility, facility_class, CASE WHEN final_action THEN mbi END AS mbi, paid FROM payments WHERE file = 'cclf1'{{if not debitCredit}} AND final_action{{end}}
    UNION ALL BY NAME
    SELECT {{by "stays"}} ccn AS facility, 1 AS stay, days, amount FROM stays WHERE NOT denied
    UNION ALL BY NAME
    SELECT {{by "visits"}} ccn AS facility, kind AS visit FROM visits WHERE NOT denied
    UNION ALL BY NAME
    SELECT {{by "episodes"}} ccn AS facility, 1 AS discharge, (followed_by = 'readmission') IS TRUE AS readmitted FROM episodes WHERE exclusion IS NULL
  )
SELECT
  {{by}}
  facility,
  any_value(entries.facility_class) AS class,
  count(DISTINCT mbi) AS people,
  coalesce(sum(paid), 0) AS paid,
  count(stay) AS stays,
  coalesce(sum(days), 0)::BIGINT AS days,
  per(coalesce(sum(entries.days), 0), count(stay)) AS length_of_stay,
  per(coalesce(sum(amount), 0), count(stay)) AS paid_per_stay,
  count(discharge) AS index_admissions,
  count(*) FILTER (WHERE readmitted) AS readmissions,
  share(readmissions, index_admissions) AS readmission_rate,
  count(*) FILTER (WHERE visit = 'emergency') AS emergency_visits,
  count(*) FILTER (WHERE visit = 'observation') AS observation_stays
FROM entries
WHERE facility IS NOT NULL
GROUP BY {{by}} facility
