-- Title: Spending by beneficiary
-- Meaning: What Medicare paid for each beneficiary under Parts A and B. For Part D,
--   what the beneficiary paid, which is all that CCLF7 has, and what the drugs
--   cost, which is not what Medicare paid. Beneficiaries are identified by the most
--   recent MBI; claims without an MBI share one row.
-- Units: US dollars, events, months
-- Rule: IP 5.1.1 and 5.3.1; drug costs from table part_d_costs, months from
--   table enrollment
-- Rows: one per beneficiary in CCLF8 or with claims, highest spending first
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
--   member_months         months in Part A or B
-- Default: no

WITH
  spending AS (
    SELECT
      mbi,
      coalesce(sum(paid) FILTER (WHERE file = 'cclf1'), 0) AS part_a,
      coalesce(sum(paid) FILTER (WHERE file = 'cclf5'), 0) AS part_b_physician,
      coalesce(sum(paid) FILTER (WHERE file = 'cclf6'), 0) AS part_b_equipment,
      coalesce(sum(paid), 0) AS total
    FROM metrics.payments
    GROUP BY mbi
  ),
  drugs AS (
    SELECT mbi, count(*) AS events, sum(amount) AS paid, sum(total_cost) AS cost
    FROM metrics.part_d
    WHERE final_action
    GROUP BY mbi
  ),
  enrolled AS (
    SELECT mbi, count(*) FILTER (WHERE part_a OR part_b) AS months
    FROM metrics.member_months
    GROUP BY mbi
  )
SELECT
  mbi,
  person.mbi IS NOT NULL AS in_cclf8,
  coalesce(part_a, 0) AS part_a,
  coalesce(part_b_physician, 0) AS part_b_physician,
  coalesce(part_b_equipment, 0) AS part_b_equipment,
  coalesce(total, 0) AS total,
  coalesce(drugs.events, 0) AS drug_events,
  coalesce(drugs.paid, 0) AS drugs_paid_by_person,
  drugs.cost AS drugs_total_cost,
  enrolled.months AS member_months
FROM metrics.beneficiaries AS person
FULL JOIN spending USING (mbi)
FULL JOIN drugs USING (mbi)
LEFT JOIN enrolled USING (mbi)
ORDER BY total DESC, mbi;
