#!/usr/bin/env bash
# Packs what the build left in target/vipops, with a trimmed runtime, as .deb and tar.gz; mvn -Ppackage package runs it.
#   build.sh TARGET VERSION JDK TIMESTAMP    JDK: what the runtime is linked from; TIMESTAMP: ISO 8601, the time in both
# The same sources, JDK and timestamp give the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
target=$1 version=$2 jdk=$3
SOURCE_DATE_EPOCH=$(date -d "$4" +%s)
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8
umask 022
here=src/main/package
work=$target/package
arch=$(dpkg --print-architecture)

fail() {
  echo "$0: $*" >&2
  exit 1
}
for tool in dpkg-deb strip; do
  type -P $tool > /dev/null || fail "needs $tool; on Debian: apt install dpkg binutils"
done
[ -x "$jdk/bin/jlink" ] || fail "$jdk has no bin/jlink; -Druntime.jdk=DIR names a JDK 17 or later"

# What vipops and its libraries use. java.management: JGit's caches report to it; java.rmi: named by sshd's
# client; java.security.jgss: named by both for Kerberos; java.xml: by logback; jdk.crypto.ec: TLS and ssh
# with elliptic curves (part of java.base in newer JDKs, which may not have it any more).
modules=java.base,java.logging,java.management,java.rmi,java.security.jgss,java.xml
if "$jdk/bin/java" --list-modules | grep -q '^jdk\.crypto\.ec@'; then
  modules+=,jdk.crypto.ec
fi

