#!/bin/sh
# Fetches an export of synthetic beneficiaries from the sandbox, converts it, and
# runs a few queries. Usage: demo.sh path/to/cclf
set -eu

cclf=$1
dir=demo

rm -rf "$dir"
mkdir "$dir"

# step prints a command, with arguments quoted if they have blanks, and runs it.
step() {
  printf '\n$'
  for word; do
    case $word in
      *' '*) printf " '%s'" "$word" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
  printf '\n'
  "$@"
}

step "$cclf" sandbox --beneficiaries 200 -- "$cclf" fetch --out "$dir/export"
step "$cclf" convert "$dir/export" --out "$dir/cclf"
step "$cclf" query -d "$dir/cclf" --tables
step "$cclf" query -d "$dir/cclf" '
  SELECT clm_type_cd, count(*) AS claims, sum(clm_pmt_amt) AS paid
  FROM cclf1
  GROUP BY ALL
  ORDER BY ALL'
step "$cclf" metrics -d "$dir/cclf" pmpm --by year --from 2024-01 --to 2025-12
step "$cclf" metrics -d "$dir/cclf" utilization --from 2025-01 --to 2025-12
step "$cclf" metrics -d "$dir/cclf" readmissions --from 2024-01 --to 2025-12 --by year
step "$cclf" metrics -d "$dir/cclf" spending_by_claim_type top_drgs --from 2025-01 --to 2025-12 --top 10
step "$cclf" query -d "$dir/cclf" '
  SELECT bene_sex_cd, count(*) AS beneficiaries
  FROM cclf8
  GROUP BY ALL
  ORDER BY ALL'
step "$cclf" inspect -d "$dir/cclf" --empty cclf7
