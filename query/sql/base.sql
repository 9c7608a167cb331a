-- What metrics are computed from: the views of the SQL schema "metrics", which apply
-- the rules of CCLF once. Rules are cited by their section in the CCLF Information
-- Packet (IP), version 36.
--
-- This is a template with two switches. DebitCredit selects one of two bases, whose
-- difference two columns of the payments hide: paid is what a row adds to spending,
-- and final_action marks the rows that count as claims.
--
--   basis         paid                          final_action
--   final action  the amount of final-action    all but cancellations and superseded
--                 rows                          versions
--   debits and    the amount, negated for       all but cancellations and the rows
--   credits       cancellations                 that they cancel
--
-- Dated is set if tables have a FILE_DATE, which those of imported deliveries have.
--
-- code, real_day and sent are macros that are expanded when a view is made, so that a view
-- is plain SQL. A line that ends with "-- for" and names is left out of a script that
-- does not need what it names.

-- The most recent MBI (MR_MBI) of each former one (IP 3.1, 5.1.1), following CCLF9.
-- A former MBI has one successor: that of the pair that ended last. In a cycle, the
-- current MBI is the one in CCLF8, or else the one that was assigned last.
VIEW most_recent_mbi AS
WITH RECURSIVE
  pairs AS (
    SELECT prvs_num AS mbi, crnt_num AS successor, real_day(prvs_id_obslt_dt) AS ended, real_day(prvs_id_efctv_dt) AS began,
      crnt_num IN (SELECT bene_mbi_id FROM main.cclf8) AS known
    FROM main.cclf9
    WHERE code(prvs_num) IS NOT NULL AND code(crnt_num) IS NOT NULL AND prvs_num <> crnt_num
    QUALIFY row_number() OVER (PARTITION BY prvs_num ORDER BY {{if .Dated}}sent((file_date, file_name)) DESC NULLS LAST, {{end}}ended DESC NULLS LAST,
      began DESC NULLS LAST, known DESC, crnt_num DESC) = 1
  ),
  reached AS (
    SELECT mbi AS origin, mbi AS before, successor AS mbi, ended, known FROM pairs
    UNION
    SELECT origin, pairs.mbi, successor, pairs.ended, pairs.known FROM reached JOIN pairs ON pairs.mbi = reached.mbi
  ),
  cycles AS (SELECT DISTINCT origin AS mbi FROM reached WHERE origin = mbi)
SELECT origin AS mbi, mbi AS mr_mbi
FROM reached
WHERE mbi NOT IN (SELECT mbi FROM pairs) OR before IN (FROM cycles) AND mbi IN (FROM cycles)
QUALIFY row_number() OVER (PARTITION BY origin ORDER BY known DESC, ended DESC NULLS LAST, mbi) = 1 AND origin <> mr_mbi;

-- CCLF8 with one row per beneficiary. There can be several, which would multiply
-- the rows of a join (IP 2.4.1).
VIEW beneficiaries AS
SELECT
  coalesce(mr_mbi, bene_mbi_id) AS mbi,
  code(bene_mdcr_stus_cd) AS medicare_status, code(bene_dual_stus_cd) AS dual_status,
  CASE WHEN medicare_status IN ('11', '21', '31') THEN 'ESRD' WHEN medicare_status = '20' THEN 'disabled' -- for enrollment_type
    WHEN medicare_status = '10' AND dual_status IN ('01', '02', '03', '04', '05', '06', '08') THEN 'aged dual' -- for enrollment_type
    WHEN medicare_status = '10' THEN 'aged non-dual' END AS enrollment_type, -- for enrollment_type
  coalesce(code(geo_usps_state_cd), code(bene_fips_state_cd)) AS state, -- for state
  code(bene_fips_state_cd) || code(bene_fips_cnty_cd) AS county, -- for county
  code(bene_sex_cd) AS sex, real_day(bene_dob) AS birth_day, -- for sex birth_day
  real_day(bene_death_dt) AS death_day, -- for death_day
FROM main.cclf8
LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
QUALIFY row_number() OVER (PARTITION BY coalesce(mr_mbi, bene_mbi_id) ORDER BY {{if .Dated}}sent((file_date, file_name)) DESC NULLS LAST, {{end}}mr_mbi IS NULL DESC,
  bene_rng_bgn_dt DESC NULLS LAST, bene_rng_end_dt DESC NULLS LAST, medicare_status NULLS LAST, dual_status NULLS LAST) = 1;

