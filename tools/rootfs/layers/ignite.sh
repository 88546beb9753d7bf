# Ignite 2 over the layer java, with the paths of the official image and its jars on one class path: /opt/ignite/apache-ignite/libs.
# The jars come from Maven, in /tmp/input. The official image has no user of its own; this one runs it as 1000.
packages=

before_packages() {
  groupadd -g 1000 ignite
  useradd -g ignite -u 1000 -M -d /opt/ignite -s /bin/sh ignite
}

after_packages() {
  home=/opt/ignite/apache-ignite
  mkdir -p $home/libs $home/work /etc/ignite /var/lib/ignite
  cp /tmp/input/*.jar $home/libs/
  chown 1000:1000 $home/work /var/lib/ignite
  chmod 777 $home/work
}
