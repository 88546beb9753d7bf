import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../../src/cli/arguments.ts';
import { MEASURE_ORDERS } from '../../../../src/workloads/orders/measure/measure-shop.ts';
import {
  type Measurement,
  renderMeasurement,
  seedSeconds,
} from '../../../../src/workloads/orders/measure/render-measurement.ts';

const LATENESS = { p50: 12.34, p99: 56.7, max: 80 };
const MEASUREMENT: Measurement = {
  stepMs: 8_000,
  bursts: [
    { orders: 1_000, finishedSeconds: 25.04, lateness: LATENESS, isExact: true },
    { orders: 5, finishedSeconds: null, lateness: { p50: null, p99: null, max: null }, isExact: false },
  ],
  door: { rate: 100, accepted: 3_000, postMs: { p50: 4.2, p99: 9 }, lateness: LATENESS, isExact: true },
  timers: { rate: 500, accepted: 15_000, postMs: { p50: 5, p99: 20 }, lateness: LATENESS, isExact: true },
};

describe('the figures of the shop', () => {
  it('are shown beside those of the first shop, which took one order after the other', () => {
    const text = renderMeasurement(MEASUREMENT);
    assert.equal(seedSeconds(200), 6_400);
    assert.match(text, /no order can finish before 24 s/);
    assert.match(text, /\| 1,000 +\| 25\.0 s +\| 12\.3 ms +\| 56\.7 ms +\| 32,000 s +\| exact +\|/);
    assert.match(text, /\| 5 +\| – +\| – +\| – +\| 160 s +\| \*\*not exact\*\* +\|/);
    assert.match(text, /\| 100 +\| 3,000 +\| 4\.2 ms +\| 9\.0 ms/);
  });

  it('are asked for by sizes and rates', () => {
    const { settings, servers } = MEASURE_ORDERS.line.parse(['--sizes', '5,100', '--rate', '50']);
    assert.deepEqual(settings, { sizes: '5,100', stepMs: 8_000, rate: 50, postRate: 100, seconds: 30 });
    assert.deepEqual(servers, ['kafka', 'postgresql']);
    for (const sizes of ['', '0', '5,x', '2000000'])
      assert.throws(() => MEASURE_ORDERS.line.parse(['--sizes', sizes]), UsageError, sizes);
  });
});
