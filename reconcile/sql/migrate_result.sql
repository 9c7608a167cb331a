-- What was paired, and what was not.
CREATE TABLE claim_map AS
SELECT
  x.claim AS old_claim_id, y.claim AS new_claim_id, x.resource_id AS old_resource_id, y.resource_id AS new_resource_id,
  x.file, how AS matched_by
FROM pairs
JOIN a_resources AS x ON x.id = a_id
JOIN b_resources AS y ON y.id = b_id
ORDER BY old_resource_id, new_resource_id;

CREATE TABLE left_a AS FROM a_resources WHERE id NOT IN (SELECT a_id FROM pairs);
CREATE TABLE left_b AS FROM b_resources WHERE id NOT IN (SELECT b_id FROM pairs);

-- Tuples are equal if both have no value, so these are left out.
CREATE TABLE unpaired AS
WITH
  a_known AS (SELECT coalesce(b_person, person) AS person FROM a_persons LEFT JOIN demographic_pairs ON a_person = person),
  patients AS (
    SELECT
      'old' AS side, patient_id AS id,
      CASE
        WHEN bool_and(mbi IS NULL) THEN 'no_mbi'
        WHEN bool_or(person IN (SELECT person FROM ambiguous_persons)) THEN 'ambiguous'
        WHEN bool_or(coalesce(b_person, person) IN (SELECT person FROM b_persons)) THEN 'no_patient_id'
        ELSE 'only_old'
      END AS reason
    FROM a_patients LEFT JOIN persons USING (mbi) LEFT JOIN demographic_pairs ON a_person = person
    WHERE patient_id NOT IN (SELECT old_patient_id FROM patient_map)
    GROUP BY patient_id
    UNION ALL
    SELECT
      'new', patient_id,
      CASE
        WHEN bool_and(mbi IS NULL) THEN 'no_mbi'
        WHEN bool_or(person IN (SELECT person FROM ambiguous_persons)) THEN 'ambiguous'
        WHEN bool_or(person IN (SELECT person FROM a_known)) THEN 'no_patient_id'
        ELSE 'only_new'
      END
    FROM b_patients LEFT JOIN persons USING (mbi)
    WHERE patient_id NOT IN (SELECT new_patient_id FROM patient_map)
    GROUP BY patient_id
  ),
  claims AS (
    SELECT
      'old' AS side, resource_id AS id, claim, file,
      CASE
        WHEN person NOT IN (SELECT person FROM b_persons) THEN 'beneficiary_not_paired'
        WHEN control IS NOT NULL AND (file, control, person) IN (SELECT (file, control, person) FROM left_b)
          OR natural_key IS NOT NULL AND owner IS NOT NULL AND (
            (file, natural_key, owner) IN (SELECT (file, natural_key, owner) FROM left_b AS y WHERE y.control IS NULL)
            OR control IS NULL AND (file, natural_key, owner) IN (SELECT (file, natural_key, owner) FROM left_b)) THEN 'ambiguous'
        ELSE 'only_old'
      END AS reason
    FROM left_a
    UNION ALL
    SELECT
      'new', resource_id, claim, file,
      CASE
        WHEN person NOT IN (SELECT person FROM a_known) THEN 'beneficiary_not_paired'
        WHEN control IS NOT NULL AND (file, control, person) IN (SELECT (file, control, person) FROM left_a)
          OR natural_key IS NOT NULL AND owner IS NOT NULL AND (
            (file, natural_key, owner) IN (SELECT (file, natural_key, owner) FROM left_a AS x WHERE x.control IS NULL)
            OR control IS NULL AND (file, natural_key, owner) IN (SELECT (file, natural_key, owner) FROM left_a)) THEN 'ambiguous'
        ELSE 'only_new'
      END
    FROM left_b
  )
SELECT side, 'patient' AS kind, id, NULL AS claim_id, NULL AS file, reason FROM patients
UNION ALL
SELECT side, 'claim', id, claim, file, reason FROM claims
ORDER BY ALL;
