#!/bin/sh
# Runs before the node is told to stop, where there are several. Waits until every quorum queue has a majority without this
# node, so that a rollout, a drain or a person takes it only when the one before it is back; then hands its leaders and
# clients to the others. Gives up after AWAIT_SECONDS, and at once where the release is being removed: its Service has no
# name then.
set -u
: "${HOSTNAME:=$(hostname)}"
node="rabbit@$HOSTNAME.$NODES_DOMAIN"
say() { echo "waiting before the stop: $1" > /proc/1/fd/1 2> /dev/null || true; }

say 'for a majority without this node'
rabbitmq-upgrade -q -n "$node" await_online_quorum_plus_one -t "$AWAIT_SECONDS" &
waiting=$!
nameless=0
while kill -0 "$waiting" 2> /dev/null; do
  if getent hosts "$NODES_DOMAIN" > /dev/null; then nameless=0; else nameless=$((nameless + 1)); fi
  [ "$nameless" -ge 3 ] && say 'the release is being removed' && kill "$waiting" && exit 0
  sleep 1
done
if wait "$waiting"; then say 'there is one'; else say "given up after $AWAIT_SECONDS s"; fi
rabbitmq-upgrade -q -n "$node" drain -t 20 || say 'leaders and clients stay: the node could not be drained'
