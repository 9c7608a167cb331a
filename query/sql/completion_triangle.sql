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
  entries AS (
    SELECT
      {{by "payments"}}
      payments.month AS service_month,
      greatest(date_diff('month', payments.month, entered), 0) AS lag,
      sum(paid) AS paid
    FROM payments
    WHERE payments.month IS NOT NULL AND entered IS NOT NULL AND category IS NOT NULL{{if not debitCredit}} AND final_action{{end}}
    GROUP BY ALL
  ),
  newest AS (
    SELECT max(entered) AS day FROM metrics.payments
    WHERE month IS NOT NULL AND entered IS NOT NULL AND category IS NOT NULL{{if not debitCredit}} AND final_action{{end}}
  ),
  cells AS (
    SELECT {{by}} service_month, unnest(range(greatest(date_diff('month', service_month, day), 0) + 1)) AS lag
    FROM (SELECT DISTINCT {{by "entries"}} service_month FROM entries), newest
  ),
  triangle AS (
    SELECT
      {{by "cells"}}
      cells.service_month,
      cells.lag,
      coalesce(paid, 0) AS paid,
      sum(coalesce(entries.paid, 0)) OVER (PARTITION BY {{by "cells"}} cells.service_month ORDER BY cells.lag) AS cumulative
    FROM cells
    LEFT JOIN entries ON entries.service_month = cells.service_month AND entries.lag = cells.lag AND {{on "cells" "entries"}}
  )
SELECT
  {{by}}
  service_month,
  lag,
  paid,
  cumulative,
  lag >= date_diff('month', service_month, day) AND day < last_day(day) AS partial
FROM triangle, newest
