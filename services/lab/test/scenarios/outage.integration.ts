import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { eventually, saveQueues, useServers } from '@caudal/common/testing';
import { assertExact, type Bed, startBed, startStream } from './bed.ts';

const servers = useServers('rabbitmq', 'kafka', 'valkey', 'redis');

/** Messages that must go through the healthy lane while the other one is paused. */
const MEANWHILE_MESSAGES = 300;
const LANES = { rabbitmq: 'rabbitmq-valkey', kafka: 'kafka-redis' };

describe('an outage', () => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await startBed(servers(), { 'ingest-api': 1, 'rabbitmq-consumer': 1, 'kafka-consumer': 1 });
  });
  afterEach(() => bed.stop());

  const readiness = (name: string): Promise<{ ready: boolean; detail: string }> => {
    const process = bed.stack.processes().get(name);
    assert.ok(process, name);
    return process.readiness();
  };
  const assertNoRestart = (): void => {
    for (const [name, process] of bed.stack.processes()) assert.equal(process.restarts, 0, name);
  };

  /** Far fewer messages wait than one consumer may hold, so nothing is ready in the queue. */
  const assertBacklogCountsWhatIsHeld = async (): Promise<void> => {
    const { backlog } = await eventually(
      () => bed.lane(LANES.rabbitmq),
      (lane) => (lane.backlog?.inHand ?? 0) >= MEANWHILE_MESSAGES,
      { pastErrors: true },
    );
    assert.deepEqual([backlog?.covers, backlog?.secondsBehind], ['waiting and in hand', null]);
    assert.equal(backlog?.messages, (backlog?.waiting ?? 0) + (backlog?.inHand ?? 0));
    const consumer = bed.stack.processes().get('rabbitmq-consumer-1');
    const text = await (await fetch(`${consumer?.operationsUrl}/metrics`)).text();
    const held = Number(/^caudal_in_hand_messages\{lane="rabbitmq-valkey"\} (\d+)$/m.exec(text)?.[1]);
    assert.ok(held >= MEANWHILE_MESSAGES, `the consumer holds ${held}`);
  };

  for (const [store, paused, other] of [
    ['valkey', 'rabbitmq', 'kafka'],
    ['redis', 'kafka', 'rabbitmq'],
  ] as const) {
    it(`of ${store} pauses its lane and no other, is named, restarts nothing, and drains to exact`, async () => {
      const stream = startStream(bed, 4, 2);
      await eventually(
        () => stream.total(),
        (total) => total > 50,
      );
      await servers().kill(store);
      try {
        const state = await eventually(
          () => readiness(`${paused}-consumer-1`),
          ({ ready }) => !ready,
          { pastErrors: true },
        );
        assert.match(state.detail, new RegExp(`"${store}":\\{"ok":false`));
        const { totals } = await bed.lane(LANES[other]);
        const goal = (totals?.total ?? 0) + MEANWHILE_MESSAGES;
        await eventually(
          () => bed.lane(LANES[other]),
          (lane) => (lane.totals?.total ?? 0) > goal,
          { pastErrors: true },
        );
        assert.ok((await readiness(`${other}-consumer-1`)).ready, `${other} keeps running`);
        assert.ok((await readiness('ingest-api-1')).ready, 'ingest stays ready');
        const lane = await bed.lane(LANES[paused]);
        assert.match(lane.errors.store ?? '', new RegExp(store));
        // Kafka's backlog is measured against the store that is away.
        if (paused === 'rabbitmq') await assertBacklogCountsWhatIsHeld();
      } finally {
        await servers().start(store);
      }
      await eventually(
        () => readiness(`${paused}-consumer-1`),
        ({ ready }) => ready,
        { pastErrors: true },
      );
      await stream.stop();
      await assertExact(bed, stream);
      assert.deepEqual([...stream.refusals], [], 'a store does not affect ingest');
      assertNoRestart();
    });
  }

  for (const broker of ['rabbitmq', 'kafka'] as const) {
    it(`of ${broker} is answered with 503 that names it, and ends automatically, exact`, async () => {
      const stream = startStream(bed, 4, 2);
      await eventually(
        () => stream.total(),
        (total) => total > 50,
      );
      if (broker === 'rabbitmq') await saveQueues(servers());
      await servers().kill(broker);
      try {
        // On a busy machine an answer may also say that ingest is overloaded.
        const problem = await eventually(
          () => stream.lastProblem(),
          (answer) => new RegExp(broker, 'i').test(answer?.body ?? ''),
        );
        assert.equal(problem?.status, 503);
        assert.ok(Number(problem?.retryAfter) >= 1);
        const state = await eventually(
          () => readiness('ingest-api-1'),
          ({ ready }) => !ready,
          { pastErrors: true },
        );
        assert.match(state.detail, new RegExp(`"${broker}":\\{"ok":false`));
      } finally {
        await servers().start(broker);
      }
      await eventually(
        () => readiness('ingest-api-1'),
        ({ ready }) => ready,
        { pastErrors: true },
      );
      await stream.stop();
      await assertExact(bed, stream);
      assertNoRestart();
    });
  }
});
