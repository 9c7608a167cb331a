-- Group: Care management
-- Title: Transitional care management
-- Meaning: Index admissions, as in readmissions, and those of them with transitional
--   care management (99495 or 99496) 1 to 30 days after the discharge: a line of
--   CCLF5 or of an outpatient claim in CCLF2 that is final action and not denied.
--   Discharges count in their month; services after the period belong to the
--   discharge before them. Discharges from other facilities, which qualify too, are
--   not counted.
-- Units: discharges, share
-- Rule: procedure codes from CMS's coverage rules; see readmissions for discharges
-- Rows: one
-- Rank: discharges
-- Columns:
--   discharges    index admissions
--   with_service  those with the service
--   rate          with_service / discharges

SELECT
  {{by}}
  count(*) AS discharges,
  count(*) FILTER (WHERE EXISTS (
    FROM metrics.services AS service
    WHERE service.mbi = episodes.mbi AND hcpcs IN ('99495', '99496') AND day BETWEEN discharge_day + 1 AND discharge_day + 30)) AS with_service,
  share(with_service, discharges) AS rate
FROM episodes
WHERE exclusion IS NULL
GROUP BY ALL
