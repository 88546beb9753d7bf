import assert from 'node:assert/strict';
import { eventually } from '@caudal/common/testing';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { brokersOf } from '../../src/workloads/messages/lanes.ts';
import { POISONERS } from '../support/poisoners.ts';
import { assertExact, assertNoRestart, type Bed, startStream } from './bed.ts';

const good = {
  description: 'd',
  country: 'ES',
  weather: 'sunny',
  producer: 'poisoner',
  sequence: 1,
  acceptedAt: 1_700_000_000_000,
};
const { producer: _, ...anonymous } = good;

/** Twenty kinds of what can never be stored. */
const KINDS: readonly Buffer[] = [
  '',
  'not json',
  '{"description":',
  '[]',
  'null',
  '42',
  '"text"',
  '{}',
  JSON.stringify({ ...good, country: 'Spain' }),
  JSON.stringify({ ...good, country: '__proto__' }),
  JSON.stringify({ ...good, country: 7 }),
  JSON.stringify({ ...good, description: null }),
  JSON.stringify({ ...good, weather: ['sunny'] }),
  JSON.stringify(anonymous),
  JSON.stringify({ ...good, key: 'and a producer' }),
  JSON.stringify({ ...good, producer: '../../offsets' }),
  JSON.stringify({ ...good, sequence: -1 }),
  JSON.stringify({ ...good, sequence: 1e300 }),
  JSON.stringify({ ...good, acceptedAt: 'yesterday' }),
]
  .map((text) => Buffer.from(text))
  .concat(Buffer.from([0xff, 0xfe, 0x00, 0x7b]));
const POISON = Array.from({ length: 200 }, (_unused, i) => KINDS[i % KINDS.length] as Buffer);

/**
 * Twenty kinds of poison, 200 in all, straight into every broker under load: every lane parks all of it with reasons, the
 * same as any other lane's, stores the rest, and no process dies.
 */
export async function poisonLanes(bed: Bed, servers: Servers): Promise<void> {
  assert.equal(KINDS.length, 20);
  const stream = await startStream(bed, 4, 5);
  const { addresses } = servers;
  await Promise.all(
    brokersOf(bed.lanes).map((broker) => POISONERS[broker].put(addresses, bed.names, POISON)),
  );
  await eventually(
    () => bed.client.lanes(),
    (lanes) =>
      lanes.length === bed.lanes.length &&
      lanes.every(({ backlog }) => backlog?.deadLetters === POISON.length),
    { pastErrors: true },
  );
  await stream.stop();
  await assertExact(bed, stream);
  for (const { lane, backlog } of await bed.client.lanes()) {
    assert.equal(backlog?.deadLetters, POISON.length, lane);
  }
  assertNoRestart(bed);
  const reasons = await Promise.all(
    bed.lanes.map(async (lane) => ({
      lane: lane.name,
      reasons: counted(await POISONERS[lane.broker].reasons(addresses, lane)),
    })),
  );
  for (const { lane, reasons: found } of reasons) assert.deepEqual(found, reasons[0]?.reasons, lane);
}

function counted(reasons: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  assert.equal(reasons.length, POISON.length);
  assert.ok(Object.keys(counts).length >= 9, JSON.stringify(counts));
  return counts;
}
