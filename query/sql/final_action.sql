-- Title: Check of final action
-- Meaning: What became of the rows of each file. Final-action rows are those that
--   remain without cancellations and the claims they cancel or, in a data set of
--   final-action claims, without versions that a later one superseded. BCDA sends
--   no counterpart of a cancellation, so none is looked for there.
-- Units: rows, US dollars
-- Rule: IP 4.4, 5.2 and 5.3.1; 3.3 for Part D
-- Rows: one per file (CCLF1, CCLF5, CCLF6 and CCLF7)
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
    SELECT 'cclf1' AS file, cancels, final_action, amount, paid FROM metrics.part_a
    UNION ALL
    SELECT file, cancels, final_action, amount, paid FROM metrics.part_b
    UNION ALL
    SELECT 'cclf7', cancels, final_action, amount, CASE WHEN final_action THEN amount END FROM metrics.part_d
  ),
  counts AS (
    SELECT
      file,
      count(*) AS n,
      count(*) FILTER (WHERE final_action) AS final_action,
      count(*) FILTER (WHERE cancels) AS cancellations,
      sum(amount) FILTER (WHERE final_action) AS final_amount,
      sum(paid) AS net_amount
    FROM entries
    GROUP BY file
  ),
  pairs AS (
    SELECT
      file,
      count(*) FILTER (WHERE counterpart = 'alike') AS alike,
      count(*) FILTER (WHERE counterpart = 'unlike') AS unlike
    FROM metrics.pairing
    WHERE credit
    GROUP BY file
  ),
  versions AS (
    SELECT
      CASE claim_type WHEN 'CARRIER' THEN 'cclf5' WHEN 'DME' THEN 'cclf6' WHEN 'PDE' THEN 'cclf7' ELSE 'cclf1' END AS file,
      count(*) - count(DISTINCT (bene_mbi_id, coalesce(claim_group, clm_cntl_num))) AS several_in_force
    FROM main.claims
    WHERE final_action = 'Y'
      AND system_type IS DISTINCT FROM 'SharedSystem'
      AND coalesce(claim_group, clm_cntl_num) IS NOT NULL
    GROUP BY ALL
  )
SELECT
  file,
  coalesce(n, 0) AS all_rows,
  coalesce(final_action, 0) AS final_action,
  coalesce(n - final_action - cancellations, 0) AS taken_back,
  coalesce(cancellations, 0) AS cancellations,
  CASE WHEN paired THEN coalesce(alike, 0) END AS paired_alike,
  CASE WHEN paired THEN coalesce(unlike, 0) END AS paired_unlike,
  CASE WHEN paired THEN coalesce(cancellations - coalesce(alike, 0) - coalesce(unlike, 0), 0) END AS unpaired,
  coalesce(several_in_force, 0) AS several_in_force,
  coalesce(final_amount, 0) AS final_amount,
  coalesce(net_amount, 0) AS net_amount,
  coalesce(net_amount, 0) - coalesce(final_amount, 0) AS difference
FROM (
  SELECT file, file <> 'cclf7' AND getvariable('debit_credit') AS paired
  FROM (VALUES ('cclf1'), ('cclf5'), ('cclf6'), ('cclf7')) AS names (file)
) AS files
LEFT JOIN counts USING (file)
LEFT JOIN pairs USING (file)
LEFT JOIN versions USING (file)
ORDER BY file;
