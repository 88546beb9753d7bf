#!/bin/sh
# start.sh PROGRAM: writes the users with the hashes of their passwords to memory, then becomes the store.
set -eu
umask 077
. /etc/caudal/passwords.sh
check_passwords ADMIN_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD EXPORTER_PASSWORD

hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }
while read -r user rules; do
  case $user in
    admin) password=$ADMIN_PASSWORD ;;
    consumer) password=$CONSUMER_PASSWORD ;;
    console) password=$CONSOLE_PASSWORD ;;
    exporter) password=$EXPORTER_PASSWORD ;;
  esac
  printf 'user %s reset on #%s %s\n' "$user" "$(hash "$password")" "$rules"
done < /etc/caudal/rules.txt > /run/store/users.acl
# No one can log in as this user: it is disabled and has no password. Valkey reads its append-only file back with its rights, though,
# and would skip every transaction without them: all that was stored would be gone after a restart.
echo 'user default reset off ~* &* +@all' >> /run/store/users.acl
unset ADMIN_PASSWORD CONSUMER_PASSWORD CONSOLE_PASSWORD EXPORTER_PASSWORD password

exec "$1" /etc/caudal/store.conf
