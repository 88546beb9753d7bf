#!/bin/sh
# Runs before the broker receives SIGTERM, if there are several. Waits until every partition has all its copies in sync,
# so that a rollout, a drain or a person takes this broker only when the one before it is back: without it a partition
# would be left with fewer copies than a confirm needs. Gives up after AWAIT_SECONDS, and at once where the release is
# being removed: its Service has no name then.
set -u
: "${SAY_TO:=/proc/1/fd/1}"
. "${SHARED:-/etc/caudal}/serve.sh"
say() { echo "waiting before the stop: $1" >> "$SAY_TO" 2> /dev/null || true; }

# Prints the partitions that lack a copy; fails where the broker does not answer.
lacking() {
  listed=$(KAFKA_HEAP_OPTS=-Xmx64m KAFKA_JVM_PERFORMANCE_OPTS='-XX:+UseSerialGC -XX:TieredStopAtLevel=1' \
    /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$HOSTNAME.$NODES_DOMAIN:9092" \
    --command-config /run/kafka/admin.properties --describe --under-replicated-partitions 2> /dev/null) || return 1
  printf '%s\n' "$listed" | grep 'Partition:' || true
}

deadline=$(($(date +%s) + AWAIT_SECONDS))
while [ "$(date +%s)" -lt "$deadline" ]; do
  if is_removed; then say 'the release is being removed' && exit 0; fi
  if partitions=$(lacking); then
    if [ -z "$partitions" ]; then say 'every copy is in sync' && exit 0; fi
    say "$(printf '%s\n' "$partitions" | wc -l) partitions lack a copy"
  else
    say 'the broker does not answer'
  fi
  sleep 1
done
say "given up after $AWAIT_SECONDS s"
