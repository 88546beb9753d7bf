import assert from 'node:assert/strict';
import type { Lane } from '@caudal/common/lanes';
import { BROKERS, type BrokerName } from '@caudal/common/messaging';
import type { StoreName } from '@caudal/common/stores';
import { eventually, saveQueues } from '@caudal/common/testing';
import type { Servers } from '../../../../tools/servers/servers.ts';
import { consumerOf } from '../../src/workloads/messages/lanes.ts';
import { INGEST } from '../../src/workloads/messages/services.ts';
import { assertExact, assertNoRestart, type Bed, type Stream, startStream } from './bed.ts';

/** Messages that must go through the healthy lanes while the others are paused. */
const MEANWHILE_MESSAGES = 300;

/** A store goes and comes back: it pauses its lanes and no other, is named, restarts nothing, and its lanes drain to exact. */
export async function storeOutage(bed: Bed, servers: Servers, store: StoreName): Promise<void> {
  const paused = bed.lanes.filter((lane) => lane.store === store);
  const others = bed.lanes.filter((lane) => lane.store !== store);
  assert.ok(paused.length > 0 && others.length > 0, `${store} is no store of some lanes`);
  const stream = await runningStream(bed);
  await servers.kill(store);
  try {
    for (const lane of paused) await untilUnready(bed, consumerOf(lane), store);
    await Promise.all(others.map((lane) => assertGoesOn(bed, lane)));
    assert.ok((await bed.process(INGEST).readiness()).ready, 'ingest stays ready');
    for (const lane of paused) {
      assert.match((await bed.lane(lane.name)).errors.store ?? '', new RegExp(store));
      // A log's backlog is measured against the store that is away.
      if (BROKERS[lane.broker].kind === 'queue') await assertBacklogCountsWhatIsHeld(bed, lane);
    }
  } finally {
    await servers.start(store);
  }
  for (const lane of paused) await untilReady(bed, consumerOf(lane));
  await stream.stop();
  await assertExact(bed, stream);
  assert.deepEqual([...stream.refusals], [], 'a store does not affect ingest');
  assertNoRestart(bed);
}

/** A broker goes and comes back: requests are answered with 503 that names it, until it is back; all lanes are exact. */
export async function brokerOutage(bed: Bed, servers: Servers, broker: BrokerName): Promise<void> {
  const stream = await runningStream(bed);
  if (BROKERS[broker].kind === 'queue') await saveQueues(servers);
  await servers.kill(broker);
  try {
    // On a busy machine an answer may also say that ingest is overloaded.
    const problem = await eventually(
      () => stream.lastProblem(),
      (answer) => new RegExp(broker, 'i').test(answer?.body ?? ''),
    );
    assert.equal(problem?.status, 503);
    assert.ok(Number(problem?.retryAfter) >= 1);
    await untilUnready(bed, INGEST, broker);
  } finally {
    await servers.start(broker);
  }
  await untilReady(bed, INGEST);
  await stream.stop();
  await assertExact(bed, stream);
  assertNoRestart(bed);
}

async function runningStream(bed: Bed): Promise<Stream> {
  const stream = await startStream(bed, 4, 2);
  await eventually(
    () => stream.total(),
    (total) => total > 50,
  );
  return stream;
}

/** Waits until a process names a server as the reason why it is not ready; on a busy machine it may not answer once. */
async function untilUnready(bed: Bed, set: string, server: string): Promise<void> {
  const names = new RegExp(`"${server}":\\{"ok":false`);
  await eventually(
    () => bed.process(set).readiness(),
    ({ ready, detail }) => !ready && names.test(detail),
    { pastErrors: true },
  );
}

async function untilReady(bed: Bed, set: string): Promise<void> {
  await eventually(
    () => bed.process(set).readiness(),
    ({ ready }) => ready,
    { pastErrors: true },
  );
}

async function assertGoesOn(bed: Bed, lane: Lane): Promise<void> {
  const { totals } = await bed.lane(lane.name);
  const goal = (totals?.total ?? 0) + MEANWHILE_MESSAGES;
  await eventually(
    () => bed.lane(lane.name),
    ({ totals: now }) => (now?.total ?? 0) > goal,
    { pastErrors: true },
  );
  assert.ok((await bed.process(consumerOf(lane)).readiness()).ready, `${lane.name} keeps running`);
}

/** Far fewer messages wait than one consumer may hold, so nothing is ready in the queue. */
async function assertBacklogCountsWhatIsHeld(bed: Bed, lane: Lane): Promise<void> {
  const { backlog } = await eventually(
    () => bed.lane(lane.name),
    (report) => (report.backlog?.inHand ?? 0) >= MEANWHILE_MESSAGES,
    { pastErrors: true },
  );
  assert.deepEqual([backlog?.covers, backlog?.secondsBehind], ['waiting and in hand', null]);
  assert.equal(backlog?.messages, (backlog?.waiting ?? 0) + (backlog?.inHand ?? 0));
  const { operationsUrl } = bed.process(consumerOf(lane));
  const text = await (await fetch(`${operationsUrl}/metrics`)).text();
  const metric = new RegExp(`^caudal_in_hand_messages\\{lane="${lane.name}"\\} (\\d+)$`, 'm');
  const held = Number(metric.exec(text)?.[1]);
  assert.ok(held >= MEANWHILE_MESSAGES, `the consumer holds ${held}`);
}
