#!/bin/sh
# Runs before the broker receives SIGTERM, if there are several. Waits until every partition has all its copies in sync,
# so that a rollout, a drain or a person takes this broker only when the one before it is back: without it a partition
# would be left with fewer copies than a confirm needs. Gives up after AWAIT_SECONDS, and at once where the release is
# being removed: its Service has no name then.
set -u
: "${HOSTNAME:=$(hostname)}" "${SAY_TO:=/proc/1/fd/1}" "${KAFKA_TOPICS:=/opt/kafka/bin/kafka-topics.sh}"
. "${SHARED:-/etc/caudal}/removal.sh"
say() { echo "waiting before the stop: $1" >> "$SAY_TO" 2> /dev/null || true; }

answer=$(mktemp)
deadline=$(($(date +%s) + AWAIT_SECONDS))
while [ "$(date +%s)" -lt "$deadline" ]; do
  # In the background: an answer may take as long as its timeout.
  KAFKA_HEAP_OPTS=-Xmx64m KAFKA_JVM_PERFORMANCE_OPTS='-XX:+UseSerialGC -XX:TieredStopAtLevel=1' \
    "$KAFKA_TOPICS" --bootstrap-server "$HOSTNAME.$NODES_DOMAIN:9092" \
    --command-config /run/kafka/admin.properties --describe --under-replicated-partitions > "$answer" 2> /dev/null &
  asking=$!
  while :; do
    if is_removed; then
      say 'the release is being removed'
      # It may have ended meanwhile.
      kill "$asking" 2> /dev/null
      exit 0
    fi
    if ! kill -0 "$asking" 2> /dev/null; then break; fi
    sleep 1
  done
  if wait "$asking"; then
    lacking=$(grep -c 'Partition:' "$answer")
    if [ "$lacking" -eq 0 ]; then say 'every copy is in sync' && exit 0; fi
    say "$lacking partitions lack a copy"
  else
    say 'the broker does not answer'
  fi
  sleep 1
done
say "given up after $AWAIT_SECONDS s"
