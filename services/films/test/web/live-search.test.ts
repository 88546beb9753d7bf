import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLiveSearch } from '../../web/src/model/live-search.ts';

const PAUSE_MS = 120;

/** A search whose answers come when the test says so. */
function start(isAbortHeard = true) {
  const asked: { query: string; answer: (text: string) => void; signal: AbortSignal }[] = [];
  const shown: string[] = [];
  const search = createLiveSearch<string, string>({
    pauseMs: PAUSE_MS,
    ask: (query, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ query, answer: resolve, signal });
        if (isAbortHeard) signal.addEventListener('abort', () => reject(signal.reason));
      }),
    begun: (query) => shown.push(`begun ${query}`),
    ended: (query, outcome) => shown.push(`${query}: ${outcome}`),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { asked, shown, search, settle };
}

describe('a search while typing', () => {
  it('asks once, for the last text, after a pause', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { asked, search } = start();
    for (const text of ['d', 'dr', 'dra']) {
      search.soon(text);
      context.mock.timers.tick(PAUSE_MS - 1);
    }
    assert.deepEqual(asked, []);
    context.mock.timers.tick(1);
    assert.deepEqual(
      asked.map(({ query }) => query),
      ['dra'],
    );
  });

  it('asks without a pause on demand, and not once more after it', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { asked, search } = start();
    search.soon('dra');
    void search.now('drag');
    context.mock.timers.tick(PAUSE_MS * 2);
    assert.deepEqual(
      asked.map(({ query }) => query),
      ['drag'],
    );
  });

  for (const isAbortHeard of [true, false])
    it(`gives up an older question, and shows no answer of it (an abort ${isAbortHeard ? 'rejects' : 'is not heard'})`, async () => {
      const { asked, shown, search, settle } = start(isAbortHeard);
      void search.now('dragon');
      void search.now('amelie');
      const [older, newer] = asked;
      assert.ok(older?.signal.aborted && !newer?.signal.aborted);
      newer?.answer('Amélie');
      await settle();
      older.answer('Dragon');
      await settle();
      assert.deepEqual(shown, ['begun dragon', 'begun amelie', 'amelie: Amélie']);
    });

  it('lets a fault through', async () => {
    const search = createLiveSearch<string, string>({
      pauseMs: PAUSE_MS,
      ask: async () => {
        throw new TypeError('a bug');
      },
      begun: () => undefined,
      ended: () => undefined,
    });
    await assert.rejects(search.now('x'), /a bug/);
  });
});
