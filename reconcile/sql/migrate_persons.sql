-- The beneficiaries of both data sets: a is the old one, b the new one.
--
-- The IDs of Patients, with the MBIs in rows that have them.
CREATE TABLE a_patients AS
SELECT DISTINCT patient_id, a_metrics.code(bene_mbi_id) AS mbi
FROM (
  SELECT patient_id, bene_mbi_id FROM a.claims UNION ALL SELECT patient_id, bene_mbi_id FROM a.enrollment
  UNION ALL SELECT patient_id, bene_mbi_id FROM a.part_d_costs UNION ALL SELECT patient_id, bene_mbi_id FROM a.prior_authorizations)
WHERE patient_id IS NOT NULL;

CREATE TABLE b_patients AS
SELECT DISTINCT patient_id, b_metrics.code(bene_mbi_id) AS mbi
FROM (
  SELECT patient_id, bene_mbi_id FROM b.claims UNION ALL SELECT patient_id, bene_mbi_id FROM b.enrollment
  UNION ALL SELECT patient_id, bene_mbi_id FROM b.part_d_costs UNION ALL SELECT patient_id, bene_mbi_id FROM b.prior_authorizations)
WHERE patient_id IS NOT NULL;

-- The person behind each MBI: the current MBI, following the cross-references of
-- both data sets.
CREATE TABLE persons AS
WITH
  mbis AS (
    SELECT mbi FROM a_patients WHERE mbi IS NOT NULL
    UNION
    SELECT mbi FROM b_patients WHERE mbi IS NOT NULL
    UNION
    SELECT a_metrics.code(bene_mbi_id) FROM a.cclf8 WHERE a_metrics.code(bene_mbi_id) IS NOT NULL
    UNION
    SELECT b_metrics.code(bene_mbi_id) FROM b.cclf8 WHERE b_metrics.code(bene_mbi_id) IS NOT NULL
  ),
  once AS (SELECT mbis.mbi, coalesce(mr_mbi, mbis.mbi) AS person FROM mbis LEFT JOIN b_metrics.most_recent_mbi AS x ON x.mbi = mbis.mbi),
  twice AS (SELECT once.mbi, coalesce(mr_mbi, person) AS person FROM once LEFT JOIN a_metrics.most_recent_mbi AS x ON x.mbi = person)
SELECT twice.mbi, coalesce(mr_mbi, person) AS person FROM twice LEFT JOIN b_metrics.most_recent_mbi AS x ON x.mbi = person;

CREATE TABLE a_persons AS
SELECT person FROM a_patients JOIN persons USING (mbi)
UNION
SELECT person FROM a.cclf8 JOIN persons ON mbi = a_metrics.code(bene_mbi_id);

CREATE TABLE b_persons AS
SELECT person FROM b_patients JOIN persons USING (mbi)
UNION
SELECT person FROM b.cclf8 JOIN persons ON mbi = b_metrics.code(bene_mbi_id);

-- Persons with the same demographics: birth date and names, and what both data sets
-- have of sex, state and ZIP code.
CREATE TABLE alike AS
WITH
  x AS (
    SELECT DISTINCT
      person, bene_dob AS born, upper(trim(bene_last_name)) AS last_name, upper(trim(bene_1st_name)) AS first_name,
      nullif(trim(bene_sex_cd), '0') AS sex, a_metrics.code(geo_usps_state_cd) AS state,
      coalesce(a_metrics.code(geo_zip5_cd), a_metrics.code(bene_zip_cd)) AS zip
    FROM a.cclf8 JOIN persons ON mbi = a_metrics.code(bene_mbi_id)
  ),
  y AS (
    SELECT DISTINCT
      person, bene_dob AS born, upper(trim(bene_last_name)) AS last_name, upper(trim(bene_1st_name)) AS first_name,
      nullif(trim(bene_sex_cd), '0') AS sex, b_metrics.code(geo_usps_state_cd) AS state,
      coalesce(b_metrics.code(geo_zip5_cd), b_metrics.code(bene_zip_cd)) AS zip
    FROM b.cclf8 JOIN persons ON mbi = b_metrics.code(bene_mbi_id)
  )
SELECT DISTINCT x.person AS a_person, y.person AS b_person
FROM x
JOIN y ON x.born = y.born AND x.last_name = y.last_name AND x.first_name = y.first_name
WHERE coalesce(x.sex = y.sex, true) AND coalesce(x.state = y.state, true) AND coalesce(x.zip = y.zip, true);

-- Those whose MBIs have nothing in common are paired if nobody else is alike.
CREATE TABLE demographic_pairs AS
SELECT a_person, b_person
FROM alike
WHERE a_person NOT IN (SELECT person FROM b_persons)
  AND b_person NOT IN (SELECT person FROM a_persons)
  AND a_person IN (SELECT a_person FROM alike GROUP BY a_person HAVING count(*) = 1)
  AND b_person IN (SELECT b_person FROM alike GROUP BY b_person HAVING count(*) = 1);

CREATE TABLE ambiguous_persons AS
SELECT a_person AS person FROM alike
WHERE a_person NOT IN (SELECT person FROM b_persons) AND a_person NOT IN (SELECT a_person FROM demographic_pairs)
UNION
SELECT b_person FROM alike
WHERE b_person NOT IN (SELECT person FROM a_persons) AND b_person NOT IN (SELECT b_person FROM demographic_pairs);

-- The person of each Patient. Pairs by demographics count as one person, by the MBI
-- in the new data set.
CREATE TABLE a_patient_persons AS
SELECT DISTINCT patient_id, mbi, coalesce(b_person, person) AS person, b_person IS NOT NULL AS by_demographics
FROM a_patients
JOIN persons USING (mbi)
LEFT JOIN demographic_pairs ON a_person = person;

CREATE TABLE b_patient_persons AS
SELECT DISTINCT patient_id, mbi, person FROM b_patients JOIN persons USING (mbi);

CREATE TABLE patient_map AS
SELECT
  x.patient_id AS old_patient_id, y.patient_id AS new_patient_id, max(y.person) AS mbi,
  CASE WHEN bool_or(x.mbi = y.mbi) THEN 'mbi' WHEN bool_or(x.by_demographics) THEN 'demographics' ELSE 'former_mbi' END AS matched_by
FROM a_patient_persons AS x
JOIN b_patient_persons AS y USING (person)
GROUP BY ALL
ORDER BY old_patient_id, new_patient_id;
