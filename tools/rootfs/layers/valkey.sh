# Valkey 8 with the paths and the user of the official image.
packages='valkey-server valkey-tools'

before_packages() {
  groupadd -r -g 999 valkey
  useradd -r -g valkey -u 999 -d /data -s /bin/sh valkey
}

after_packages() {
  mkdir -p /data
  chown 999:999 /data
  chmod 1777 /data
}
