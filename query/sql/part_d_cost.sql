-- Group: Spending
-- Title: Part D cost by month
-- Meaning: What beneficiaries paid for drugs out of pocket, which is all that CCLF7
--   has, and what the drugs cost and plans paid, which no CCLF file has. Compare
--   them only where events and events_with_cost are equal. None of these is what
--   Medicare paid.
-- Units: events, beneficiaries, US dollars
-- Rule: IP 3.3 and 5.1.2 for the events that count; costs from table
--   part_d_costs
-- Rows: one per month in which drugs were dispensed
-- By: month
-- Rank: paid_by_people
-- Columns:
--   month             first day of the month
--   events            prescription drug events
--   people            beneficiaries with events
--   paid_by_people    what beneficiaries paid
--   events_with_cost  events with a known total cost
--   total_cost        total cost of those events
--   paid_by_plans     what plans paid for those events, for drugs that Part D
--                     covers and for others

SELECT
  {{by}}
  count(*) AS events,
  count(DISTINCT mbi) AS people,
  coalesce(sum(amount), 0) AS paid_by_people,
  count(total_cost) AS events_with_cost,
  sum(total_cost) AS total_cost,
  sum(plan_paid) AS paid_by_plans
FROM part_d
WHERE final_action
GROUP BY ALL
