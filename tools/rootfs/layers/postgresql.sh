# PostgreSQL 17 with the paths and the user of the official image.
packages='postgresql-17'

before_packages() {
  groupadd -r -g 999 postgres
  useradd -r -g postgres -u 999 -d /var/lib/postgresql -s /bin/sh postgres
}

after_packages() {
  # Debian sets up a cluster of its own.
  rm -rf /var/lib/postgresql/17 /etc/postgresql/17 /etc/ssl/private/ssl-cert-snakeoil.key
  # Two thirds of the size: the compiler for long queries, which PostgreSQL does without, and what Debian's own scripts
  # are written in.
  rm -rf /usr/lib/*/libLLVM* /usr/lib/*/libz3* /usr/lib/postgresql/17/lib/llvmjit* /usr/lib/postgresql/17/lib/bitcode
  rm -rf /usr/lib/*/libperl* /usr/lib/*/perl /usr/share/perl /usr/share/i18n
  # Those scripts stand before PostgreSQL's own programs, which are in /usr/lib/postgresql/17/bin.
  find /usr/bin -lname '*/pg_wrapper' -delete
  mkdir -p /var/lib/postgresql/data /etc/postgresql /var/run/postgresql
  chown -R postgres:postgres /var/lib/postgresql /var/run/postgresql
  chmod 1777 /var/lib/postgresql/data
}
