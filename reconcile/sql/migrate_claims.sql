-- The claim resources of one data set, SIDE, with what identifies a claim in any
-- API version: the control number, or else the natural key of its file.
CREATE TABLE SIDE_details AS
SELECT
  cur_clm_uniq_id AS claim, 'cclf1' AS file, min(clm_from_dt) AS from_day, max(clm_thru_dt) AS thru_day,
  min(concat_ws('|', clm_from_dt, clm_thru_dt, trim(clm_blg_prvdr_oscar_num))) AS natural_key
FROM SIDE.cclf1 GROUP BY claim
UNION ALL
SELECT
  cur_clm_uniq_id AS claim, 'cclf5', min(clm_from_dt), max(clm_thru_dt),
  min(concat_ws('|', clm_from_dt, clm_thru_dt, SIDE_metrics.code(clm_type_cd)))
FROM SIDE.cclf5 GROUP BY claim
UNION ALL
SELECT
  cur_clm_uniq_id AS claim, 'cclf6', min(clm_from_dt), max(clm_thru_dt),
  min(concat_ws('|', clm_from_dt, clm_thru_dt, SIDE_metrics.code(clm_type_cd)))
FROM SIDE.cclf6 GROUP BY claim
UNION ALL
SELECT
  cur_clm_uniq_id AS claim, 'cclf7', min(clm_line_from_dt), max(clm_line_from_dt),
  min(concat_ws('|', clm_line_from_dt, trim(prvdr_srvc_id_qlfyr_cd), trim(clm_srvc_prvdr_gnrc_id_num), trim(clm_dspnsng_stus_cd),
    ltrim(trim(clm_line_rx_srvc_rfrnc_num::VARCHAR), '0'), ltrim(trim(clm_line_rx_fill_num::VARCHAR), '0')))
FROM SIDE.cclf7 GROUP BY claim;

CREATE TABLE SIDE_resources AS
WITH
  listed AS (
    SELECT
      resource_id, cur_clm_uniq_id AS claim, patient_id, SIDE_metrics.code(bene_mbi_id) AS mbi,
      CASE claim_type WHEN 'CARRIER' THEN 'cclf5' WHEN 'MCS' THEN 'cclf5' WHEN 'DME' THEN 'cclf6' WHEN 'PDE' THEN 'cclf7' ELSE 'cclf1' END AS file,
      SIDE_metrics.code(clm_cntl_num) AS control,
      final_action = 'Y' AND system_type IS DISTINCT FROM 'SharedSystem' AS final_action
    FROM SIDE.claims
  )
SELECT
  row_number() OVER () AS id, listed.*, from_day, thru_day, natural_key,
  coalesce(b_person, by_mbi.person, by_patient.person, '') AS person,
  CASE WHEN file = 'cclf7' THEN '' ELSE coalesce(b_person, by_mbi.person, by_patient.person) END AS owner
FROM listed
LEFT JOIN SIDE_details USING (file, claim)
LEFT JOIN persons AS by_mbi USING (mbi)
LEFT JOIN demographic_pairs ON SIDE_old AND a_person = by_mbi.person
LEFT JOIN (SELECT patient_id, min(person) AS person FROM SIDE_patient_persons GROUP BY patient_id) AS by_patient USING (patient_id);
