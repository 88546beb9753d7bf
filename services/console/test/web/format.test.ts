import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, countryName, latency, messages, rate, span, utc } from '../../web/src/model/format.ts';

test('figures for a person, and a dash for what is unknown', () => {
  assert.deepEqual([count(49_204), count(0), count(undefined), count(null)], ['49,204', '0', '–', '–']);
  assert.deepEqual([rate(2_140.5), rate(4.21), rate(0), rate(null)], ['2,141', '4.2', '0', '–']);
  assert.deepEqual(
    [latency(0.00142), latency(0.0274), latency(1.24), latency(undefined)],
    ['1.4 ms', '27 ms', '1.2 s', '–'],
  );
  assert.deepEqual(
    [span(0.42), span(12.4), span(300), span(7_300), span(-0.1)],
    ['0.4 s', '12 s', '5 min', '2 h', '0.0 s'],
  );
  assert.deepEqual([messages(1), messages(2)], ['1 message', '2 messages']);
  assert.deepEqual([countryName('JP'), countryName('??')], ['Japan', '??']);
  assert.equal(utc(Date.UTC(2026, 0, 2, 3, 4, 5, 6)), '2026-01-02T03:04:05.006Z');
});
