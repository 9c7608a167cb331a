#!/bin/sh
# Unpacks the archives of a release for a system into the current folder, and runs the
# programs. Usage: try.sh DIST VERSION SYSTEM [RUNNER...], such as
#
#   try.sh dist 1.2.0 linux-arm64 qemu-aarch64 -L /usr/aarch64-linux-gnu
set -eu

dist=$1 version=$2 system=$3
shift 3

fail() {
  echo "try: $*" >&2
  exit 1
}

exe=
case $system in windows-*) exe=.exe ;; esac

for name in cclf cclf-lite cclf-iceberg cclf-beam; do
  folder=$name-$version-$system
  rm -rf "$folder"
  if test -f "$dist/$folder.zip"; then unzip -q "$dist/$folder.zip"; else tar xzf "$dist/$folder.tar.gz"; fi
  program=${name%-lite}
  for file in "$program$exe" LICENSE NOTICE THIRD-PARTY-LICENSES CHANGELOG.md "man/$program.1" \
    "completions/$program.bash" "completions/_$program" "completions/$program.fish" "completions/$program.ps1"; do
    test -s "$folder/$file" || fail "$folder has no $file"
  done
done

# Each program is run by the runner, if there is one.
cclf="cclf-$version-$system/cclf$exe"
lite="cclf-lite-$version-$system/cclf$exe"
iceberg="cclf-iceberg-$version-$system/cclf-iceberg$exe"
beam="cclf-beam-$version-$system/cclf-beam$exe"

rm -rf try
mkdir try
for program in "$cclf version" "$lite version" "$iceberg --version" "$beam --version"; do
  # shellcheck disable=SC2086 # two words
  "$@" $program | grep -F "v$version" || fail "$program does not say $version"
done
"$@" "$cclf" synth -o try/export -n 10
"$@" "$cclf" convert -o try/cclf try/export
"$@" "$cclf" convert --format duckdb -o try/database try/export
"$@" "$lite" convert -o try/lite try/export
"$@" "$beam" --out try/beam try/export
"$@" "$iceberg" publish -d try/cclf
"$@" "$iceberg" snapshots -d try/cclf

# Every one of them has made the same tables.
want=$("$@" "$cclf" query -d try/cclf -f csv 'SELECT count(*), sum(clm_line_cvrd_pd_amt) FROM cclf5')
case $(echo "$want" | tail -n 1) in [1-9]*) ;; *) fail "no rows in cclf5: $want" ;; esac
for set in database lite beam; do
  got=$("$@" "$cclf" query -d "try/$set" -f csv 'SELECT count(*), sum(clm_line_cvrd_pd_amt) FROM cclf5')
  test "$got" = "$want" || fail "the rows of try/$set are $got, those of try/cclf $want"
done
echo "$want"
