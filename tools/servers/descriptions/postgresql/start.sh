#!/bin/sh
# start.sh ARGUMENTS...
# Becomes PostgreSQL on the data in PGDATA. The first start makes them, complete or not at all; every start sets the
# passwords, before there is a port or a socket to use an old one at: they are what the state says, also over older data.
# /etc/postgresql has setup.sql, for the first start, passwords.sql, which also makes roles that older data lack, and
# later-databases.sql, which makes the database that they lack; in all an empty line ends a statement.
set -eu

# single DIRECTORY DATABASE < STATEMENTS: PostgreSQL without a server. What a failed statement contains is not logged.
single() {
  postgres --single -j -D "$1" -c exit_on_error=on -c log_min_error_statement=panic -c log_checkpoints=off "$2"
}

# One server at a time on these data: this file is locked until this process and all it starts are gone.
exec 9> "$PGDATA.lock"
flock 9
# So this is of a server that was killed, by a process ID that may be another process's in this container.
rm -f "$PGDATA/postmaster.pid"

if [ ! -f "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=postgres --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 \
    --locale-provider=builtin --locale=C.UTF-8 --data-checksums --no-instructions
  single "$PGDATA.new" postgres < /etc/postgresql/setup.sql > /dev/null
  mv "$PGDATA.new" "$PGDATA"
fi
# A standby has the roles, passwords and databases of its primary.
if [ ! -f "$PGDATA/standby.signal" ]; then
  has_films=$(
    {
      cat /etc/postgresql/passwords.sql
      printf "\n\nselect datname from pg_database where datname = 'caudal_films';\n"
    } | single "$PGDATA" postgres
  )
  case $has_films in
    *'datname = "caudal_films"'*) ;;
    *) single "$PGDATA" postgres < /etc/postgresql/later-databases.sql > /dev/null ;;
  esac
fi
exec postgres -D "$PGDATA" "$@"
