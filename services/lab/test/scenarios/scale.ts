import assert from 'node:assert/strict';
import type { Lane } from '@caudal/common/lanes';
import { BROKERS } from '@caudal/common/messaging';
import { eventually } from '@caudal/common/testing';
import { consumerOf } from '../../src/workloads/messages/lanes.ts';
import { assertExact, assertNoRestart, type Bed, startStream } from './bed.ts';

const PARTITIONS = 12;

/** Every lane's consumers from 1 to `most` and back under load: exact, and their members and partitions are visible. */
export async function scaleUpAndDown(bed: Bed, most: number): Promise<void> {
  const stream = await startStream(bed, 6, 2);
  const untilMore = async (count: number): Promise<void> => {
    const before = stream.total();
    await eventually(
      () => stream.total(),
      (total) => total > before + count,
    );
  };
  await untilMore(100);
  await scaleTo(bed, most);
  await eventually(
    () => bed.client.lanes(),
    (lanes) => lanes.length === bed.lanes.length && lanes.every(({ backlog }) => backlog?.consumers === most),
    { pastErrors: true },
  );
  await untilMore(100);
  await scaleTo(bed, 1);
  await stream.stop();
  await assertExact(bed, stream);
  assert.deepEqual([...stream.refusals], [], 'scaling consumers does not affect ingest');
  assertNoRestart(bed);
}

/** Scales all lanes' consumers; those of a log share its partitions evenly. */
async function scaleTo(bed: Bed, count: number): Promise<void> {
  await Promise.all(bed.lanes.map((lane) => bed.stack.scale(consumerOf(lane), count)));
  const even = Array.from({ length: count }, () => PARTITIONS / count);
  for (const lane of bed.lanes.filter(({ broker }) => BROKERS[broker].kind === 'log')) {
    await eventually(
      () => assigned(bed, lane),
      (counts) => counts.join() === even.join(),
      { pastErrors: true, what: `partitions ${even.join()} of ${lane.name}` },
    );
  }
}

/** Partitions of each of a lane's consumers. */
function assigned(bed: Bed, lane: Lane): Promise<number[]> {
  const processes = [...bed.stack.processes().values()].filter(
    ({ name }) => bed.stack.serviceOf(name).name === consumerOf(lane),
  );
  return Promise.all(
    processes.map(async ({ operationsUrl }) => {
      const text = await (await fetch(`${operationsUrl}/metrics`)).text();
      return Number(/^caudal_assigned_sources\{.*\} (\d+)$/m.exec(text)?.[1]);
    }),
  );
}
