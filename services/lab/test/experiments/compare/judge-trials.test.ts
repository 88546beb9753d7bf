import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTrials } from '../../../src/experiments/compare/judge-trials.ts';
import { renderComparison } from '../../../src/experiments/compare/render-comparison.ts';
import { orderOf, type Trial } from '../../../src/experiments/compare/trial.ts';

const MESSAGES = 1_000;

function trial(contender: string, perSecond: number, repetition: number, more: Partial<Trial> = {}): Trial {
  return {
    contender,
    way: 'lane',
    repetition,
    messages: MESSAGES,
    seconds: MESSAGES / perSecond,
    batches: 1,
    found: MESSAGES,
    distinct: MESSAGES,
    server: { cpuSeconds: 1.5, peakBytes: 100 * 2 ** 20, writtenBytes: 3 * 2 ** 20 },
    client: { cpuSeconds: 0.5, peakBytes: 50 * 2 ** 20 },
    keptBytes: 128 * MESSAGES,
    ...more,
  };
}

/** Two contenders, the first twice as fast, in three repetitions. */
const TRIALS = [1, 2, 3].flatMap((n) => [trial('a', 2_000 + n, n), trial('b', 1_000 + n, n)]);
const NAIVE = [1, 2, 3].flatMap((n) => [
  trial('a', 100, n, { way: 'naive' }),
  trial('b', 100, n, { way: 'naive' }),
]);
const CONTENDERS = [{ name: 'a', timesNaive: 15 }, { name: 'b' }];

describe('the judge of a comparison', () => {
  it('passes when every trial left exactly what was sent', () => {
    const { wrong, comparisons, naive, passed } = judgeTrials(TRIALS, CONTENDERS);
    assert.deepEqual([wrong, naive, passed], [[], [], true]);
    assert.deepEqual(
      comparisons.map(({ faster, slower, isClear }) => [faster, slower, isClear]),
      [['a', 'b', true]],
    );
  });

  for (const [what, change] of [
    ['a row too few', { found: MESSAGES - 1, distinct: MESSAGES - 1 }],
    ['a row too many', { found: MESSAGES + 1 }],
    ['a row twice in the place of another', { distinct: MESSAGES - 1 }],
  ] as const) {
    it(`fails for ${what}, in either way`, () => {
      for (const way of ['lane', 'naive'] as const) {
        const { wrong, passed } = judgeTrials(
          [...TRIALS, trial('b', 1_000, 4, { way, ...change })],
          CONTENDERS,
        );
        assert.equal(passed, false);
        assert.equal(wrong.length, 1);
        assert.match(wrong[0] ?? '', way === 'lane' ? /^b, repetition 4: / : /^b, naive, repetition 4: /);
      }
    });
  }

  it('fails when a contender misses its goal against the naive way', () => {
    const { naive, passed } = judgeTrials([...TRIALS, ...NAIVE], CONTENDERS);
    assert.deepEqual(
      naive.map(({ contender, goal, isMet }) => [contender, goal, isMet]),
      [
        ['a', 15, true],
        ['b', undefined, true],
      ],
    );
    assert.equal(passed, true);
    assert.equal(judgeTrials([...TRIALS, ...NAIVE], [{ name: 'a', timesNaive: 25 }]).passed, false);
  });
});

describe('the report of a comparison', () => {
  const CONTESTANTS = [
    { name: 'a', title: 'Alpha', counts: 'rows', seed: '4:17, 194/s', naive: 'insert' },
    { name: 'b', title: 'Beta', counts: 'identities', naive: 'put' },
  ];
  const render = (trials: readonly Trial[]): string =>
    renderComparison(trials, judgeTrials(trials, CONTENDERS), CONTESTANTS, [['fsync', 'on']]);

  it('has a row a store, the verdicts and the settings', () => {
    const text = render([...TRIALS, ...NAIVE]);
    for (const line of [
      '**Everything that was sent is in every store, once.**',
      '| Alpha | 0.5 s | 2,002 (2,001–2,003) | 1.5 + 0.5 | 100 MiB + 50 MiB | 3 MiB | 128 bytes | 1,000 rows | 4:17, 194/s |',
      '| Beta | 0.998 s | 1,002 (1,001–1,003) | 1.5 + 0.5 | 100 MiB + 50 MiB | 3 MiB | 128 bytes | 1,000 identities | – |',
      '- Alpha is faster than Beta: 2 times (2–2)',
      '| Alpha | insert | 100 (100–100) | 20 times (20–20) | ≥ 15 | met |',
      '| fsync | on |',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line}\n\n${text}`);
    }
  });

  it('says that there is no clear difference, what the system did not tell, and what is wrong', () => {
    const alike = [1, 2, 3].flatMap((n) => [
      trial('a', n === 2 ? 900 : 1_100, n, { keptBytes: Number.NaN, found: n === 1 ? 7 : MESSAGES }),
      trial('b', 1_000, n),
    ]);
    const text = render(alike);
    assert.match(text, /^- Alpha and Beta: no clear difference, 1\.1 times \(0\.9–1\.1\)$/m);
    assert.match(text, /^\| Alpha .* \| – \| \*\*differs\*\* rows \|/m);
    assert.match(text, /^\*\*NOT everything .*\n\n- a, repetition 1: 7 found/m);
    assert.doesNotMatch(text, /One awaited write/);
  });
});

describe('the order of a comparison', () => {
  it('begins with each in turn, and is reversed after all have begun', () => {
    const orders = [1, 2, 3, 4, 5].map((repetition) => orderOf(['a', 'b', 'c'], repetition).join(''));
    assert.deepEqual(orders, ['abc', 'bca', 'cab', 'cba', 'acb']);
  });
});
