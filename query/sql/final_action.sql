-- Group: Data quality
-- Title: Check of final action
-- Meaning: What became of the rows of each file. Final-action rows are those that
--   remain without cancellations and the claims they cancel or, in a data set of
--   final-action claims, without versions that a later one superseded. BCDA sends
--   no counterpart of a cancellation, so none is looked for there.
-- Units: rows, US dollars
-- Rule: IP 4.4, 5.2 and 5.3.1; 3.3 for Part D
-- Rows: one per file (CCLF1, CCLF5, CCLF6 and CCLF7)
-- Key: file
-- Order: file
-- Rank: net_amount
-- Columns:
--   file              file
--   all_rows          rows of the file
--   final_action      final-action rows
--   taken_back        rows that were canceled or superseded
--   cancellations     rows of adjustment type 1; in CCLF7, deletions
--   paired_alike      cancellations with a counterpart of the same amount
--   paired_unlike     cancellations with a counterpart of another amount
--   unpaired          cancellations without a counterpart: it is missing, or has
--                     another key, for example because a date was corrected
--   several_in_force  additional versions of a claim that are final action at the
--                     same time, by the table claims
--   final_amount      amount of the final-action rows
--   net_amount        amount that counts as spending
--   difference        net_amount - final_amount: 0 unless cancellations are
--                     paired_unlike or unpaired

WITH
  entries AS (
    SELECT {{by "payments"}} file, claim, line, cancels, final_action, amount, paid FROM payments
    UNION ALL
    SELECT {{by "part_d"}} 'cclf7', claim, 0, cancels, final_action, amount, CASE WHEN final_action THEN amount END FROM part_d
  ),
  counts AS (
    SELECT
      {{by "entries"}}
      entries.file,
      count(*) AS n,
      count(*) FILTER (WHERE final_action) AS final_action,
      count(*) FILTER (WHERE entries.cancels) AS cancellations,
      {{- if debitCredit}}
      count(*) FILTER (WHERE entries.cancels AND counterpart = 'alike') AS alike,
      count(*) FILTER (WHERE entries.cancels AND counterpart = 'unlike') AS unlike,
      {{- end}}
      sum(entries.amount) FILTER (WHERE final_action) AS final_amount,
      sum(paid) AS net_amount
    FROM entries
    {{- if debitCredit}}
    LEFT JOIN (SELECT DISTINCT file, claim, line, counterpart FROM metrics.pairing WHERE cancels) AS pairs
      ON pairs.file = entries.file AND pairs.claim = entries.claim AND pairs.line = entries.line
    {{- end}}
    GROUP BY ALL
  ),
  versions AS (
    SELECT {{by "listed_claims"}} file, count(*) - count(DISTINCT (mbi, family)) AS several_in_force
    FROM listed_claims
    WHERE final_action AND family IS NOT NULL
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  files.file,
  coalesce(n, 0) AS all_rows,
  coalesce(final_action, 0) AS final_action,
  coalesce(n - final_action - cancellations, 0) AS taken_back,
  coalesce(cancellations, 0) AS cancellations,
  {{- if debitCredit}}
  CASE WHEN files.file <> 'cclf7' THEN coalesce(alike, 0) END AS paired_alike,
  CASE WHEN files.file <> 'cclf7' THEN coalesce(unlike, 0) END AS paired_unlike,
  CASE WHEN files.file <> 'cclf7' THEN coalesce(cancellations - alike - unlike, 0) END AS unpaired,
  {{- else}}
  NULL::BIGINT AS paired_alike,
  NULL::BIGINT AS paired_unlike,
  NULL::BIGINT AS unpaired,
  {{- end}}
  coalesce(several_in_force, 0) AS several_in_force,
  coalesce(final_amount, 0) AS final_amount,
  coalesce(net_amount, 0) AS net_amount,
  coalesce(net_amount, 0) - coalesce(final_amount, 0) AS difference
FROM groups
CROSS JOIN (VALUES ('cclf1'), ('cclf5'), ('cclf6'), ('cclf7')) AS files (file)
LEFT JOIN counts ON counts.file = files.file AND {{on "groups" "counts"}}
LEFT JOIN versions ON versions.file = files.file AND {{on "groups" "versions"}}
