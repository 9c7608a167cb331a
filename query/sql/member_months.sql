-- Title: Member months
-- Meaning: How many people were enrolled in each part of Medicare in a month, and
--   for how many Medicare itself paid claims.
-- Units: member months
-- Rule: table enrollment, which cclf convert makes from Coverage; CCLF has none
-- Rows: one for each month of enrollment
-- Columns:
--   month            its first day
--   part_a           people in Part A
--   part_b           people in Part B
--   part_c           people in a plan of Part C
--   part_d           people in a plan of Part D
--   fee_for_service  people in Part A or B and in no plan of Part C

SELECT
  month,
  count(*) FILTER (WHERE part_a) AS part_a,
  count(*) FILTER (WHERE part_b) AS part_b,
  count(*) FILTER (WHERE part_c) AS part_c,
  count(*) FILTER (WHERE part_d) AS part_d,
  count(*) FILTER (WHERE fee_for_service) AS fee_for_service
FROM metrics.member_months
GROUP BY month
ORDER BY month;
