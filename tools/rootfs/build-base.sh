#!/bin/sh
# build-base.sh TARGET MIRROR [SECURITY_MIRROR] [HTTPS_CA_FILE]
# A small Debian trixie in the empty directory TARGET. Runs in a mount namespace of its own, because debootstrap mounts.
set -eu
target=$1 mirror=$2 security=${3:-} ca=${4:-}

export DEBIAN_FRONTEND=noninteractive
debootstrap --variant=minbase trixie "$target" "$mirror"

# No service may start while packages are installed, and nothing here survives a crash anyway: no fsync.
printf '#!/bin/sh\nexit 101\n' > "$target/usr/sbin/policy-rc.d"
chmod 755 "$target/usr/sbin/policy-rc.d"
echo force-unsafe-io > "$target/etc/dpkg/dpkg.cfg.d/unsafe-io"
printf 'path-exclude=/usr/share/%s/*\n' doc man locale > "$target/etc/dpkg/dpkg.cfg.d/no-documents"
cat > "$target/etc/apt/apt.conf.d/90small" <<'CONF'
Acquire::Languages "none";
APT::Install-Recommends "false";
CONF
{
  echo "deb $mirror trixie main"
  [ -z "$security" ] || echo "deb $security trixie-security main"
} > "$target/etc/apt/sources.list"
echo '127.0.0.1 localhost' > "$target/etc/hosts"
echo localhost > "$target/etc/hostname"

# The package lists stay: every layer reads them.
cp /etc/resolv.conf "$target/etc/resolv.conf"
if [ -n "$ca" ]; then
  cp "$ca" "$target/tmp/build-ca.crt"
fi
mount -t proc proc "$target/proc"
chroot "$target" apt-get ${ca:+-o Acquire::https::CAInfo=/tmp/build-ca.crt} update
umount "$target/proc"

cd "$target"
rm -rf etc/resolv.conf tmp/* var/cache/apt/*.bin var/cache/apt/archives/*.deb var/log/*.log var/log/apt \
  usr/share/doc/* usr/share/man/* usr/share/locale/*
