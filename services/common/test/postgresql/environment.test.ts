import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDatabaseSettings } from '../../src/postgresql/environment.ts';

const POSTGRESQL_URL = 'postgresql://user:pass@db.example:5433/shop';

describe('the settings of the database', () => {
  it('has defaults for all but the URL', () => {
    assert.deepEqual(readDatabaseSettings({ POSTGRESQL_URL }, 'client'), {
      clientName: 'client',
      url: POSTGRESQL_URL,
      ca: undefined,
      commandTimeoutMs: 5_000,
      poolSize: 8,
    });
  });

  it('takes user and password from variables of their own, whatever is in them', () => {
    const { url } = readDatabaseSettings(
      { POSTGRESQL_URL, POSTGRESQL_USERNAME: 'o@wner', POSTGRESQL_PASSWORD: 'p:/w' },
      'client',
    );
    assert.equal(url, 'postgresql://o%40wner:p%3A%2Fw@db.example:5433/shop');
  });

  for (const [name, value, problem] of [
    ['POSTGRESQL_URL', '', /is required/],
    ['POSTGRESQL_URL', 'mysql://user@host/shop', /must be a URL that starts with postgresql:\/\//],
    ['POSTGRESQL_URL', 'postgresql://user@host', /names no database/],
    ['POSTGRESQL_URL', 'postgresql://user@host/shop?sslmode=prefer', /sslmode=prefer/],
    ['POSTGRESQL_URL', 'postgresql://user@host/shop?host=other', /parameter 'host'/],
    ['POSTGRESQL_URL', 'postgresql://host/shop', /names no user/],
    ['POSTGRESQL_TIMEOUT_MS', '0', /number of milliseconds/],
    ['POSTGRESQL_POOL_SIZE', '101', /whole number/],
    ['POSTGRESQL_POOL_SIZE', 'many', /whole number/],
  ] as const)
    it(`refuses ${name}=${value}`, () => {
      assert.throws(() => readDatabaseSettings({ POSTGRESQL_URL, [name]: value }, 'client'), problem);
    });

  it('takes a URL without user where a variable names one', () => {
    const settings = readDatabaseSettings(
      { POSTGRESQL_URL: 'postgresql://host/shop', POSTGRESQL_USERNAME: 'u' },
      'client',
    );
    assert.equal(settings.url, 'postgresql://u@host/shop');
  });
});
