import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { METRICS } from '@caudal/common/metrics';
import { watchFilms } from '../../../src/workloads/films/watch-films.ts';

const SERVERS = ['primary', 'replica-1'];

/** Watches one process whose metrics are given look by look. */
function watching(
  isLoaded: boolean,
  ...looks: readonly (readonly [answered: number, out?: string] | undefined)[]
) {
  const left = [...looks];
  return watchFilms({
    metricsUrls: () => ['http://127.0.0.1/metrics'],
    servers: SERVERS,
    isLoaded: () => isLoaded,
    fetch: async () => {
      const look = left.shift();
      if (look === undefined) throw new Error('refused');
      const [answered, out] = look;
      const lines = [
        `${METRICS.filmRequests.name}{route="/films",status="200"} ${answered}`,
        `${METRICS.filmRequests.name}{route="/films",status="503"} 9`,
        ...SERVERS.map(
          (server) => `${METRICS.filmReplicaIn.name}{server="${server}"} ${server === out ? 0 : 1}`,
        ),
      ];
      return new Response(`${lines.join('\n')}\n`);
    },
  });
}

describe('flowing answers', () => {
  it('are seen when a count has grown and every server is in', async () => {
    const flow = watching(true, [10], [10], [11]);
    assert.equal(await flow(), 'no question was answered');
    assert.equal(await flow(), 'no question was answered');
    assert.equal(await flow(), undefined);
  });

  it('need no growth without a load', async () => {
    assert.equal(await watching(false, [10])(), undefined);
  });

  it('are not seen while a server is left out, or a process does not answer', async () => {
    const flow = watching(true, [10, 'replica-1'], undefined, [12], [13]);
    assert.equal(await flow(), 'replica-1 is left out');
    assert.equal(await flow(), 'a process of the API does not answer');
    assert.equal(await flow(), 'no question was answered');
    assert.equal(await flow(), undefined);
  });

  it('are seen after a restart, from which counts begin again', async () => {
    const flow = watching(true, [10], [2], [3]);
    assert.equal(await flow(), 'no question was answered');
    assert.equal(await flow(), 'no question was answered');
    assert.equal(await flow(), undefined);
  });
});
