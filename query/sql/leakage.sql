-- Group: Spending
-- Title: Leakage: spending in and out of network
-- Meaning: What Medicare paid to providers of a roster and to others, by service
--   category. The roster is a table with the columns tin, npi and ccn, or some of
--   them, in any of which a row can be blank; a column can be missing. Leading zeros
--   that a spreadsheet dropped from TINs and CCNs are restored. Institutional claims
--   are in network by CCN, physician lines by TIN or rendering NPI, equipment lines
--   by the NPI that is paid. Payments to providers without such an identifier are
--   unknown. A roster without CCNs has no facility in network.
-- Units: US dollars, share
-- Rule: IP 5.3.1 for amounts; the network is that of the roster
-- Rows: one per category that occurs
-- Key: category
-- Order: paid DESC, category
-- Rank: paid
-- Table: roster
-- Table columns: tin, npi, ccn
-- Columns:
--   category               service category, as in spending_by_category
--   paid                   amount that Medicare paid
--   in_network             paid to providers of the roster
--   out_of_network         paid to others
--   unknown                paid to providers without an identifier
--   in_network_share       in_network / (in_network + out_of_network)
--   people                 beneficiaries with such payments
--   people_in_network      those with payments in network
--   people_out_of_network  those with payments out of network
-- Default: no

WITH
  listed AS (
    SELECT
      nullif(upper(regexp_replace(tin::VARCHAR, '[^0-9A-Za-z]', '', 'g')), '') AS tin, nullif(trim(npi::VARCHAR), '') AS npi,
      nullif(upper(regexp_replace(ccn::VARCHAR, '[^0-9A-Za-z]', '', 'g')), '') AS ccn
    FROM (FROM roster UNION ALL BY NAME SELECT NULL::VARCHAR AS tin, NULL::VARCHAR AS npi, NULL::VARCHAR AS ccn WHERE false)
  ),
  network AS (  -- spreadsheets drop leading zeros
    SELECT lpad(tin, greatest(9, length(tin))::INTEGER, '0') AS tin, npi, lpad(ccn, greatest(6, length(ccn))::INTEGER, '0') AS ccn
    FROM listed
  ),
  entries AS (
    SELECT
      {{by "payments"}}
      category,
      mbi,
      paid,
      CASE
        WHEN file = 'cclf1' THEN facility IN (SELECT ccn FROM network WHERE ccn IS NOT NULL)
        WHEN file = 'cclf6' THEN npi IN (SELECT npi FROM network WHERE npi IS NOT NULL)
        ELSE tin IN (SELECT tin FROM network WHERE tin IS NOT NULL) OR npi IN (SELECT npi FROM network WHERE npi IS NOT NULL)
      END AS inside,
      CASE WHEN file = 'cclf1' THEN facility WHEN file = 'cclf6' THEN npi ELSE coalesce(tin, npi) END IS NOT NULL AS known
    FROM payments
    WHERE category IS NOT NULL
  )
SELECT
  {{by}}
  category,
  coalesce(sum(paid), 0) AS paid,
  coalesce(sum(paid) FILTER (WHERE inside), 0) AS in_network,
  coalesce(sum(paid) FILTER (WHERE known AND inside IS NOT TRUE), 0) AS out_of_network,
  coalesce(sum(paid) FILTER (WHERE NOT known), 0) AS unknown,
  share(in_network, in_network + out_of_network) AS in_network_share,
  count(DISTINCT mbi) AS people,
  count(DISTINCT mbi) FILTER (WHERE inside) AS people_in_network,
  count(DISTINCT mbi) FILTER (WHERE known AND inside IS NOT TRUE) AS people_out_of_network
FROM entries
GROUP BY ALL
