import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { loadSchemaConfig } from '../src/schema-config.ts';

describe('the configuration of the schema program', () => {
  it('is the owner’s URL, the prefix and the roles', () => {
    const { settings, roles, logLevel } = loadSchemaConfig({
      STORE_URL: 'postgresql://owner:secret@host/caudal',
      STORE_KEY_PREFIX: 'kafka-postgresql:',
      STORE_SCHEMA_WRITERS: 'caudal_consumer, other',
      STORE_SCHEMA_READERS: 'caudal_console',
    });
    assert.equal(settings.url, 'postgresql://owner:secret@host/caudal');
    assert.equal(settings.keyPrefix, 'kafka-postgresql:');
    assert.deepEqual(roles, { writers: ['caudal_consumer', 'other'], readers: ['caudal_console'] });
    assert.equal(logLevel, 'info');
  });

  it('grants nothing by default', () => {
    const { roles } = loadSchemaConfig({ STORE_URL: 'postgresql://owner@host/caudal' });
    assert.deepEqual(roles, { writers: [], readers: [] });
  });

  it('asks for the URL', () => {
    assert.throws(
      () => loadSchemaConfig({}),
      (error) =>
        error instanceof ConfigError &&
        error.problems.some((line) => line.startsWith('STORE_URL: is required')),
    );
  });
});
