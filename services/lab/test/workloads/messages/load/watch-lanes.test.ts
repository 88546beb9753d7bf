import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LaneReport } from '@caudal/common/account';
import { type LaneWatchOptions, watchLanes } from '../../../../src/workloads/messages/load/watch-lanes.ts';

const lane = (name: string, total: number | null, backlog: number | null): LaneReport =>
  ({
    lane: name,
    totals: total === null ? null : { total, byCountry: {}, byWeather: {}, identities: null },
    backlog: backlog === null ? null : { messages: backlog, bySource: {}, deadLetters: 0, consumers: 1 },
    errors: {
      ...(total === null && { store: 'valkey: no answer' }),
      ...(backlog === null && { broker: 'kafka: no answer' }),
    },
  }) as unknown as LaneReport;

/** Returns one answer after the other, then repeats the last one. */
const readings = (...answers: readonly (readonly LaneReport[])[]) => {
  let next = 0;
  return () => Promise.resolve(answers[Math.min(next++, answers.length - 1)] ?? []);
};

/** What is said after each of the first `times` readings. */
async function watched(
  times: number,
  options: Partial<LaneWatchOptions>,
): Promise<readonly (string | undefined)[]> {
  const problem = watchLanes({
    lanes: readings([lane('a', 1, 0)], [lane('a', 2, 0)]),
    caughtUpBelow: 20,
    isLoaded: () => true,
    ...options,
  });
  const said: (string | undefined)[] = [];
  for (let n = 0; n < times; n += 1) said.push(await problem());
  return said;
}

describe('watchLanes', () => {
  it('is content when every lane has stored something new and caught up', async () => {
    const lanes = readings(
      [lane('a', 1, 0), lane('b', 5, 900)],
      [lane('a', 2, 0), lane('b', 6, 300)],
      [lane('a', 3, 0), lane('b', 7, 20)],
    );
    assert.deepEqual(await watched(3, { lanes }), ['a stores nothing', 'b has a backlog of 300', undefined]);
  });

  for (const [what, options, expected] of [
    [
      'a lane that stores nothing while another one does',
      { lanes: readings([lane('a', 1, 0), lane('b', 5, 0)], [lane('a', 2, 0), lane('b', 5, 0)]) },
      'b stores nothing',
    ],
    [
      'a lane whose backlog is still large',
      { lanes: readings([lane('a', 1, 500)], [lane('a', 2, 21)]) },
      'a has a backlog of 21',
    ],
    ['a store without totals', { lanes: readings([lane('a', null, 0)]) }, 'a: valkey: no answer'],
    [
      'a broker without a backlog',
      { lanes: readings([lane('a', 1, null)], [lane('a', 2, null)]) },
      'a: kafka: no answer',
    ],
    [
      'a console without an answer',
      { lanes: () => Promise.reject(new Error('refused')) },
      'console does not answer',
    ],
    ['a console without lanes', { lanes: readings([]) }, 'console reports no lanes'],
  ] as const) {
    it(`names ${what}`, async () => {
      assert.equal((await watched(2, options)).at(-1), expected);
    });
  }

  it('does not want a count to move once the load is over', async () => {
    const lanes = readings([lane('a', 1, 0)]);
    assert.deepEqual(await watched(2, { lanes }), ['a stores nothing', 'a stores nothing']);
    assert.deepEqual(await watched(1, { lanes, isLoaded: () => false }), [undefined]);
  });
});