rm -rf "$work"
mkdir -p "$work"
home=$work/home
mkdir -p "$home/bin" "$home/lib"
cp "$target"/vipops/bin/* "$home/bin/"
cp "$target"/vipops/lib/*.jar "$home/lib/"
case $(uname -m) in
  x86_64) native=linux-x86-64 ;;
  *) native=linux-$(uname -m) ;;
esac
[ -d "$target/vipops/lib/native/$native" ] || fail "JNA's library for $native is not in $target/vipops/lib/native"
mkdir "$home/lib/native"
cp -r "$target/vipops/lib/native/$native" "$home/lib/native/"

# Not compressed by jlink: xz packs plain classes far better, and the JVM maps them as they are.
"$jdk/bin/jlink" --add-modules $modules --strip-debug --no-header-files --no-man-pages --output "$home/runtime"
find "$home/runtime/bin" -type f ! -name java -delete
rm -f "$home/runtime/lib/classlist" "$home/runtime/lib/jexec"
find "$home/runtime" "$home/lib/native" -type f \( -name '*.so' -o -name java -o -name jspawnhelper \) \
  -exec strip --strip-unneeded --remove-section=.comment --remove-section=.note {} +

# The licences of what is bundled: the texts that a jar carries, in a folder of its name, and those that none does.
licenses=$work/share/doc/licenses
mkdir -p "$licenses"
for jar in "$home"/lib/*.jar; do
  name=$(basename "$jar" .jar)
  mkdir "$work/texts"
  (cd "$work/texts" && "$jdk/bin/jar" -xf "../home/lib/$name.jar" META-INF about.html)
  find "$work/texts" -maxdepth 2 -type f \( -name '*LICENSE*' -o -name '*NOTICE*' -o -name about.html \) |
    while read -r text; do
      install -D -m 644 "$text" "$licenses/$name/$(basename "$text")"
    done
  rm -rf "$work/texts"
done
cp $here/licenses/* "$licenses/"
for text in Apache-2.0 CC0-1.0 GPL-2 LGPL-2.1; do
  cp "/usr/share/common-licenses/$text" "$licenses/$text.txt"
done

# man pages, completion, examples, units
share=$work/share
mkdir -p "$share/doc" "$share/systemd" "$share/bash-completion" "$share/man" "$work/classes"
cp -r README.md "$target/vipops.cdx.json" examples/classic "$share/doc/"
mkdir "$share/doc/examples"
mv "$share/doc/classic" "$share/doc/examples/"
cp $here/systemd/* "$share/systemd/"
JAVA_HOME=$jdk "$target/vipops/bin/vipops" completion | sed '1{/^#!/d}' > "$share/bash-completion/vipops"
"$jdk/bin/javac" --release 17 -nowarn -d "$work/classes" -cp "$target/vipops/lib/*" $here/man/*.java
"$jdk/bin/java" -cp "$work/classes:$target/vipops/lib/*" io.vipops.cli.CommandPages "$share/man" \
  "$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)"

# Everything is readable by all, dated the same, and executable only where it must be.
settle() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -perm /111 -exec chmod 755 {} +
  find "$1" -type f ! -perm /111 -exec chmod 644 {} +
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}
find "$home/runtime/lib" -name '*.so' -exec chmod -x {} +
find "$home/lib/native" -type f -exec chmod -x {} +

tarball() {
  local top=$work/tar/vipops-$version
  mkdir -p "$top"
  cp -a "$home"/* "$share" LICENSE README.md "$top/"
  cp $here/default "$top/share/systemd/default"
  settle "$top"
  tar -C "$work/tar" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -c "vipops-$version" |
    gzip -9n > "$target/vipops-$version-linux-$arch.tar.gz"
}

# The libc that the runtime and JNA ask for: the newest symbol version in any of their files.
libc() {
  find "$home/runtime" "$home/lib/native" -type f \( -name '*.so' -o -name java -o -name jspawnhelper \) \
    -exec grep -aohE 'GLIBC_2\.[0-9]+(\.[0-9]+)?' {} + | sed 's/GLIBC_//' | sort -Vu | tail -n 1
}

deb() {
  local root=$work/deb doc depends
  doc=$root/usr/share/doc/vipops
  mkdir -p "$root/DEBIAN" "$root/usr/lib/systemd/system" "$root/usr/bin" "$root/etc/default" "$root/etc/vipops" \
    "$root/usr/share/bash-completion/completions" "$root/usr/share/lintian/overrides" "$doc"
  cp -a "$home" "$root/usr/lib/vipops"
  ln -s ../lib/vipops/bin/vipops "$root/usr/bin/vipops"
  cp "$share"/systemd/* "$root/usr/lib/systemd/system/"
  cp $here/default "$root/etc/default/vipops"
  cp "$share/bash-completion/vipops" "$root/usr/share/bash-completion/completions/vipops"
  for page in "$share"/man/*; do
    install -d "$root/usr/share/man/man${page##*.}"
    gzip -9n < "$page" > "$root/usr/share/man/man${page##*.}/$(basename "$page").gz"
  done
  cp -r "$share"/doc/* "$doc/"
  cp $here/deb/copyright "$doc/copyright"
  sed "s/@VERSION@/$version/; s/@DATE@/$(date -u -R -d "@$SOURCE_DATE_EPOCH")/" $here/deb/changelog |
    gzip -9n > "$doc/changelog.gz"
  if [ -e $here/deb/lintian-overrides ]; then
    cp $here/deb/lintian-overrides "$root/usr/share/lintian/overrides/vipops"
  fi

  depends="libc6 (>= $(libc))"
  if grep -qa 'libz\.so\.1' "$root/usr/lib/vipops/runtime/lib/"*.so; then
    depends+=", zlib1g"
  fi
  sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@DEPENDS@/$depends/; s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" \
    $here/deb/control > "$root/DEBIAN/control"
  echo /etc/default/vipops > "$root/DEBIAN/conffiles"
  cp $here/deb/postinst $here/deb/prerm $here/deb/postrm "$root/DEBIAN/"
  chmod 755 "$root"/DEBIAN/p*
  (cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum > DEBIAN/md5sums)
  settle "$root"
  # One thread: how xz cuts its blocks must not depend on the machine.
  dpkg-deb --root-owner-group -Zxz -z6 --threads-max=1 --build "$root" "$target/vipops_${version}_$arch.deb" > /dev/null
}

mib() { awk '{printf "%.1f MB", $1 / 1000000}'; }
tarball
deb
for file in "$target/vipops_${version}_$arch.deb" "$target/vipops-$version-linux-$arch.tar.gz"; do
  echo "$(basename "$file"): $(stat -c %s "$file" | mib)"
done
echo "installed: $(du -sb "$work/deb" | mib), of it the Java $("$home/runtime/bin/java" --version | sed -n '1s/^[a-z]* \([^ ]*\).*/\1/p') runtime $(du -sb "$home/runtime" | mib)"
packed=$(stat -c %s "$target/vipops_${version}_$arch.deb")
[ "$packed" -le 60000000 ] || fail "the package has $packed bytes; 60,000,000 is the limit"
