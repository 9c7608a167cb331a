-- The reasons of claims that are on one side only. The first that applies is the
-- one.
CREATE TABLE SIDE_reasons AS
WITH
  marked AS (
    SELECT
      id,
      EXISTS (FROM opted_out WHERE opted_out.person = alone.person) AS opted_out,
      NOT EXISTS (FROM OTHER_persons AS p WHERE p.person = alone.person) AS not_in_feed,
      coalesce(thru_day < earliest, false) AS outside_history,
      EXISTS (FROM OTHER_unadjudicated AS u WHERE u.file = alone.file AND u.control = alone.control) AS partially_adjudicated,
      EXISTS (FROM SIDE_substance_use AS u WHERE u.file = alone.file AND u.claim = alone.claim) AS substance_use,
      coalesce(updated > getvariable('OTHER_newest'), false) AS not_yet_arrived,
      EXISTS (FROM SIDE_newer_rows AS n WHERE n.file = alone.file AND n.claim_key = alone.claim_key)
        OR EXISTS (FROM SIDE_newer_rows AS n WHERE n.file = alone.file AND n.control = alone.control AND n.person = alone.person)
        OR EXISTS (
          FROM SIDE_newer_rows AS n
          WHERE n.file = alone.file AND n.natural_key = alone.natural_key AND (alone.file = 'cclf7' OR n.person = alone.person)
            AND (n.control IS NULL OR alone.control IS NULL))
        OR EXISTS (FROM SIDE_newer_claims AS n WHERE n.claim = alone.claim AND n.part_d = (alone.file = 'cclf7'))
        OR EXISTS (FROM SIDE_newer_claims AS n WHERE n.control = alone.control AND NOT n.part_d) AS newer_load
    FROM SIDE_alone AS alone
    LEFT JOIN OTHER_history AS history USING (file)
  )
SELECT
  id,
  CASE
    WHEN opted_out THEN 'opted_out'
    WHEN not_in_feed THEN 'not_in_feed'
    WHEN outside_history THEN 'outside_history'
    WHEN partially_adjudicated THEN 'partially_adjudicated'
    WHEN substance_use THEN 'substance_use'
    WHEN not_yet_arrived THEN 'not_yet_arrived'
    WHEN newer_load THEN 'newer_load'
    ELSE 'unexplained'
  END AS reason
FROM marked;
