#!/bin/sh
# Runs a command with its temporary files in memory, where there is room for them: tests
# make many small files, and each costs twenty times as much on a disk. Folders of
# t.TempDir, and the programs that go test builds, are in GOTMPDIR; all else is in TMPDIR.
# Whatever the command leaves is removed, and what killed runs of the same user left.
# Usage: in-memory.sh command [argument]...
set -eu

base=${TMPDIR:-/tmp}
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -z "${TMPDIR:-}" ] && [ "${room:-0}" -ge 4000000 ]; then
  base=/dev/shm
fi

begin() {
  for old in "$1/cclf-test-$(id -u)".*; do
    if [ -f "$old/pid" ] && ! kill -0 "$(cat "$old/pid")" 2>/dev/null; then
      remove "$old"
    fi
  done
  dir=$(mktemp -d "$1/cclf-test-$(id -u).XXXXXX")
  echo $$ >"$dir/pid"
}

remove() {
  chmod -R u+w "$1" 2>/dev/null || :
  rm -rf "$1"
}

begin "$base"
trap 'remove "$dir"' EXIT
trap 'exit 130' HUP INT TERM
printf '#!/bin/sh\n' >"$dir/program"
chmod +x "$dir/program"
if [ "$base" = /dev/shm ] && ! "$dir/program" 2>/dev/null; then # some systems run no programs from there
  remove "$dir"
  begin /tmp
fi
rm "$dir/program"
TMPDIR=$dir
GOTMPDIR=${GOTMPDIR:-$dir}
export GOTMPDIR TMPDIR
"$@"
