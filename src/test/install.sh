#!/usr/bin/env bash
# Installs what is missing, Debian packages by name, and says what: src/test/install.sh quick|demo|tests
set -euo pipefail

declare -A package=([javac]=default-jdk-headless [mvn]=maven [git]=git)
if [ "${1:-tests}" != quick ]; then
  package+=([nginx]=nginx [ip]=iproute2 [setpriv]=util-linux [awk]=gawk)
fi
if [ "${1:-tests}" = tests ]; then
  package+=(
    [keepalived]=keepalived [vtysh]=frr [tcpdump]=tcpdump [nft]=nftables [kill]=procps [sysctl]=procps [ping]=iputils-ping [sshd]=openssh-server
    [ssh-keygen]=openssh-client [curl]=curl [npm]=npm [pre-commit]=pre-commit [shellcheck]=shellcheck [rsync]=rsync
    [gcc]=gcc [gencat]=libc6-dev [fcgiwrap]=fcgiwrap
    [dpkg-deb]=dpkg [strip]=binutils [lintian]=lintian [man]=man-db [debootstrap]=debootstrap
    [systemd-nspawn]=systemd-container [ansible-playbook]=ansible-core [ansible-lint]=ansible-lint
  )
fi

missing=()
for command in "${!package[@]}"; do
  PATH=$PATH:/usr/sbin:/sbin type -P "$command" >/dev/null || missing+=("${package[$command]}")
done
[ ${#missing[@]} = 0 ] && exit 0

[ "$(id -u)" = 0 ] || {
  echo "Missing packages: ${missing[*]}. Install them, or run this as root." >&2
  exit 2
}
echo "Installing ${missing[*]} ..."
# The services of these packages are not wanted on this host, only their programs.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod +x $policy
fi
log=$(mktemp)
if ! {
  apt-get -qq update &&
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}"
} >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Installing ${missing[*]} failed; the whole output is in $log" >&2
  exit 2
fi
rm -f "$log"
