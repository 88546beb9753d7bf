import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareAccount, type LaneReport, verdictOf } from '@caudal/common/account';
import type { LoadAccount } from '../../../../src/load/run-k6.ts';
import {
  type ConsoleClient,
  ConsoleUnavailableError,
} from '../../../../src/workloads/messages/load/console-client.ts';
import { measureLoad, outcomesOf } from '../../../../src/workloads/messages/load/measure-load.ts';

const LOAD = {
  perCountry: {
    ES: { accepted: 5, refused: 1, unknown: 2 },
    FR: { accepted: 0, refused: 3, unknown: 0 },
  },
  messages: { sent: 11, accepted: 5, refused: 4, unknown: 2 },
  startedAt: '2026-01-01T00:00:00Z',
  durationSeconds: 2,
} as unknown as LoadAccount;

describe('outcomesOf', () => {
  it('keeps accepted and unknown apart, by country, and leaves out what has none', () => {
    assert.deepEqual(outcomesOf(LOAD), { accepted: { ES: 5 }, unknown: { ES: 2 } });
  });
});

/** A console whose one lane has stored what `stored` says, once the load has begun. */
function consoleOf(stored: number, backlog: number) {
  let begun = false;
  const total = () => (begun ? stored : 0);
  const totals = () => ({ total: total(), byCountry: { ES: total() }, byWeather: {}, identities: total() });
  const lane = (): LaneReport => ({
    lane: 'l',
    broker: 'rabbitmq',
    store: 'valkey',
    totals: totals(),
    backlog: {
      messages: begun ? backlog : 0,
      covers: 'waiting and in hand',
      waiting: begun ? backlog : 0,
      inHand: 0,
      secondsBehind: null,
      bySource: {},
      deadLetters: 0,
      consumers: 1,
    },
    errors: {},
  });
  const client: ConsoleClient = {
    lanes: async () => [lane()],
    compare: async ({ accepted, unknown, before }) =>
      compareAccount({
        accepted,
        unknown,
        lanes: [{ lane: 'l', before: before.l ?? totals(), after: totals() }],
      }),
  };
  return { client, begin: () => (begun = true) };
}

const measure = ({ client, begin }: ReturnType<typeof consoleOf>, stalledAfterMs = 500) =>
  measureLoad({
    client,
    metricsUrls: () => [],
    startLoad: async () => {
      begin();
      return { done: Promise.resolve(LOAD), logFile: 'k6.log', counter: async () => 0 };
    },
    onProgress: () => undefined,
    stalledAfterMs,
  });

describe('measureLoad', () => {
  it('makes an exact account of what was stored', async () => {
    const { account, request, notDrained, acceptedPerSecond } = await measure(consoleOf(6, 0));
    assert.deepEqual([account.exact, notDrained], [true, undefined]);
    assert.deepEqual([request.accepted, request.unknown], [{ ES: 5 }, { ES: 2 }]);
    assert.equal(account.lanes[0]?.unknown, 2);
    assert.equal(acceptedPerSecond, 2.5);
  });

  it('asks again where a store does not answer yet', async () => {
    const { client, begin } = consoleOf(6, 0);
    /** Refuses the first time. */
    const late = <Args extends readonly unknown[], T>(read: (...args: Args) => Promise<T>) => {
      let asked = 0;
      return async (...args: Args): Promise<T> => {
        asked += 1;
        if (asked === 1) throw new ConsoleUnavailableError('no answer within 5000 ms');
        return read(...args);
      };
    };
    const identities = late(client.lanes);
    const patient: ConsoleClient = {
      lanes: (options) => (options?.identities ? identities : client.lanes)(options),
      compare: late(client.compare),
    };
    const { account } = await measure({ client: patient, begin }, 10_000);
    assert.equal(account.exact, true);
  });

  it('is not exact while a broker still has messages, whatever the counts say', async () => {
    const { account, notDrained } = await measure(consoleOf(5, 3));
    assert.deepEqual(account.findings, []);
    assert.equal(account.exact, false);
    assert.match(notDrained ?? '', /backlog of 3/);
    assert.equal(verdictOf(account, notDrained).state, 'unproven');
  });

  it('finds what is lost', async () => {
    const { account } = await measure(consoleOf(4, 0));
    assert.deepEqual(account.findings, [{ lane: 'l', country: 'ES', kind: 'lost', count: 1 }]);
    assert.equal(account.exact, false);
  });
});
