#!/bin/sh
# Updates internal/codes/drg.tsv from a new version of the MS-DRGs.
#
#   sh scripts/drg-titles.sh appendix_A.txt
#
# The argument is appendix A, "List of MS-DRGs", of the MS-DRG Definitions Manual: one
# of the text files in the archive that CMS publishes with each version. DRGs that it
# no longer has keep the title that they had. Change DRGVersion in
# internal/codes/codes.go as well.
set -eu
file=${1:?usage: sh scripts/drg-titles.sh APPENDIX_A}
out=$(dirname "$0")/../internal/codes/drg.tsv
new=$(mktemp)
trap 'rm -f "$new"' EXIT
tr -d '\r' <"$file" | awk '
	/^DRG MDC MS Description/ { list = 1; next }
	list && /^[0-9][0-9][0-9] / { title = substr($0, 12); sub(/ +$/, "", title); print substr($0, 1, 3) "\t" title }
' >"$new"
if [ "$(wc -l <"$new")" -lt 700 ]; then
	echo "$file does not look like appendix A of the Definitions Manual" >&2
	exit 1
fi
cut -f 1 "$new" | sort | uniq -d | grep . && { echo "a DRG is there twice" >&2; exit 1; }
awk -F '\t' 'FNR == NR { new[$1] = 1; print; next } !($1 in new)' "$new" "$out" | LC_ALL=C sort >"$out.new"
mv "$out.new" "$out"
