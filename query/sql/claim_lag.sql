-- Group: Data quality
-- Title: Claim lag
-- Meaning: How many days pass from the last day of service of a claim to the day it
--   entered the data: that of CLM_IDR_LD_DT or else CLM_EFCTV_DT, which is the
--   weekly processing date in v1 and v2. Both stand for the day of payment; neither
--   is the day on which BCDA showed the claim. Only final versions are here, so
--   claims that were corrected look later than they were. Claims without the two
--   days are left out.
-- Units: claims, days, share
-- Rule: CLM_IDR_LD_DT and CLM_EFCTV_DT of the IP
-- Rows: one per claim type
-- Key: claim_type
-- Order: claim_type NULLS LAST
-- Rank: claims
-- Columns:
--   claim_type       CLM_TYPE_CD
--   claims           final-action claims with both days
--   median_days      days within which half of them entered
--   days_90_percent  days within which nine of ten entered
--   within_30_days   share that entered within 30 days
--   within_60_days   within 60 days
--   within_90_days   within 90 days

WITH
  claims_entered AS (
    SELECT {{by "final_action"}} file, claim, claim_type, max(day) AS day, min(entered) AS entered
    FROM final_action
    GROUP BY ALL
    HAVING max(day) IS NOT NULL AND min(entered) IS NOT NULL
  )
SELECT
  {{by}}
  claim_type,
  count(*) AS claims,
  quantile_disc(entered - day, 0.5) AS median_days,
  quantile_disc(entered - day, 0.9) AS days_90_percent,
  share(count(*) FILTER (WHERE entered - day <= 30), count(*)) AS within_30_days,
  share(count(*) FILTER (WHERE entered - day <= 60), count(*)) AS within_60_days,
  share(count(*) FILTER (WHERE entered - day <= 90), count(*)) AS within_90_days
FROM claims_entered
GROUP BY {{by}} claim_type