-- The months in which a beneficiary was in Medicare. In Part C a plan pays the
-- claims, which are not here: a member month is one of Parts A and B without C,
-- fee_for_service. The dual status is that of the month where it is known.
VIEW member_months AS
WITH
  months AS (
    SELECT
      coalesce(mr_mbi, bene_mbi_id) AS mbi, date_trunc('month', month)::DATE AS month,
      bool_or(part = 'A') AS part_a, bool_or(part = 'B') AS part_b, bool_or(part = 'C') AS part_c, bool_or(part = 'D') AS part_d,
      bool_or(part IN ('A', 'B') AND inferred::VARCHAR IN ('1', 'Y', 'true')) IS TRUE AS inferred,
      max(code(bene_dual_stus_cd)) AS dual, -- for enrollment_type dual_status
    FROM main.enrollment
    LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
    GROUP BY ALL
  )
SELECT
  months.mbi, month, part_a, part_b, part_c, part_d,
  part_a AND part_b AS part_a_and_b, part_a OR part_b AS part_a_or_b, part_a AND part_b AND NOT part_c AS fee_for_service, inferred,
  CASE WHEN medicare_status IN ('11', '21', '31') THEN 'ESRD' WHEN medicare_status = '20' THEN 'disabled' -- for enrollment_type
    WHEN medicare_status = '10' AND coalesce(dual, dual_status) IN ('01', '02', '03', '04', '05', '06', '08') THEN 'aged dual' -- for enrollment_type
    WHEN medicare_status = '10' THEN 'aged non-dual' END AS enrollment_type, -- for enrollment_type
  coalesce(dual, dual_status) AS dual_status, -- for dual_status
FROM months
LEFT JOIN metrics.beneficiaries AS person ON person.mbi = months.mbi -- for enrollment_type dual_status
;

-- All rows of CCLF1, CCLF5 and CCLF6 in one form. The payment of CCLF1 is that of the
-- header; the lines of CCLF2 need not add up to it (IP 3.5). A claim of Part A is
-- denied if it has a nonpayment reason, a line of Part B with its claim or by its own
-- indicator (IP 3.2 has the fields; the values are those of other connectors). Rows
-- with the same related_set are a claim and what canceled or corrected it (IP 5.1.2).
VIEW claim_rows AS
WITH
  files AS (
    SELECT 'A' AS part, 'cclf1' AS file, cur_clm_uniq_id AS claim, 0 AS line, bene_mbi_id, clm_type_cd,
      clm_adjsmt_type_cd, clm_pmt_amt AS amt, clm_thru_dt AS thru_dt,{{if .Dated}} sent((file_date, file_name)) AS sent,{{end}}
      clm_from_dt AS from_dt, -- for from_day
      clm_efctv_dt, clm_idr_ld_dt,{{if not .Dated}} -- for effective loaded entered{{end}}
      code(clm_blg_prvdr_oscar_num) || '|' || clm_from_dt || '|' || clm_thru_dt AS set_key, -- for related_set
      code(clm_mdcr_npmt_rsn_cd) IS NOT NULL AS denied, denied AS claim_denied, -- for denied claim_denied
      code(clm_bill_fac_type_cd) || code(clm_bill_clsfctn_cd) AS bill, -- for bill
      coalesce(code(clm_blg_prvdr_oscar_num), prvdr_oscar_num) AS facility, -- for facility facility_class category
      code(bene_ptnt_stus_cd) AS patient_status, code(dgns_drg_cd) AS drg, -- for patient_status drg
      prncpl_dgns_cd AS diagnosis, -- for diagnosis
      dgns_prcdr_icd_ind, -- for icd
      clm_admsn_type_cd, -- for admission_type
      coalesce(clm_mdcr_ip_pps_cptl_ime_amt, 0) + coalesce(clm_oprtnl_ime_amt, 0) + coalesce(clm_mdcr_ip_pps_dsprprtnt_amt, 0) -- for add_on
        + coalesce(clm_oprtnl_dsprprtnt_amt, 0) + coalesce(clm_hipps_uncompd_care_amt, 0) AS add_on, -- for add_on
    FROM main.cclf1
    UNION ALL BY NAME
    SELECT 'B' AS part, 'cclf5' AS file, cur_clm_uniq_id AS claim, coalesce(clm_line_num, 0) AS line, bene_mbi_id, clm_type_cd,
      clm_adjsmt_type_cd, clm_line_cvrd_pd_amt AS amt, coalesce(real_day(clm_line_thru_dt), clm_thru_dt) AS thru_dt,{{if .Dated}} sent((file_date, file_name)) AS sent,{{end}}
      coalesce(real_day(clm_line_from_dt), clm_from_dt) AS from_dt, -- for from_day
      clm_efctv_dt, clm_idr_ld_dt,{{if not .Dated}} -- for effective loaded entered{{end}}
      code(clm_cntl_num) || '|' || coalesce(clm_line_num, 0) AS set_key, -- for related_set
      coalesce(code(clm_carr_pmt_dnl_cd) = '0', false) AS claim_denied, -- for denied claim_denied
      claim_denied OR coalesce(code(clm_prcsg_ind_cd) NOT IN ('A', 'O', 'R', 'S'), false) AS denied, -- for denied
      coalesce(code(clm_line_dgns_cd), clm_dgns_1_cd) AS diagnosis, -- for diagnosis
      dgns_prcdr_icd_ind, -- for icd
      clm_rndrg_prvdr_tax_num AS tin, coalesce(code(rndrg_prvdr_npi_num), clm_rndrg_prvdr_npi_num) AS npi, -- for tin npi
      clm_prvdr_spclty_cd, clm_pos_cd, clm_line_hcpcs_cd, -- for specialty place hcpcs category
    FROM main.cclf5
    UNION ALL BY NAME
    SELECT 'B' AS part, 'cclf6' AS file, cur_clm_uniq_id AS claim, coalesce(clm_line_num, 0) AS line, bene_mbi_id, clm_type_cd,
      clm_adjsmt_type_cd, clm_line_cvrd_pd_amt AS amt, coalesce(real_day(clm_line_thru_dt), clm_thru_dt) AS thru_dt,{{if .Dated}} sent((file_date, file_name)) AS sent,{{end}}
      coalesce(real_day(clm_line_from_dt), clm_from_dt) AS from_dt, -- for from_day
      clm_efctv_dt, clm_idr_ld_dt,{{if not .Dated}} -- for effective loaded entered{{end}}
      code(clm_cntl_num) || '|' || coalesce(clm_line_num, 0) AS set_key, -- for related_set
      coalesce(code(clm_carr_pmt_dnl_cd) = '0', false) AS claim_denied, -- for denied claim_denied
      claim_denied OR coalesce(code(clm_prcsg_ind_cd) NOT IN ('A', 'O', 'R', 'S'), false) AS denied, -- for denied
      coalesce(code(payto_prvdr_npi_num), clm_blg_prvdr_npi_num) AS npi, -- for tin npi
      clm_pos_cd, clm_line_hcpcs_cd, -- for specialty place hcpcs category
    FROM main.cclf6
  ){{if .Dated}},
  revised AS (  -- rows that a later delivery has with other values; one without a date is the earliest
    SELECT file, claim, line, clm_adjsmt_type_cd, clm_efctv_dt, max(sent) AS newest
    FROM files GROUP BY ALL HAVING min(coalesce(sent, 0)) < newest
  ){{end}}
