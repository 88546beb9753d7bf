#!/bin/sh
# Becomes PostgreSQL on the data in PGDATA. The first start makes them, complete or not at all. Every start sets the roles'
# passwords before there is a port at which an old one could be used: the data remember the passwords of their first day.
set -eu
umask 077
: "${SHARED:=/etc/caudal}"
. "$SHARED/passwords.sh"
check_passwords OWNER_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD
config=config_file=$SHARED/postgresql.conf

# single DIRECTORY < STATEMENTS: runs them without a server, after recovery where one is due. None is logged if it fails.
single() {
  postgres --single -j -D "$1" -c "$config" -c exit_on_error=on -c log_min_error_statement=panic postgres > /dev/null
}

if [ ! -f "$PGDATA/PG_VERSION" ]; then
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username=postgres --auth=reject --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 \
    --data-checksums --no-instructions
  single "$PGDATA.new" < "$SHARED/setup.sql"
  mv "$PGDATA.new" "$PGDATA"
fi
# A volume's group may have been given the right to write, which PostgreSQL refuses.
chmod 700 "$PGDATA"
single "$PGDATA" << END
alter role caudal_owner password '$OWNER_PASSWORD';

alter role caudal_consumer password '$CONSUMER_PASSWORD';

alter role caudal_console password '$CONSOLE_PASSWORD';

END
unset OWNER_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD
exec postgres -D "$PGDATA" -c "$config"
