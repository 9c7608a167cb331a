-- Claims that are on one side only.
CREATE TABLE SIDE_alone AS FROM SIDE_claims ANTI JOIN matched ON SIDE_id = id;

-- Of these, claims with codes for substance use disorders, which CMS removes.
CREATE TABLE SIDE_substance_use AS
WITH
  codes AS (
    SELECT 'cclf1' AS file, cur_clm_uniq_id AS claim, unnest([prncpl_dgns_cd, admtg_dgns_cd]) AS code FROM SIDE_cclf1
    UNION ALL
    SELECT 'cclf1', cur_clm_uniq_id, clm_dgns_cd FROM SIDE.cclf4
    UNION ALL
    SELECT
      'cclf5', cur_clm_uniq_id,
      unnest([clm_line_dgns_cd, clm_dgns_1_cd, clm_dgns_2_cd, clm_dgns_3_cd, clm_dgns_4_cd, clm_dgns_5_cd, clm_dgns_6_cd,
        clm_dgns_7_cd, clm_dgns_8_cd])
    FROM SIDE_cclf5
  ),
  procedures AS (
    SELECT 'cclf1' AS file, cur_clm_uniq_id AS claim, clm_line_hcpcs_cd AS code FROM SIDE.cclf2
    UNION ALL
    SELECT 'cclf5', cur_clm_uniq_id, clm_line_hcpcs_cd FROM SIDE_cclf5
  ),
  found AS (
    SELECT file, number(claim) AS claim
    FROM codes
    WHERE regexp_matches(upper(replace(code, '.', '')), '^(F1[0-9]|O9931|30[345]|29[12])')
      AND NOT starts_with(upper(code), 'F17') AND NOT starts_with(replace(code, '.', ''), '3051')  -- nicotine
    UNION ALL
    SELECT file, number(claim)
    FROM procedures
    WHERE regexp_full_match(trim(code), 'H00(0[1-9]|1[0-9]|2[0-2])|H20(34|35|36)|G0137|G039[67]|G20(6[7-9]|7[0-9]|80)|G208[0-9]|9940[89]|T1006|T1007')
    UNION ALL
    SELECT 'cclf1', number(cur_clm_uniq_id)
    FROM SIDE_cclf1
    WHERE number(dgns_drg_cd) IN ('894', '895', '896', '897')
      OR number(dgns_drg_cd) IN ('522', '523') AND clm_thru_dt < DATE '2007-10-01'  -- MS-DRG 522 is hip replacement today
  )
SELECT DISTINCT file, claim FROM found SEMI JOIN SIDE_alone USING (file, claim);

-- Control numbers of claims that are known, and not yet adjudicated.
CREATE TABLE SIDE_unadjudicated AS
SELECT 'cclf1' AS file, SIDE_metrics.code(clm_cntl_num) AS control FROM SIDE_partial.cclf1
UNION
SELECT 'cclf5', SIDE_metrics.code(clm_cntl_num) FROM SIDE_partial.cclf5
UNION
SELECT 'cclf6', SIDE_metrics.code(clm_cntl_num) FROM SIDE_partial.cclf6;

-- What the other side has that is newer than all data of this one: versions of
-- claims that are not final action there, and claims that left no rows.
CREATE TABLE SIDE_newer_rows AS
SELECT DISTINCT file, claim_key, control, natural_key, person FROM OTHER_rows WHERE loaded > getvariable('SIDE_newest');

CREATE TABLE SIDE_newer_claims AS
SELECT claim, control, part_d FROM OTHER_updates WHERE updated > getvariable('SIDE_newest');