SELECT
  part, files.file, files.claim, files.line, coalesce(mr_mbi, bene_mbi_id) AS mbi, code(clm_type_cd) AS claim_type,
  real_day(thru_dt) AS day, date_trunc('month', real_day(thru_dt))::DATE AS month, amt::DECIMAL(15, 2) AS amount,
  coalesce(trim(files.clm_adjsmt_type_cd) = '1', false) AS cancels,
  trim(files.clm_adjsmt_type_cd) AS adjustment, files.clm_efctv_dt AS effective, clm_idr_ld_dt AS loaded, -- for effective loaded
  coalesce(real_day(clm_idr_ld_dt), real_day(files.clm_efctv_dt)) AS entered, -- for entered
  set_key || '|' || coalesce(mr_mbi, code(bene_mbi_id)) AS related_set, -- for related_set
  real_day(from_dt) AS from_day, -- for from_day
  denied, claim_denied, -- for denied claim_denied
  bill, -- for bill
  code(facility) AS facility, -- for facility
  code(tin) AS tin, code(npi) AS npi, -- for tin npi
  patient_status, drg, -- for patient_status drg
  code(diagnosis) AS diagnosis, -- for diagnosis
  CASE trim(dgns_prcdr_icd_ind) WHEN '0' THEN '10' WHEN '9' THEN '9' END AS icd, -- for icd
  code(clm_admsn_type_cd) AS admission_type, -- for admission_type
  code(clm_prvdr_spclty_cd) AS specialty, code(clm_pos_cd) AS place, code(clm_line_hcpcs_cd) AS hcpcs, -- for specialty place hcpcs
  add_on::DECIMAL(15, 2) AS add_on, -- for add_on
  CASE WHEN files.file = 'cclf1' THEN facility_class(code(files.facility)) END AS facility_class, -- for facility_class
  CASE WHEN files.file = 'cclf6' THEN 'equipment' -- for category
    WHEN files.file = 'cclf5' THEN if(code(clm_line_hcpcs_cd) BETWEEN 'A0021' AND 'A0999', 'ambulance', 'physician') -- for category
    WHEN code(clm_type_cd) = '10' THEN 'home health' WHEN code(clm_type_cd) IN ('20', '30') THEN 'skilled nursing' -- for category
    WHEN code(clm_type_cd) = '40' THEN 'outpatient' WHEN code(clm_type_cd) = '50' THEN 'hospice' -- for category
    WHEN code(clm_type_cd) = '60' THEN 'inpatient, ' || facility_class(code(files.facility)) -- for category
    WHEN code(clm_type_cd) IS DISTINCT FROM '61' THEN 'institutional, other' END AS category, -- for category
