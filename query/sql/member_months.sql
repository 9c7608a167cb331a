-- Title: Member months
-- Meaning: Beneficiaries enrolled in each part of Medicare per month, and those for
--   whom Medicare itself paid claims.
-- Units: member months
-- Rule: table enrollment, which cclf convert makes from Coverage; CCLF has none
-- Rows: one per month of enrollment
-- Columns:
--   month            first day of the month
--   part_a           beneficiaries in Part A
--   part_b           beneficiaries in Part B
--   part_c           beneficiaries in a Part C plan
--   part_d           beneficiaries in a Part D plan
--   fee_for_service  beneficiaries in Part A or B and not in a Part C plan

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
