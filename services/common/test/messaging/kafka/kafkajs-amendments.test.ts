import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventually } from '@caudal/common/testing';
import { amendKafkajs } from '../../../src/messaging/kafka/kafkajs-amendments.ts';

interface Group {
  memberId: string | null;
  coordinator: { heartbeat(): Promise<void> };
  connect(): Promise<void>;
  getNodeIds(): number[];
  joinAndSync(): Promise<void>;
  fetch(): Promise<unknown[]>;
  leave(): Promise<void>;
}
interface Runner {
  start(): Promise<void>;
  stop(): Promise<void>;
}
type New<T> = new (options: Readonly<Record<string, unknown>>) => T;

const load = createRequire(import.meta.url);
const { createErrorFromCode } = load('kafkajs/src/protocol/error') as {
  createErrorFromCode: (code: number) => Error;
};
const UNKNOWN_MEMBER_ID = 25;
const NO_COORDINATOR = 15;

const silent = { debug() {}, info() {}, warn() {}, error() {}, namespace: () => silent };

/** kafkajs's own consumer of one broker, with a group that is joined as `join` says. */
function consumerOf(join: (times: number) => Error | undefined, beat: (times: number) => Error | undefined) {
  amendKafkajs();
  const group = new (load('kafkajs/src/consumer/consumerGroup') as New<Group>)({
    logger: silent,
    topics: [],
    instrumentationEmitter: new EventEmitter(),
  });
  const seen = { joins: 0, beats: 0, fetches: 0 };
  Object.assign(group, {
    connect: async () => undefined,
    leave: async () => undefined,
    getNodeIds: () => [1],
    async fetch() {
      seen.fetches += 1;
      await nextTurn();
      return [];
    },
    async joinAndSync() {
      seen.joins += 1;
      const refusal = join(seen.joins);
      if (refusal !== undefined) throw refusal;
      group.memberId = `member ${seen.joins}`;
    },
    coordinator: {
      async heartbeat() {
        seen.beats += 1;
        const refusal = beat(seen.beats);
        if (refusal !== undefined) throw refusal;
      },
    },
  });
  const runner = new (load('kafkajs/src/consumer/runner') as New<Runner>)({
    logger: silent,
    consumerGroup: group,
    instrumentationEmitter: new EventEmitter(),
    concurrency: 1,
    eachBatch: async () => undefined,
    heartbeatInterval: 0,
    retry: { initialRetryTime: 1, retries: 100 },
    onCrash: (error: Error) => {
      throw error;
    },
  });
  return { group, runner, seen };
}

describe('a kafkajs consumer that its coordinator has forgotten', () => {
  it('joins until it is a member again, although a join fails', async () => {
    const { group, runner, seen } = consumerOf(
      (times) => (times === 2 || times === 3 ? createErrorFromCode(NO_COORDINATOR) : undefined),
      (times) => (times === 1 ? createErrorFromCode(UNKNOWN_MEMBER_ID) : undefined),
    );
    await runner.start();
    try {
      await eventually(
        () => group.memberId,
        (id) => id === 'member 4',
        { timeoutMs: 10_000 },
      );
      const { beats } = seen;
      await eventually(
        () => seen.beats,
        (count) => count > beats,
      );
      assert.equal(seen.joins, 4);
    } finally {
      await runner.stop();
    }
  });

  it('joins once as long as the coordinator knows it', async () => {
    const { runner, seen } = consumerOf(
      () => undefined,
      () => undefined,
    );
    await runner.start();
    try {
      await eventually(
        () => seen.beats,
        (count) => count > 3,
      );
      assert.equal(seen.joins, 1);
    } finally {
      await runner.stop();
    }
  });
});
