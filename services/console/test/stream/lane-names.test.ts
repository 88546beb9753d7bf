import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HUES } from '@caudal/common/palette';
import { namesOfLane } from '../../src/stream/lane-names.ts';

test('a lane is called and coloured as everywhere else', () => {
  assert.deepEqual(namesOfLane('kafka', 'postgresql'), {
    brokerTitle: 'Kafka',
    storeTitle: 'PostgreSQL',
    hue: HUES.postgresql,
  });
});

test('two lanes into the same store have different shades', () => {
  const [usual, crossed] = [namesOfLane('kafka', 'redis').hue, namesOfLane('rabbitmq', 'redis').hue];
  assert.notEqual(usual.mid, crossed.mid);
  assert.notEqual(usual.light, crossed.light);
});

test('a broker or store that is not known keeps its own words, in the neutral hue', () => {
  assert.deepEqual(namesOfLane('other', 'memory'), {
    brokerTitle: 'other',
    storeTitle: 'memory',
    hue: HUES.neutral,
  });
});
