-- Claims of both sides that are the same; pass.sql fills it.
CREATE TABLE matched (a_id BIGINT, b_id BIGINT, how VARCHAR);

-- Beneficiaries who declined data sharing.
CREATE TABLE opted_out AS
SELECT DISTINCT coalesce(person, bene_mbi_id) AS person
FROM (SELECT * FROM a_exclusions UNION ALL SELECT * FROM b_exclusions)
LEFT JOIN persons ON mbi = bene_mbi_id
WHERE trim(reason) = 'BD';
