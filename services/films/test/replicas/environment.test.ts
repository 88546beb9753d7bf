import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Environment, parseConfig } from '@caudal/common/config';
import { filmReaderSettings, filmReaderShape } from '../../src/replicas/environment.ts';

const URL_ONE = 'postgresql://films:secret@one:5432/caudal_films';

const read = (environment: Environment) =>
  filmReaderSettings(parseConfig(filmReaderShape, { POSTGRESQL_URL: URL_ONE, ...environment }), 'films-api');

describe('filmReaderSettings', () => {
  it('has defaults for all but the primary', () => {
    assert.deepEqual(read({}), {
      clientName: 'films-api',
      primaryUrl: URL_ONE,
      replicaUrls: [],
      ca: undefined,
      poolSize: 8,
      readDeadlineMs: 1_000,
      readAttemptMs: 400,
      probeIntervalMs: 250,
      probeTimeoutMs: 500,
      maxLagMs: 1_000,
      primaryReads: 'on',
    });
  });

  it('reads several replicas, and gives all servers one user', () => {
    const { primaryUrl, replicaUrls, primaryReads } = read({
      POSTGRESQL_URL: 'postgresql://one/caudal_films',
      POSTGRESQL_REPLICA_URLS:
        'postgresql://two/caudal_films, postgres://films@three/caudal_films?sslmode=require,',
      POSTGRESQL_USERNAME: 'ann',
      POSTGRESQL_PASSWORD: 'p/w',
      PRIMARY_READS: 'off',
    });
    assert.equal(primaryUrl, 'postgresql://ann:p%2Fw@one/caudal_films');
    assert.deepEqual(replicaUrls, [
      'postgresql://ann:p%2Fw@two/caudal_films',
      'postgres://ann:p%2Fw@three/caudal_films?sslmode=require',
    ]);
    assert.equal(primaryReads, 'off');
  });

  for (const [environment, problem] of [
    [{ POSTGRESQL_URL: '' }, /POSTGRESQL_URL: is required/],
    [
      { POSTGRESQL_URL: 'mysql://films@one/films' },
      /POSTGRESQL_URL: must be a URL that starts with postgresql/,
    ],
    [{ POSTGRESQL_URL: 'postgresql://films@one' }, /POSTGRESQL_URL: names no database/],
    [{ POSTGRESQL_URL: 'postgresql://one/films' }, /POSTGRESQL_URL: names no user/],
    [{ POSTGRESQL_REPLICA_URLS: 'two' }, /POSTGRESQL_REPLICA_URLS: URL 1 is not a URL/],
    [
      { POSTGRESQL_REPLICA_URLS: `${URL_ONE},mysql://two/x` },
      /URL 2 must start with postgresql:\/\/ or postgres/,
    ],
    [{ POSTGRESQL_REPLICA_URLS: `${URL_ONE}?sslmode=prefer` }, /URL 1 has sslmode=prefer/],
    [{ POSTGRESQL_REPLICA_URLS: 'postgresql://two/films' }, /POSTGRESQL_REPLICA_URLS: names no user/],
    [{ POSTGRESQL_POOL_SIZE: '1' }, /POSTGRESQL_POOL_SIZE: /],
    [{ READ_ATTEMPT_MS: '0' }, /READ_ATTEMPT_MS: /],
    [{ REPLICA_MAX_LAG_MS: 'never' }, /REPLICA_MAX_LAG_MS: must be a number of milliseconds/],
    [{ PRIMARY_READS: 'maybe' }, /PRIMARY_READS: must be on or off/],
    [{ PRIMARY_READS: 'off' }, /PRIMARY_READS: off needs at least one URL in POSTGRESQL_REPLICA_URLS/],
  ] as const)
    it(`refuses ${JSON.stringify(environment)}`, () => {
      assert.throws(() => read(environment), problem);
    });
});
