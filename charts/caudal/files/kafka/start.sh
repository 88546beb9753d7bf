#!/bin/sh
# Completes server.properties with this broker's number, name and passwords, in memory; formats an empty volume; runs the
# broker.
set -eu
umask 077
: "${HOSTNAME:=$(hostname)}"
. /etc/caudal/removal.sh
. /etc/caudal/serve.sh
config=/run/kafka/server.properties
node_id=${HOSTNAME##*-}
{
  cat /etc/caudal/server.properties
  echo "node.id=$node_id"
  echo "advertised.listeners=CLIENTS://$HOSTNAME.$NODES_DOMAIN:9092"
} > "$config"
# For before-stop.sh, which asks again.
printf '%s\n' request.timeout.ms=10000 default.api.timeout.ms=15000 > /run/kafka/admin.properties
if [ "$SASL" = true ]; then
  . /etc/caudal/passwords.sh
  check_passwords ADMIN_PASSWORD INGEST_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD
  admin="org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"$ADMIN_PASSWORD\" user_admin=\"$ADMIN_PASSWORD\""
  {
    echo "listener.name.controller.plain.sasl.jaas.config=$admin;"
    echo "listener.name.clients.plain.sasl.jaas.config=$admin user_ingest=\"$INGEST_PASSWORD\" user_consumer=\"$CONSUMER_PASSWORD\" user_console=\"$CONSOLE_PASSWORD\";"
  } >> "$config"
  {
    echo 'security.protocol=SASL_PLAINTEXT'
    echo 'sasl.mechanism=PLAIN'
    echo "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"admin\" password=\"$ADMIN_PASSWORD\";"
  } >> /run/kafka/admin.properties
  unset ADMIN_PASSWORD INGEST_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD admin
fi
if [ ! -f /var/lib/kafka/data/log/meta.properties ]; then
  /opt/kafka/bin/kafka-storage.sh format --cluster-id "$CLUSTER_ID" --config "$config"
fi
serve /opt/kafka/bin/kafka-server-start.sh "$config"
