# RabbitMQ 4 with the paths and the user of the official image.
packages='rabbitmq-server'

before_packages() {
  groupadd -r -g 999 rabbitmq
  useradd -r -g rabbitmq -u 999 -d /var/lib/rabbitmq -s /bin/sh rabbitmq
}

after_packages() {
  ln -s /usr/lib/rabbitmq/lib/rabbitmq_server-* /opt/rabbitmq
  rm -rf /var/lib/rabbitmq/.erlang.cookie /var/lib/rabbitmq/mnesia
  mkdir -p /etc/rabbitmq/conf.d
  echo '[rabbitmq_management,rabbitmq_prometheus].' > /etc/rabbitmq/enabled_plugins
  chown -R rabbitmq:rabbitmq /var/lib/rabbitmq /etc/rabbitmq /var/log/rabbitmq
  chmod 1777 /var/lib/rabbitmq /etc/rabbitmq /var/log/rabbitmq
}
