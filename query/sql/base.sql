-- The basis of the metrics: the schema "metrics", with views that apply the rules
-- of CCLF once, so that a metric is only an aggregate. Rules are cited by their
-- section in the CCLF Information Packet (IP), version 36.
--
-- The variable debit_credit selects one of two bases. Two columns of the views
-- hide the difference: paid is what a row adds to spending, and final_action marks
-- the rows that count as claims.
--
--   basis         paid                          final_action
--   final action  the amount of final-action    all but cancellations and superseded
--                 rows                          versions
--   debits and    the amount, negated for       all but cancellations and the rows
--   credits       cancellations                 that they cancel

CREATE SCHEMA metrics;

-- A code, or NULL if it is blank or ~ (not applicable).
CREATE MACRO metrics.code(s) AS nullif(nullif(trim(s), ''), '~');

-- A date, or NULL for the two dates that mean a missing one (IP 3.6).
CREATE MACRO metrics.day(d) AS
  CASE WHEN d::DATE NOT IN (DATE '1000-01-01', DATE '9999-12-31') THEN d::DATE END;

-- Whether a row is a cancellation: adjustment type 1, of 0 for originals and 2
-- for adjustments (IP 4.4).
CREATE MACRO metrics.cancels(adjustment) AS coalesce(trim(adjustment) = '1', false);

