# Redis 8 with the paths and the user of the official image.
packages='redis-server redis-tools'

before_packages() {
  groupadd -r -g 999 redis
  useradd -r -g redis -u 999 -d /data -s /bin/sh redis
}

after_packages() {
  mkdir -p /data
  chown 999:999 /data
  chmod 1777 /data
}
