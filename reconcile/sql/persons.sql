-- Numbers that the fixed-width files pad with zeros.
CREATE MACRO number(s) AS nullif(ltrim(trim(s), '0'), '');

-- The person behind each MBI of both data sets: the current MBI, following the
-- cross-references of both.
CREATE TABLE persons AS
WITH
  mbis AS (
    SELECT DISTINCT bene_mbi_id AS mbi
    FROM (
      SELECT bene_mbi_id FROM a_cclf1 UNION ALL SELECT bene_mbi_id FROM b_cclf1
      UNION ALL SELECT bene_mbi_id FROM a_cclf5 UNION ALL SELECT bene_mbi_id FROM b_cclf5
      UNION ALL SELECT bene_mbi_id FROM a_cclf6 UNION ALL SELECT bene_mbi_id FROM b_cclf6
      UNION ALL SELECT bene_mbi_id FROM a_cclf7 UNION ALL SELECT bene_mbi_id FROM b_cclf7
      UNION ALL SELECT bene_mbi_id FROM a_metrics.cclf8 UNION ALL SELECT bene_mbi_id FROM b_metrics.cclf8)
    WHERE bene_mbi_id IS NOT NULL
  ),
  once AS (
    SELECT mbis.mbi, coalesce(mr_mbi, mbis.mbi) AS person FROM mbis LEFT JOIN a_metrics.most_recent_mbi AS x ON x.mbi = mbis.mbi
  ),
  twice AS (
    SELECT once.mbi, coalesce(mr_mbi, person) AS person FROM once LEFT JOIN b_metrics.most_recent_mbi AS x ON x.mbi = person
  )
SELECT twice.mbi, coalesce(mr_mbi, person) AS person FROM twice LEFT JOIN a_metrics.most_recent_mbi AS x ON x.mbi = person;

