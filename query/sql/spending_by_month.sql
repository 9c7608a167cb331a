-- Group: Spending
-- Title: Spending by month of service
-- Meaning: What Medicare paid under Parts A and B, by the month of the last day of
--   service: that of the claim in Part A, that of the line in Part B. Claims for
--   the latest months are incomplete.
-- Units: US dollars, beneficiaries
-- Rule: IP 5.3.1 for amounts, 3.4 for the date of a claim
-- Rows: one per month, and one for claims without a date
-- By: month
-- Rank: total
-- Columns:
--   month             first day of the month
--   part_a            paid for institutional claims
--   part_b_physician  paid for physician claims
--   part_b_equipment  paid for equipment claims
--   total             sum of the three
--   people            beneficiaries with final-action claims

SELECT
  {{by}}
  coalesce(sum(paid) FILTER (WHERE file = 'cclf1'), 0) AS part_a,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf5'), 0) AS part_b_physician,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf6'), 0) AS part_b_equipment,
  coalesce(sum(paid), 0) AS total,
  count(DISTINCT mbi) FILTER (WHERE final_action) AS people
FROM payments
WHERE final_action OR paid <> 0
GROUP BY ALL
