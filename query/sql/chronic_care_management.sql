-- Group: Care management
-- Title: Chronic care management
-- Meaning: Beneficiaries with a member month in the period, and those of them who
--   had chronic care management (99490, 99439, 99491, 99437, 99487 or 99489) in the
--   period. A service is a line of CCLF5 or of an outpatient claim in CCLF2 that is
--   final action and not denied. A beneficiary counts once, however often there was
--   a service. Not all beneficiaries qualify for it. Principal care management,
--   advanced primary care management and G0511 of health centers are other services.
-- Units: beneficiaries, share
-- Rule: procedure codes from CMS's coverage rules; final action as in IP 5.2
-- Rows: one
-- Rank: people
-- Columns:
--   people          beneficiaries with a member month
--   with_service    those of them with the service
--   rate            with_service / people
--   service_months  months of beneficiaries with the service
--   member_months   member months
--   months_rate     service_months / member_months

WITH
  served AS (
    SELECT
      {{by "services"}}
      count(DISTINCT services.mbi) AS n,
      count(DISTINCT (services.mbi, services.month)) AS months_served
    FROM services
    SEMI JOIN member_months ON member_months.mbi = services.mbi AND fee_for_service AND {{on "services" "member_months"}}
    WHERE hcpcs IN ('99490', '99439', '99491', '99437', '99487', '99489')
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  coalesce(members, 0) AS people,
  coalesce(n, 0) AS with_service,
  share(with_service, people) AS rate,
  coalesce(months_served, 0) AS service_months,
  coalesce(member_months, 0) AS member_months,
  share(service_months, member_months) AS months_rate
FROM groups
LEFT JOIN served ON {{on "groups" "served"}}
LEFT JOIN months ON {{on "groups" "months"}}
