-- The claims of one data set, SIDE, that are final action in its own way: claims of
-- an export count as they are, without versions that a later one superseded; of debits
-- and credits, a cancellation and what it cancels are both left out, and so is a
-- cancellation without counterpart.

-- The rows of claims, in one form. Of the versions of an event in Part D, whose key
-- is without the MBI, the newest counts, unless it is a deletion; of equal dates, that
-- of the newest delivery. Where no date shows the newest, all count. replaced is true for
-- the others.
CREATE TABLE SIDE_rows AS
WITH
  superseded AS MATERIALIZED (SELECT claim FROM SIDE_metrics.superseded WHERE NOT part_d),
  events AS (
    SELECT
      rowid AS ordinal, cur_clm_uniq_id AS raw_claim, bene_mbi_id AS mbi,
      SIDE_metrics.code(clm_type_cd) AS claim_type,
      CASE WHEN SIDE_metrics.day(clm_line_from_dt) IS NOT NULL AND SIDE_metrics.code(clm_line_rx_srvc_rfrnc_num::VARCHAR) IS NOT NULL THEN
        concat_ws('|', clm_line_from_dt, coalesce(trim(prvdr_srvc_id_qlfyr_cd), ''), coalesce(trim(clm_srvc_prvdr_gnrc_id_num), ''),
          coalesce(trim(clm_dspnsng_stus_cd), ''), coalesce(number(clm_line_rx_srvc_rfrnc_num::VARCHAR), ''),
          coalesce(number(clm_line_rx_fill_num::VARCHAR), '')) END AS natural_key,
      SIDE_metrics.day(clm_line_from_dt) AS day,
      coalesce(clm_line_bene_pmt_amt, 0) AS amount,
      coalesce(SIDE_metrics.code(clm_type_cd) = '03', false)
        OR coalesce(cur_clm_uniq_id IN (
          SELECT cur_clm_uniq_id FROM SIDE.part_d_costs WHERE SIDE_metrics.code(adjstmt_dltn_cd) = 'D' AND cur_clm_uniq_id IS NOT NULL), false) AS deletion,
      coalesce(cur_clm_uniq_id IN (SELECT claim FROM SIDE_metrics.superseded WHERE part_d), false) AS replaced,
      coalesce(clm_idr_ld_dt, clm_efctv_dt) AS loaded,
      clm_efctv_dt AS effective,
      SIDE_metrics.sent((file_date, file_name)) AS sent
    FROM SIDE_cclf7
  ),
  entries AS (
    SELECT
      rowid AS ordinal, 'cclf1' AS file, cur_clm_uniq_id AS raw_claim, 0 AS line, bene_mbi_id AS mbi,
      SIDE_metrics.code(clm_type_cd) AS claim_type,
      SIDE_metrics.code(clm_cntl_num) AS control,
      concat_ws('|', trim(clm_blg_prvdr_oscar_num), clm_from_dt, clm_thru_dt) AS natural_key,
      SIDE_metrics.day(clm_from_dt) AS from_day, SIDE_metrics.day(clm_thru_dt) AS thru_day,
      coalesce(clm_pmt_amt, 0)::DECIMAL(18, 2) AS amount,
      SIDE_metrics.cancels(clm_adjsmt_type_cd) AS cancels,
      superseded.claim IS NOT NULL AS replaced,
      coalesce(clm_idr_ld_dt, clm_efctv_dt) AS loaded
    FROM SIDE_cclf1
    LEFT JOIN superseded ON claim = cur_clm_uniq_id
    UNION ALL
    SELECT
      rowid, 'cclf5', cur_clm_uniq_id, coalesce(clm_line_num, 0), bene_mbi_id,
      SIDE_metrics.code(clm_type_cd),
      SIDE_metrics.code(clm_cntl_num),
      concat_ws('|', clm_from_dt, clm_thru_dt, SIDE_metrics.code(clm_type_cd)),
      SIDE_metrics.day(clm_from_dt), SIDE_metrics.day(clm_thru_dt),
      coalesce(clm_line_cvrd_pd_amt, 0),
      SIDE_metrics.cancels(clm_adjsmt_type_cd),
      superseded.claim IS NOT NULL,
      coalesce(clm_idr_ld_dt, clm_efctv_dt)
    FROM SIDE_cclf5
    LEFT JOIN superseded ON claim = cur_clm_uniq_id
    UNION ALL
    SELECT
      rowid, 'cclf6', cur_clm_uniq_id, coalesce(clm_line_num, 0), bene_mbi_id,
      SIDE_metrics.code(clm_type_cd),
      SIDE_metrics.code(clm_cntl_num),
      concat_ws('|', clm_from_dt, clm_thru_dt, SIDE_metrics.code(clm_type_cd)),
      SIDE_metrics.day(clm_from_dt), SIDE_metrics.day(clm_thru_dt),
      coalesce(clm_line_cvrd_pd_amt, 0),
      SIDE_metrics.cancels(clm_adjsmt_type_cd),
      superseded.claim IS NOT NULL,
      coalesce(clm_idr_ld_dt, clm_efctv_dt)
    FROM SIDE_cclf6
    LEFT JOIN superseded ON claim = cur_clm_uniq_id
    UNION ALL
    SELECT
      ordinal, 'cclf7', raw_claim, 0, mbi, claim_type, NULL, natural_key, day, day, amount, deletion,
      replaced OR natural_key IS NOT NULL AND (loaded IS NOT NULL OR sent IS NOT NULL) AND row_number() OVER (
        PARTITION BY natural_key ORDER BY replaced, loaded DESC NULLS LAST, effective DESC NULLS LAST, sent DESC NULLS LAST, raw_claim DESC) > 1,
      loaded
    FROM events
  ),
  keyed AS (
    SELECT
      entries.*, coalesce(persons.person, '') AS person,
      hash(file, coalesce(persons.person, ''), coalesce(
        'id ' || number(raw_claim), 'control ' || control, 'natural ' || natural_key, 'row ' || ordinal)) AS claim_key
    FROM entries
    LEFT JOIN persons USING (mbi)
  )
