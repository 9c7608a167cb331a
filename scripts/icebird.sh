#!/bin/sh
# Installs icebird, a reader of Iceberg tables in JavaScript, below a folder, and
# prints where it is: the value of CCLF_ICEBIRD for the tests of cclf-iceberg.
#
# icebird 0.3.1 takes the deflate compression of Avro files for gzip, and then fails
# on every table of iceberg-go. That is corrected here.
set -eu
dir=$1
npm install --prefix "$dir" --ignore-scripts --no-audit --no-fund --silent icebird@0.3.1 >&2
icebird=$dir/node_modules/icebird
avro=$icebird/src/avro/avro.read.js
sed "s#^import { gunzip } from 'hyparquet-compressors'#import { inflateRawSync as gunzip } from 'node:zlib'#" "$avro" >"$avro.new"
mv "$avro.new" "$avro"
grep -q inflateRawSync "$avro"
echo "$icebird"
