#!/bin/sh
# Writes what holds passwords (users, cookie) to memory, then becomes the broker. Definitions are read at every start,
# before the broker listens: a new password takes effect with a restart, a lost volume gets its queues back.
set -eu
umask 077
. /etc/caudal/passwords.sh
check_passwords ADMIN_PASSWORD INGEST_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD ERLANG_COOKIE

mkdir -p /run/rabbitmq/definitions
{
  printf '{"users": ['
  printf '{"name": "admin", "password": "%s", "tags": ["administrator"]}, ' "$ADMIN_PASSWORD"
  printf '{"name": "ingest", "password": "%s", "tags": []}, ' "$INGEST_PASSWORD"
  printf '{"name": "consumer", "password": "%s", "tags": []}, ' "$CONSUMER_PASSWORD"
  # The least that may ask the management API how many messages consumers hold.
  printf '{"name": "console", "password": "%s", "tags": ["management"]}]}\n' "$CONSOLE_PASSWORD"
} > /run/rabbitmq/definitions/10-users.json
cp /etc/caudal/topology.json /run/rabbitmq/definitions/20-topology.json

cookie=$HOME/.erlang.cookie
if [ "$(cat "$cookie" 2> /dev/null)" != "$ERLANG_COOKIE" ]; then
  rm -f "$cookie"
  printf %s "$ERLANG_COOKIE" > "$cookie"
fi
chmod 400 "$cookie"
unset ADMIN_PASSWORD INGEST_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD ERLANG_COOKIE

: "${HOSTNAME:=$(hostname)}"
export RABBITMQ_NODENAME="rabbit@$HOSTNAME.$NODES_DOMAIN"
exec rabbitmq-server
