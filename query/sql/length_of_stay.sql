-- Group: Utilization
-- Title: Admissions, days and length of stay
-- Meaning: Stays that are not denied, by kind: inpatient stays by the class of the
--   hospital that its CCN shows, and skilled nursing stays, swing beds apart. Days
--   are nights, at least one per stay, by the calendar and not those that Medicare
--   covered. Stays count in the month of their first day. See utilization for what a
--   stay is.
-- Units: stays, days, US dollars, stays per 1,000 person-years
-- Rule: IP 5.2 for claims, 3.2 for denials; ranges of CCNs as CMS publishes them
-- Rows: one per kind of stay that occurs
-- Key: kind
-- Order: kind
-- Rank: stays
-- Columns:
--   kind            kind of stay
--   stays           stays
--   people          beneficiaries with them
--   days            days
--   length_of_stay  days / stays
--   paid            amount that Medicare paid
--   paid_per_stay   paid / stays
--   stays_enrolled  stays in member months
--   member_months   months in Part A and Part B without Part C
--   per_1000        stays per 1,000 person-years: 12,000 x stays_enrolled /
--                   member_months

WITH
  counts AS (
    SELECT
      {{by "stays"}}
      CASE
        WHEN kind = 'inpatient' THEN 'inpatient, ' || facility_class
        WHEN claim_type = '30' THEN 'skilled nursing, swing bed'
        ELSE 'skilled nursing'
      END AS kind,
      count(*) AS n,
      count(DISTINCT stays.mbi) AS people,
      sum(days) AS days,
      coalesce(sum(amount), 0) AS paid,
      count(*) FILTER (WHERE fee_for_service) AS enrolled
    FROM stays
    LEFT JOIN member_months ON member_months.mbi = stays.mbi AND member_months.month = stays.month
    WHERE NOT denied
    GROUP BY ALL
  )
SELECT
  {{by "counts"}}
  kind,
  n AS stays,
  people,
  days::BIGINT AS days,
  per(days, n) AS length_of_stay,
  paid,
  per(paid, n) AS paid_per_stay,
  enrolled AS stays_enrolled,
  coalesce(member_months, 0) AS member_months,
  per(12000 * enrolled, member_months) AS per_1000
FROM counts
LEFT JOIN months ON {{on "counts" "months"}}
