import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LaneReport } from '@caudal/common/account';
import type { ConsoleClient } from '../../../../src/workloads/messages/load/console-client.ts';
import { type DrainOptions, waitForDrain } from '../../../../src/workloads/messages/load/wait-for-drain.ts';

function lane(total: number | null, backlog: number | null): LaneReport {
  return {
    lane: 'l',
    broker: 'rabbitmq',
    store: 'valkey',
    totals: total === null ? null : { total, byCountry: {}, byWeather: {}, identities: null },
    backlog:
      backlog === null
        ? null
        : {
            messages: backlog,
            covers: 'waiting and in hand',
            waiting: backlog,
            inHand: 0,
            secondsBehind: null,
            bySource: {},
            deadLetters: 0,
            consumers: 1,
          },
    errors: {
      ...(total === null && { store: 'store gone' }),
      ...(backlog === null && { broker: 'broker gone' }),
    },
  };
}

/** Returns one report after the other, then repeats the last one; an Error stands for a console that does not answer. */
function consoleOf(...answers: (LaneReport | Error)[]): ConsoleClient {
  let index = 0;
  return {
    lanes: async () => {
      const answer = answers[Math.min(index++, answers.length - 1)] as LaneReport | Error;
      if (answer instanceof Error) throw answer;
      return [answer];
    },
    compare: () => Promise.reject(new Error('not asked')),
  };
}

const AT_FIRST = { total: 1, byCountry: {}, identities: null };

const drain = (client: ConsoleClient, more: Partial<DrainOptions> = {}) =>
  waitForDrain({
    client,
    expected: { accepted: { ES: 6, MX: 3 }, before: { l: AT_FIRST } },
    stillForMs: 1,
    stalledAfterMs: 400,
    deadlineMs: 10_000,
    ...more,
  });

describe('waitForDrain', () => {
  it('waits until everything is stored and nothing is left on the broker', async () => {
    const { drained, reason, lastChangeAt } = await drain(
      consoleOf(lane(2, 8), lane(9, 0), new Error('restarting'), lane(10, 1), lane(10, 0)),
    );
    assert.deepEqual([drained, reason], [true, undefined]);
    assert.ok((lastChangeAt.l ?? 0) > 0);
  });

  it('expects of a lane only messages of its countries', async () => {
    const ofLane = (total: number): LaneReport => ({ ...lane(total, 0), countries: ['MX', 'US'] });
    assert.equal((await drain(consoleOf(ofLane(4)))).drained, true);
    assert.match((await drain(consoleOf(ofLane(3)))).reason ?? '', /1 messages to store/);
  });

  it('expects nothing in particular of a lane that was not there before', async () => {
    const expected = { accepted: { ES: 6 }, before: { another: AT_FIRST } };
    assert.equal((await drain(consoleOf(lane(0, 0)), { expected })).drained, true);
    assert.match((await drain(consoleOf(lane(0, 3)), { expected })).reason ?? '', /backlog of 3/);
  });

  it('gives up when nothing moves, and says what is missing', async () => {
    const cases: [RegExp, LaneReport | Error][] = [
      [/1 messages to store/, lane(9, 0)],
      [/backlog of 3/, lane(10, 3)],
      [/store gone/, lane(null, 0)],
      [/broker gone/, lane(10, null)],
      [/no answer/, new Error('no answer')],
    ];
    for (const [expected, answer] of cases) {
      const { drained, reason } = await drain(consoleOf(answer));
      assert.equal(drained, false);
      assert.match(reason ?? '', expected);
    }
  });

  it('gives up at its deadline though there is progress', async () => {
    let total = 0;
    const client = { ...consoleOf(lane(0, 0)), lanes: async () => [lane(total++, 0)] };
    const { drained, reason } = await drain(client, {
      expected: { accepted: { ES: 1_000_000 }, before: { l: AT_FIRST } },
      deadlineMs: 500,
    });
    assert.equal(drained, false);
    assert.match(reason ?? '', /not drained after/);
  });
});
