import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Choice, roundRobin, twoChoices } from '../../src/replicas/choice.ts';
import { seeded } from './support/seeded.ts';

interface Candidate {
  readonly name: string;
  readonly inFlight: number;
  latencyMs(): number;
}

const server = (name: string, inFlight: number, latencyMs: number): Candidate => ({
  name,
  inFlight,
  latencyMs: () => latencyMs,
});

/** How often each is chosen of 1,000 times. */
function counts(choice: Choice, ...servers: [Candidate, ...Candidate[]]): Readonly<Record<string, number>> {
  const chosen: Record<string, number> = {};
  for (let time = 0; time < 1_000; time += 1) {
    const { name } = choice(servers);
    chosen[name] = (chosen[name] ?? 0) + 1;
  }
  return chosen;
}

describe('twoChoices', () => {
  it('takes the only one', () => {
    assert.deepEqual(counts(twoChoices(seeded()), server('a', 9, 99)), { a: 1_000 });
  });

  it('spreads reads over servers that are equally fast, but for noise', () => {
    const { a = 0, b = 0 } = counts(twoChoices(seeded()), server('a', 0, 0.3), server('b', 0, 4.9));
    assert.ok(Math.min(a, b) > 400, `${a} and ${b}`);
  });

  it('takes the one with fewer reads in flight', () => {
    assert.deepEqual(counts(twoChoices(seeded()), server('a', 3, 2), server('b', 2, 2)), { b: 1_000 });
  });

  it('takes the faster one until it has so much to do that the slow one is done sooner', () => {
    assert.deepEqual(counts(twoChoices(seeded()), server('a', 8, 5), server('b', 0, 50)), { a: 1_000 });
    assert.deepEqual(counts(twoChoices(seeded()), server('a', 10, 5), server('b', 0, 50)), { b: 1_000 });
  });

  it('does not overrate the work of a fast one', () => {
    assert.deepEqual(counts(twoChoices(seeded()), server('a', 15, 2), server('b', 0, 50)), { a: 1_000 });
  });

  it('gives one of which nothing is known no more than its share', () => {
    assert.deepEqual(counts(twoChoices(seeded()), server('a', 1, 1.5), server('b', 2, 0)), { a: 1_000 });
  });

  it('compares any two of many', () => {
    const servers = [0, 9, 1, 9].map((inFlight, place) => server(`at ${place}`, inFlight, 5));
    const [first, ...others] = servers;
    assert.ok(first !== undefined);
    const chosen = counts(twoChoices(seeded()), first, ...others);
    // Best of two of the six pairs; of two of four, were only neighbours compared.
    assert.ok(Math.abs((chosen['at 2'] ?? 0) - 333) < 60, JSON.stringify(chosen));
  });

  it('never takes the worst of many', () => {
    const chosen = counts(twoChoices(seeded()), server('a', 0, 5), server('b', 1, 5), server('c', 2, 5));
    assert.equal(chosen.c, undefined);
    assert.ok((chosen.a ?? 0) > (chosen.b ?? 0) && (chosen.b ?? 0) > 200, JSON.stringify(chosen));
  });
});

describe('roundRobin', () => {
  it('takes one after the other, whatever they are like', () => {
    assert.deepEqual(counts(roundRobin(), server('a', 90, 90), server('b', 0, 1)), { a: 500, b: 500 });
  });
});
