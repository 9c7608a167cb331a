-- Title: Part D cost by month
-- Meaning: What people paid for drugs out of pocket, which is all that CCLF7
--   has, and what the drugs cost and plans paid, which no CCLF file has. Compare
--   them only where events and events_with_cost are equal. None of it is what
--   Medicare paid.
-- Units: events, people, US dollars
-- Rule: IP 3.3 and 5.1.2 for the events that count; costs from table
--   part_d_costs
-- Rows: one for each month in which drugs were dispensed
-- Columns:
--   month             its first day
--   events            prescription drug events
--   people            how many people had them
--   paid_by_people    what they paid
--   events_with_cost  events whose total cost is known
--   total_cost        the total cost of those
--   paid_by_plans     what plans paid for those, for drugs that Part D covers
--                     and for others

SELECT
  month,
  count(*) AS events,
  count(DISTINCT mbi) AS people,
  coalesce(sum(amount), 0) AS paid_by_people,
  count(total_cost) AS events_with_cost,
  sum(total_cost) AS total_cost,
  sum(plan_paid) AS paid_by_plans
FROM metrics.part_d
WHERE final_action
GROUP BY month
ORDER BY month NULLS LAST;
