-- What entered for each month of service at each lag in months, and until it; and the
-- newest entry of the data set.
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
