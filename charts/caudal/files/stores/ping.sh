#!/bin/sh
# ping.sh CLIENT ready|alive: asks the store itself; an open port says nothing, for the kernel answers there.
# Ready: it answers PONG, which it does not while it reads its append-only file back. Alive: it answers anything, so that a
# long start is no reason for a restart.
set -u
answer=$(REDISCLI_AUTH=$EXPORTER_PASSWORD "$1" -h 127.0.0.1 --user exporter --no-auth-warning ping 2>&1) || exit 1
case "$2 $answer" in
  'ready PONG' | 'alive '?*) ;;
  *) echo "$answer"; exit 1 ;;
esac
