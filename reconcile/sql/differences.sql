-- Each difference in claims, with its one reason. Dollars are what it adds on the
-- way from the left to the right.
CREATE TABLE differences AS
SELECT
  'left' AS side, id AS a_id, NULL::BIGINT AS b_id, file, claim, control, person, claim_type, from_day, thru_day, month,
  dollars AS left_dollars, NULL::DECIMAL(18, 2) AS right_dollars, -dollars AS dollars, reason
FROM a_alone JOIN a_reasons USING (id)
UNION ALL
SELECT
  'right', NULL, id, file, claim, control, person, claim_type, from_day, thru_day, month,
  NULL, dollars, dollars, reason
FROM b_alone JOIN b_reasons USING (id)
UNION ALL
SELECT
  'both', a_id, b_id, x.file, coalesce(x.claim, y.claim), coalesce(x.control, y.control), x.person, x.claim_type, x.from_day, x.thru_day, x.month,
  x.dollars, y.dollars, y.dollars - x.dollars,
  CASE WHEN x.updated > getvariable('b_newest') OR y.updated > getvariable('a_newest') THEN 'newer_load' ELSE 'unexplained' END
FROM matched
JOIN a_claims AS x ON x.id = a_id
JOIN b_claims AS y ON y.id = b_id
WHERE x.dollars <> y.dollars;

-- The rows of matched claims that are the same line.
CREATE TABLE row_pairs AS
SELECT x.file, a_id, x.ordinal AS a_ordinal, y.ordinal AS b_ordinal
FROM matched
JOIN a_links AS x ON x.id = a_id
JOIN b_links AS y ON y.id = b_id AND y.line = x.line AND y.nth = x.nth;
