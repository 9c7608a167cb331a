-- The claims of one data set, SIDE, that are final action in its own way: claims of
-- an export count as they are; of debits and credits, a cancellation and what it
-- cancels are both left out, and so is a cancellation without counterpart.
--
-- The rows of claims, numbered.
CREATE TABLE SIDE_cclf1 AS SELECT row_number() OVER () AS ordinal, * FROM SIDE_metrics.cclf1;
CREATE TABLE SIDE_cclf5 AS SELECT row_number() OVER () AS ordinal, * FROM SIDE_metrics.cclf5;
CREATE TABLE SIDE_cclf6 AS SELECT row_number() OVER () AS ordinal, * FROM SIDE_metrics.cclf6;
CREATE TABLE SIDE_cclf7 AS SELECT row_number() OVER () AS ordinal, * FROM SIDE_metrics.cclf7;

CREATE TABLE SIDE_rows AS
WITH
  entries AS (
    SELECT
      ordinal, 'cclf1' AS file, cur_clm_uniq_id AS raw_claim, 0 AS line, bene_mbi_id AS mbi,
      SIDE_metrics.code(clm_type_cd) AS claim_type,
      SIDE_metrics.code(clm_cntl_num) AS control,
      concat_ws('|', trim(clm_blg_prvdr_oscar_num), clm_from_dt, clm_thru_dt) AS natural_key,
      SIDE_metrics.day(clm_from_dt) AS from_day, SIDE_metrics.day(clm_thru_dt) AS thru_day,
      coalesce(clm_pmt_amt, 0)::DECIMAL(18, 2) AS amount,
      SIDE_metrics.cancels(clm_adjsmt_type_cd) AS cancels,
      coalesce(clm_idr_ld_dt, clm_efctv_dt) AS loaded
    FROM SIDE_cclf1
    UNION ALL
    SELECT
      ordinal, 'cclf5', cur_clm_uniq_id, coalesce(clm_line_num, 0), bene_mbi_id,
      SIDE_metrics.code(clm_type_cd),
      SIDE_metrics.code(clm_cntl_num),
      concat_ws('|', clm_from_dt, clm_thru_dt, SIDE_metrics.code(clm_type_cd)),
      SIDE_metrics.day(clm_from_dt), SIDE_metrics.day(clm_thru_dt),
      coalesce(clm_line_cvrd_pd_amt, 0),
      SIDE_metrics.cancels(clm_adjsmt_type_cd),
      coalesce(clm_idr_ld_dt, clm_efctv_dt)
    FROM SIDE_cclf5
    UNION ALL
    SELECT
      ordinal, 'cclf6', cur_clm_uniq_id, coalesce(clm_line_num, 0), bene_mbi_id,
      SIDE_metrics.code(clm_type_cd),
      SIDE_metrics.code(clm_cntl_num),
      concat_ws('|', clm_from_dt, clm_thru_dt, SIDE_metrics.code(clm_type_cd)),
      SIDE_metrics.day(clm_from_dt), SIDE_metrics.day(clm_thru_dt),
      coalesce(clm_line_cvrd_pd_amt, 0),
      SIDE_metrics.cancels(clm_adjsmt_type_cd),
      coalesce(clm_idr_ld_dt, clm_efctv_dt)
    FROM SIDE_cclf6
    UNION ALL
    SELECT
      ordinal, 'cclf7', cur_clm_uniq_id, 0, bene_mbi_id,
      SIDE_metrics.code(clm_type_cd),
      NULL,
      concat_ws('|', clm_line_from_dt, trim(prvdr_srvc_id_qlfyr_cd), trim(clm_srvc_prvdr_gnrc_id_num), trim(clm_dspnsng_stus_cd),
        number(clm_line_rx_srvc_rfrnc_num::VARCHAR), number(clm_line_rx_fill_num::VARCHAR)),
      SIDE_metrics.day(clm_line_from_dt), SIDE_metrics.day(clm_line_from_dt),
      coalesce(clm_line_bene_pmt_amt, 0),
      coalesce(SIDE_metrics.code(clm_type_cd) = '03', false),
      coalesce(clm_idr_ld_dt, clm_efctv_dt)
    FROM SIDE_cclf7
  ),
  keyed AS (
    SELECT
      entries.*, coalesce(persons.person, '') AS person,
      coalesce('id ' || number(raw_claim), 'control ' || control || '|' || persons.person, 'natural ' || natural_key || '|' || persons.person) AS claim_key
    FROM entries
    LEFT JOIN persons USING (mbi)
  )
SELECT
  keyed.*,
  NOT cancels AND undone.file IS NULL AND (keyed.file <> 'cclf7' OR row_number() OVER newest = 1) AS final_action
FROM keyed
LEFT JOIN SIDE_metrics.undone AS undone
  ON undone.file = keyed.file AND undone.claim = raw_claim AND undone.line = keyed.line AND NOT cancels
WINDOW newest AS (
  PARTITION BY keyed.file, natural_key, CASE WHEN keyed.file = 'cclf7' THEN '' ELSE claim_key END, keyed.line
  ORDER BY loaded DESC NULLS LAST, claim_key DESC);

