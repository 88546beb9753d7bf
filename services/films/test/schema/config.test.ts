import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { loadSchemaConfig } from '../../src/schema/config.ts';

const POSTGRESQL_URL = 'postgresql://owner:pass@db.example/caudal_films';

describe('the configuration of the schema program', () => {
  it('has defaults for all but the URL', () => {
    const { settings, ...rest } = loadSchemaConfig({ POSTGRESQL_URL });
    assert.deepEqual(rest, { logLevel: 'info', apiRole: 'caudal_films_api', generate: 0 });
    assert.equal(settings.url, POSTGRESQL_URL);
  });

  it('takes another role, and a number of films', () => {
    const { apiRole, generate } = loadSchemaConfig({
      POSTGRESQL_URL,
      FILMS_API_ROLE: 'reader',
      FILMS_GENERATE: '50000',
    });
    assert.deepEqual([apiRole, generate], ['reader', 50_000]);
  });

  it('lists every problem', () => {
    assert.throws(
      () => loadSchemaConfig({ FILMS_GENERATE: '1000001' }),
      (error: Error) =>
        error instanceof ConfigError &&
        ['POSTGRESQL_URL', 'FILMS_GENERATE'].every((name) => error.message.includes(name)),
    );
  });
});
