#!/usr/bin/env bash
# Installs the npm packages that tests use beside this script, just those that package-lock.json pins.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

installed=node_modules/installed.json
cmp -s package-lock.json $installed && exit 0
echo "Installing npm packages ..."
log=$(mktemp)
# Their install scripts are not wanted: these packages work as they are unpacked.
if ! npm ci --ignore-scripts >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "npm ci failed; the whole output is in $log" >&2
  exit 2
fi
rm -f "$log"
cp package-lock.json $installed
