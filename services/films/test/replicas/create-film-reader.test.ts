import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogger } from '@caudal/common/logging';
import { createRegistry } from '@caudal/common/metrics';
import { metricValue } from '@caudal/common/testing';
import { createFilmReader } from '../../src/replicas/create-film-reader.ts';
import type { FilmReaderSettings } from '../../src/replicas/settings.ts';

/** Where nothing listens; a test connects to nothing. */
const URL_ONE = 'postgresql://films@127.0.0.1:1/caudal_films';

function create(settings: Partial<FilmReaderSettings> = {}) {
  const registry = createRegistry();
  const reader = createFilmReader(
    {
      clientName: 'films-test',
      primaryUrl: URL_ONE,
      replicaUrls: [URL_ONE],
      ca: undefined,
      poolSize: 2,
      readDeadlineMs: 1_000,
      readAttemptMs: 400,
      probeIntervalMs: 250,
      probeTimeoutMs: 500,
      maxLagMs: 1_000,
      primaryReads: 'on',
      ...settings,
    },
    { logger: createLogger('test', 'silent'), registry },
  );
  return { reader, registry };
}

describe('createFilmReader', () => {
  for (const [what, settings, message] of [
    [
      'nothing to read',
      { replicaUrls: [], primaryReads: 'off' },
      /no replica, and the primary is not to be read/,
    ],
    ['a pool without a connection for reads', { poolSize: 1 }, /primary: one connection is too few/],
    ['a URL without a user', { replicaUrls: ['postgresql://127.0.0.1/films'] }, /names no user/],
  ] as const)
    it(`refuses ${what}`, () => {
      assert.throws(() => create(settings), { code: 'CONFIG_INVALID', message });
    });

  it('is not ready before it has started, says why, and can be closed', async () => {
    const { reader } = create();
    assert.equal(reader.isReady(), false);
    assert.equal(reader.currentVersion(), undefined);
    assert.equal(reader.unreadyReason(), 'primary: starting, replica-1: starting');
    await reader.close();
  });

  it('shows every server before the first read', async () => {
    const { reader, registry } = create();
    const text = await registry.metrics();
    for (const server of ['primary', 'replica-1']) {
      assert.equal(metricValue(text, `caudal_films_replica_in{server="${server}"}`), 0);
      assert.equal(metricValue(text, `caudal_films_version{server="${server}"}`), 0);
      assert.equal(metricValue(text, `caudal_films_reads_total{server="${server}",outcome="late"}`), 0);
      assert.equal(
        metricValue(text, `caudal_films_replica_outs_total{server="${server}",reason="lagging"}`),
        0,
      );
    }
    assert.equal(metricValue(text, 'caudal_films_replica_lag_seconds'), undefined);
    assert.equal(metricValue(text, 'caudal_films_last_resort_total'), 0);
    await reader.close();
  });
});
