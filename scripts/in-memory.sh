#!/bin/sh
# Runs a command with its temporary files in memory, where there is room for them: tests
# make many small files, and each costs twenty times as much on a disk. Folders of
# t.TempDir, and the programs that go test builds, are in GOTMPDIR; all else is in TMPDIR.
# Whatever the command leaves is removed. The folder has the same name each time the script
# is started in the same folder, because go test runs tests again if TMPDIR is another.
# Usage: in-memory.sh command [argument]...
set -eu

base=${TMPDIR:-/tmp}
room=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ -z "${TMPDIR:-}" ] && [ "${room:-0}" -ge 4000000 ]; then
  base=/dev/shm
fi

# begin makes the folder. It gets another name if another run of this script uses it.
begin() {
  dir=$1/cclf-test-$(id -u)-$(pwd -P | cksum | cut -d ' ' -f 1)
  if [ -e "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
    dir=$(mktemp -d "$1/cclf-test.XXXXXX")
  else
    end # the last run was killed
    mkdir -m 700 "$dir"
  fi
  echo $$ >"$dir/pid"
}

end() {
  chmod -R u+w "$dir" 2>/dev/null || :
  rm -rf "$dir"
}

begin "$base"
trap end EXIT
trap 'exit 130' HUP INT TERM
printf '#!/bin/sh\n' >"$dir/program"
chmod +x "$dir/program"
if [ "$base" = /dev/shm ] && ! "$dir/program" 2>/dev/null; then # some systems run no programs from there
  end
  begin /tmp
fi
rm "$dir/program"
TMPDIR=$dir
GOTMPDIR=${GOTMPDIR:-$dir}
export GOTMPDIR TMPDIR
"$@"
