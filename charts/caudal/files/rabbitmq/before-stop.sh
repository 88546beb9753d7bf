#!/bin/sh
# Runs before the node receives SIGTERM, if there are several. Waits until every quorum queue has a majority without this
# node, so that a rollout, a drain or a person takes it only when the one before it is back; then hands its leaders and
# clients to the others. Gives up after AWAIT_SECONDS, and at once where the release is being removed: its Service has no
# name then.
set -u
: "${HOSTNAME:=$(hostname)}" "${SAY_TO:=/proc/1/fd/1}"
. "${SHARED:-/etc/caudal}/removal.sh"
node="rabbit@$HOSTNAME.$NODES_DOMAIN"
say() { echo "waiting before the stop: $1" >> "$SAY_TO" 2> /dev/null || true; }

say 'for a majority without this node'
# Its output goes nowhere: the hook ends only when nothing holds on to its own.
rabbitmq-upgrade -q -n "$node" await_online_quorum_plus_one -t "$AWAIT_SECONDS" > /dev/null 2>&1 &
waiting=$!
while kill -0 "$waiting" 2> /dev/null; do
  if is_removed; then
    say 'the release is being removed'
    # It may have ended meanwhile.
    kill "$waiting" 2> /dev/null
    exit 0
  fi
  sleep 1
done
if wait "$waiting"; then say 'there is one'; else say "given up after $AWAIT_SECONDS s"; fi
rabbitmq-upgrade -q -n "$node" drain -t 20 > /dev/null 2>&1 || say 'the node could not be drained'
