-- What comparisons of two data sets need beside the views of base.sql, and its macro sent.

-- A code, or NULL if it is blank or ~ (not applicable).
CREATE MACRO metrics.code(s) AS nullif(nullif(trim(s), ''), '~');

-- A date, or NULL for the two dates that mean a missing one (IP 3.6).
CREATE MACRO metrics.day(d) AS
  CASE WHEN d::DATE NOT IN (DATE '1000-01-01', DATE '9999-12-31') THEN d::DATE END;

-- Whether a row is a cancellation: adjustment type 1, of 0 for originals and 2
-- for adjustments (IP 4.4).
CREATE MACRO metrics.cancels(adjustment) AS coalesce(trim(adjustment) = '1', false);

-- Rows that were canceled, of which there are none where no debits and credits are.
CREATE VIEW IF NOT EXISTS metrics.undone AS
SELECT file, claim, line FROM metrics.claim_rows WHERE false;

-- Rows of imported deliveries that a later delivery has with other values. Rows of
-- claims that differ only in columns that were blanked later are such; the newest
-- counts, and a delivery without a date is the oldest. Data sets of exports have no
-- FILE_DATE and none of these.
CREATE TABLE metrics.revised AS
WITH
  dated AS (
    SELECT
      'cclf1' AS file, cur_clm_uniq_id AS claim, 0 AS line,
      clm_adjsmt_type_cd AS adjustment, clm_efctv_dt AS effective, metrics.sent((file_date, file_name)) AS sent
    FROM (FROM main.cclf1 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false)
    UNION ALL
    SELECT 'cclf5', cur_clm_uniq_id, coalesce(clm_line_num, 0), clm_adjsmt_type_cd, clm_efctv_dt, metrics.sent((file_date, file_name))
    FROM (FROM main.cclf5 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false)
    UNION ALL
    SELECT 'cclf6', cur_clm_uniq_id, coalesce(clm_line_num, 0), clm_adjsmt_type_cd, clm_efctv_dt, metrics.sent((file_date, file_name))
    FROM (FROM main.cclf6 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false)
    UNION ALL
    SELECT 'cclf7', cur_clm_uniq_id, 0, clm_adjsmt_type_cd, clm_efctv_dt, metrics.sent((file_date, file_name))
    FROM (FROM main.cclf7 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false)
  )
SELECT file, claim, line, adjustment, effective, max(sent) AS newest
FROM dated
WHERE (SELECT count(sent) FROM dated) > 0 -- or nothing is grouped
GROUP BY ALL
HAVING min(coalesce(sent, 0)) < max(sent);

CREATE VIEW metrics.cclf1 AS
SELECT rows.*
FROM (FROM main.cclf1 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf1' AND revised.claim = cur_clm_uniq_id AND revised.line = 0
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR metrics.sent((file_date, file_name)) = revised.newest;

CREATE VIEW metrics.cclf5 AS
SELECT rows.*
FROM (FROM main.cclf5 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf5' AND revised.claim = cur_clm_uniq_id AND revised.line = coalesce(clm_line_num, 0)
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR metrics.sent((file_date, file_name)) = revised.newest;

CREATE VIEW metrics.cclf6 AS
SELECT rows.*
FROM (FROM main.cclf6 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf6' AND revised.claim = cur_clm_uniq_id AND revised.line = coalesce(clm_line_num, 0)
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR metrics.sent((file_date, file_name)) = revised.newest;

CREATE VIEW metrics.cclf7 AS
SELECT rows.*
FROM (FROM main.cclf7 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf7' AND revised.claim = cur_clm_uniq_id AND revised.line = 0
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR metrics.sent((file_date, file_name)) = revised.newest;

CREATE VIEW metrics.cclf8 AS
FROM main.cclf8 UNION ALL BY NAME SELECT NULL::VARCHAR AS file_name, NULL::DATE AS file_date WHERE false;
