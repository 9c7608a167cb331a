-- Group: Utilization
-- Title: Office visits
-- Meaning: Evaluation and management visits in the office, in a nursing facility or
--   at home (99202-99215, 99304-99318, 99341-99350), wellness visits (G0402, G0438,
--   G0439) and visits to hospital clinics (G0463), by the specialty of the physician
--   line. A visit is a beneficiary, day, and rendering NPI or, for outpatient
--   claims, facility. Primary care is specialty 01, 08, 11 and 38; practitioners are
--   50, 89 and 97. The list that CMS assigns beneficiaries by changes yearly and is
--   longer. Services are final action and not denied.
-- Units: visits, member months, visits per 1,000 person-years
-- Rule: procedure codes by this tool's choice; specialty codes of CMS
-- Rows: one per kind of visit
-- Key: kind
-- Order: kind DESC
-- Rank: visits
-- Columns:
--   kind             primary care, specialist, practitioner, or hospital clinic
--   visits           visits
--   people           beneficiaries with them
--   visits_enrolled  visits in member months
--   member_months    months in Part A and Part B without Part C
--   per_1000         visits per 1,000 person-years: 12,000 x visits_enrolled /
--                    member_months

WITH
  lines AS (
    SELECT
      {{by "services"}}
      CASE
        WHEN file = 'cclf2' THEN 'hospital clinic'
        WHEN specialty IN ('01', '08', '11', '38') THEN 'primary care'
        WHEN specialty IN ('50', '89', '97') THEN 'practitioner'
        ELSE 'specialist'
      END AS kind,
      services.mbi, services.month, day, coalesce(npi, facility, '') AS provider, fee_for_service IS TRUE AS enrolled
    FROM services
    LEFT JOIN member_months ON member_months.mbi = services.mbi AND member_months.month = services.month
    WHERE hcpcs BETWEEN '99202' AND '99215' OR hcpcs BETWEEN '99304' AND '99318' OR hcpcs BETWEEN '99341' AND '99350'
      OR hcpcs IN ('G0402', 'G0438', 'G0439', 'G0463')
  ),
  counts AS (
    SELECT
      {{by "lines"}}
      kind,
      count(DISTINCT (mbi, day, provider)) AS n,
      count(DISTINCT mbi) AS people,
      count(DISTINCT (mbi, day, provider)) FILTER (WHERE enrolled) AS enrolled
    FROM lines
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  kinds.kind,
  coalesce(n, 0) AS visits,
  coalesce(people, 0) AS people,
  coalesce(enrolled, 0) AS visits_enrolled,
  coalesce(member_months, 0) AS member_months,
  per(12000 * coalesce(enrolled, 0), member_months) AS per_1000
FROM groups
CROSS JOIN (VALUES ('primary care'), ('specialist'), ('practitioner'), ('hospital clinic')) AS kinds (kind)
LEFT JOIN counts ON counts.kind = kinds.kind AND {{on "groups" "counts"}}
LEFT JOIN months ON {{on "groups" "months"}}
