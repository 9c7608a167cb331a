-- Group: Population
-- Title: Member months
-- Meaning: Beneficiaries enrolled in each part of Medicare per month, and those for
--   whom Medicare itself paid claims.
-- Units: member months
-- Rule: table enrollment, which cclf convert makes from Coverage; CCLF has none
-- Rows: one per month of enrollment
-- By: month
-- Rank: fee_for_service
-- Columns:
--   month            first day of the month
--   part_a           beneficiaries in Part A
--   part_b           beneficiaries in Part B
--   part_c           beneficiaries in a Part C plan
--   part_d           beneficiaries in a Part D plan
--   part_a_and_b     beneficiaries in Part A and Part B
--   part_a_or_b      beneficiaries in Part A or Part B
--   fee_for_service  beneficiaries in Part A and B and not in a Part C plan: the
--                    member months of all metrics
--   inferred         of these, months that Coverage does not tell, but that its spans
--                    imply

SELECT
  {{by}}
  count(*) FILTER (WHERE part_a) AS part_a,
  count(*) FILTER (WHERE part_b) AS part_b,
  count(*) FILTER (WHERE part_c) AS part_c,
  count(*) FILTER (WHERE part_d) AS part_d,
  count(*) FILTER (WHERE part_a_and_b) AS part_a_and_b,
  count(*) FILTER (WHERE part_a_or_b) AS part_a_or_b,
  count(*) FILTER (WHERE fee_for_service) AS fee_for_service,
  count(*) FILTER (WHERE fee_for_service AND inferred) AS inferred
FROM member_months
GROUP BY ALL
