#!/usr/bin/env bash
# Builds the Debian tree that test hosts boot from, once, and prints its path: src/test/host-tree.sh
# It is kept below $VIPOPS_TEST_CACHE (target/test-hosts), under a name made from this file's content.
set -euo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin

suite=bookworm
# What Debian's cloud images have of it too, and no more: python3 and python3-apt are what Ansible asks of a host.
packages=systemd,systemd-sysv,dbus,openssh-server,python3,python3-apt,iproute2,iputils-ping
# Not installed, but here to be installed: a test host reaches no mirror.
archives=(nginx)
# Timers that change files while a test compares them.
masked=(apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer systemd-tmpfiles-clean.timer)

self=$(realpath "${BASH_SOURCE[0]}")
cd "$(dirname "$self")/../.."
cache=${VIPOPS_TEST_CACHE:-$PWD/target/test-hosts}
mkdir -p "$cache"
tree=$cache/$suite-$(sha256sum <"$self" | cut -c1-12)
exec 9>"$tree.lock"
flock 9 # a second run waits for the first one's tree
if [ -d "$tree" ]; then
  echo "$tree"
  exit
fi

begun=$SECONDS
new=$(mktemp -d "$tree.XXXXXX")
trap 'rm -rf --one-file-system "$new"' EXIT
chmod 0755 "$new" # it becomes the hosts' /

# The mirror and the proxy that this machine's apt uses; elsewhere than on Debian, debootstrap's own mirror.
mirror=()
if (. /etc/os-release && [ "$ID" = debian ]); then
  mapfile -t mirror < <(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | head -n 1)
fi
proxy=''
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "$proxy" ] || export http_proxy=$proxy

log=$tree.log
if ! {
  debootstrap --variant=minbase --include="$packages" "$suite" "$new" "${mirror[@]}" &&
    host_apt=(apt-get -qq -y -o Dir="$new" -o Dir::State::status="$new/var/lib/dpkg/status" -o APT::Sandbox::User=root) &&
    "${host_apt[@]}" update &&
    "${host_apt[@]}" -o APT::Keep-Downloaded-Packages=true --no-install-recommends --download-only install "${archives[@]}"
} >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Building a Debian tree failed; the whole output is in $log" >&2
  exit 2
fi
rm -f "$log" "$new/etc/resolv.conf" "$new/etc/hostname"
for unit in "${masked[@]}"; do
  ln -sf /dev/null "$new/etc/systemd/system/$unit"
done
mv "$new" "$tree"
echo "Debian tree for test hosts built in $((SECONDS - begun)) s, $(du -sm "$tree" | cut -f1) MB" >&2
echo "$tree"
