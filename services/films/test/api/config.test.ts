import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '@caudal/common/config';
import { parseApiConfig } from '../../src/api/config.ts';

const NEEDED = { POSTGRESQL_URL: 'postgresql://api@db/caudal_films' };

describe('the configuration of the films API', () => {
  it('needs a primary only', () => {
    const config = parseApiConfig(NEEDED);
    assert.equal(config.http.port, 8_084);
    assert.equal(config.cacheBytes, 16 * 2 ** 20);
    assert.equal(config.reader.clientName, 'caudal-films-api');
    assert.deepEqual(config.reader.replicaUrls, []);
  });

  it('has a cache that can be off', () => {
    assert.equal(parseApiConfig({ ...NEEDED, CACHE_MIB: '0' }).cacheBytes, 0);
  });

  it('lists every problem', () => {
    assert.throws(
      () => parseApiConfig({ CACHE_MIB: '-1', HTTP_PORT: 'x', PRIMARY_READS: 'maybe' }),
      (error) =>
        error instanceof ConfigError &&
        ['POSTGRESQL_URL', 'CACHE_MIB', 'HTTP_PORT', 'PRIMARY_READS'].every((name) =>
          error.problems.some((problem) => problem.startsWith(`${name}: `)),
        ),
    );
  });
});
