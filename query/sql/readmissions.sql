-- Group: Utilization
-- Title: 30-day all-cause readmissions, observed
-- Meaning: Index admissions to acute hospitals, and how many of them were followed
--   by an unplanned admission 1 to 30 days after the discharge. Stays at acute
--   hospitals (CCN 0001-0879 and 1300-1399) that are not denied are joined into
--   episodes: with the next stay at another hospital that begins no later than the day
--   after the discharge (a transfer), or at the same hospital on the day of discharge
--   with the same principal diagnosis. Discharge day, status and DRG are those of the
--   last stay. An episode is an index admission unless, in this order, the
--   beneficiary died (status 20, 40, 41, 42); left against advice (07); the DRG is
--   psychiatric or of rehabilitation (876, 880-887, 945, 946); or cannot be followed:
--   day 30 is after the last service day in CCLF1, or a month until day 30 is no
--   member month. Who dies within 30 days is followed until then. Only the first
--   episode after the discharge counts, not one that begins before it (another bill of
--   the same admission, with another diagnosis). It is planned if its first stay is elective
--   (admission type 3) or for a transplant, CAR-T (001, 002, 005-008, 010, 014,
--   016-019, 650-652), chemotherapy (837-839, 846-848) or rehabilitation (945, 946).
--   A readmission can be an index admission itself. Episodes count in the month of
--   discharge; readmissions after the period belong to the discharge before them.
--   This is a count, not the measure CMS scores: nothing is adjusted for risk,
--   beneficiaries under 65 and cancer treatment are not excluded, and CMS's list of
--   planned procedures is not used.
-- Units: stays, episodes, share
-- Rule: after the concept of CMS's hospital-wide readmission measure (HWR); planned
--   admissions and what is said above are this tool's choice
-- Rows: one
-- Rank: index_admissions
-- Columns:
--   stays                    stays at acute hospitals, by the discharge of their episode
--   joined                   stays that continue the one before them
--   index_admissions         stays - joined - the four exclusions
--   readmissions             index admissions with an unplanned readmission
--   planned                  index admissions with a planned one
--   excluded_died            episodes that ended in death
--   excluded_against_advice  episodes that ended against medical advice
--   excluded_condition       episodes of psychiatric care or rehabilitation
--   excluded_not_followed    episodes that cannot be followed for 30 days
--   rate                     readmissions / index_admissions

SELECT
  {{by}}
  coalesce(sum(stays), 0)::BIGINT AS stays,
  coalesce(sum(stays - 1), 0)::BIGINT AS joined,
  count(*) FILTER (WHERE exclusion IS NULL) AS index_admissions,
  count(*) FILTER (WHERE exclusion IS NULL AND followed_by = 'readmission') AS readmissions,
  count(*) FILTER (WHERE exclusion IS NULL AND followed_by = 'planned') AS planned,
  count(*) FILTER (WHERE exclusion = 'died') AS excluded_died,
  count(*) FILTER (WHERE exclusion = 'against advice') AS excluded_against_advice,
  count(*) FILTER (WHERE exclusion = 'condition') AS excluded_condition,
  count(*) FILTER (WHERE exclusion = 'not followed') AS excluded_not_followed,
  share(readmissions, index_admissions) AS rate
FROM episodes
GROUP BY ALL
