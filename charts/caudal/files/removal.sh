# Sourced by the scripts of servers that may have peers.

# True where the release is being removed: the Service of its nodes has no name then. One failed look-up says nothing.
is_removed() {
  for _ in 1 2 3; do
    if getent hosts "$NODES_DOMAIN" > /dev/null; then return 1; fi
    sleep 1
  done
}