FROM files
LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
{{- if .Dated}}
LEFT JOIN revised ON revised.file = files.file AND revised.claim = files.claim AND revised.line = files.line
  AND revised.clm_adjsmt_type_cd IS NOT DISTINCT FROM files.clm_adjsmt_type_cd
  AND revised.clm_efctv_dt IS NOT DISTINCT FROM files.clm_efctv_dt
WHERE newest IS NULL OR sent = newest
{{- end}};
{{if .DebitCredit}}
-- Each cancellation is paired with one original or adjustment of its related set,
-- and both are dropped (IP 5.2.1). The rows of a set share, in CCLF1, the provider's
-- CCN, first and last day, and MR_MBI, and in CCLF5 and CCLF6 the control number,
-- MR_MBI, and line. A row that lacks part of the key, other than the line, is in no
-- set. Dates do not decide, because a cancellation can be dated before or after the
-- claim that replaces the canceled one. The counterpart is the first of
--   1. a row of the same amount whose claim has the same amounts in all lines,
--   2. a row of the same amount,
--   3. any row,
-- and among equals the oldest: originals before adjustments.
VIEW pairing AS
WITH RECURSIVE
  related AS (
    SELECT
      file, claim, line, cancels, related_set, coalesce(amount, 0) AS amount,
      list((line, coalesce(amount, 0)) ORDER BY line, amount) OVER (PARTITION BY file, claim) AS lines,
      (coalesce(adjustment = '2', false), coalesce(effective, DATE '9999-12-31'), coalesce(loaded, DATE '9999-12-31'), claim) AS age
    FROM metrics.claim_rows
    WHERE (file, related_set) IN (SELECT (file, related_set) FROM metrics.claim_rows WHERE cancels AND related_set IS NOT NULL)
  ),
  passes AS (
    SELECT 0 AS pass, *, false AS paired FROM related
    UNION ALL
    SELECT
      pass + 1, * EXCLUDE (pass, paired),
      row_number() OVER (PARTITION BY file, related_set, CASE WHEN pass < 2 THEN amount END, CASE WHEN pass < 1 THEN lines END, cancels ORDER BY age)
        <= least(count(*) FILTER (WHERE cancels) OVER same, count(*) FILTER (WHERE NOT cancels) OVER same)
    FROM passes
    WHERE NOT paired AND pass < 3
    WINDOW same AS (PARTITION BY file, related_set, CASE WHEN pass < 2 THEN amount END, CASE WHEN pass < 1 THEN lines END)
  )
SELECT file, claim, line, cancels, amount, CASE WHEN paired THEN CASE WHEN pass < 3 THEN 'alike' ELSE 'unlike' END END AS counterpart
FROM passes
WHERE paired OR pass = 3;

-- Rows that were canceled.
VIEW undone AS
SELECT DISTINCT file, claim, line FROM metrics.pairing WHERE counterpart IS NOT NULL AND NOT cancels;
{{end}}
-- Versions of claims that a later one superseded. They have rows only if cclf convert
-- kept all versions. PDE claims have numbers of their own.
VIEW superseded AS
SELECT DISTINCT cur_clm_uniq_id AS claim, claim_type = 'PDE' AS part_d
FROM main.claims AS c
WHERE final_action = 'N' AND cur_clm_uniq_id IS NOT NULL
  AND system_type IS DISTINCT FROM 'SharedSystem'  -- partially adjudicated, not in these tables
  AND NOT EXISTS (
    FROM main.claims AS other
    WHERE other.cur_clm_uniq_id = c.cur_clm_uniq_id AND (other.claim_type = 'PDE') = (c.claim_type = 'PDE')
      AND other.final_action = 'Y' AND other.system_type IS DISTINCT FROM 'SharedSystem');

-- What adds up to spending under Parts A and B (IP 5.3.1; see the table at the top).
VIEW payments AS
{{- if .DebitCredit}}
SELECT entries.*, NOT cancels AND undone.claim IS NULL AS final_action, CASE WHEN cancels THEN -amount ELSE amount END AS paid
FROM metrics.claim_rows AS entries
LEFT JOIN metrics.undone ON undone.file = entries.file AND undone.claim = entries.claim AND undone.line = entries.line;
{{- else}}
SELECT entries.*, NOT cancels AND superseded.claim IS NULL AS final_action, CASE WHEN NOT cancels AND superseded.claim IS NULL THEN amount ELSE 0 END AS paid
FROM metrics.claim_rows AS entries
LEFT JOIN metrics.superseded ON NOT part_d AND superseded.claim = entries.claim;
{{- end}}