-- An amount divided by a number, rounded to the cent, half a cent away from zero.
-- The division of DuckDB would return a DOUBLE.
CREATE MACRO metrics.per(amount, n) AS
  CASE WHEN n > 0 THEN
    sign(amount)::DECIMAL(1, 0)
      * ((abs((amount * 200)::HUGEINT) + n) // (2 * n))::DECIMAL(30, 0)
      * 0.01::DECIMAL(2, 2)
  END;

-- The trust fund that pays an institutional claim, by the first two digits of its
-- type of bill: facility and classification (IP 5.4; values from the UB-04 manual).
-- For home health under a plan of care, the fund depends on earlier services, which
-- the type of bill does not show. Without a type of bill, the claim type decides.
CREATE MACRO metrics.fund(bill, claim_type) AS
  CASE
    WHEN bill IN (
      '11', '18',  -- hospital: inpatient, swing bed
      '21', '28',  -- skilled nursing: inpatient, swing bed
      '33',        -- home health under Part A, until 2013
      '41', '51',  -- religious non-medical: hospital, extended care
      '81', '82'   -- hospice: outside of a hospital, in one
    ) THEN 'HI'
    WHEN bill = '32' THEN 'HI or SMI'  -- home health under a plan of care
    WHEN bill IS NOT NULL THEN 'SMI'
    WHEN claim_type IN ('20', '30', '50', '60', '61') THEN 'HI'
    WHEN claim_type = '40' THEN 'SMI'
    ELSE 'HI or SMI'
  END;

CREATE MACRO metrics.claim_type_name(claim_type) AS
  CASE claim_type
    WHEN '10' THEN 'home health'
    WHEN '20' THEN 'skilled nursing'
    WHEN '30' THEN 'skilled nursing, swing bed'
    WHEN '40' THEN 'outpatient'
    WHEN '50' THEN 'hospice'
    WHEN '60' THEN 'inpatient'
    WHEN '61' THEN 'inpatient, Medicare Advantage'
    WHEN '71' THEN 'physician'
    WHEN '72' THEN 'physician, equipment'
    WHEN '81' THEN 'supplier, no equipment'
    WHEN '82' THEN 'supplier, equipment'
  END;

-- Rows of imported deliveries that a later delivery has with other values. Rows of
-- claims that differ only in columns that were blanked later are such; the newest
-- counts. Data sets of exports have no FILE_DATE and none of these.
CREATE TABLE metrics.revised AS
WITH
  dated AS (
    SELECT
      'cclf1' AS file, cur_clm_uniq_id AS claim, 0 AS line,
      clm_adjsmt_type_cd AS adjustment, clm_efctv_dt AS effective, file_date
    FROM (FROM main.cclf1 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false)
    UNION ALL
    SELECT 'cclf5', cur_clm_uniq_id, coalesce(clm_line_num, 0), clm_adjsmt_type_cd, clm_efctv_dt, file_date
    FROM (FROM main.cclf5 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false)
    UNION ALL
    SELECT 'cclf6', cur_clm_uniq_id, coalesce(clm_line_num, 0), clm_adjsmt_type_cd, clm_efctv_dt, file_date
    FROM (FROM main.cclf6 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false)
    UNION ALL
    SELECT 'cclf7', cur_clm_uniq_id, 0, clm_adjsmt_type_cd, clm_efctv_dt, file_date
    FROM (FROM main.cclf7 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false)
  )
SELECT file, claim, line, adjustment, effective, max(file_date) AS newest
FROM dated
WHERE file_date IS NOT NULL
GROUP BY ALL
HAVING min(file_date) < max(file_date);

CREATE VIEW metrics.cclf1 AS
SELECT rows.*
FROM (FROM main.cclf1 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf1' AND revised.claim = cur_clm_uniq_id AND revised.line = 0
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR file_date = revised.newest;

CREATE VIEW metrics.cclf5 AS
SELECT rows.*
FROM (FROM main.cclf5 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf5' AND revised.claim = cur_clm_uniq_id AND revised.line = coalesce(clm_line_num, 0)
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR file_date = revised.newest;

CREATE VIEW metrics.cclf6 AS
SELECT rows.*
FROM (FROM main.cclf6 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf6' AND revised.claim = cur_clm_uniq_id AND revised.line = coalesce(clm_line_num, 0)
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR file_date = revised.newest;

CREATE VIEW metrics.cclf7 AS
SELECT rows.*
FROM (FROM main.cclf7 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false) AS rows
LEFT JOIN metrics.revised
  ON revised.file = 'cclf7' AND revised.claim = cur_clm_uniq_id AND revised.line = 0
  AND revised.adjustment IS NOT DISTINCT FROM clm_adjsmt_type_cd
  AND revised.effective IS NOT DISTINCT FROM clm_efctv_dt
WHERE revised.newest IS NULL OR file_date = revised.newest;

CREATE VIEW metrics.cclf8 AS
FROM main.cclf8 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false;

CREATE VIEW metrics.cclf9 AS
FROM main.cclf9 UNION ALL BY NAME SELECT NULL::DATE AS file_date WHERE false;

-- The basis. BCDA sends whole claims and never a debit for each credit, even where
-- API version v3 sends adjustment type 1. So a data set that cclf convert wrote,
-- which has a table of claims, is never debit/credit data.
SET VARIABLE debit_credit = coalesce(
  getvariable('debit_credit')::BOOLEAN,
  NOT EXISTS (FROM main.claims) AND (
    EXISTS (FROM metrics.cclf1 WHERE metrics.cancels(clm_adjsmt_type_cd))
    OR EXISTS (FROM metrics.cclf5 WHERE metrics.cancels(clm_adjsmt_type_cd))
    OR EXISTS (FROM metrics.cclf6 WHERE metrics.cancels(clm_adjsmt_type_cd))));

-- The most recent MBI (MR_MBI) of each former one (IP 3.1, 5.1.1), following the
-- pairs of CCLF9. A former MBI has one successor: that of the pair that ended last.
-- In a cycle, the current MBI is the one in CCLF8, or else the one that was
-- assigned last.
CREATE TABLE metrics.most_recent_mbi AS
WITH RECURSIVE
  pairs AS (
    SELECT
      prvs_num AS mbi,
      crnt_num AS successor,
      metrics.day(prvs_id_obslt_dt) AS ended,
      metrics.day(prvs_id_efctv_dt) AS began,
      EXISTS (FROM metrics.cclf8 WHERE bene_mbi_id = crnt_num) AS known
    FROM metrics.cclf9
    WHERE metrics.code(prvs_num) IS NOT NULL
      AND metrics.code(crnt_num) IS NOT NULL
      AND prvs_num <> crnt_num
    QUALIFY row_number() OVER (
      PARTITION BY prvs_num
      ORDER BY file_date DESC NULLS LAST, ended DESC NULLS LAST, began DESC NULLS LAST, known DESC, crnt_num DESC) = 1
  ),
  walk AS (
    SELECT mbi AS origin, [mbi] AS passed, successor AS mbi FROM pairs
    UNION ALL
    SELECT walk.origin, list_append(walk.passed, walk.mbi), pairs.successor
    FROM walk
    JOIN pairs ON pairs.mbi = walk.mbi
    WHERE NOT list_contains(walk.passed, walk.mbi)
  ),
  cycles AS (
    SELECT origin, unnest(passed[list_position(passed, mbi):]) AS mbi
    FROM walk
    WHERE list_contains(passed, mbi)
  ),
  exits AS (
    SELECT cycles.origin, cycles.mbi
    FROM cycles
    JOIN cycles AS before USING (origin)
    JOIN pairs ON pairs.mbi = before.mbi AND pairs.successor = cycles.mbi
    QUALIFY row_number() OVER (
      PARTITION BY cycles.origin
      ORDER BY known DESC, ended DESC NULLS LAST, cycles.mbi) = 1
  )
SELECT origin AS mbi, mbi AS mr_mbi
FROM walk
WHERE NOT list_contains(passed, mbi) AND NOT EXISTS (FROM pairs WHERE pairs.mbi = walk.mbi)
UNION ALL
SELECT origin, mbi FROM exits WHERE origin <> mbi;

-- Debits and credits: the rows of all related sets that have a cancellation
-- (IP 5.1.2). The rows of a set share
--   in CCLF1          the provider's CCN, first and last day, and MR_MBI,
--   in CCLF5 and 6    the control number, MR_MBI, and line.
-- A row that lacks part of the key, other than the line, is in no set.
CREATE TABLE metrics.related AS
WITH
  entries AS NOT MATERIALIZED (
    SELECT
      'cclf1' AS file, cur_clm_uniq_id AS claim, 0 AS line,
      [clm_blg_prvdr_oscar_num, clm_from_dt::VARCHAR, clm_thru_dt::VARCHAR, coalesce(mr_mbi, bene_mbi_id)] AS key,
      coalesce(clm_pmt_amt, 0)::DECIMAL(15, 2) AS amount,
      clm_adjsmt_type_cd AS adjustment, clm_efctv_dt AS effective, clm_idr_ld_dt AS loaded
    FROM metrics.cclf1
    LEFT JOIN metrics.most_recent_mbi ON mbi = bene_mbi_id
    UNION ALL
    SELECT
      'cclf5', cur_clm_uniq_id, coalesce(clm_line_num, 0),
      [clm_cntl_num, coalesce(mr_mbi, bene_mbi_id), coalesce(clm_line_num, 0)::VARCHAR],
      coalesce(clm_line_cvrd_pd_amt, 0),
      clm_adjsmt_type_cd, clm_efctv_dt, clm_idr_ld_dt
    FROM metrics.cclf5
    LEFT JOIN metrics.most_recent_mbi ON mbi = bene_mbi_id
    UNION ALL
    SELECT
      'cclf6', cur_clm_uniq_id, coalesce(clm_line_num, 0),
      [clm_cntl_num, coalesce(mr_mbi, bene_mbi_id), coalesce(clm_line_num, 0)::VARCHAR],
      coalesce(clm_line_cvrd_pd_amt, 0),
      clm_adjsmt_type_cd, clm_efctv_dt, clm_idr_ld_dt
    FROM metrics.cclf6
    LEFT JOIN metrics.most_recent_mbi ON mbi = bene_mbi_id
  )
SELECT
  file, claim, line, key, amount,
  metrics.cancels(adjustment) AS credit,
  -- The order in which equal rows are paired: originals before adjustments,
  -- oldest first.
  {
    'adjustment': coalesce(trim(adjustment) = '2', false),
    'effective': coalesce(effective, DATE '9999-12-31'),
    'loaded': coalesce(loaded, DATE '9999-12-31'),
    'claim': claim
  } AS age
FROM entries
WHERE getvariable('debit_credit')
  AND (file, key) IN (
    SELECT (file, key)
    FROM entries
    WHERE metrics.cancels(adjustment)
      AND len(list_filter(key, lambda part: trim(part) <> '')) = len(key));

-- Whether a row finds a counterpart among the rows with the same value of "same":
-- the first credit is paired with the first debit, and so on.
CREATE MACRO metrics.finds_counterpart(credit, same, age) AS
  row_number() OVER (PARTITION BY same, credit ORDER BY age)
    <= least(
      count(*) FILTER (WHERE credit) OVER (PARTITION BY same),
      count(*) FILTER (WHERE NOT credit) OVER (PARTITION BY same));

-- Each cancellation is paired with one original or adjustment of its related set,
-- and both are dropped (IP 5.2.1). Dates do not decide, because a cancellation can
-- be dated before or after the claim that replaces the canceled one. The
-- counterpart is the first of
--   1. a row of the same amount whose claim has the same amounts in all lines,
--   2. a row of the same amount,
--   3. any row,
-- and among equals the oldest (see age).
CREATE TABLE metrics.pairing AS
WITH
  compared AS (
    SELECT *, list((line, amount) ORDER BY line, amount) OVER (PARTITION BY file, claim) AS lines
    FROM metrics.related
  ),
  first AS (
    SELECT *, metrics.finds_counterpart(credit, (file, key, amount, lines), age) AS paired
    FROM compared
  ),
  second AS (
    SELECT * REPLACE (metrics.finds_counterpart(credit, (file, key, amount), age) AS paired)
    FROM first WHERE NOT paired
  ),
  third AS (
    SELECT * REPLACE (metrics.finds_counterpart(credit, (file, key), age) AS paired)
    FROM second WHERE NOT paired
  )
SELECT file, claim, line, credit, amount, 'alike' AS counterpart FROM first WHERE paired
UNION ALL
SELECT file, claim, line, credit, amount, 'alike' FROM second WHERE paired
UNION ALL
SELECT file, claim, line, credit, amount, CASE WHEN paired THEN 'unlike' END FROM third;

-- Final-action claims: versions that a later one superseded. They have rows only if
-- cclf convert kept all versions.
CREATE TABLE metrics.superseded AS
SELECT DISTINCT cur_clm_uniq_id AS claim, claim_type = 'PDE' AS part_d
FROM main.claims AS c
WHERE final_action = 'N'
  AND cur_clm_uniq_id IS NOT NULL
  AND system_type IS DISTINCT FROM 'SharedSystem'  -- partially adjudicated, not in these tables
  AND NOT EXISTS (
    FROM main.claims AS other
    WHERE other.cur_clm_uniq_id = c.cur_clm_uniq_id
      AND (other.claim_type = 'PDE') = (c.claim_type = 'PDE')  -- PDE claims have numbers of their own
      AND other.final_action = 'Y'
      AND other.system_type IS DISTINCT FROM 'SharedSystem');

-- Rows that are neither final action nor cancellations.
CREATE TABLE metrics.undone AS
SELECT DISTINCT file, claim, line FROM metrics.pairing WHERE counterpart IS NOT NULL AND NOT credit
UNION ALL
SELECT DISTINCT 'cclf1', cur_clm_uniq_id, 0
FROM metrics.cclf1
WHERE NOT getvariable('debit_credit')
  AND cur_clm_uniq_id IN (SELECT claim FROM metrics.superseded WHERE NOT part_d)
UNION ALL
SELECT DISTINCT 'cclf5', cur_clm_uniq_id, coalesce(clm_line_num, 0)
FROM metrics.cclf5
WHERE NOT getvariable('debit_credit')
  AND cur_clm_uniq_id IN (SELECT claim FROM metrics.superseded WHERE NOT part_d)
UNION ALL
SELECT DISTINCT 'cclf6', cur_clm_uniq_id, coalesce(clm_line_num, 0)
FROM metrics.cclf6
WHERE NOT getvariable('debit_credit')
  AND cur_clm_uniq_id IN (SELECT claim FROM metrics.superseded WHERE NOT part_d);

-- What a row adds to spending (IP 5.3.1; see the table at the top).
CREATE MACRO metrics.paid(amount, cancels, final_action) AS
  CASE
    WHEN NOT getvariable('debit_credit') THEN CASE WHEN final_action THEN amount ELSE 0 END
    WHEN cancels THEN -amount
    ELSE amount
  END;

-- CCLF1. The payment is that of the header; the lines of CCLF2 need not add up to it
-- (IP 3.5).
CREATE VIEW metrics.part_a AS
WITH
  headers AS (
    SELECT
      cur_clm_uniq_id AS claim,
      bene_mbi_id,
      metrics.code(clm_type_cd) AS claim_type,
      metrics.code(clm_bill_fac_type_cd) || metrics.code(clm_bill_clsfctn_cd) AS bill,
      clm_blg_prvdr_oscar_num AS ccn,
      metrics.day(clm_from_dt) AS from_day,
      metrics.day(clm_thru_dt) AS thru_day,
      metrics.code(bene_ptnt_stus_cd) AS patient_status,
      metrics.code(dgns_drg_cd) AS drg,
      metrics.code(clm_mdcr_npmt_rsn_cd) IS NOT NULL AS denied,  -- IP 3.2
      metrics.cancels(clm_adjsmt_type_cd) AS cancels,
      clm_pmt_amt::DECIMAL(15, 2) AS amount
    FROM metrics.cclf1
  )
SELECT
  headers.claim,
  coalesce(mr_mbi, bene_mbi_id) AS mbi,
  claim_type,
  metrics.fund(bill, claim_type) AS fund,
  ccn,
  from_day,
  thru_day,
  date_trunc('month', thru_day)::DATE AS month,
  patient_status,
  drg,
  denied,
  cancels,
  NOT cancels AND undone.claim IS NULL AS final_action,
  amount,
  metrics.paid(amount, cancels, final_action) AS paid
FROM headers
LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
LEFT JOIN metrics.undone ON undone.file = 'cclf1' AND undone.claim = headers.claim;

-- CCLF5 and CCLF6, line by line. A line is denied with its claim, or by its own
-- indicator. The IP (3.2) names the two fields; the values are those that connectors
-- of other projects use.
CREATE VIEW metrics.part_b AS
WITH
  lines AS (
    SELECT
      'cclf5' AS file,
      cur_clm_uniq_id AS claim,
      coalesce(clm_line_num, 0) AS line,
      bene_mbi_id,
      metrics.code(clm_type_cd) AS claim_type,
      coalesce(metrics.day(clm_line_thru_dt), metrics.day(clm_thru_dt)) AS thru_day,
      metrics.code(clm_carr_pmt_dnl_cd) AS payment,
      metrics.code(clm_prcsg_ind_cd) AS processing,
      metrics.cancels(clm_adjsmt_type_cd) AS cancels,
      clm_line_cvrd_pd_amt::DECIMAL(15, 2) AS amount
    FROM metrics.cclf5
    UNION ALL
    SELECT
      'cclf6',
      cur_clm_uniq_id,
      coalesce(clm_line_num, 0),
      bene_mbi_id,
      metrics.code(clm_type_cd),
      coalesce(metrics.day(clm_line_thru_dt), metrics.day(clm_thru_dt)),
      metrics.code(clm_carr_pmt_dnl_cd),
      metrics.code(clm_prcsg_ind_cd),
      metrics.cancels(clm_adjsmt_type_cd),
      clm_line_cvrd_pd_amt::DECIMAL(15, 2)
    FROM metrics.cclf6
  )
SELECT
  lines.file,
  lines.claim,
  lines.line,
  coalesce(mr_mbi, bene_mbi_id) AS mbi,
  claim_type,
  thru_day,
  date_trunc('month', thru_day)::DATE AS month,
  coalesce(payment = '0', false) AS claim_denied,
  coalesce(payment = '0', false) OR coalesce(processing NOT IN ('A', 'O', 'R', 'S'), false) AS line_denied,
  cancels,
  NOT cancels AND undone.claim IS NULL AS final_action,
  amount,
  metrics.paid(amount, cancels, final_action) AS paid
FROM lines
LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
LEFT JOIN metrics.undone
  ON undone.file = lines.file AND undone.claim = lines.claim AND undone.line = lines.line;

-- All payments of Medicare under Parts A and B.
CREATE VIEW metrics.payments AS
SELECT 'A' AS part, 'cclf1' AS file, claim, claim_type, fund, mbi, month, final_action, paid FROM metrics.part_a
UNION ALL
SELECT 'B', file, claim, claim_type, 'SMI', mbi, month, final_action, paid FROM metrics.part_b;

-- Institutional claims with an emergency department line (revenue centers 0450 to
-- 0459 and 0981), and the first day of such a line.
CREATE VIEW metrics.emergency AS
SELECT
  cur_clm_uniq_id AS claim,
  min(coalesce(
    metrics.day(clm_line_from_dt), metrics.day(clm_line_instnl_rev_ctr_dt), metrics.day(clm_from_dt))) AS day
FROM main.cclf2
WHERE regexp_full_match(metrics.code(clm_line_prod_rev_ctr_cd), '0?45[0-9]|0?981')
GROUP BY ALL;

-- Stays: claims of a hospital or skilled nursing facility that continue one another
-- without a discharge. A claim continues the one before if that has the status
-- "still a patient" (30) and there is no day between them.
CREATE VIEW metrics.stays AS
WITH
  claims AS (
    SELECT
      *,
      CASE WHEN claim_type = '60' THEN 'inpatient' ELSE 'skilled nursing' END AS kind,
      EXISTS (FROM metrics.emergency WHERE emergency.claim = part_a.claim) AS emergency
    FROM metrics.part_a
    WHERE final_action AND claim_type IN ('20', '30', '60')
  ),
  chained AS (
    SELECT
      *,
      coalesce(
        lag(patient_status) OVER chain = '30' AND from_day <= lag(thru_day) OVER chain + 1,
        false) AS continues
    FROM claims
    WINDOW chain AS (PARTITION BY kind, mbi, ccn, denied ORDER BY from_day, thru_day, claim)
  ),
  numbered AS (
    SELECT *, count(*) FILTER (WHERE NOT continues) OVER chain AS number
    FROM chained
    WINDOW chain AS (PARTITION BY kind, mbi, ccn, denied ORDER BY from_day, thru_day, claim)
  )
SELECT
  kind,
  mbi,
  ccn,
  denied,
  min(from_day) AS from_day,
  date_trunc('month', min(from_day))::DATE AS month,
  greatest(max(thru_day) - min(from_day), 1) AS days,
  arg_max(drg, thru_day) AS drg,
  bool_or(emergency) AS emergency,
  sum(amount) AS amount
FROM numbered
GROUP BY kind, mbi, ccn, denied, number;

-- CCLF7, with the costs that it lacks. The newest of related events is final action,
-- unless it is a deletion (IP 3.3, 5.1.2). Where no date shows the newest, as in API
-- versions v1 and v2, the server sends only one.
CREATE VIEW metrics.part_d AS
WITH
  events AS (
    SELECT
      cur_clm_uniq_id AS claim,
      coalesce(mr_mbi, bene_mbi_id) AS mbi,
      metrics.day(clm_line_from_dt) AS from_day,
      coalesce(metrics.code(clm_type_cd) = '03', false) AS deletion,
      clm_line_bene_pmt_amt::DECIMAL(11, 2) AS amount,
      superseded.claim IS NOT NULL AS replaced,
      metrics.day(clm_line_from_dt) IS NULL
        OR metrics.code(clm_line_rx_srvc_rfrnc_num) IS NULL
        OR coalesce(clm_idr_ld_dt, clm_efctv_dt) IS NULL AS alone,
      row_number() OVER (
        PARTITION BY
          coalesce(mr_mbi, bene_mbi_id), clm_line_from_dt, prvdr_srvc_id_qlfyr_cd, clm_srvc_prvdr_gnrc_id_num,
          clm_dspnsng_stus_cd, clm_line_rx_srvc_rfrnc_num, clm_line_rx_fill_num
        ORDER BY replaced, clm_idr_ld_dt DESC NULLS LAST, clm_efctv_dt DESC NULLS LAST, cur_clm_uniq_id DESC) AS nth
    FROM metrics.cclf7
    LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
    LEFT JOIN metrics.superseded ON superseded.part_d AND superseded.claim = cur_clm_uniq_id
  ),
  costs AS (
    SELECT
      cur_clm_uniq_id AS claim,
      any_value(tot_rx_cst_amt)::DECIMAL(13, 2) AS total_cost,
      any_value(coalesce(cvrd_d_plan_pd_amt, 0) + coalesce(ncvrd_plan_pd_amt, 0))::DECIMAL(13, 2) AS plan_paid,
      bool_or(coalesce(metrics.code(adjstmt_dltn_cd) = 'D', false)) AS deletion
    FROM main.part_d_costs
    GROUP BY ALL
  )
SELECT
  claim,
  mbi,
  from_day,
  date_trunc('month', from_day)::DATE AS month,
  events.deletion OR coalesce(costs.deletion, false) AS cancels,
  NOT cancels AND NOT replaced AND (alone OR nth = 1) AS final_action,
  amount,
  total_cost,
  plan_paid
FROM events
LEFT JOIN costs USING (claim);

-- CCLF8 with one row per beneficiary. There can be several, which would multiply
-- the rows of a join (IP 2.4.1).
CREATE VIEW metrics.beneficiaries AS
SELECT
  coalesce(mr_mbi, bene_mbi_id) AS mbi,
  metrics.code(bene_mdcr_stus_cd) AS medicare_status,
  metrics.code(bene_dual_stus_cd) AS dual_status
FROM metrics.cclf8
LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
QUALIFY row_number() OVER (
  PARTITION BY coalesce(mr_mbi, bene_mbi_id)
  ORDER BY
    file_date DESC NULLS LAST,  -- the newest delivery
    mr_mbi IS NULL DESC,  -- the row with the current MBI first
    bene_rng_bgn_dt DESC NULLS LAST, bene_rng_end_dt DESC NULLS LAST,
    medicare_status NULLS LAST, dual_status NULLS LAST) = 1;

-- The months in which a beneficiary was in Medicare. In Part C a plan pays the
-- claims, which are not here: fee_for_service is Part A or B without Part C.
CREATE VIEW metrics.member_months AS
SELECT
  coalesce(mr_mbi, bene_mbi_id) AS mbi,
  date_trunc('month', month)::DATE AS month,
  bool_or(part = 'A') AS part_a,
  bool_or(part = 'B') AS part_b,
  bool_or(part = 'C') AS part_c,
  bool_or(part = 'D') AS part_d,
  bool_or(part IN ('A', 'B')) AND NOT bool_or(part = 'C') AS fee_for_service
FROM main.enrollment
LEFT JOIN metrics.most_recent_mbi AS recent ON recent.mbi = bene_mbi_id
GROUP BY ALL;
