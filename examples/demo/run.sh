#!/usr/bin/env bash
# The vipops demo: two load balancers, four backends, a client and a Git repository, each in a network
# namespace of its own on this machine, with real nginx and real addresses. Tells its story with measured
# times and takes everything down again.
#
#   examples/demo/run.sh            run the story; exit code 0: every step held
#   examples/demo/run.sh --keep     leave it running at the end, and say how to look around
#   examples/demo/run.sh --down DIR take down what --keep left
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
vipops=$top/target/vipops/bin/vipops
keep=false
failed=0

if [ -t 1 ]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' faint=$'\e[2m' plain=$'\e[0m'
else
  bold='' green='' red='' faint='' plain=''
fi

# --- story telling -------------------------------------------------------------------------------

title() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
tell() { printf '   %s\n' "$1"; }
aside() { printf '   %s%s%s\n' "$faint" "$1" "$plain"; }
held() { printf '   %s✓%s %s\n' "$green" "$plain" "$1"; }
broke() {
  printf '   %s✗ %s%s\n' "$red" "$1" "$plain"
  failed=$((failed + 1))
}
# expect TEXT COMMAND…: the step holds if the command succeeds.
expect() {
  local text=$1
  shift
  if "$@"; then held "$text"; else broke "$text"; fi
}
now_ms() { echo $(($(date +%s%N) / 1000000)); }
seconds() { printf '%d.%03d s' $(($1 / 1000)) $(($1 % 1000)); }

# await SECONDS COMMAND…: waits until the command succeeds.
await() {
  local deadline=$(($(now_ms) + $1 * 1000))
  shift
  until "$@"; do
    [ "$(now_ms)" -lt "$deadline" ] || return 1
    sleep 0.02
  done
}

# --- the stage -----------------------------------------------------------------------------------

need_root() {
  [ "$(id -u)" = 0 ] || {
    echo "The demo makes network namespaces: run it as root." >&2
    exit 2
  }
}

on() { # on HOST COMMAND…: runs on a host of the demo
  local host=$1
  shift
  ip netns exec "$net-$host" "$@"
}

# start NAME HOST COMMAND…: runs in the background; its output goes to $dir/NAME.log.
start() {
  local name=$1 host=$2
  shift 2
  ip netns exec "$net-$host" "$@" >>"$dir/$name.log" 2>&1 </dev/null &
  echo $! >"$dir/$name.process"
  disown
}

make_host() { # make_host HOST ADDRESS…
  local host=$1 address
  shift
  ip netns add "$net-$host"
  ip -n "$net-$host" link set lo up
  ip -n "$net-$host" link add eth0 type veth peer name "$host" netns "$net-sw"
  ip -n "$net-sw" link set "$host" master br0 up
  for address in "$@"; do
    ip -n "$net-$host" address add "$address/24" dev eth0
  done
  ip -n "$net-$host" link set eth0 up
}

make_network() {
  ip netns add "$net-sw"
  ip -n "$net-sw" link add br0 type bridge forward_delay 0
  ip -n "$net-sw" link set br0 up
  make_host lb01 10.0.0.51
  make_host lb02 10.0.0.52
  make_host web 10.0.0.101 10.0.0.102 10.0.0.103 10.0.0.104
  make_host client 10.0.0.10
}

make_backends() {
  local n
  {
    echo "daemon off; pid $dir/web.pid; error_log $dir/web-error.log; worker_processes 1;"
    echo 'events { worker_connections 512; }'
    echo 'http { access_log off;'
    for n in 101 102 103 104; do
      echo "server { listen 10.0.0.$n:80; location / { return 200 \"b$n\\n\"; } }"
    done
    echo '}'
  } >"$dir/web.conf"
  start web web nginx -c "$dir/web.conf"
}

make_repository() {
  git init -q --bare -b main "$dir/lb.git"
  git init -q -b main "$dir/admin"
  git -C "$dir/admin" config user.name 'Ada Admin'
  git -C "$dir/admin" config user.email ada@example.com
  git -C "$dir/admin" remote add origin "$dir/lb.git"
  cp "$top/examples/classic/cluster.yaml" "$dir/admin/cluster.yaml"
  push 'two nodes, four backends'
}

push() { # push SUBJECT: commits the admin's cluster.yaml
  git -C "$dir/admin" add cluster.yaml
  git -C "$dir/admin" commit -q -m "$1"
  git -C "$dir/admin" push -q origin main
  commit=$(git -C "$dir/admin" rev-parse HEAD)
  aside "git push   # ${commit:0:7} \"$1\""
}

start_agent() { # start_agent NODE
  local home=$dir/$1
  mkdir -p "$home/log"
  cat >"$home/agent.yaml" <<AGENT
version: 1
node: $1
source: {url: "file://$dir/lb.git", branch: main, path: cluster.yaml, poll: 1s}
state_dir: $home/state
run_dir: $home/run
nginx: {binary: $(command -v nginx), config: $home/nginx.conf, pid: $home/nginx.pid, log_dir: $home/log, service: ""}
AGENT
  start "agent-$1" "$1" "$vipops" agent --config "$home/agent.yaml"
}

holds_vip() { ip -n "$net-$1" -4 -o address show | grep -q '10\.0\.0\.50/'; }
holds_no_vip() { ! holds_vip "$1"; }

# in_force NODE COMMIT: the node has proven this commit.
in_force() {
  grep -q "\"commit\": *\"$2\"" "$dir/$1/state/journal" 2>/dev/null &&
    grep -qE '"phase": *"(settle|applied)"' "$dir/$1/state/journal"
}

# take_down: ends every process inside the namespaces, which this demo alone made, and removes all it made.
take_down() {
  trap - EXIT INT TERM ERR
  set +e
  local host
  for host in lb01 lb02 web client; do
    end_processes "$host" TERM
  done
  for host in lb01 lb02 web client sw; do
    await 8 no_process "$host" || end_processes "$host" KILL
    ip netns del "$net-$host" 2>/dev/null
  done
  rm -rf "$dir"
}
end_processes() {
  local pid
  for pid in $(ip netns pids "$net-$1" 2>/dev/null); do
    kill -"$2" "$pid" 2>/dev/null
  done
}
no_process() { [ -z "$(ip netns pids "$net-$1" 2>/dev/null)" ]; }

# --- what the client saw -------------------------------------------------------------------------

# requests FROM TO [FILTER]: how many the client sent between two times.
requests() { awk -v a="$1" -v b="$2" -v want="${3:-all}" '
  $1 >= a && $1 < b && (want == "all" || (want == "failed") == ($2 != 200)) {n++} END {print n + 0}' "$dir/client.txt"; }
backends_seen() { awk -v a="$1" '$1 >= a && $2 == 200 {print $3}' "$dir/client.txt" | sort | uniq -c | awk '{printf "%s%s×%d", sep, $2, $1; sep = "  "}'; }
# gap FROM: the longest time without an answer since FROM, in ms.
gap() { awk -v a="$1" '$2 == 200 {if (last && $1 > a && $1 - last > max) max = $1 - last; last = $1} END {print max + 0}' "$dir/client.txt"; }

# --- the story -----------------------------------------------------------------------------------

story() {
  local begun ended lost

  title "1  Two load balancers come up from one commit"
  begun=$(now_ms)
  start_agent lb01
  start_agent lb02
  expect "lb01 (priority 100) holds 10.0.0.50" await 30 holds_vip lb01
  tell "after $(seconds $(($(now_ms) - begun))), agents started to VIP: two empty hosts, nginx included"
  expect "lb02 does not" holds_no_vip lb02
  ended=$(now_ms)
  start client client java -Xmx32m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$dir" Client 10.0.0.50 80 "$dir/client.txt" 300
  expect "requests to the VIP reach all four backends" await 20 sees_backends "$ended" 4
  tell "$(backends_seen "$ended")"
  expect "both nodes have applied the commit" await 20 both_applied

  title "2  A push removes a backend"
  sed -i '/10\.0\.0\.104:80/d' "$dir/admin/cluster.yaml"
  begun=$(now_ms)
  push 'remove b104'
  expect "both nodes have proven it" await 10 both_in_force "$commit"
  ended=$(now_ms)
  tell "$(seconds $((ended - begun))) from git push to proven on both nodes, with poll: 1s"
  await 5 sent_since "$ended" 100 || true
  lost=$(requests "$begun" "$(now_ms)" failed)
  expect "$lost of $(requests "$begun" "$(now_ms)") requests failed meanwhile" test "$lost" = 0
  tell "since then: $(backends_seen "$ended")"

  title "3  Broken pushes are refused; the last good one keeps serving"
  begun=$(now_ms)
  local good=$commit
  sed -i 's/preempt_delay: 10s/preempt_dely: 10s/' "$dir/admin/cluster.yaml"
  push 'a typing error'
  expect "the spec is refused" refused lb01 'cluster.yaml:[0-9]+:[0-9]+: error'
  sed -i 's/preempt_dely/preempt_delay/; s/^  backend:/  backend:\n    balance: {hash: "$no_such_variable"}/' "$dir/admin/cluster.yaml"
  push 'hash by a variable that nginx does not have'
  expect "nginx refuses this one, which no schema can know" refused lb01 'cluster.yaml:[0-9]+:[0-9]+: error .nginx-test'
  expect "what serves is still ${good:0:7} on both nodes" both_in_force "$good"
  lost=$(requests "$begun" "$(now_ms)" failed)
  expect "$lost of $(requests "$begun" "$(now_ms)") requests failed meanwhile" test "$lost" = 0
  sed -i '/balance: {hash/d' "$dir/admin/cluster.yaml"
  push 'take the hash out again'
  expect "the mended spec is taken" await 10 both_in_force "$commit"

  title "4  nginx dies on lb01: 100 − 30 = 70 < 90"
  begun=$(now_ms)
  kill "$(cat "$dir/lb01/nginx.pid")"
  expect "the VIP is on lb02" await 15 holds_vip lb02
  expect "and no longer on lb01" await 5 holds_no_vip lb01
  await 5 sent_since "$(now_ms)" 20 || true
  tell "$(seconds "$(gap "$begun")") without an answer: two failed checks 2 s apart, then the hand-over"

  title "5  nginx is back on lb01"
  begun=$(now_ms)
  on lb01 nginx -c "$dir/lb01/nginx.conf"
  expect "the VIP comes back" await 30 holds_vip lb01
  tell "after $(seconds $(($(now_ms) - begun))): preempt_delay is 10 s"
  await 5 sent_since "$(now_ms)" 20 || true
  tell "$(seconds "$(gap "$begun")") without an answer"

  title "6  lb01's agent is killed with -9"
  begun=$(now_ms)
  kill -9 "$(cat "$dir/agent-lb01.process")"
  expect "lb01's kernel drops the leased VIP by itself" await 10 holds_no_vip lb01
  tell "after $(seconds $(($(now_ms) - begun)))"
  expect "lb02 takes over" await 10 holds_vip lb02
  await 5 sent_since "$(now_ms)" 20 || true
  ended=$(gap "$begun")
  expect "$(seconds "$ended") without an answer, at 1 s adverts (limit 3.75 s + one probe)" test "$ended" -le 4000
}

sees_backends() { [ "$(awk -v a="$1" '$1 >= a && $2 == 200 {print $3}' "$dir/client.txt" 2>/dev/null | sort -u | wc -l)" -ge "$2" ]; }
sent_since() { [ "$(requests "$1" 9999999999999)" -ge "$2" ]; }
both_in_force() { in_force lb01 "$1" && in_force lb02 "$1"; }
both_applied() { grep -q '"applied"' "$dir/lb01/state/journal" && grep -q '"applied"' "$dir/lb02/state/journal"; }
# refused NODE PATTERN: sync says that the commit is refused, and why.
refused() {
  local said
  if said=$(on "$1" "$vipops" sync --config "$dir/$1/agent.yaml" 2>&1); then
    aside "$said"
    return 1
  fi
  aside "vipops sync:"
  sed "s/^/      /" <<<"$said"
  grep -qE "$2" <<<"$said"
}

look_around() {
  title "Left running"
  cat <<TEXT
   ip netns exec $net-lb02 $vipops status --config $dir/lb02/agent.yaml
   ip netns exec $net-client curl http://10.0.0.50/
   edit $dir/admin/cluster.yaml, commit, git push, and watch: tail -f $dir/agent-lb02.log
   take it down:  $0 --down $dir
TEXT
}

# --- go ------------------------------------------------------------------------------------------

need_root
if [ "${1:-}" = --down ]; then
  dir=${2:?--down needs the folder that --keep named}
  net=$(cat "$dir/net")
  take_down
  exit 0
fi
case "${1:-}" in
  '') ;;
  --keep) keep=true ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0"
    [ "$1" = --help ] && exit 0
    exit 2
    ;;
esac

"$top/src/test/install.sh" demo
if [ ! -x "$vipops" ] || [ -n "$(find "$top/src/main" "$top/schemas" "$top/pom.xml" -newer "$top/target/vipops/lib/vipops.jar" -print -quit)" ]; then
  echo "Building vipops (a minute or two the first time) ..."
  (cd "$top" && mvn -q -B -Dmaven.test.skip=true package)
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/vipops-demo.XXXXXX")
net=${VIPOPS_DEMO_NET:-vd$$}
echo "$net" >"$dir/net"
trap 'exit 130' INT TERM
code=0
trap 'code=$?; take_down; exit $code' EXIT
trap 'echo "The demo itself failed at line $LINENO: $BASH_COMMAND" >&2' ERR

begun_all=$(now_ms)
make_network
make_backends
make_repository
javac -d "$dir" "$top/examples/demo/Client.java"
story

if [ "$failed" = 0 ]; then
  title "${green}Every step held${plain}${bold}, in $(seconds $(($(now_ms) - begun_all)))"
else
  title "${red}$failed steps did not hold${plain}"
  for log in "$dir"/agent-*.log; do
    echo "--- the end of $(basename "$log")"
    tail -n 30 "$log"
  done
fi
if $keep; then
  trap - EXIT
  look_around
fi
exit $((failed > 0))
