import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type PostgresqlSettings, poolOptions } from '../../src/postgresql/settings.ts';

function optionsOf(url: string, overrides: Partial<PostgresqlSettings> = {}) {
  return poolOptions({ clientName: 'test', url, ca: undefined, commandTimeoutMs: 2_000, ...overrides });
}

it('takes the URL apart', () => {
  const { host, port, user, password, database, ssl } = optionsOf(
    'postgresql://the%20user:p%40ss%3Aword@db.example:6543/my%20data',
  );
  assert.deepEqual(
    { host, port, user, password, database, ssl },
    {
      host: 'db.example',
      port: 6543,
      user: 'the user',
      password: 'p@ss:word',
      database: 'my data',
      ssl: false,
    },
  );
});

it('takes the default port, and an IPv6 address without its brackets', () => {
  const { host, port } = optionsOf('postgres://user@[::1]/caudal');
  assert.deepEqual({ host, port }, { host: '::1', port: 5432 });
});

it('opens a connection in the time of a statement, or in one of its own', () => {
  const url = 'postgresql://user@host/caudal';
  assert.equal(optionsOf(url).connectionTimeoutMillis, 2_000);
  assert.equal(optionsOf(url, { connectTimeoutMs: 9_000 }).connectionTimeoutMillis, 9_000);
});

it('lets the server give up before the client does', () => {
  const { statement_timeout, lock_timeout, query_timeout } = optionsOf('postgresql://user@host/caudal');
  assert.deepEqual([statement_timeout, lock_timeout], [2_000, 2_000]);
  assert.ok((query_timeout as number) > 2_000);
});

it('checks the certificate whenever it uses TLS', () => {
  for (const mode of ['require', 'verify-ca', 'verify-full'])
    assert.deepEqual(optionsOf(`postgresql://user@host/caudal?sslmode=${mode}`).ssl, {}, mode);
  assert.deepEqual(optionsOf('postgresql://user@host/caudal', { ca: 'PEM' }).ssl, { ca: 'PEM' });
  assert.deepEqual(optionsOf('postgresql://user@host/caudal?sslmode=require', { ca: 'PEM' }).ssl, {
    ca: 'PEM',
  });
  assert.equal(optionsOf('postgresql://user@host/caudal?sslmode=disable', { ca: 'PEM' }).ssl, false);
});

const REFUSED = {
  'postgresql://user@host': /names no database/,
  'postgresql://user@host/': /names no database/,
  'postgresql://host/caudal': /names no user/,
  'postgresql://user@host/caudal?sslmode=prefer':
    /sslmode=prefer: choose disable, require, verify-ca, verify-full/,
  'postgresql://user@host/caudal?options=x': /the parameter 'options': only sslmode is known/,
};

for (const [url, message] of Object.entries(REFUSED)) {
  it(`refuses ${url}`, () => {
    assert.throws(() => optionsOf(url), { code: 'CONFIG_INVALID', message });
  });
}