-- When the data were updated last.
CREATE TABLE SIDE_updates AS
SELECT number(cur_clm_uniq_id) AS claim, claim_type = 'PDE' AS part_d, max(last_updated)::DATE AS updated
FROM SIDE.claims
GROUP BY ALL;

CREATE TABLE SIDE_claims AS
WITH
  grouped AS (
    SELECT
      file, claim_key, person,
      any_value(number(raw_claim)) AS claim,
      any_value(claim_type) AS claim_type,
      any_value(control) AS control,
      any_value(natural_key) AS natural_key,
      min(from_day) AS from_day, max(thru_day) AS thru_day,
      sum(amount)::DECIMAL(18, 2) AS dollars,
      max(loaded) AS loaded
    FROM SIDE_rows
    WHERE final_action
    GROUP BY file, claim_key, person
  )
SELECT
  row_number() OVER (ORDER BY file, person, from_day, claim_key) AS id,
  grouped.* EXCLUDE (loaded),
  date_trunc('month', thru_day)::DATE AS month,
  coalesce(updates.updated, loaded) AS updated
FROM grouped
LEFT JOIN SIDE_updates AS updates ON updates.claim = grouped.claim AND updates.part_d = (file = 'cclf7');

CREATE TABLE SIDE_persons AS
SELECT DISTINCT person FROM SIDE_rows
UNION
SELECT DISTINCT person FROM SIDE_metrics.cclf8 JOIN persons ON mbi = bene_mbi_id;

CREATE TABLE SIDE_history AS
SELECT file, min(thru_day) AS earliest FROM SIDE_rows GROUP BY file;

-- Claims with codes for substance use disorders, which CMS removes.
CREATE TABLE SIDE_substance_use AS
WITH
  codes AS (
    SELECT 'cclf1' AS file, cur_clm_uniq_id AS claim, upper(replace(dgns, '.', '')) AS code
    FROM (
      SELECT cur_clm_uniq_id, unnest([prncpl_dgns_cd, admtg_dgns_cd]) AS dgns FROM SIDE_metrics.cclf1
      UNION ALL
      SELECT cur_clm_uniq_id, clm_dgns_cd FROM SIDE.cclf4)
    UNION ALL
    SELECT 'cclf5', cur_clm_uniq_id, upper(replace(unnest([clm_line_dgns_cd, clm_dgns_1_cd, clm_dgns_2_cd, clm_dgns_3_cd, clm_dgns_4_cd,
      clm_dgns_5_cd, clm_dgns_6_cd, clm_dgns_7_cd, clm_dgns_8_cd]), '.', ''))
    FROM SIDE_metrics.cclf5
  ),
  procedures AS (
    SELECT 'cclf1' AS file, cur_clm_uniq_id AS claim, clm_line_hcpcs_cd AS code FROM SIDE.cclf2
    UNION ALL
    SELECT 'cclf5', cur_clm_uniq_id, clm_line_hcpcs_cd FROM SIDE_metrics.cclf5
  )
SELECT file, claim FROM codes WHERE regexp_matches(code, '^(F1[0-9]|O9931|30[345]|29[12])') AND code NOT LIKE 'F17%' AND code NOT LIKE '3051%'
UNION
SELECT file, claim FROM procedures
WHERE regexp_full_match(code, 'H00(0[1-9]|1[0-9]|2[0-2])|H20(34|35|36)|G0137|G039[67]|G20(6[7-9]|7[0-9]|80)|G208[0-9]|9940[89]|T1006|T1007')
UNION
SELECT 'cclf1', cur_clm_uniq_id
FROM SIDE_metrics.cclf1
WHERE number(dgns_drg_cd) IN ('894', '895', '896', '897')
  OR number(dgns_drg_cd) IN ('522', '523') AND clm_thru_dt < DATE '2007-10-01';  -- MS-DRG 522 is hip replacement today

-- Claims that are known, and not yet adjudicated.
CREATE TABLE SIDE_partial AS
SELECT 'cclf1' AS file, SIDE_metrics.code(clm_cntl_num) AS control FROM SIDE_partial_tables.cclf1
UNION
SELECT 'cclf5', SIDE_metrics.code(clm_cntl_num) FROM SIDE_partial_tables.cclf5
UNION
SELECT 'cclf6', SIDE_metrics.code(clm_cntl_num) FROM SIDE_partial_tables.cclf6;

-- The rows of claims of final action, numbered within their lines.
CREATE TABLE SIDE_links AS
SELECT
  SIDE_rows.file, id, line, ordinal,
  row_number() OVER (PARTITION BY SIDE_rows.file, id, line ORDER BY amount, ordinal) AS nth
FROM SIDE_rows
JOIN SIDE_claims ON SIDE_claims.file = SIDE_rows.file AND SIDE_claims.claim_key = SIDE_rows.claim_key AND SIDE_claims.person = SIDE_rows.person
WHERE final_action;