-- The rows of the claims that count.
VIEW final_action AS
SELECT * EXCLUDE (cancels, final_action, related_set) FROM metrics.payments WHERE final_action;

-- Claims that the table claims lists, with the number of their rows in CCLF1, 5, 6 or
-- 7, and the month of the last. family is shared by the versions of a claim.
VIEW listed_claims AS
WITH
  counted AS (
    SELECT file, claim, count(*) AS n, max(month) AS month FROM metrics.claim_rows GROUP BY ALL
    UNION ALL
    SELECT 'cclf7', cur_clm_uniq_id, count(*), max(date_trunc('month', real_day(clm_line_from_dt)))::DATE FROM main.cclf7 GROUP BY ALL
  ),
  listed AS (
    SELECT *, CASE claim_type WHEN 'CARRIER' THEN 'cclf5' WHEN 'DME' THEN 'cclf6' WHEN 'PDE' THEN 'cclf7' ELSE 'cclf1' END AS file
    FROM main.claims
    WHERE system_type IS DISTINCT FROM 'SharedSystem'
  )
SELECT
  listed.file, cur_clm_uniq_id AS claim, coalesce(mr_mbi, bene_mbi_id) AS mbi, code(clm_type_cd) AS claim_type, month,
  listed.final_action = 'Y' AS final_action, coalesce(n, 0) AS n, coalesce(claim_group, clm_cntl_num) AS family
FROM listed
LEFT JOIN counted ON counted.file = listed.file AND counted.claim = cur_clm_uniq_id
LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id;

-- The lines of institutional claims in CCLF2{{if .Dated}}, each as the newest delivery has it{{end}}.
VIEW revenue_lines AS
SELECT
  c.cur_clm_uniq_id AS claim, c.clm_line_num AS line, code(clm_line_prod_rev_ctr_cd) AS revenue_center, code(clm_line_hcpcs_cd) AS hcpcs,
  coalesce(real_day(clm_line_from_dt), real_day(clm_line_instnl_rev_ctr_dt)) AS day, real_day(clm_from_dt) AS claim_from_day,
  clm_line_cvrd_pd_amt::DECIMAL(15, 2) AS amount
FROM main.cclf2 AS c
{{- if .Dated}}
LEFT JOIN (
  SELECT cur_clm_uniq_id, clm_line_num, max(sent((file_date, file_name))) AS newest
  FROM main.cclf2 GROUP BY ALL HAVING min(coalesce(sent((file_date, file_name)), 0)) < newest
) AS revised ON revised.cur_clm_uniq_id = c.cur_clm_uniq_id AND revised.clm_line_num IS NOT DISTINCT FROM c.clm_line_num
WHERE newest IS NULL OR sent((file_date, file_name)) = newest
{{- end}};

-- Institutional claims with lines of an emergency department (revenue centers 0450 to
-- 0459 and 0981) or of observation (0762), and the first day of such a line.
VIEW hospital_lines AS
SELECT claim, if(revenue_center IN ('0762', '762'), 'observation', 'emergency') AS kind, min(coalesce(day, claim_from_day)) AS day
FROM metrics.revenue_lines
WHERE regexp_full_match(revenue_center, '0?(45[0-9]|981|762)')
GROUP BY ALL;

-- Stays: claims of a hospital or skilled nursing facility that continue one another
-- without a discharge. A claim continues the one before if that has the status
-- "still a patient" (30) and there is no day between them.
VIEW stays AS
WITH
  claims AS (
    SELECT *, CASE WHEN claim_type = '60' THEN 'inpatient' ELSE 'skilled nursing' END AS kind,
      claim IN (SELECT claim FROM metrics.hospital_lines WHERE hospital_lines.kind = 'emergency') AS emergency
    FROM metrics.payments
    WHERE final_action AND file = 'cclf1' AND claim_type IN ('20', '30', '60')
  ),
  chained AS (
    SELECT *, row_number() OVER chain AS nth, coalesce(lag(patient_status) OVER chain = '30' AND from_day <= lag(day) OVER chain + 1, false) AS continues
    FROM claims
    WINDOW chain AS (PARTITION BY kind, mbi, facility, denied ORDER BY from_day, day, claim)
  ),
  numbered AS (SELECT *, count(*) FILTER (WHERE NOT continues) OVER (PARTITION BY kind, mbi, facility, denied ORDER BY nth) AS number FROM chained)
SELECT
  any_value(facility_class) AS facility_class, -- for facility_class
  kind, mbi, facility AS ccn, denied, min(from_day) AS from_day, max(day) AS thru_day,
  date_trunc('month', min(from_day))::DATE AS month, greatest(max(day) - min(from_day), 1) AS days,
  bool_or(emergency) AS emergency, sum(amount) AS amount, arg_min(claim_type, nth) AS claim_type,
  arg_max(drg, nth) AS drg, -- for drg
  arg_max(patient_status, nth) AS patient_status, arg_max(diagnosis, nth) AS diagnosis, arg_min(diagnosis, nth) AS first_diagnosis, -- for diagnosis
  arg_min(drg, nth) AS first_drg, arg_min(admission_type, nth) AS admission_type, -- for admission_type
