import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  attemptKey,
  cacheNamesOf,
  messageKey,
  messageRow,
  readPosition,
  readSlot,
} from '../../../src/stores/ignite/ignite-layout.ts';
import { keyed, produced } from '../count-store.conformance.ts';

describe("Ignite's layout", () => {
  it('names the caches of a lane by its key prefix', () => {
    assert.deepEqual(cacheNamesOf('kafka-ignite:'), {
      messages: 'caudal_kafka_ignite_messages',
      counts: 'caudal_kafka_ignite_counts',
      positions: 'caudal_kafka_ignite_positions',
    });
    assert.equal(cacheNamesOf('').messages, 'caudal_messages');
    assert.throws(() => cacheNamesOf('Straße:'), /'Straße:' cannot name a schema/);
  });

  it('keeps a message under its identity', () => {
    assert.equal(messageKey(produced('one', 5)), 'p:one:5');
    assert.equal(messageKey(keyed('one', 5)), 'k:one:5');
    assert.deepEqual(JSON.parse(messageRow(produced('one', 5, 'JP', 'soleado'), 9)), {
      country: 'JP',
      weather: 'soleado',
      description: 'd',
      acceptedAt: 1,
      storedAt: 9,
    });
  });

  it('has an entry of its own for attempts', () => {
    assert.equal(attemptKey('topic:0'), 'topic:0#attempt');
  });

  it('reads positions, and refuses what is not one', () => {
    assert.equal(readPosition('s', undefined), undefined);
    assert.deepEqual(readPosition('s', '{"next":4,"marks":"a"}'), { next: 4, marks: 'a' });
    for (const value of ['', '4', 'null', '{"next":-1,"marks":""}', '{"next":1}', 7, null])
      assert.throws(
        () => readPosition('s', value),
        /^RangeError: the position of s is .*, not an offset with marks$/,
      );
  });

  it('reads slots, and refuses what is not one', () => {
    assert.deepEqual(readSlot('3', null), { total: 0, byCountry: {}, byWeather: {}, since: 0 });
    const slot = { total: 1, byCountry: { ES: 1 }, byWeather: { sunny: 1 }, since: 5 };
    assert.deepEqual(readSlot('3', JSON.stringify(slot)), slot);
    for (const bad of [
      { total: '1' },
      { total: 1.5 },
      { byCountry: { ES: -1 } },
      { byWeather: { sunny: null } },
      { byWeather: 3 },
      { since: undefined },
    ])
      assert.throws(
        () => readSlot('3', JSON.stringify({ ...slot, ...bad })),
        /^RangeError: the counts of slot 3 are .*, not counts$/,
      );
    assert.throws(() => readSlot('3', `x${'y'.repeat(200)}`), /xy{79}…, not counts/);
  });
});
