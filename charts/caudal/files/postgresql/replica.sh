#!/bin/sh
# A replica of PostgreSQL on the data in PGDATA: copies its primary where there are none, follows it, and copies it again where
# it can follow no more. PRIMARY is where the primary is, as a connection string of libpq; SLOT, the name of the replica and of its
# slot on the primary, which keeps what the replica has not read yet, up to a limit. The password of caudal_replica is in
# REPLICA_PASSWORD or in the file replica-password of SHARED, the directory of postgresql.conf.
#
# replica.sh missing FILE: what PostgreSQL calls each time that it cannot follow. See there.
set -eu
umask 077
: "${SHARED:=/etc/caudal}"
: "${TMPDIR:=/tmp}"
passwords=$TMPDIR/replica.passwords
config=config_file=$TMPDIR/replica.conf
waited=$TMPDIR/replica.waited
# Says that these data are to be replaced.
useless=$PGDATA.useless
to_primary="$PRIMARY user=caudal_replica passfile=$passwords application_name=$SLOT connect_timeout=3"

say() {
  printf 'replica: %s\n' "$*" >&2
}

# The primary of these data: that of this script, unless `alter system set primary_conninfo` has named another, or none.
current_primary() {
  set_by_hand=$(grep '^primary_conninfo = ' "$PGDATA/postgresql.auto.conf") || set_by_hand="'$to_primary'"
  printf '%s\n' "$set_by_hand" | sed "s/^[^']*'//; s/'$//; s/''/'/g; \$!d"
}

# ask PRIMARY COMMAND: runs a command of the replication protocol; prints the columns of the answer, separated by `|`.
ask() {
  psql -XqAt -d "$1 replication=true" -c "$2"
}

# system_at PRIMARY: what identifies the data there, as system_of does here.
system_at() {
  identity=$(ask "$1" IDENTIFY_SYSTEM) || return 1
  printf '%s\n' "${identity%%|*}" | grep -x '[0-9][0-9]*'
}

# system_of DATA: identifies what was made by one initdb, and all copies of it.
system_of() {
  pg_controldata "$1" | sed -n 's/^Database system identifier: *//p'
}

# give_up REASON: ends PostgreSQL, which takes this status for the end of all recovery.
give_up() {
  say "$1: the primary is copied again"
  printf '%s\n' "$1" > "$useless"
  exit 255
}

# missing FILE: what PostgreSQL cannot get from its primary, which it tries again after this. Here is found out whether it ever can.
missing() {
  case $1 in *.history) return 1 ;; esac
  primary=$(current_primary)
  [ -n "$primary" ] || return 1
  # A primary that does not answer says nothing of these data.
  theirs=$(system_at "$primary" 2> /dev/null) || return 1
  [ "$theirs" = "$(system_of "$PGDATA")" ] || give_up 'the primary has other data'
  slot=$(ask "$primary" "READ_REPLICATION_SLOT $SLOT") || return 1
  case $slot in
    # A new primary has none.
    '||') ask "$primary" "CREATE_REPLICATION_SLOT $SLOT PHYSICAL RESERVE_WAL" > /dev/null || return 1 ;;
    'physical||'*) give_up 'what it lacks is no longer kept' ;;
  esac
  # Whatever else it is: one minute without a way to follow a primary that answers.
  now=$(date +%s) since=$now last=0
  [ ! -f "$waited" ] || read -r since last < "$waited"
  [ $((now - last)) -lt 15 ] || since=$now
  printf '%s %s\n' "$since" "$now" > "$waited"
  [ $((now - since)) -lt 60 ] || give_up 'it has not been able to follow for a minute'
  return 1
}

# Copies the primary, complete or not at all. What is no copy of this primary is kept beside: nothing else may have those data.
copy() {
  primary=$to_primary
  if [ -f "$PGDATA/PG_VERSION" ]; then
    primary=$(current_primary)
    : "${primary:=$to_primary}"
  fi
  theirs=$(system_at "$primary") || return 1
  rm -rf "$PGDATA.new"
  if [ -f "$PGDATA/PG_VERSION" ]; then
    mine=$(system_of "$PGDATA")
    if [ "$mine" = "$theirs" ]; then rm -rf "$PGDATA"; else mv "$PGDATA" "$PGDATA.of-$mine-$(date +%s)"; fi
  fi
  slot=$(ask "$primary" "READ_REPLICATION_SLOT $SLOT") || return 1
  [ "$slot" = '||' ] || ask "$primary" "DROP_REPLICATION_SLOT $SLOT WAIT" > /dev/null || return 1
  pg_basebackup -d "$primary" -D "$PGDATA.new" --create-slot --slot "$SLOT" --checkpoint=fast || return 1
  # What was set on the primary for itself alone; and who the primary is, where that is not what this script says.
  sed -i '/^primary_/d' "$PGDATA.new/postgresql.auto.conf" || return 1
  [ "$primary" = "$to_primary" ] || printf "primary_conninfo = '%s'\n" "$primary" >> "$PGDATA.new/postgresql.auto.conf"
  touch "$PGDATA.new/standby.signal" || return 1
  mv "$PGDATA.new" "$PGDATA" || return 1
  rm -f "$useless" "$waited"
  say 'has copied its primary'
}

# configure: for these data. With fewer connections than its primary a replica would not start, and never learn that there are fewer now.
configure() {
  cat > "${config#*=}" << END
include '$SHARED/postgresql.conf'
primary_conninfo = '$to_primary'
primary_slot_name = '$SLOT'
restore_command = 'sh $SHARED/replica.sh missing %f'
END
  [ -f "$PGDATA/PG_VERSION" ] || return 0
  most=$(pg_controldata "$PGDATA" | sed -n 's/^max_connections setting: *//p')
  [ "$(postgres -D "$PGDATA" -c "$config" -C max_connections)" -ge "$most" ] || echo "max_connections = $most" >> "${config#*=}"
}

if [ "${1:-}" = missing ]; then
  missing "$2"
  exit 1
fi

server=
stop() {
  [ -n "$server" ] || exit 0
  kill -INT "$server"
}
trap stop INT TERM

# One server at a time on these data: this file is locked until this process and all it starts are gone.
exec 9> "$PGDATA.lock"
flock 9
[ -n "${REPLICA_PASSWORD:-}" ] || REPLICA_PASSWORD=$(cat "$SHARED/replica-password")
printf '*:*:*:*:%s\n' "$REPLICA_PASSWORD" > "$passwords"
unset REPLICA_PASSWORD
configure
while :; do
  # This is of a server that was killed, by a process ID that may be another process's in this container.
  rm -f "$PGDATA/postmaster.pid"
  if [ ! -f "$PGDATA/PG_VERSION" ] || { [ -f "$useless" ] && [ -f "$PGDATA/standby.signal" ]; }; then
    until copy; do
      say 'waits for its primary'
      sleep 1
    done
  fi
  configure
  if [ ! -f "$PGDATA/standby.signal" ]; then
    say 'was promoted: it follows none, and takes writes'
    rm -f "$useless"
  fi
  # A volume's group may have been given the right to write, which PostgreSQL refuses.
  chmod 700 "$PGDATA"
  postgres -D "$PGDATA" -c "$config" &
  server=$!
  status=0
  # A signal ends `wait`, not the server.
  while kill -0 "$server" 2> /dev/null; do
    status=0
    wait "$server" || status=$?
  done
  server=
  [ -f "$useless" ] || exit "$status"
  sleep 1
done
