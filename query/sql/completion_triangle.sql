-- Group: Data quality
-- Title: Completion triangle
-- Meaning: What Medicare paid under Parts A and B for each month of service, by the
--   lag in months until it entered the data (see claim_lag for the day). What
--   entered before the month of service counts at lag 0. On the basis of debits and
--   credits each entry counts on its own day, and cancellations are negative. There
--   is a cell for each month up to the newest entry of the data set; of that month
--   the last cells can be partial. Claims without the two days, and Medicare
--   Advantage stays, are left out.
-- Units: months, US dollars
-- Rule: chain-ladder method of actuaries; IP 5.3.1 for amounts
-- Rows: one per month of service and lag
-- Key: service_month, lag
-- Order: service_month, lag
-- Rank: paid
-- Columns:
--   service_month  first day of the month of service
--   lag            months from that month to the entry
--   paid           what entered at this lag
--   cumulative     what entered until this lag
--   partial        whether the month of entry is that of the newest entry, and not
--                  over
-- Default: no

WITH
{{part "triangle"}}
SELECT
  {{by}}
  service_month,
  lag,
  paid,
  cumulative,
  lag >= date_diff('month', service_month, day) AND day < last_day(day) AS partial
FROM triangle, newest
