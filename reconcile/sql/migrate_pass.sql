-- One pass of pairing: claims whose key KEY is unique on both sides, among those
-- that are not paired yet.
INSERT INTO pairs
WITH
  x AS (
    SELECT any_value(id) AS id, file, any_value(control) AS number, KEY
    FROM a_resources
    WHERE id NOT IN (SELECT a_id FROM pairs) AND USABLE
    GROUP BY file, KEY HAVING count(*) = 1),
  y AS (
    SELECT any_value(id) AS id, file, any_value(control) AS number, KEY
    FROM b_resources
    WHERE id NOT IN (SELECT b_id FROM pairs) AND USABLE
    GROUP BY file, KEY HAVING count(*) = 1)
SELECT x.id, y.id, 'HOW' FROM x JOIN y USING (file, KEY)
WHERE ALLOWED;
