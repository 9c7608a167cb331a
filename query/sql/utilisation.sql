-- Title: Utilization
-- Meaning: Use of services, by final action. A stay is one claim of a facility, or
--   several consecutive claims in which all but the last have the patient status
--   "still a patient". Its days are the nights between the first and the last day,
--   at least one; the first day can be one of tests before admission. An emergency
--   visit is a beneficiary, facility and day with revenue center 0450 to 0459 or
--   0981. A visit on an inpatient claim ended in an admission. Medicare Advantage
--   stays (claim type 61) are excluded.
-- Units: events, events per 1,000 person-years
-- Rule: IP 5.2 for claims, 3.2 for denials, the UB-04 manual for codes
-- Rows: one per service
-- Columns:
--   service   type of service
--   events    events, excluding denied ones
--   denied    denied events
--   per_1000  events per 1,000 person-years, counting events and months in Part A
--             or B without Part C

WITH
  events AS (
    SELECT kind || ' stays' AS service, mbi, month, denied, 1 AS n FROM metrics.stays
    UNION ALL
    SELECT kind || ' days', mbi, month, denied, days FROM metrics.stays
    UNION ALL
    SELECT 'emergency visits, admitted', mbi, month, denied, 1
    FROM metrics.stays
    WHERE kind = 'inpatient' AND emergency
    UNION ALL
    SELECT 'emergency visits, not admitted', mbi, date_trunc('month', day)::DATE, bool_and(denied), 1
    FROM metrics.part_a
    JOIN metrics.emergency USING (claim)
    WHERE final_action AND claim_type = '40'
    GROUP BY mbi, ccn, day
  )
SELECT
  service,
  coalesce(sum(n) FILTER (WHERE NOT denied), 0)::BIGINT AS events,
  coalesce(sum(n) FILTER (WHERE denied), 0)::BIGINT AS denied,
  metrics.per(
    12000 * coalesce(sum(n) FILTER (WHERE NOT denied AND fee_for_service), 0),
    (SELECT count(*) FROM metrics.member_months WHERE fee_for_service)) AS per_1000
FROM (VALUES
  (1, 'inpatient stays'),
  (2, 'inpatient days'),
  (3, 'skilled nursing stays'),
  (4, 'skilled nursing days'),
  (5, 'emergency visits, not admitted'),
  (6, 'emergency visits, admitted')) AS services (place, service)
LEFT JOIN events USING (service)
LEFT JOIN metrics.member_months USING (mbi, month)
GROUP BY place, service
ORDER BY place;
