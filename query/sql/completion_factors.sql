-- Group: Data quality
-- Title: Completion factors
-- Meaning: How complete the payments of a month of service are at each lag in
--   months: the shares that the completion triangle implies. link_ratio is what was
--   paid until the next lag for all months that have one, over what was paid until
--   this lag. completion is 1 over the product of the ratios from this lag on; after
--   the greatest lag nothing is assumed to follow. Divide what was paid for a month
--   so far by the completion of its lag to estimate what it will be. Ratios that few
--   months carry are not to be trusted: under 6, say. Where nothing was paid the
--   ratio is 1.
-- Units: months, factors
-- Rule: chain-ladder method of actuaries, over all months of the triangle
-- Rows: one per lag
-- Key: lag
-- Order: lag
-- Rank: paid
-- Columns:
--   lag         months from the month of service to the entry
--   months      months of service that have this lag and the next
--   paid        what was paid for them until this lag
--   paid_next   what was paid for them until the next lag
--   link_ratio  paid_next / paid
--   completion  share of the final payments at this lag

WITH
{{part "triangle"}},
  pairs AS (
    SELECT *, lead(cumulative) OVER (PARTITION BY {{by}} service_month ORDER BY lag) AS next
    FROM triangle
  ),
  links AS (
    SELECT
      {{by}}
      lag,
      count(next) AS months,
      coalesce(sum(cumulative) FILTER (WHERE next IS NOT NULL), 0) AS paid,
      coalesce(sum(next), 0) AS paid_next,
      CASE WHEN sum(cumulative) FILTER (WHERE next IS NOT NULL) > 0 AND sum(next) > 0
        THEN sum(next)::DOUBLE / sum(cumulative) FILTER (WHERE next IS NOT NULL)::DOUBLE ELSE 1 END AS ratio
    FROM pairs
    GROUP BY {{by}} lag
  )
SELECT
  {{by}}
  lag,
  months,
  paid,
  paid_next,
  round(ratio, 4)::DECIMAL(18, 4) AS link_ratio,
  round(1 / product(ratio) OVER (PARTITION BY {{by}} true ORDER BY lag DESC), 4)::DECIMAL(18, 4) AS completion
FROM links
