#!/usr/bin/env bash
# Feeds any bytes to vipops: src/test/fuzz.sh 60s|INPUTS [TARGET...]
#   60s     each target for so long; INPUTS: until it has had so many
#   TARGET  spec: one file; folder: two files; agent: agent.yaml. Without one: all three
# An input that fails is left in src/test/resources/fuzz/TARGET, where the quick tests try it again.
# Needs the tests compiled. The JVM has the heap of the vipops command, 256 MB, the fuzzer included.
set -euo pipefail

limit=${1:-60s}
shift || true
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case $limit in
  *s) end=-max_total_time=${limit%s} ;;
  *) end=-runs=$limit ;;
esac
declare -A class=([spec]=SpecFuzz [folder]=FolderFuzz [agent]=AgentFuzz)
[ $# -gt 0 ] || set -- spec folder agent

work=target/fuzz
mkdir -p $work
mvn -B -ntp -q dependency:build-classpath -Dmdep.outputFile=$work/classpath
{
  cat src/test/resources/fuzz/structure.dict
  grep -ohE '"[a-z][a-z0-9_]*": *\{' schemas/*.json | sed 's/: *{//' | sort -u
} >$work/dictionary

ours='io.vipops.spec.**:io.vipops.render.**:io.vipops.report.**:org.yaml.snakeyaml.**'
failed=0
for target in "$@"; do
  mkdir -p $work/"$target"/{seeds,corpus} src/test/resources/fuzz/"$target"
  rm -f $work/"$target"/seeds/*
  if [ "$target" != agent ]; then
    n=0
    while read -r file; do
      n=$((n + 1))
      # Half of it is a file of its own where the target is a folder.
      awk -v target="$target" 'target == "folder" && !cut && NR > 10 && /^[a-z]/ {print "%%"; cut = 1} {print}' \
        "$file" >$work/"$target"/seeds/$n
    done < <(find src/test/resources/golden examples -name cluster.yaml)
  fi
  log=$work/$target/log
  code=0
  java -Xmx256m -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    -cp "target/test-classes:target/classes:$(cat $work/classpath)" com.code_intelligence.jazzer.Jazzer \
    --target_class="io.vipops.cli.${class[$target]}" --reproducer_path=$work \
    --instrumentation_includes="$ours" --custom_hook_includes="$ours" \
    -dict=$work/dictionary -artifact_prefix=src/test/resources/fuzz/"$target"/ -max_len=16384 -timeout=20 -report_slow_units=1000 \
    -print_final_stats=1 "$end" $work/"$target"/corpus $work/"$target"/seeds src/test/resources/fuzz/"$target" \
    >"$log" 2>&1 || code=$?
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  memory=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log")
  echo "fuzz $target: ${inputs:-0} inputs, $([ $code = 0 ] && echo "0 crashes" || echo "a crash"), peak ${memory:-?} MB with the fuzzer"
  if [ $code != 0 ]; then
    grep -vE '^#[0-9]' "$log" | tail -n 40 >&2
    failed=1
  fi
done
exit $failed
