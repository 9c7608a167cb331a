-- Group: Utilization
-- Title: Hospice use
-- Meaning: Beneficiaries with hospice claims (claim type 50) that are final action
--   and not denied, their days, and of those who died how many had hospice before,
--   and for how long. Days of a claim are those from its first to its last, which
--   counts, in the month of the last. The days before death run from the first
--   hospice claim in the data, which can begin later than hospice did.
-- Units: beneficiaries, days, US dollars, share
-- Rule: IP 5.2 for claims, 3.2 for denials; BENE_DEATH_DT of CCLF8
-- Rows: one
-- Rank: people
-- Columns:
--   people               beneficiaries with hospice claims
--   claims               hospice claims
--   days                 days of hospice
--   paid                 amount that Medicare paid
--   deaths               beneficiaries who died in the period
--   deaths_with_hospice  those who had hospice before
--   share_with_hospice   deaths_with_hospice / deaths
--   median_days          days from the first hospice claim to death, of half of
--                        these or more

WITH
  hospice AS (
    SELECT
      {{by "final_action"}}
      count(DISTINCT mbi) AS people,
      count(*) AS claims,
      sum(day - from_day + 1) AS days,
      sum(amount) AS paid
    FROM final_action
    WHERE claim_type = '50' AND NOT denied
    GROUP BY ALL
  ),
  begun AS (
    SELECT mbi, min(from_day) AS first FROM metrics.final_action WHERE claim_type = '50' AND NOT denied GROUP BY mbi
  ),
  died AS (
    SELECT
      {{by "deaths"}}
      count(*) AS n,
      count(*) FILTER (WHERE first <= death_day) AS with_hospice,
      quantile_disc(death_day - first, 0.5) FILTER (WHERE first <= death_day) AS median_days
    FROM deaths
    LEFT JOIN begun ON begun.mbi = deaths.mbi
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  coalesce(hospice.people, 0) AS people,
  coalesce(claims, 0) AS claims,
  coalesce(days, 0)::BIGINT AS days,
  coalesce(paid, 0) AS paid,
  coalesce(n, 0) AS deaths,
  coalesce(with_hospice, 0) AS deaths_with_hospice,
  share(with_hospice, n) AS share_with_hospice,
  median_days
FROM groups
LEFT JOIN hospice ON {{on "groups" "hospice"}}
LEFT JOIN died ON {{on "groups" "died"}}
