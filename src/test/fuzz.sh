#!/usr/bin/env bash
# Feeds any bytes to vipops: src/test/fuzz.sh 60s|INPUTS [TARGET...]
#   60s     each target for so long; INPUTS: until it has had so many
#   TARGET  spec: one file; folder: two files; agent: agent.yaml; advert: a packet; netlink: what the
#           kernel answers; neighbor: ARP and Neighbor Advertisements. Without one: all
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
declare -A class=(
  [spec]=cli.SpecFuzz [folder]=cli.FolderFuzz [agent]=cli.AgentFuzz
  [advert]=engine.AdvertFuzz [netlink]=netlink.NetlinkFuzz
  [neighbor]=vrrp.NeighborFuzz
)
[ $# -gt 0 ] || set -- spec folder agent advert netlink neighbor

work=target/fuzz
mkdir -p $work
mvn -B -ntp -q dependency:build-classpath -Dmdep.outputFile=$work/classpath
{
  cat src/test/resources/fuzz/structure.dict
  grep -ohE '"[a-z][a-z0-9_]*": *\{' schemas/*.json | sed 's/: *{//' | sort -u
} >$work/dictionary

# Each has a JVM of its own, so two run side by side.
fuzz() {
  local target=$1 ours form n file log code inputs memory
  mkdir -p $work/"$target"/{seeds,corpus} src/test/resources/fuzz/"$target"
  rm -f $work/"$target"/seeds/*
  ours='io.vipops.spec.**:io.vipops.render.**:io.vipops.report.**:org.yaml.snakeyaml.**'
  form=(-dict="$work"/dictionary -max_len=16384)
  if [[ $target =~ ^(advert|netlink|neighbor)$ ]]; then
    # 255 addresses of IPv6 and what stands before them; the seeds are the kept inputs.
    ours='io.vipops.vrrp.**:io.vipops.netlink.**:io.vipops.engine.IpPacket'
    form=(-max_len=4160)
  elif [ "$target" != agent ]; then
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
    --target_class="io.vipops.${class[$target]}" --reproducer_path=$work \
    --instrumentation_includes="$ours" --custom_hook_includes="$ours" \
    "${form[@]}" -artifact_prefix=src/test/resources/fuzz/"$target"/ -timeout=20 -report_slow_units=1000 \
    -print_final_stats=1 "$end" $work/"$target"/corpus $work/"$target"/seeds src/test/resources/fuzz/"$target" \
    >"$log" 2>&1 || code=$?
  inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  memory=$(sed -n 's/^stat::peak_rss_mb: *//p' "$log")
  echo "fuzz $target: ${inputs:-0} inputs, $([ $code = 0 ] && echo "0 crashes" || echo "a crash"), peak ${memory:-?} MB with the fuzzer"
  if [ $code != 0 ]; then
    grep -vE '^#[0-9]' "$log" | tail -n 40 >&2
    return 1
  fi
}

failed=0
running=()
for target in "$@"; do
  fuzz "$target" &
  running+=($!)
  if [ ${#running[@]} = 2 ]; then
    wait "${running[0]}" || failed=1
    running=("${running[1]}")
  fi
done
wait "${running[0]}" || failed=1
exit $failed
