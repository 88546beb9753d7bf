import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../src/config/index.ts';
import { storeSettings, storeShape } from '../../src/stores/environment.ts';

function read(store: string, environment: Record<string, string>) {
  return storeSettings(parseConfig(storeShape(store), environment), 'test');
}

function refused(store: string, environment: Record<string, string>, problem: string): void {
  assert.throws(
    () => read(store, environment),
    (error: Error & { problems?: readonly string[] }) => {
      assert.deepEqual(error.problems, [problem]);
      return true;
    },
  );
}

describe('the environment of a store', () => {
  const url = 'postgresql://host/caudal';

  it('takes user and password apart from the URL', () => {
    const settings = read('postgresql', { STORE_URL: url, STORE_USERNAME: 'me', STORE_PASSWORD: 'p@ss' });
    assert.equal(settings.url, 'postgresql://me:p%40ss@host/caudal');
    assert.equal(settings.schema, 'create');
  });

  it('refuses a URL that the store cannot use, and says what to change', () => {
    refused(
      'postgresql',
      { STORE_URL: 'redis://host' },
      'STORE_URL: must be a URL that starts with postgresql:// or postgres://',
    );
    refused(
      'postgresql',
      { STORE_URL: 'postgresql://host' },
      'STORE_URL: names no database: add it, as in postgresql://user@host/caudal',
    );
    refused(
      'postgresql',
      { STORE_URL: `${url}?sslmode=prefer` },
      'STORE_URL: has sslmode=prefer: choose disable, require, verify-ca, verify-full',
    );
  });

  it('refuses a key prefix that no schema can be named after, where there are schemas', () => {
    refused(
      'postgresql',
      { STORE_URL: url, STORE_KEY_PREFIX: 'Größe:' },
      `STORE_KEY_PREFIX: key prefix 'Größe:' cannot name a schema: use at most 56 lower-case letters, digits and hyphens`,
    );
    assert.equal(
      read('postgresql', { STORE_URL: url, STORE_KEY_PREFIX: 'kafka-postgresql:' }).keyPrefix,
      'kafka-postgresql:',
    );
    assert.equal(
      read('redis', { STORE_URL: 'redis://host', STORE_KEY_PREFIX: 'Größe:' }).keyPrefix,
      'Größe:',
    );
  });

  it('knows who makes a schema', () => {
    assert.equal(read('postgresql', { STORE_URL: url, STORE_SCHEMA: 'check' }).schema, 'check');
    refused(
      'postgresql',
      { STORE_URL: url, STORE_SCHEMA: 'drop' },
      'STORE_SCHEMA: Invalid option: expected one of "create"|"check"',
    );
  });
});
