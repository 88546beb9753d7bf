# Sourced by the scripts of servers that may have peers.
: "${HOSTNAME:=$(hostname)}" "${REMOVAL_SECONDS:=15}"

# True where the release is being removed: the Service of its nodes has no name then. One failed look-up says nothing.
is_removed() {
  for _ in 1 2 3; do
    if getent hosts "$NODES_DOMAIN" > /dev/null; then return 1; fi
    sleep 1
  done
}

# serve COMMAND...: runs the server, passes SIGTERM on and ends as it does. While a release is being removed, a server may
# wait for peers that have stopped as well, until its grace period ends. Then it is killed after REMOVAL_SECONDS: what it
# has confirmed is on its volume.
serve() {
  stopping=false killAt=
  "$@" &
  server=$!
  trap 'stopping=true; kill -TERM "$server" 2> /dev/null || true' TERM INT
  status=0
  wait "$server" || status=$?
  if [ "$stopping" = false ]; then exit "$status"; fi
  while kill -0 "$server" 2> /dev/null; do
    if [ -z "$killAt" ] && is_removed; then killAt=$(($(date +%s) + REMOVAL_SECONDS)); fi
    if [ -n "$killAt" ] && [ "$(date +%s)" -ge "$killAt" ]; then
      echo "still there ${REMOVAL_SECONDS} s after the release was removed: killed" >&2
      kill -KILL "$server" 2> /dev/null || true
    fi
    sleep 1
  done
  status=0
  wait "$server" || status=$?
  exit "$status"
}
