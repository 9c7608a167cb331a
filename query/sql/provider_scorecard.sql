-- Group: Providers
-- Title: Physicians and practitioners
-- Meaning: Who rendered the services of CCLF5, by TIN and NPI: beneficiaries, office
--   visits as in office_visits, wellness visits (G0402, G0438, G0439), lines that
--   are not denied, and what Medicare paid. A beneficiary counts at each provider.
--   Spending of a provider's patients elsewhere is not in it, and nothing is
--   adjusted for risk.
-- Units: beneficiaries, visits, lines, US dollars
-- Rule: IP 5.2 for claims, 3.2 for denials, 5.3.1 for amounts
-- Rows: one per TIN and rendering NPI, highest spending first
-- Key: tin, npi
-- Order: paid DESC, tin, npi
-- Rank: paid
-- Columns:
--   tin              CLM_RNDRG_PRVDR_TAX_NUM
--   npi              rendering NPI
--   people           beneficiaries with lines
--   lines            final-action lines that are not denied
--   office_visits    beneficiaries and days with an office visit
--   wellness_visits  beneficiaries with a wellness visit
--   paid             amount that Medicare paid
--   paid_per_person  paid / people
-- Default: no

SELECT
  {{by}}
  tin,
  npi,
  count(DISTINCT mbi) AS people,
  count(*) AS lines,
  count(DISTINCT (mbi, from_day)) FILTER (
    WHERE hcpcs BETWEEN '99202' AND '99215' OR hcpcs BETWEEN '99304' AND '99318' OR hcpcs BETWEEN '99341' AND '99350'
      OR hcpcs IN ('G0402', 'G0438', 'G0439', 'G0463')) AS office_visits,
  count(DISTINCT mbi) FILTER (WHERE hcpcs IN ('G0402', 'G0438', 'G0439')) AS wellness_visits,
  coalesce(sum(amount), 0) AS paid,
  per(coalesce(sum(amount), 0), count(DISTINCT mbi)) AS paid_per_person
FROM final_action
WHERE file = 'cclf5' AND NOT denied
GROUP BY {{by}} tin, npi
