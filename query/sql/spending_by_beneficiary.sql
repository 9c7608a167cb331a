-- Group: Spending
-- Title: Spending by beneficiary
-- Meaning: What Medicare paid for each beneficiary under Parts A and B. For Part D,
--   what the beneficiary paid, which is all that CCLF7 has, and what the drugs
--   cost, which is not what Medicare paid. Beneficiaries are identified by the most
--   recent MBI; claims without an MBI share one row.
-- Units: US dollars, events, months
-- Rule: IP 5.1.1 and 5.3.1; drug costs from table part_d_costs, months from
--   table enrollment
-- Rows: one per beneficiary in CCLF8 or with claims, highest spending first
-- Key: mbi
-- Order: total DESC; mbi
-- Rank: total
-- Columns:
--   mbi                   most recent MBI
--   in_cclf8              whether the beneficiary is in CCLF8
--   part_a                paid for institutional claims
--   part_b_physician      paid for physician claims
--   part_b_equipment      paid for equipment claims
--   total                 sum of the three
--   drug_events           prescription drug events
--   drugs_paid_by_person  what the beneficiary paid for the drugs
--   drugs_total_cost      total cost of the drugs, where known
--   member_months         months in Parts A and B without Part C
-- Default: no

WITH
  entries AS (
    SELECT {{by "payments"}} mbi, file, paid, NULL AS drug, NULL AS cost, NULL AS months FROM payments
    UNION ALL
    SELECT {{by "part_d"}} mbi, 'cclf7', NULL, amount, total_cost, NULL FROM part_d WHERE final_action
    {{- if has "beneficiaries"}}
    UNION ALL
    SELECT {{by "beneficiaries"}} mbi, 'cclf8', NULL, NULL, NULL, NULL FROM beneficiaries
    {{- end}}
    {{- if has "member_months"}}
    UNION ALL
    SELECT {{by "member_months"}} mbi, 'enrollment', NULL, NULL, NULL, fee_for_service::INTEGER FROM member_months
    {{- end}}
  )
SELECT
  {{by}}
  mbi,
  mbi IN (SELECT mbi FROM beneficiaries WHERE mbi IS NOT NULL) IS TRUE AS in_cclf8,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf1'), 0) AS part_a,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf5'), 0) AS part_b_physician,
  coalesce(sum(paid) FILTER (WHERE file = 'cclf6'), 0) AS part_b_equipment,
  coalesce(sum(paid), 0) AS total,
  count(*) FILTER (WHERE file = 'cclf7') AS drug_events,
  coalesce(sum(drug), 0) AS drugs_paid_by_person,
  sum(cost) AS drugs_total_cost,
  sum(months)::BIGINT AS member_months
FROM entries
GROUP BY ALL
HAVING bool_or(file <> 'enrollment')
