import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LoadAccount, OutcomeCounts } from '../../../../../../../load-tests/lib/account.ts';
import {
  identityOf,
  type Ledger,
  ledgerRequests,
} from '../../../../../src/workloads/messages/verify/ledger.ts';
import { judgeRows, type RowEvidence } from '../../../../../src/workloads/messages/verify/rows/judge-rows.ts';
import type { RowCounts, StoredRow } from '../../../../../src/workloads/messages/verify/rows/stored-row.ts';
import { identityText } from '../../../../../src/workloads/messages/verify/rows/stored-row.ts';
import { tallyRows } from '../../../../../src/workloads/messages/verify/rows/tally-rows.ts';
import { weatherOf } from '../../../../../src/workloads/messages/verify/weather-account.ts';

const MESSAGES = 60;
const START = Date.parse('2026-01-01T00:00:00Z');

function ledgerOf(notAccepted: Ledger['notAccepted'] = new Map()): Ledger {
  const perCountry: Record<string, OutcomeCounts> = {};
  const account = {
    seed: 'rows',
    startedAt: new Date(START).toISOString(),
    keys: { prefix: 'p', batch: 3, messages: MESSAGES },
    requests: { total: MESSAGES / 3 },
  };
  const ledger: Ledger = { account: account as LoadAccount, notAccepted };
  for (const { outcome, messages } of ledgerRequests(ledger)) {
    for (const { country } of messages) {
      perCountry[country] ??= { accepted: 0, refused: 0, unknown: 0 };
      perCountry[country][outcome] += 1;
    }
  }
  return { account: { ...account, perCountry } as unknown as LoadAccount, notAccepted };
}

/** What a lane without a fault has. */
function rowsOf(ledger: Ledger): StoredRow[] {
  return [...ledgerRequests(ledger)].flatMap((request, index) => {
    if (request.outcome !== 'accepted') return [];
    const scope = `k:${identityOf(request, undefined)}`;
    return request.messages.map((message, sequence) => ({
      scope,
      sequence,
      ...message,
      acceptedAt: START + index,
    }));
  });
}

function countsOf(rows: readonly StoredRow[]): RowCounts {
  const byCountry: Record<string, number> = {};
  const byWeather: Record<string, number> = {};
  for (const { country, weather } of rows) {
    byCountry[country] = (byCountry[country] ?? 0) + 1;
    const name = weatherOf(weather);
    byWeather[name] = (byWeather[name] ?? 0) + 1;
  }
  return { byCountry, byWeather, expired: 0 };
}

const LEDGER = ledgerOf();
const ROWS = rowsOf(LEDGER);
const [FIRST, SECOND] = ROWS as [StoredRow, StoredRow];

async function judged(
  rows: readonly StoredRow[],
  counts = countsOf(rows),
  more: Partial<Pick<RowEvidence, 'passed' | 'mayHaveExpired'>> & { readonly ledger?: Ledger } = {},
) {
  const { ledger = LEDGER, ...rest } = more;
  const accepted = Object.fromEntries(
    Object.entries(ledger.account.perCountry).map(([country, outcomes]) => [country, outcomes.accepted]),
  );
  const found = judgeRows({ lane: 'l', tally: await tallyRows(rows, ledger), counts, accepted, ...rest });
  assert.ok(found.every(({ subject }) => subject === 'l'));
  return found.map(({ kind, count, examples }) => ({ kind, count, examples }));
}

const passed = (rows: readonly StoredRow[]): ReadonlySet<string> => new Set(rows.map(identityText));

