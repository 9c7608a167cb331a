#!/bin/sh
# Prints the peak memory of a conversion with 1 GB and with 4 GB of input, to show
# that it does not grow with the input. Linux only: reads the peak from /proc.
# Usage: memory.sh path/to/cclf [sizes...]
set -eu

cclf=$1
shift
[ $# -gt 0 ] || set -- 1GB 4GB
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM

for size; do
	"$cclf" --quiet synth --size "$size" -o "$dir/export"
	"$cclf" --quiet convert -o "$dir/out" "$dir/export" &
	pid=$!
	peak=0
	while kill -0 "$pid" 2>/dev/null; do
		now=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null || true)
		[ -z "$now" ] || peak=$now
		sleep 0.02
	done
	wait "$pid"
	beneficiaries=$("$cclf" query -d "$dir/out" -f csv 'SELECT count(*) FROM cclf8' | tail -n 1)
	printf '%s of input, %s beneficiaries: peak %d MB\n' "$size" "$beneficiaries" $((peak / 1024))
	rm -rf "$dir/export" "$dir/out"
done
