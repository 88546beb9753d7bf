#!/bin/sh
# build-layer.sh LOWER TARGET RECIPE [INPUT_DIRECTORY] [HTTPS_CA_FILE]
# Installs what RECIPE says over the directories of LOWER (highest first, separated by colons) and leaves only what came
# on top in the empty directory TARGET.
# The recipe is a shell file run inside that system: it sets `packages` and may define before_packages and
# after_packages. INPUT_DIRECTORY is to be found at /tmp/input. Runs in a mount namespace of its own.
set -eu
lower=$1 target=$2 recipe=$3 input=${4:-} ca=${5:-}

# apt and the overlay need room beside TARGET that is thrown away afterwards.
scratch=$(mktemp -d "$target.XXXXXX")
trap 'umount -lR "$scratch/root" 2>/dev/null || :; rm -rf --one-file-system "$scratch"' EXIT
mkdir "$scratch/root" "$scratch/work" "$scratch/archives"
mkdir "$scratch/archives/partial"
root=$scratch/root

mount -t overlay overlay -o "lowerdir=$lower,upperdir=$target,workdir=$scratch/work,volatile" "$root" || {
  echo "$target is on a file system that cannot hold an overlay; set XDG_CACHE_HOME to a directory on ext4 or xfs" >&2
  exit 1
}
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$scratch/archives" "$root/var/cache/apt/archives"
touch "$root/etc/resolv.conf"
mount --bind -o ro /etc/resolv.conf "$root/etc/resolv.conf"
cp "$recipe" "$root/tmp/recipe.sh"
if [ -n "$input" ]; then
  mkdir "$root/tmp/input"
  mount --bind -o ro "$input" "$root/tmp/input"
fi
if [ -n "$ca" ]; then
  cp "$ca" "$root/tmp/build-ca.crt"
fi

chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C sh -eu -c '
  before_packages() { :; }
  after_packages() { :; }
  packages=
  . /tmp/recipe.sh
  before_packages
  if [ -n "$packages" ]; then
    apt-get ${1:+-o Acquire::https::CAInfo="$1"} install -y --no-install-recommends $packages
  fi
  after_packages
' sh "${ca:+/tmp/build-ca.crt}"

umount -R "$root"
rm -rf "$target/tmp" "$target/etc/resolv.conf" "$target"/var/cache/apt "$target/var/cache/debconf" \
  "$target/var/cache/ldconfig" "$target"/var/log/apt "$target"/var/log/*.log "$target"/var/lib/dpkg/*-old \
  "$target/usr/share/doc" "$target/usr/share/man" "$target/usr/share/locale" "$target/dev" "$target/proc" "$target/run"
