import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRegistry } from '@caudal/common/metrics';
import { registerPartitions } from '../src/metrics.ts';

it('the gauge of partitions shows those assigned at the scrape, and none of before', async () => {
  let sources = ['message:0', 'message:11'];
  const registry = createRegistry();
  registerPartitions(registry, 'kafka-redis', () => sources);
  const shown = async () =>
    Array.from(
      (await registry.metrics()).matchAll(/^caudal_assigned_partition_info\{.*\} 1$/gm),
      ([line]) => line,
    );
  assert.deepEqual(await shown(), [
    'caudal_assigned_partition_info{lane="kafka-redis",partition="0"} 1',
    'caudal_assigned_partition_info{lane="kafka-redis",partition="11"} 1',
  ]);
  sources = ['message:4'];
  assert.deepEqual(await shown(), ['caudal_assigned_partition_info{lane="kafka-redis",partition="4"} 1']);
});
