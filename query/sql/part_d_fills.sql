-- Group: Part D
-- Title: Part D fills and the generic share
-- Meaning: Prescription drug events that count, those of generic and of brand-name
--   drugs, and what they cost. Only BCDA sends the mark, in all three API versions;
--   a blank is unknown, and CCLF files know it of none. A fill of more than 30 days
--   counts as several 30-day fills, one of fewer days as one. Total cost is before
--   rebates. CCLF has events of stand-alone drug plans only.
-- Units: fills, days, US dollars, share
-- Rule: IP 3.3 and 5.1.2 for the events that count; marks and costs from table
--   part_d_costs
-- Rows: one
-- Rank: fills
-- Columns:
--   fills            prescription drug events
--   people           beneficiaries with them
--   generic          events marked generic
--   brand            events marked brand
--   unknown          events without a mark
--   generic_share    generic / (generic + brand)
--   fills_30_days    30-day fills: days of supply / 30, at least 1 per event
--   paid_by_people   what beneficiaries paid
--   fills_with_cost  events with a known total cost
--   total_cost       total cost of those events
--   part_d_months    beneficiaries in a Part D plan, summed over months

WITH
  fills AS (
    SELECT
      {{by "part_d"}}
      count(*) AS n,
      count(DISTINCT mbi) AS people,
      count(*) FILTER (WHERE brand_generic = 'generic') AS generic,
      count(*) FILTER (WHERE brand_generic = 'brand') AS brand,
      sum(greatest(coalesce(days_supply, 0), 30)) AS days,
      sum(amount) AS paid,
      count(total_cost) AS with_cost,
      sum(total_cost) AS cost
    FROM part_d
    WHERE final_action
    GROUP BY ALL
  )
SELECT
  {{by "groups"}}
  coalesce(n, 0) AS fills,
  coalesce(people, 0) AS people,
  coalesce(generic, 0) AS generic,
  coalesce(brand, 0) AS brand,
  coalesce(n - fills.generic - fills.brand, 0) AS unknown,
  share(fills.generic, fills.generic + fills.brand) AS generic_share,
  per(coalesce(days, 0), 30) AS fills_30_days,
  coalesce(paid, 0) AS paid_by_people,
  coalesce(with_cost, 0) AS fills_with_cost,
  cost AS total_cost,
  coalesce(part_d_months, 0) AS part_d_months
FROM groups
LEFT JOIN fills ON {{on "groups" "fills"}}
LEFT JOIN months ON {{on "groups" "months"}}
