import { AppError } from '@caudal/common/errors';
import { createLogger } from '@caudal/common/logging';
import type { Backlog, BacklogReader } from '@caudal/common/messaging';
import { type CountStore, createMemoryStore } from '@caudal/common/stores';
import { createLaneReader, type LaneReader } from '../../src/lanes/lane-reader.ts';

/** A lane whose store is in memory and whose broker says what the test wants. */
export interface FakeLane {
  readonly reader: LaneReader;
  readonly store: CountStore;
  backlog: Backlog;
  /** Set to make a part fail. */
  brokerError: string | undefined;
  storeError: string | undefined;
  /** Lets every identity expire. */
  forget(): void;
  /** Stores messages, counted up from those before. */
  add(country: string, count: number): Promise<void>;
}

/** Makes one, connected. */
export async function createFakeLane(lane: string, countries?: readonly string[]): Promise<FakeLane> {
  const store = createMemoryStore();
  let sequence = 0;
  let forgotten = false;
  const fail = (code: 'STORE_UNAVAILABLE' | 'BROKER_UNAVAILABLE', message: string | undefined): void => {
    if (message !== undefined) throw new AppError(code, message, { retriable: true });
  };
  const backlog: BacklogReader = {
    broker: 'rabbitmq',
    connect: async () => undefined,
    sources: async () => [],
    read: async () => {
      fail('BROKER_UNAVAILABLE', fake.brokerError);
      return fake.backlog;
    },
    close: async () => undefined,
  };
  const reader = createLaneReader({
    lane,
    countries,
    store: {
      ...store,
      identities: async () => (forgotten ? 0 : store.identities()),
      totals: async () => {
        fail('STORE_UNAVAILABLE', fake.storeError);
        return store.totals();
      },
    },
    backlog,
    logger: createLogger('test', 'silent'),
    readTimeoutMs: 1_000,
    auditTimeoutMs: 1_000,
    stopping: new AbortController().signal,
  });
  const fake: FakeLane = {
    reader,
    store,
    backlog: {
      messages: 0,
      covers: 'waiting and in hand',
      waiting: 0,
      inHand: 0,
      bySource: { message: 0 },
      deadLetters: 0,
      consumers: 1,
    },
    brokerError: undefined,
    storeError: undefined,
    forget() {
      forgotten = true;
    },
    async add(country, count) {
      const envelopes = Array.from({ length: count }, () => {
        sequence += 1;
        return { description: 'd', country, weather: 'sunny', producer: 'p', sequence, acceptedAt: 1 };
      });
      await store.apply({ envelopes, positions: [] });
    },
  };
  reader.start();
  await store.connect();
  // The reader learns of its broker's connection in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  return fake;
}
