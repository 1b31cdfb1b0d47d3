#!/bin/sh
# What the GitHub action does, with its inputs in the environment: findings as annotations on
# standard output, the plan in the job's summary. Exits with 1 if the spec is not valid.
set -eu

fail() {
  printf '::error title=vipops::%s\n' "$(printf %s "$*" | tr '\r\n' '  ' | sed 's/%/%25/g')"
  exit 2
}

# fetch URL SHA256: sets vipops to the one in that release.
fetch() {
  case $1 in
    https://* | file://*) ;;
    *) fail "url must begin with https:// or file://" ;;
  esac
  case $2 in
    "" | *[!0-9a-f]*) fail "url needs sha256, the release's checksum in 64 hex digits" ;;
    *) ;;
  esac
  home=${RUNNER_TEMP:?is set by the runner of GitHub}/vipops-$2
  vipops=$home/bin/vipops
  # Unpacked whole or not at all, so one that is there was checked.
  if [ ! -x "$vipops" ]; then
    unpacking=$(mktemp -d "$home.XXXXXX")
    trap 'rm -rf "$unpacking"' EXIT
    trap 'exit 130' HUP INT TERM
    curl --fail --silent --show-error --location --proto =https,file --proto-redir =https \
      --retry 3 --max-time 300 --output "$unpacking/release.tar.gz" -- "$1" ||
      fail "cannot fetch the release from $1"
    printf '%s  %s\n' "$2" "$unpacking/release.tar.gz" | sha256sum --check --status ||
      fail "the release from $1 is another one than sha256 says: nothing of it was run"
    mkdir "$unpacking/home"
    tar -xzf "$unpacking/release.tar.gz" -C "$unpacking/home" --strip-components=1 --no-same-owner ||
      fail "cannot unpack the release from $1"
    mv -T "$unpacking/home" "$home" 2>/dev/null || [ -x "$vipops" ] || fail "cannot unpack the release to $home"
  fi
}

path=${INPUT_PATH:-cluster.yaml}
# vipops would take these for an option or a file of arguments.
case $path in [-@]*) path=./$path ;; *) ;; esac
vipops=${INPUT_VIPOPS:-vipops}
[ -z "${INPUT_URL:-}" ] || fetch "$INPUT_URL" "${INPUT_SHA256:-}"
command -v "$vipops" >/dev/null || fail "$vipops is not on this runner: install it, or give url and sha256"

strict=
[ "${INPUT_STRICT:-false}" != true ] || strict=--strict

verdict=0
"$vipops" validate "$path" --format github ${strict:+"$strict"} || verdict=$?
if [ -n "${INPUT_SARIF:-}" ]; then
  "$vipops" validate "$path" --format sarif ${strict:+"$strict"} >"$INPUT_SARIF" || [ $? = 1 ] ||
    fail "cannot write the findings to $INPUT_SARIF"
fi
[ "$verdict" = 0 ] || exit "$verdict"

if [ -n "${INPUT_AGAINST:-}" ]; then
  case $INPUT_AGAINST in -*) fail "against is not a revision: $INPUT_AGAINST" ;; *) ;; esac
  # A checkout of one commit only, as the runner makes it, lacks the other side.
  git cat-file -e "$INPUT_AGAINST^{commit}" 2>/dev/null ||
    git fetch --quiet --no-tags --depth=1 origin "$INPUT_AGAINST" ||
    fail "$INPUT_AGAINST is not in the repository, so there is nothing to plan against"
  "$vipops" plan "$path" --against "$INPUT_AGAINST" --markdown >>"${GITHUB_STEP_SUMMARY:-/dev/stdout}"
fi
