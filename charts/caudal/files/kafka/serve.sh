# Sourced by start.sh after removal.sh. serve COMMAND...: runs the broker, passes SIGTERM on and ends as it does. While its
# release is being removed, a broker that stops after the others have taken the quorum with them waits for it until its
# grace period ends. Then it is killed after REMOVAL_SECONDS: what it has confirmed is on its volume.
: "${REMOVAL_SECONDS:=15}" "${YOUNG_SECONDS:=1}"
stopping=false server=''

terminate() {
  stopping=true
  if [ -n "$server" ]; then kill -TERM "$server" 2> /dev/null || true; fi
}
# From here on, also while the start is prepared: without a trap, a container's first process ignores SIGTERM.
trap terminate TERM INT

serve() {
  killAt='' status=0
  if [ "$stopping" = true ]; then exit 143; fi
  "$@" &
  server=$!
  startedAt=$(date +%s)
  if [ "$stopping" = false ]; then wait "$server" || status=$?; fi
  if [ "$stopping" = false ]; then exit "$status"; fi
  # Again: a process that has only just been forked loses the signal.
  if [ $(($(date +%s) - startedAt)) -le "$YOUNG_SECONDS" ]; then sleep 1 && terminate; fi
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
