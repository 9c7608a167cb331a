-- Group: Population
-- Title: Deaths
-- Meaning: Beneficiaries in CCLF8 who died, by the month of death, each once. The
--   date can be unverified. Those who opted out of data sharing are not in CCLF8.
-- Units: beneficiaries, member months, share
-- Rule: BENE_DEATH_DT of CCLF8; one row per beneficiary as in IP 2.4.1
-- Rows: one per month with deaths or member months
-- By: month
-- Rank: deaths
-- Columns:
--   month          first day of the month
--   deaths         beneficiaries who died
--   member_months  months in Part A and Part B without Part C
--   rate           deaths per person-year: 12 x deaths / member_months

WITH
  died AS (SELECT {{by "deaths"}} count(*) AS n FROM deaths GROUP BY ALL)
SELECT
  {{by "groups"}}
  coalesce(n, 0) AS deaths,
  coalesce(member_months, 0) AS member_months,
  share(12 * coalesce(n, 0), member_months) AS rate
FROM groups
LEFT JOIN died ON {{on "groups" "died"}}
LEFT JOIN months ON {{on "groups" "months"}}
