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
      EXISTS (FROM SIDE_newer AS n WHERE n.claim_key = alone.claim_key AND n.file = alone.file)
        OR EXISTS (FROM SIDE_newer AS n WHERE n.control = alone.control AND n.file = alone.file AND n.person = alone.person)
        OR EXISTS (FROM SIDE_newer AS n WHERE n.claim_key = alone.claim_key AND n.person IS NULL AND coalesce(n.file, alone.file) = alone.file
          AND (n.file IS NULL) = (alone.file <> 'cclf7'))
        OR EXISTS (FROM SIDE_newer AS n WHERE n.control = alone.control AND n.person IS NULL AND n.file IS NULL) AS newer_load
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
