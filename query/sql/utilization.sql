-- Group: Utilization
-- Title: Utilization
-- Meaning: Use of services, by final action. A stay is one claim of a facility, or
--   several consecutive claims in which all but the last have the patient status
--   "still a patient". Its days are the nights between the first and the last day,
--   at least one; the first day can be one of tests before admission. An emergency
--   visit is a beneficiary, facility and day with revenue center 0450 to 0459 or
--   0981. A visit on an inpatient claim ended in an admission. An observation stay is
--   a beneficiary, facility and first day with revenue center 0762 on an outpatient
--   claim. Medicare Advantage stays (claim type 61) are excluded. Events count in the
--   month of their first day.
-- Units: events, member months, events per 1,000 person-years
-- Rule: IP 5.2 for claims, 3.2 for denials, the UB-04 manual for codes
-- Rows: one per service
-- Key: service
-- Order: service LIKE 'observation%'; service LIKE 'emergency%'; service LIKE 'skilled%'; service LIKE '% days'; service LIKE '%, admitted'
-- Rank: events
-- Columns:
--   service          type of service
--   events           events, excluding denied ones
--   denied           denied events
--   events_enrolled  events in member months, excluding denied ones
--   member_months    months in Part A and Part B without Part C
--   per_1000         events per 1,000 person-years: 12,000 x events_enrolled /
--                    member_months

WITH
  events AS (
    SELECT {{by "stays"}} kind || ' stays' AS service, mbi, month, denied, 1 AS n FROM stays
    UNION ALL
    SELECT {{by "stays"}} kind || ' days', mbi, month, denied, days FROM stays
    UNION ALL
    SELECT
      {{by "visits"}} CASE WHEN kind = 'observation' THEN 'observation stays' ELSE 'emergency visits, ' || if(admitted, 'admitted', 'not admitted') END,
      mbi, month, denied, 1
    FROM visits
  ),
  counts AS (
    SELECT
      {{by "events"}}
      service,
      sum(n) FILTER (WHERE NOT denied) AS n,
      sum(n) FILTER (WHERE denied) AS denied,
      sum(n) FILTER (WHERE NOT denied AND fee_for_service) AS enrolled
    FROM events
    LEFT JOIN member_months ON member_months.mbi = events.mbi AND member_months.month = events.month
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  kinds.service,
  coalesce(n, 0)::BIGINT AS events,
  coalesce(denied, 0)::BIGINT AS denied,
  coalesce(enrolled, 0)::BIGINT AS events_enrolled,
  coalesce(member_months, 0) AS member_months,
  per(12000 * coalesce(enrolled, 0), member_months) AS per_1000
FROM groups
CROSS JOIN (SELECT unnest(['inpatient stays', 'inpatient days', 'skilled nursing stays', 'skilled nursing days',
  'emergency visits, not admitted', 'emergency visits, admitted', 'observation stays']) AS service) AS kinds
LEFT JOIN counts ON counts.service = kinds.service AND {{on "groups" "counts"}}
LEFT JOIN months ON {{on "groups" "months"}}
