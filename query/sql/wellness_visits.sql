-- Group: Care management
-- Title: Annual wellness visits
-- Meaning: Beneficiaries with a member month in the period, and those of them who
--   had a wellness visit (G0402, G0438 or G0439) in the period. A service is a line
--   of CCLF5 or of an outpatient claim in CCLF2 that is final action and not denied.
--   A beneficiary counts once, however often there was a service. Those in their
--   first year of Part B, who can only have G0402, are in the denominator.
-- Units: beneficiaries, share
-- Rule: procedure codes from CMS's coverage rules; final action as in IP 5.2
-- Rows: one
-- Rank: people
-- Columns:
--   people        beneficiaries with a member month
--   with_service  those of them with the service
--   rate          with_service / people

WITH
  served AS (
    SELECT
      {{by "services"}}
      count(DISTINCT services.mbi) AS n
    FROM services
    SEMI JOIN member_months ON member_months.mbi = services.mbi AND fee_for_service AND {{on "services" "member_months"}}
    WHERE hcpcs IN ('G0402', 'G0438', 'G0439')
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  coalesce(members, 0) AS people,
  coalesce(n, 0) AS with_service,
  share(with_service, people) AS rate
FROM groups
LEFT JOIN served ON {{on "groups" "served"}}
LEFT JOIN months ON {{on "groups" "months"}}