describe('the rows of a lane', () => {
  it('are sound when there is one for each accepted message, and the counts are theirs', async () => {
    assert.equal(ROWS.length, MESSAGES);
    assert.deepEqual(await judged(ROWS, countsOf(ROWS), { passed: passed(ROWS) }), []);
  });

  it('may include those of another sender and of earlier loads', async () => {
    const other = { ...FIRST, scope: 'another', acceptedAt: START + 5_000 };
    const earlier = { ...FIRST, scope: 'earlier', acceptedAt: START - 1 };
    const rows = [...ROWS, other, earlier];
    assert.deepEqual(await judged(rows), []);
  });

  it('lack one that was counted: lost, wherever the position is', async () => {
    const rows = ROWS.slice(1);
    for (const more of [{}, { passed: passed(ROWS) }]) {
      assert.deepEqual(await judged(rows, countsOf(ROWS), more), [
        { kind: 'lost', count: 1, examples: [identityText(FIRST)] },
      ]);
    }
  });

  it('lack some that the position has passed and was not counted: skipped', async () => {
    const rows = ROWS.slice(0, -3);
    const gone = ROWS.slice(-3);
    const found = await judged(rows, countsOf(rows), { passed: passed(ROWS) });
    assert.deepEqual([...new Set(found.map(({ kind }) => kind))], ['skipped']);
    assert.deepEqual(found.flatMap(({ examples }) => examples).sort(), gone.map(identityText).sort());
  });

  it('lack some that the position has not passed, or the log was not read: lost', async () => {
    const rows = ROWS.slice(0, -3);
    for (const more of [{}, { passed: passed(rows) }]) {
      const found = await judged(rows, countsOf(rows), more);
      assert.deepEqual([...new Set(found.map(({ kind }) => kind))], ['lost']);
      assert.equal(
        found.reduce((sum, { count }) => sum + count, 0),
        3,
      );
    }
  });

  it('have one twice, under one identity or two: doubled', async () => {
    const copy = { ...FIRST, scope: 'another' };
    assert.deepEqual(await judged([...ROWS, copy]), [
      { kind: 'doubled', count: 1, examples: [identityText(copy)] },
    ]);
    assert.deepEqual(await judged([copy, ...ROWS]), [
      { kind: 'doubled', count: 1, examples: [identityText(copy)] },
    ]);
    assert.deepEqual((await judged([...ROWS, FIRST])).slice(0, 1), [
      { kind: 'doubled', count: 1, examples: [identityText(FIRST)] },
    ]);
  });

  it('differ from their counts: diverged', async () => {
    const counts = countsOf(ROWS);
    const { country } = FIRST;
    for (const n of [1, -1]) {
      const off = { ...counts.byCountry, [country]: (counts.byCountry[country] ?? 0) + n };
      const weather = { ...counts.byWeather, other: (counts.byWeather.other ?? 0) + n };
      assert.deepEqual(
        (await judged(ROWS, { ...counts, byCountry: off, byWeather: weather })).map(({ kind, count }) => [
          kind,
          count,
        ]),
        [['diverged', 1]],
      );
      assert.deepEqual(
        (await judged(ROWS, { ...counts, byCountry: off })).map(({ kind }) => kind),
        ['diverged', 'diverged'],
      );
    }
  });

  it('are counted under another class of weather: diverged', async () => {
    const counts = countsOf(ROWS);
    const name = weatherOf(FIRST.weather);
    assert.notEqual(name, 'other');
    const byWeather = {
      ...counts.byWeather,
      [name]: (counts.byWeather[name] ?? 0) - 1,
      other: (counts.byWeather.other ?? 0) + 1,
    };
    assert.deepEqual(await judged(ROWS, { ...counts, byWeather }), [
      { kind: 'diverged', count: 1, examples: [] },
    ]);
  });

  for (const [what, change] of [
    ['text', { description: 'something else' }],
    ['weather', { weather: 'hail' }],
    ['country', { country: 'AQ' }],
  ] as const) {
    it(`say another ${what} than was posted: wrong`, async () => {
      const rows = ROWS.with(0, { ...FIRST, ...change });
      const [found] = await judged(rows);
      assert.deepEqual(found, { kind: 'wrong', count: 1, examples: [identityText(FIRST)] });
    });
  }

  describe('whose text the user may not read', () => {
    const hidden = ROWS.map((row) => ({ ...row, weather: weatherOf(row.weather), description: null }));

    it('are compared by country and class of weather', async () => {
      assert.deepEqual(await judged(hidden, countsOf(ROWS)), []);
      const other = weatherOf(FIRST.weather) === 'cold' ? 'hot' : 'cold';
      const [found] = await judged(
        hidden.with(0, { ...FIRST, description: null, weather: other }),
        countsOf(ROWS),
      );
      assert.deepEqual(found, { kind: 'wrong', count: 1, examples: [identityText(FIRST)] });
    });

    it('are not searched for copies: another sender may have posted at the same time', async () => {
      const copy = { ...(hidden[0] as StoredRow), scope: 'another' };
      assert.deepEqual(await judged([...hidden, copy], countsOf([...ROWS, FIRST])), []);
    });
  });

  it('include one that was refused: wrong', async () => {
    const ledger = ledgerOf(new Map([[0, 'refused']]));
    assert.deepEqual(await judged(ROWS, countsOf(ROWS), { ledger }), [
      { kind: 'wrong', count: 3, examples: ROWS.slice(0, 3).map(identityText) },
    ]);
  });

  it('may have those of unknown outcome, or not', async () => {
    const ledger = ledgerOf(new Map([[0, 'unknown']]));
    for (const rows of [ROWS, ROWS.slice(1)]) assert.deepEqual(await judged(rows, undefined, { ledger }), []);
  });

  it('may lack as many as an interrupted load left unnamed', async () => {
    const { country } = SECOND;
    const { accepted = 0 } = LEDGER.account.perCountry[country] ?? {};
    const perCountry = {
      ...LEDGER.account.perCountry,
      [country]: { accepted: accepted - 1, refused: 0, unknown: 1 },
    };
    const ledger = { ...LEDGER, account: { ...LEDGER.account, perCountry } };
    assert.deepEqual(await judged(ROWS.toSpliced(1, 1), undefined, { ledger }), []);
  });

  describe('of which some have expired', () => {
    it('are compared with their counts in total', async () => {
      const kept = ROWS.slice(10);
      const counts = { ...countsOf(ROWS), expired: 10 };
      assert.deepEqual(await judged(kept, counts, { mayHaveExpired: true }), []);
      assert.deepEqual(
        (await judged(kept, { ...counts, expired: 9 }, { mayHaveExpired: true })).map(({ kind, count }) => [
          kind,
          count,
        ]),
        [['diverged', 1]],
      );
    });

    it('are not compared with their counts where the store does not say how many', async () => {
      const counts = { ...countsOf(ROWS), expired: null };
      assert.deepEqual(await judged(ROWS.slice(10), counts, { mayHaveExpired: true }), []);
      assert.deepEqual(
        (
          await judged([...ROWS.slice(10), { ...ROWS[20], scope: 'another' } as StoredRow], counts, {
            mayHaveExpired: true,
          })
        ).map(({ kind }) => kind),
        ['doubled'],
      );
    });

    it('are lost nevertheless if the load is younger', async () => {
      const kept = ROWS.slice(10);
      const [found] = await judged(kept, { ...countsOf(ROWS), expired: 10 });
      assert.deepEqual([found?.kind, found?.count], ['lost', 10]);
    });
  });
});
