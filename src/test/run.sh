#!/usr/bin/env bash
# The tests: src/test/run.sh [quick|ci|soak]
#   quick  unit, golden, replay and simulation tests; no root, under 3 minutes
#   ci     the default: all of quick, real nginx, keepalived, Git and kernel addresses in network
#          namespaces, each fuzz target for a minute, and the demo; as root, under 40 minutes
#   soak   ci with the long runs at full length, a million simulated networks, 10 million inputs for
#          each fuzz target, and the demo five times in a row
set -euo pipefail

mode=${1:-ci}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case $mode in
  quick | ci | soak) ;;
  *)
    sed -n '2,8s/^# //p' "$0" >&2
    exit 2
    ;;
esac
# A test that hangs tells where after five minutes; one that heeds no interrupt ends with its JVM.
limits="-Djunit.jupiter.execution.timeout.default=5m -Dsurefire.timeout=1200"
[ "$mode" = soak ] && limits="-Djunit.jupiter.execution.timeout.default=3h"
# Two at a time: many tests wait more than they work.
units="-DforkCount=2 -DexcludedGroups=root $limits"
step() { printf '\n=== %s\n' "$*"; }

if [ "$mode" = quick ]; then
  src/test/install.sh quick
  step "build, unit tests"
  exec mvn -B -ntp $units package
fi

[ "$(id -u)" = 0 ] || {
  echo "src/test/run.sh $mode needs root: network namespaces, raw sockets, nginx. Without root: quick." >&2
  exit 2
}
export PATH=$PATH:/usr/sbin:/sbin
src/test/install.sh tests
src/test/npm/install.sh

step "shell scripts"
# SC2209 takes a value that is the name of a command for a forgotten $().
git ls-files -z | xargs -0 grep -lZ '^#!.*sh$' | xargs -0 shellcheck --severity=warning --exclude=SC2209

step "build, unit tests, packages"
seeds="-Dsimulation.runs=$([ "$mode" = soak ] && echo 1000000 || echo 10000)"
mvn -B -ntp $units -Ppackage "$seeds" package

javac_version=$(javac -version 2>&1)
if [[ $javac_version == "javac 17."* ]]; then
  step "format"
  mvn -B -ntp -q spotless:check
fi

step "fuzz"
src/test/fuzz.sh "$([ "$mode" = soak ] && echo 10000000 || echo 60s)"

step "real parts in network namespaces"
if [ "$mode" = soak ]; then
  soak="-Dvipops.soak=true -Djunit.jupiter.execution.timeout.default=3h"
else
  soak="-Dvipops.soak=false -Dsurefire.timeout=3000"
fi
mvn -B -ntp -DforkCount=2 -Dgroups=root "-Dtest=*Test,!PushTest,!ColdStartTest,!FloodTest,!RandomFaultsTest" $soak surefire:test
# Alone, since they hold times against limits, and a flood leaves others no processor.
mvn -B -ntp -Dgroups=root -Dtest=PushTest,ColdStartTest,FloodTest $soak surefire:test
if [ "$mode" = soak ]; then
  step "an hour of random faults"
  mvn -B -ntp -Dgroups=root -Dtest=RandomFaultsTest $soak surefire:test
fi

other=$(find /usr/lib/jvm -maxdepth 1 -name '*25*' -type d 2>/dev/null | head -n 1)
if [ -n "$other" ]; then
  step "unit tests on $(basename "$other")"
  JAVA_HOME=$other mvn -B -ntp $units surefire:test
fi

rounds=1
[ "$mode" = soak ] && rounds=5
for round in $(seq "$rounds"); do
  step "demo, $round of $rounds"
  VIPOPS_DEMO_NET=vd$$r$round examples/demo/run.sh
  if ip netns list | grep "^vd$$r$round-" >&2; then
    echo "The demo left these namespaces behind." >&2
    exit 1
  fi
done
