-- Group: Part D
-- Title: Drugs with the highest cost
-- Meaning: The drugs of Part D with the highest total cost, or those that
--   beneficiaries paid most for where the cost is not known: twenty, unless told
--   otherwise. Total cost is before rebates, and is in no CCLF file.
-- Units: fills, beneficiaries, days, US dollars
-- Rule: IP 3.3 and 5.1.2 for the events that count; costs from table part_d_costs
-- Rows: one per NDC, highest cost first
-- Key: ndc
-- Order: place
-- Rank: total_cost
-- Limit: 20
-- Columns:
--   place            rank, from 1
--   ndc              CLM_LINE_NDC_CD
--   fills            prescription drug events
--   people           beneficiaries with them
--   days_supply      days of supply
--   paid_by_people   what beneficiaries paid
--   fills_with_cost  events with a known total cost
--   total_cost       total cost of those events

SELECT
  {{by}}
  row_number() OVER ({{partition}} ORDER BY sum(total_cost) DESC NULLS LAST, sum(amount) DESC NULLS LAST, ndc) AS place,
  ndc,
  count(*) AS fills,
  count(DISTINCT mbi) AS people,
  coalesce(sum(days_supply), 0)::BIGINT AS days_supply,
  coalesce(sum(amount), 0) AS paid_by_people,
  count(total_cost) AS fills_with_cost,
  sum(total_cost) AS total_cost
FROM part_d
WHERE final_action AND ndc IS NOT NULL
GROUP BY {{by}} ndc
