import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { chart } from '../scripts/paths.ts';
import { type RenderOptions, render } from './support/manifests.ts';
import { containersOf, podsOf } from './support/pods.ts';

const MIB = 1;
const GIB = 1_024;

/** `512Mi` or `1Gi` in MiB. */
function mebibytes(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  assert.ok(number !== undefined, `memory in Mi or Gi: ${quantity}`);
  return Number(number) * (unit === 'Gi' ? GIB : MIB);
}

/** Sum of all memory limits, in MiB, with every workload at its own or one replica; the test pod is not there all the time. */
async function limits(options: RenderOptions): Promise<number> {
  let sum = 0;
  for (const pod of podsOf(await render(options))) {
    if (pod.owner.startsWith('Pod ')) continue;
    for (const { resources } of containersOf(pod)) {
      sum += (pod.replicas ?? 1) * mebibytes(resources?.limits?.memory ?? '');
    }
  }
  return sum;
}

describe('limits of memory', () => {
  it('come to at most 3 GiB', async () => {
    const sum = await limits({});
    assert.ok(sum > 2 * GIB && sum <= 3 * GIB, `${sum} MiB`);
  });

  it('come to at most 1.5 GiB in the preset minimal', async () => {
    const sum = await limits({ presets: ['minimal'] });
    assert.ok(sum > GIB && sum <= 1.5 * GIB, `${sum} MiB`);
  });

  it('come to what the README says in the presets ha, stores, orders, films and external', async () => {
    const ha = await limits({ presets: ['ha'] });
    assert.ok(ha > 5 * GIB && ha <= 6.2 * GIB, `${ha} MiB`);
    const stores = await limits({ presets: ['stores'] });
    assert.ok(stores > 4 * GIB && stores <= 5 * GIB, `${stores} MiB`);
    const orders = await limits({ presets: ['orders'] });
    assert.ok(orders > 4 * GIB && orders <= 4.5 * GIB, `${orders} MiB`);
    const films = await limits({ presets: ['films'] });
    assert.ok(films > 4.5 * GIB && films <= 5 * GIB, `${films} MiB`);
    const external = await limits({ presets: ['external'] });
    assert.ok(external <= GIB, `${external} MiB`);
  });

  it('leave room for what each server is configured to use', async () => {
    for (const presets of [[], ['minimal']]) {
      const manifests = await render({ presets });
      const limitOf = (name: string) => {
        const pod = podsOf(manifests).find(({ owner }) => owner === `StatefulSet caudal-${name}`);
        return mebibytes(pod?.spec.containers[0]?.resources?.limits?.memory ?? '');
      };
      const setting = (name: string, file: string, pattern: RegExp) => {
        const map = manifests.find(
          ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === `caudal-${name}`,
        );
        return Number(pattern.exec(map?.data?.[file] ?? '')?.[1]);
      };
      for (const store of ['valkey', 'redis']) {
        // A rewrite of the append-only file may copy what changes meanwhile.
        assert.ok(setting(store, 'store.conf', /^maxmemory (\d+)mb$/m) * 1.5 <= limitOf(store), store);
      }
      const watermark = setting('rabbitmq', 'rabbitmq.conf', /watermark\.absolute = (\d+)MiB$/m);
      assert.ok(watermark * 1.5 <= limitOf('rabbitmq'), `rabbitmq ${watermark}`);
      const kafka = podsOf(manifests).find(({ owner }) => owner === 'StatefulSet caudal-kafka');
      const heap = /-Xmx(\d+)m/.exec(JSON.stringify(kafka?.spec))?.[1];
      assert.ok(Number(heap) * 2 <= limitOf('kafka'), `kafka ${heap}`);
    }
    const { postgresql, ignite } = parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Record<
      string,
      { sharedBuffers: string; heap: string; offHeap: string; resources: { limits: { memory: string } } }
    >;
    assert.ok(postgresql && ignite);
    assert.ok(mebibytes(postgresql.sharedBuffers) * 5 <= mebibytes(postgresql.resources.limits.memory));
    const used = Number.parseInt(ignite.heap, 10) + mebibytes(ignite.offHeap);
    assert.ok(used * 1.5 <= mebibytes(ignite.resources.limits.memory), `ignite ${used}`);
  });
});
