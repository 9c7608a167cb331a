#!/bin/sh
# Installs, from Debian, the programs that some tests use if they find them:
# PostgreSQL for package load. Without them these tests are skipped.
set -eu

missing=
has() { command -v "$1" >/dev/null 2>&1; }
has initdb || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"

[ -n "$missing" ] || exit 0
has apt-get || { echo "no apt-get: tests are skipped for lack of$missing" >&2; exit 0; }
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q
# shellcheck disable=SC2086 # a list of packages
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -q -y --no-install-recommends $missing
