-- Claims of both sides that are the same, by control number, by claim ID, or else by
-- the natural key of the file.
CREATE TABLE matched (a_id BIGINT, b_id BIGINT, how VARCHAR);

INSERT INTO matched
WITH
  x AS (
    SELECT id, file, control, person, row_number() OVER (PARTITION BY file, control, person ORDER BY dollars DESC, from_day, id) AS nth
    FROM a_claims WHERE control IS NOT NULL),
  y AS (
    SELECT id, file, control, person, row_number() OVER (PARTITION BY file, control, person ORDER BY dollars DESC, from_day, id) AS nth
    FROM b_claims WHERE control IS NOT NULL)
SELECT x.id, y.id, 'control number' FROM x JOIN y USING (file, control, person, nth);

INSERT INTO matched
SELECT x.id, y.id, 'claim ID'
FROM a_claims AS x
JOIN b_claims AS y USING (file, claim, person)
WHERE x.id NOT IN (SELECT a_id FROM matched) AND y.id NOT IN (SELECT b_id FROM matched);

INSERT INTO matched
WITH
  x AS (
    SELECT id, file, natural_key, control, CASE WHEN file <> 'cclf7' THEN person END AS who,
      row_number() OVER (PARTITION BY file, natural_key, CASE WHEN file <> 'cclf7' THEN person END ORDER BY dollars DESC, id) AS nth
    FROM a_claims WHERE id NOT IN (SELECT a_id FROM matched)),
  y AS (
    SELECT id, file, natural_key, control, CASE WHEN file <> 'cclf7' THEN person END AS who,
      row_number() OVER (PARTITION BY file, natural_key, CASE WHEN file <> 'cclf7' THEN person END ORDER BY dollars DESC, id) AS nth
    FROM b_claims WHERE id NOT IN (SELECT b_id FROM matched))
SELECT x.id, y.id, 'natural key'
FROM x JOIN y ON x.file = y.file AND x.natural_key = y.natural_key AND x.who IS NOT DISTINCT FROM y.who AND x.nth = y.nth
WHERE x.control IS NULL OR y.control IS NULL;

-- Beneficiaries who declined data sharing.
CREATE TABLE opted_out AS
SELECT DISTINCT coalesce(person, bene_mbi_id) AS person
FROM (SELECT * FROM a_exclusions UNION ALL SELECT * FROM b_exclusions)
LEFT JOIN persons ON mbi = bene_mbi_id
WHERE reason = 'BD';

-- Each difference in claims, with its one reason. Dollars are what it adds on the
-- way from the left to the right.
CREATE TABLE differences AS
WITH
  alone AS (
    SELECT 'left' AS side, x.*, -x.dollars AS delta FROM a_claims AS x WHERE id NOT IN (SELECT a_id FROM matched)
    UNION ALL
    SELECT 'right', y.*, y.dollars FROM b_claims AS y WHERE id NOT IN (SELECT b_id FROM matched)
  )
SELECT
  side, file, claim, control, person, claim_type, from_day, thru_day, month,
  CASE WHEN side = 'left' THEN dollars END AS left_dollars,
  CASE WHEN side = 'right' THEN dollars END AS right_dollars,
  delta AS dollars,
  CASE
    WHEN person IN (SELECT person FROM opted_out) THEN 'opted_out'
    WHEN CASE side
      WHEN 'left' THEN person NOT IN (SELECT person FROM b_persons)
      ELSE person NOT IN (SELECT person FROM a_persons) END THEN 'not_in_feed'
    WHEN CASE side
      WHEN 'left' THEN thru_day < (SELECT earliest FROM b_history AS h WHERE h.file = alone.file)
      ELSE thru_day < (SELECT earliest FROM a_history AS h WHERE h.file = alone.file) END THEN 'outside_history'
    WHEN CASE side
      WHEN 'left' THEN (file, control) IN (SELECT (file, control) FROM b_partial)
      ELSE (file, control) IN (SELECT (file, control) FROM a_partial) END THEN 'partially_adjudicated'
    WHEN CASE side
      WHEN 'left' THEN (file, claim) IN (SELECT (file, number(claim)) FROM a_substance_use)
      ELSE (file, claim) IN (SELECT (file, number(claim)) FROM b_substance_use) END THEN 'substance_use'
    WHEN CASE side
      WHEN 'left' THEN updated > getvariable('b_newest')
      ELSE updated > getvariable('a_newest') END THEN 'not_yet_arrived'
    -- The other side has it, undone by what was loaded after the newest data here.
    WHEN CASE side
      WHEN 'left' THEN (file, claim_key) IN (SELECT (file, claim_key) FROM b_rows WHERE loaded > getvariable('a_newest'))
        OR (file, control) IN (SELECT (file, control) FROM b_rows WHERE loaded > getvariable('a_newest'))
        OR claim IN (SELECT claim FROM b_updates WHERE updated > getvariable('a_newest'))
      ELSE (file, claim_key) IN (SELECT (file, claim_key) FROM a_rows WHERE loaded > getvariable('b_newest'))
        OR (file, control) IN (SELECT (file, control) FROM a_rows WHERE loaded > getvariable('b_newest'))
        OR claim IN (SELECT claim FROM a_updates WHERE updated > getvariable('b_newest')) END THEN 'newer_load'
    ELSE 'unexplained'
  END AS reason
FROM alone
UNION ALL
SELECT
  'both', x.file, coalesce(x.claim, y.claim), coalesce(x.control, y.control), x.person, x.claim_type, x.from_day, x.thru_day, x.month,
  x.dollars, y.dollars, y.dollars - x.dollars,
  CASE WHEN x.updated > getvariable('b_newest') OR y.updated > getvariable('a_newest') THEN 'newer_load' ELSE 'unexplained' END
FROM matched
JOIN a_claims AS x ON x.id = a_id
JOIN b_claims AS y ON y.id = b_id
WHERE x.dollars <> y.dollars;

-- The rows of matched claims that are the same line.
CREATE TABLE row_pairs AS
SELECT x.file, x.ordinal AS a_ordinal, y.ordinal AS b_ordinal
FROM matched
JOIN a_links AS x ON x.id = a_id
JOIN b_links AS y ON y.id = b_id AND y.line = x.line AND y.nth = x.nth;
