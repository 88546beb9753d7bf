import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { useServers } from '@caudal/common/testing';
import { checkOrdersPlants } from '../../../src/workloads/orders/check-plants.ts';
import { CLEAN, FAULTS } from '../../../src/workloads/orders/plants.ts';

describe('plants of orders', () => {
  const servers = useServers('kafka', 'postgresql');

  it('are each reported as required, and nothing else; what has none is exact', async () => {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'caudal-orders-plants-'));
    try {
      const misses = await checkOrdersPlants({
        addresses: servers().addresses,
        stateDirectory,
        onEvent: () => undefined,
      });
      assert.deepEqual(
        [...misses].filter(([, missed]) => missed.length > 0).map(([{ name }, missed]) => [name, missed]),
        [],
      );
      assert.equal(misses.size, [CLEAN, ...FAULTS].length);
      assert.ok(FAULTS.length >= 8);
    } finally {
      await rm(stateDirectory, { recursive: true, force: true });
    }
  });
});
