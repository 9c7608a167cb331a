-- One pass of matching: claims that are not matched yet, and whose KEY is equal.
-- Where several claims have it, the one with the most dollars is matched first.
INSERT INTO matched
WITH
  x AS (
    SELECT id, KEY, row_number() OVER (PARTITION BY KEY ORDER BY dollars DESC, from_day, claim_key, id) AS nth
    FROM a_claims ANTI JOIN matched ON a_id = id
    WHERE LEFT_CONDITION),
  y AS (
    SELECT id, KEY, row_number() OVER (PARTITION BY KEY ORDER BY dollars DESC, from_day, claim_key, id) AS nth
    FROM b_claims ANTI JOIN matched ON b_id = id
    WHERE RIGHT_CONDITION)
SELECT x.id, y.id, 'HOW' FROM x JOIN y USING (KEY, nth);