FROM numbered
GROUP BY kind, mbi, facility, denied, number;

-- Emergency visits and observation stays: one per beneficiary, facility and first day
-- of such a line; and emergency visits that ended in an admission, which are on the
-- inpatient claim.
VIEW visits AS
SELECT
  kind, mbi, facility AS ccn, claim_type, hospital_lines.day, date_trunc('month', hospital_lines.day)::DATE AS month,
  bool_and(denied) AS denied, false AS admitted
FROM metrics.payments
JOIN metrics.hospital_lines USING (claim)
WHERE final_action AND file = 'cclf1' AND claim_type = '40'
GROUP BY ALL
UNION ALL
SELECT 'emergency', mbi, ccn, claim_type, from_day, month, denied, true
FROM metrics.stays
WHERE kind = 'inpatient' AND emergency;

-- Episodes: stays at acute hospitals that are not denied, each with those that it
-- continues in: at another hospital no later than the day after, or at the same
-- hospital on the day of the discharge with the same diagnosis. exclusion says why an
-- episode is no index admission, followed_by what came within 30 days. Who is still in
-- the hospital is not readmitted: a claim that begins before the discharge is another
-- bill of the same admission, such as an interim bill that was not canceled.
VIEW episodes AS
WITH
  ordered AS (
    SELECT *, row_number() OVER (PARTITION BY mbi ORDER BY from_day, thru_day, ccn, coalesce(diagnosis, ''), coalesce(drg, ''),
      coalesce(patient_status, ''), coalesce(admission_type, '')) AS nth
    FROM metrics.stays
    WHERE kind = 'inpatient' AND NOT denied AND mbi IS NOT NULL AND facility_class = 'short-term'
  ),
  compared AS (  -- with the earlier stay that ended last
    SELECT *, max((thru_day, nth, ccn, coalesce(diagnosis, ''))) OVER (
      PARTITION BY mbi ORDER BY nth ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS earlier
    FROM ordered
  ),
  numbered AS (
    SELECT *, count(*) FILTER (WHERE (earlier[3] <> ccn AND from_day <= earlier[1] + 1
      OR earlier[3] = ccn AND from_day <= earlier[1] AND earlier[4] = coalesce(diagnosis, '')) IS NOT TRUE) OVER (PARTITION BY mbi ORDER BY nth) AS number
    FROM compared
  ),
  joined AS MATERIALIZED (
    SELECT
      mbi, number, count(*) AS stays, min(from_day) AS from_day, max(thru_day) AS discharge_day,
      max((thru_day, nth, ccn, coalesce(patient_status, ''), coalesce(drg, ''))) AS last,
      min((nth, coalesce(admission_type, ''), coalesce(first_drg, ''))) AS first
    FROM numbered GROUP BY mbi, number
  ),
  followed AS (
    SELECT
      joined.*, greatest(discharge_day, least(discharge_day + 30, death_day)) AS until,
      (SELECT max(real_day(clm_thru_dt)) FROM main.cclf1) AS newest,
      first[2] = '3' OR first[3] IN ('001', '002', '005', '006', '007', '008', '010', '014', '016', '017', '018', '019',
        '650', '651', '652', '837', '838', '839', '846', '847', '848', '945', '946') AS planned
    FROM joined LEFT JOIN metrics.beneficiaries AS person ON person.mbi = joined.mbi
  ),
  enrolled AS (
    SELECT followed.*, count(member.month) AS months
    FROM followed
    LEFT JOIN metrics.member_months AS member ON member.mbi = followed.mbi AND fee_for_service
      AND member.month BETWEEN date_trunc('month', discharge_day) AND until
    GROUP BY ALL
  ),
  returns AS (  -- the first later episode, unless it overlaps
    SELECT joined.mbi, joined.number, arg_min(later.planned, later.number) AS planned
    FROM joined JOIN followed AS later ON later.mbi = joined.mbi AND later.number > joined.number
      AND later.from_day BETWEEN joined.discharge_day AND joined.discharge_day + 30
    GROUP BY ALL
  )
SELECT
  enrolled.mbi, stays, from_day, discharge_day, date_trunc('month', discharge_day)::DATE AS month, last[3] AS ccn, enrolled.planned,
  CASE
    WHEN last[4] IN ('20', '40', '41', '42') THEN 'died'
    WHEN last[4] = '07' THEN 'against advice'
    WHEN last[5] IN ('876', '880', '881', '882', '883', '884', '885', '886', '887', '945', '946') THEN 'condition'
    WHEN until > newest OR months <= date_diff('month', discharge_day, until) THEN 'not followed'
  END AS exclusion,
  CASE WHEN returns.planned THEN 'planned' WHEN returns.number IS NOT NULL THEN 'readmission' END AS followed_by
FROM enrolled LEFT JOIN returns ON returns.mbi = enrolled.mbi AND returns.number = enrolled.number;

-- Beneficiaries who died.
VIEW deaths AS
SELECT mbi, death_day, date_trunc('month', death_day)::DATE AS month FROM metrics.beneficiaries WHERE death_day IS NOT NULL;

-- Services by procedure code: final-action lines that are not denied, of CCLF5, and of
-- outpatient claims in CCLF2. The day is the first one.
VIEW services AS
SELECT file, claim, line, mbi, claim_type, from_day AS day, date_trunc('month', from_day)::DATE AS month, hcpcs, tin, npi, facility, specialty, place, amount
FROM metrics.payments
WHERE final_action AND file = 'cclf5' AND NOT denied
UNION ALL
SELECT
  'cclf2', header.claim, lines.line, header.mbi, header.claim_type,
  coalesce(lines.day, header.from_day) AS first_day, date_trunc('month', first_day)::DATE,
  lines.hcpcs, NULL, NULL, header.facility, NULL, NULL, lines.amount
FROM metrics.revenue_lines AS lines
JOIN metrics.payments AS header ON header.file = 'cclf1' AND header.claim = lines.claim
WHERE header.final_action AND NOT header.denied AND header.claim_type = '40' AND lines.hcpcs IS NOT NULL;

-- CCLF7, with the costs that it lacks. The newest of related events is final action,
-- unless it is a deletion (IP 3.3, 5.1.2){{if .Dated}}; of equal dates, that of the newest delivery{{end}}. Where no date
-- shows the newest, as in API versions v1 and v2, the server sends only one.
VIEW part_d AS
WITH
{{- if .Dated}}
  revised AS (
    SELECT cur_clm_uniq_id, clm_adjsmt_type_cd, clm_efctv_dt, max(sent((file_date, file_name))) AS newest
    FROM main.cclf7 GROUP BY ALL HAVING min(coalesce(sent((file_date, file_name)), 0)) < newest
  ),
{{- end}}
  events AS (
    SELECT
      c.cur_clm_uniq_id AS claim, coalesce(mr_mbi, bene_mbi_id) AS mbi, real_day(clm_line_from_dt) AS from_day,
      coalesce(code(clm_type_cd) = '03', false) AS deletion, clm_line_bene_pmt_amt::DECIMAL(11, 2) AS amount,
      code(clm_line_ndc_cd) AS ndc, clm_line_days_suply_qty AS days_supply, superseded.claim IS NOT NULL AS replaced,
      from_day IS NULL OR code(clm_line_rx_srvc_rfrnc_num) IS NULL OR coalesce(clm_idr_ld_dt, c.clm_efctv_dt) IS NULL{{if .Dated}} AND sent((file_date, file_name)) IS NULL{{end}} AS alone,
      row_number() OVER (
        PARTITION BY coalesce(mr_mbi, bene_mbi_id), clm_line_from_dt, prvdr_srvc_id_qlfyr_cd, clm_srvc_prvdr_gnrc_id_num,
          clm_dspnsng_stus_cd, clm_line_rx_srvc_rfrnc_num, clm_line_rx_fill_num
        ORDER BY replaced, clm_idr_ld_dt DESC NULLS LAST, c.clm_efctv_dt DESC NULLS LAST,
          {{if .Dated}}sent((file_date, file_name)) DESC NULLS LAST, {{end}}c.cur_clm_uniq_id DESC) AS nth
    FROM main.cclf7 AS c
    LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
    LEFT JOIN metrics.superseded ON superseded.part_d AND superseded.claim = c.cur_clm_uniq_id
{{- if .Dated}}
    LEFT JOIN revised ON revised.cur_clm_uniq_id = c.cur_clm_uniq_id AND revised.clm_efctv_dt IS NOT DISTINCT FROM c.clm_efctv_dt
      AND revised.clm_adjsmt_type_cd IS NOT DISTINCT FROM c.clm_adjsmt_type_cd
    WHERE newest IS NULL OR sent((file_date, file_name)) = newest
{{- end}}
  ),
  costs AS (
    SELECT
      cur_clm_uniq_id AS claim, any_value(tot_rx_cst_amt)::DECIMAL(13, 2) AS total_cost,
      any_value(coalesce(cvrd_d_plan_pd_amt, 0) + coalesce(ncvrd_plan_pd_amt, 0))::DECIMAL(13, 2) AS plan_paid,
      bool_or(coalesce(code(adjstmt_dltn_cd) = 'D', false)) AS deletion,
      CASE any_value(code(brnd_gnrc_cd)) WHEN 'B' THEN 'brand' WHEN 'G' THEN 'generic' END AS brand_generic
    FROM main.part_d_costs
    GROUP BY ALL
  )
SELECT
  claim, mbi, from_day, date_trunc('month', from_day)::DATE AS month,
  events.deletion OR coalesce(costs.deletion, false) AS cancels,
  NOT cancels AND NOT replaced AND (alone OR nth = 1) AS final_action,
  amount, total_cost, plan_paid, brand_generic, ndc, days_supply
FROM events
LEFT JOIN costs USING (claim);

-- The claims of a star for BI tools: one row per final-action claim. claim_key joins
-- star_lines, mbi star_members and, with month, star_months, provider star_providers.
VIEW star_claims AS
SELECT
  upper(file) || ' ' || claim AS claim_key, any_value(part) AS part, upper(file) AS file, claim AS claim_id,
  min(mbi) AS mbi, min(claim_type) AS claim_type, min(from_day) AS from_day, max(day) AS thru_day,
  date_trunc('month', max(day))::DATE AS month, coalesce('CCN ' || min(facility), 'NPI ' || arg_max(npi, amount)) AS provider,
  min(tin) AS tin, min(drg) AS drg, arg_min(diagnosis, line) AS diagnosis, bool_and(denied) AS denied,
  sum(paid) AS paid, NULL::DECIMAL(38, 2) AS drug_cost
FROM metrics.payments
WHERE final_action
GROUP BY file, claim
UNION ALL BY NAME
SELECT
  'CCLF7 ' || claim AS claim_key, 'D' AS part, 'CCLF7' AS file, claim AS claim_id, mbi, from_day, from_day AS thru_day, month,
  false AS denied, total_cost AS drug_cost
FROM metrics.part_d
WHERE final_action;

-- The lines of a star for BI tools: service lines and drug fills of the claims in
-- star_claims. Medicare pays an institutional claim as a whole: paid is that of a line
-- only in CCLF5 and CCLF6, and line_paid is what CCLF2 says of a line.
VIEW star_lines AS
SELECT
  upper(file) || ' ' || claim AS claim_key, line, mbi, from_day AS day, month, hcpcs, NULL::VARCHAR AS revenue_center,
  NULL::VARCHAR AS ndc, diagnosis, place, 'NPI ' || npi AS provider, denied, paid, NULL::DECIMAL(15, 2) AS line_paid
FROM metrics.payments
WHERE final_action AND part = 'B'
UNION ALL BY NAME
SELECT
  'CCLF1 ' || header.claim AS claim_key, lines.line, header.mbi, coalesce(lines.day, header.from_day) AS day, header.month,
  lines.hcpcs, lines.revenue_center, 'CCN ' || header.facility AS provider, header.denied, lines.amount AS line_paid
FROM metrics.revenue_lines AS lines
JOIN metrics.payments AS header ON header.file = 'cclf1' AND header.claim = lines.claim
WHERE header.final_action
UNION ALL BY NAME
SELECT 'CCLF7 ' || claim AS claim_key, 1 AS line, mbi, from_day AS day, month, ndc, false AS denied
FROM metrics.part_d
WHERE final_action;

-- The beneficiaries of a star for BI tools: those of CCLF8, and others who have
-- claims or enrollment.
VIEW star_members AS
SELECT everyone.mbi, sex, birth_day, death_day, state, county, medicare_status, dual_status, enrollment_type
FROM (
  SELECT mbi FROM metrics.star_claims UNION SELECT mbi FROM metrics.member_months UNION SELECT mbi FROM metrics.beneficiaries
) AS everyone
LEFT JOIN metrics.beneficiaries USING (mbi)
WHERE everyone.mbi IS NOT NULL;

-- The months of a star for BI tools: one row per beneficiary and month of enrollment.
VIEW star_months AS
SELECT
  mbi, month, part_a, part_b, part_c, part_d, part_a_and_b, part_a_or_b, fee_for_service,
  fee_for_service::INTEGER AS member_months, inferred, enrollment_type, dual_status
FROM metrics.member_months;

-- The providers of a star for BI tools: facilities by CCN, and others by NPI.
VIEW star_providers AS
WITH
  named AS (
    SELECT provider, claim_key, from_day AS day, NULL::VARCHAR AS specialty FROM metrics.star_claims
    UNION ALL
    SELECT 'NPI ' || npi, upper(file) || ' ' || claim, from_day, specialty FROM metrics.payments WHERE final_action AND part = 'B'
  )
SELECT
  provider, left(provider, 3) AS kind, substr(provider, 5) AS identifier, mode(specialty) AS specialty,
  count(DISTINCT claim_key) AS claims, min(day) AS first_day, max(day) AS last_day
FROM named
WHERE provider IS NOT NULL
GROUP BY provider;
