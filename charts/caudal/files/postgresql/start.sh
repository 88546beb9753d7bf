#!/bin/sh
# Becomes PostgreSQL on the data in PGDATA. The first start makes them, complete or not at all. Every start sets the roles'
# passwords before there is a port at which an old one could be used: the data remember the passwords of their first day.
# LATER_ROLES, of what was switched on since then, are made where they are missing: `a_b` is caudal_a_b, its password A_B_PASSWORD.
# `replica` is of those who copy and follow the server, and reads no database.
# LATER_DATABASES too: `a` is caudal_a, which belongs to caudal_a_owner, and to which caudal_a_… may connect instead of to caudal.
set -eu
umask 077
: "${SHARED:=/etc/caudal}"
. "$SHARED/passwords.sh"
config=config_file=$SHARED/postgresql.conf

# variable ROLE: prints the name of the variable that holds its password.
variable() {
  printf '%s_PASSWORD' "$1" | tr '[:lower:]' '[:upper:]'
}

# single DIRECTORY < STATEMENTS: runs them without a server, after recovery where one is due. None is logged if it fails.
single() {
  postgres --single -j -D "$1" -c "$config" -c exit_on_error=on -c log_min_error_statement=panic postgres > /dev/null
}

# has_database NAME: whether there is one in the data, which have no server yet.
has_database() {
  printf "select datname from pg_database where datname = 'caudal_%s';\n\n" "$1" |
    postgres --single -j -D "$PGDATA" -c "$config" postgres | grep "\"caudal_$1\"" > /dev/null
}

roles="owner consumer console ${LATER_ROLES:-}"
for role in $roles; do check_passwords "$(variable "$role")"; done
# One server at a time on these data, also of two containers: this file is locked until this process and all it starts are gone.
exec 9> "$PGDATA.lock"
if ! flock -n 9; then
  echo 'waiting for the server that still has these data open' >&2
  flock 9
fi
# So this is of a server that was killed. Its process ID means nothing in this container, where it would be taken for the
# server's own: PostgreSQL would then refuse to start, each time.
rm -f "$PGDATA/postmaster.pid"
if [ ! -f "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=postgres --auth=reject --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 \
    --data-checksums --no-instructions
  single "$PGDATA.new" < "$SHARED/setup.sql"
  mv "$PGDATA.new" "$PGDATA"
fi
# A volume's group may have been given the right to write, which PostgreSQL refuses.
chmod 700 "$PGDATA"
missing=
for own in ${LATER_DATABASES:-}; do has_database "$own" || missing="$missing $own"; done
{
  for role in ${LATER_ROLES:-}; do
    cat << END
do \$\$ begin if not exists (select from pg_roles where rolname = 'caudal_$role') then create role caudal_$role login; end if; end \$\$;

END
  done
  for own in $missing; do printf 'create database caudal_%s owner caudal_%s_owner;\n\n' "$own" "$own"; done
  for own in ${LATER_DATABASES:-}; do
    printf 'revoke all on database caudal_%s from public;\n\n' "$own"
  done
  for role in ${LATER_ROLES:-}; do
    if [ "$role" = replica ]; then
      printf 'alter role caudal_replica replication;\n\n'
      continue
    fi
    to=caudal
    for own in ${LATER_DATABASES:-}; do case $role in "$own"_*) to=caudal_$own ;; esac; done
    printf 'grant connect on database %s to caudal_%s;\n\n' "$to" "$role"
  done
  for role in $roles; do
    eval "password=\$$(variable "$role")"
    printf "alter role caudal_%s password '%s';\n\n" "$role" "$password"
  done
} | single "$PGDATA"
for role in $roles; do unset "$(variable "$role")"; done
exec postgres -D "$PGDATA" -c "$config"
