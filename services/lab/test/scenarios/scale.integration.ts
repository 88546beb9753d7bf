import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually, useServers } from '@caudal/common/testing';
import { assertExact, type Bed, startBed, startStream } from './bed.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

describe('consumers scaled 1 → 4 → 1 under load', () => {
  let bed: Bed;
  before(async () => {
    bed = await startBed(servers(), { 'ingest-api': 1, 'rabbitmq-consumer': 1, 'kafka-consumer': 1 });
  });
  after(() => bed.stop());

  const assigned = async (): Promise<number[]> => {
    const counts = await Promise.all(
      [...bed.stack.processes()]
        .filter(([name]) => name.startsWith('kafka-consumer'))
        .map(async ([, process]) => {
          const text = await (await fetch(`${process.operationsUrl}/metrics`)).text();
          return Number(/^caudal_assigned_sources\{.*\} (\d+)$/m.exec(text)?.[1]);
        }),
    );
    return counts.sort((a, b) => a - b);
  };

  it('stay exact, and their members and partitions are visible', async () => {
    const stream = startStream(bed, 6, 2);
    await eventually(
      () => stream.total(),
      (total) => total > 100,
    );

    await Promise.all([bed.stack.scale('rabbitmq-consumer', 4), bed.stack.scale('kafka-consumer', 4)]);
    await eventually(assigned, (counts) => counts.join() === '3,3,3,3', { pastErrors: true });
    await eventually(
      () => Promise.all(['rabbitmq-valkey', 'kafka-redis'].map((lane) => bed.lane(lane))),
      (lanes) => lanes.every(({ backlog }) => backlog?.consumers === 4),
      { pastErrors: true },
    );

    const before = stream.total();
    await eventually(
      () => stream.total(),
      (total) => total > before + 100,
    );
    await Promise.all([bed.stack.scale('rabbitmq-consumer', 1), bed.stack.scale('kafka-consumer', 1)]);
    await eventually(assigned, (counts) => counts.join() === '12', { pastErrors: true });

    await stream.stop();
    await assertExact(bed, stream);
    assert.deepEqual([...stream.refusals], [], 'scaling consumers does not affect ingest');
    for (const [name, process] of bed.stack.processes()) assert.equal(process.restarts, 0, name);
  });
});
