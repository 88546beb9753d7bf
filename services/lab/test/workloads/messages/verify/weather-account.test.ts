import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareAccount, verdictOf } from '@caudal/common/account';
import { weatherClass } from '@caudal/common/message';
import { weathers } from '../../../../../../load-tests/lib/phrases.ts';
import {
  weatherGrowth,
  weatherOf,
  withWeather,
} from '../../../../src/workloads/messages/verify/weather-account.ts';

const LANE = 'l';

/** A lane that has `stored` of the 10 accepted messages. */
const accountOf = (stored = 10) =>
  compareAccount({
    accepted: { ES: 10 },
    unknown: {},
    lanes: [
      {
        lane: LANE,
        before: { total: 0, byCountry: {}, identities: 0 },
        after: { total: stored, byCountry: { ES: stored }, identities: stored },
      },
    ],
  });
const found = { sunny: 6, rainy: 4 };
const judge = (counted: Record<string, number>, stored = 10) =>
  withWeather(accountOf(stored), new Map([[LANE, { found, counted }]]));

describe('the weather of an account', () => {
  it('is exact when every message is counted under its own', () => {
    const account = judge({ sunny: 6, rainy: 4 });
    assert.deepEqual([account.findings, account.exact], [[], true]);
  });

  it('finds a message counted under another weather', () => {
    const account = judge({ sunny: 5, rainy: 5 });
    assert.deepEqual(account.findings, [{ lane: LANE, country: null, kind: 'wrong-weather', count: 1 }]);
    assert.equal(account.exact, false);
    const { state, line, notes } = verdictOf(account);
    assert.equal(state, 'faulty');
    assert.equal(line, 'NOT exact: lost 0, doubled 0, under a wrong weather 1');
    assert.deepEqual(notes, ['l: 1 message counted under a wrong weather']);
  });

  it('finds two weathers that were swapped', () => {
    assert.deepEqual(
      judge({ sunny: 4, rainy: 6 }).findings.map(({ kind, count }) => [kind, count]),
      [['wrong-weather', 2]],
    );
  });

  it('allows for messages of another sender', () => {
    assert.deepEqual(judge({ sunny: 6, rainy: 5, other: 2 }).findings, []);
  });

  it('says nothing about the weather of messages that are lost', () => {
    assert.deepEqual(
      judge({ sunny: 5, rainy: 4 }, 9).findings.map(({ kind }) => kind),
      ['lost'],
    );
  });

  it('leaves out a lane that was not read before the load', () => {
    assert.deepEqual(withWeather(accountOf(), new Map()).findings, []);
  });

  it('counts the growth alone', () => {
    assert.deepEqual(weatherGrowth({ sunny: 3 }, { sunny: 5, rainy: 1 }), { sunny: 2, rainy: 1 });
  });

  it('has the classes that the services have', () => {
    for (const { words } of weathers) {
      for (const word of [words.en, words.es]) assert.equal(weatherOf(word), weatherClass(word), word);
    }
    assert.equal(weatherOf('frogs'), 'other');
  });
});