SELECT keyed.*, NOT cancels AND NOT replaced AND undone.file IS NULL AS final_action
FROM keyed
LEFT JOIN SIDE_metrics.undone AS undone
  ON undone.file = keyed.file AND undone.claim = raw_claim AND undone.line = keyed.line AND NOT cancels;

-- When the claims of an export were updated last, those without rows too.
CREATE TABLE SIDE_updates AS
SELECT
  number(cur_clm_uniq_id) AS claim, claim_type = 'PDE' AS part_d,
  min(SIDE_metrics.code(clm_cntl_num)) AS control,
  max(last_updated)::DATE AS updated
FROM SIDE.claims
WHERE system_type IS DISTINCT FROM 'SharedSystem'
GROUP BY ALL;

-- Claims are grouped by numbers alone: DuckDB keeps texts that it aggregates in
-- memory. The texts are those of one row, which has a control number if any has.
CREATE TABLE SIDE_claims AS
WITH
  grouped AS (
    SELECT
      file, claim_key,
      coalesce(min(ordinal) FILTER (WHERE control IS NOT NULL), min(ordinal)) AS first,
      min(from_day) AS from_day, max(thru_day) AS thru_day,
      sum(amount)::DECIMAL(18, 2) AS dollars,
      max(loaded) AS loaded
    FROM SIDE_rows
    WHERE final_action
    GROUP BY file, claim_key
  )
SELECT
  row_number() OVER () AS id,
  grouped.file, grouped.claim_key, r.person, number(r.raw_claim) AS claim, r.claim_type, r.control, r.natural_key,
  grouped.from_day, grouped.thru_day, dollars,
  CASE WHEN grouped.file = 'cclf7' THEN '' ELSE r.person END AS owner,  -- who is part of the natural key
  date_trunc('month', grouped.thru_day)::DATE AS month,
  coalesce(updates.updated, grouped.loaded) AS updated
FROM grouped
JOIN SIDE_rows AS r ON r.file = grouped.file AND r.ordinal = first
LEFT JOIN SIDE_updates AS updates ON updates.claim = number(r.raw_claim) AND updates.part_d = (grouped.file = 'cclf7');

CREATE TABLE SIDE_persons AS
SELECT person FROM SIDE_rows WHERE person <> ''
UNION
SELECT person FROM SIDE_metrics.cclf8 JOIN persons ON mbi = bene_mbi_id;

CREATE TABLE SIDE_history AS
SELECT file, min(thru_day) AS earliest FROM SIDE_rows GROUP BY file;

-- The rows of claims of final action, numbered within their lines.
CREATE TABLE SIDE_links AS
SELECT
  SIDE_rows.file, id, line, ordinal,
  row_number() OVER (PARTITION BY SIDE_rows.file, id, line ORDER BY amount, ordinal) AS nth
FROM SIDE_rows
JOIN SIDE_claims ON SIDE_claims.file = SIDE_rows.file AND SIDE_claims.claim_key = SIDE_rows.claim_key
WHERE final_action;
