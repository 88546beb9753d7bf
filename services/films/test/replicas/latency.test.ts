import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SmoothedLatency } from '../../src/replicas/latency.ts';

describe('SmoothedLatency', () => {
  it('is 0 before the first sample', () => {
    assert.equal(new SmoothedLatency().valueMs(10_000), 0);
  });

  it('comes close to the samples, and forgets old ones', () => {
    const latency = new SmoothedLatency();
    for (let sample = 0; sample < 20; sample += 1) latency.add(100, 0);
    assert.ok(latency.valueMs(0) > 99);
    for (let sample = 0; sample < 20; sample += 1) latency.add(10, 0);
    assert.ok(latency.valueMs(0) < 11);
  });

  it('is not carried away by one sample', () => {
    const latency = new SmoothedLatency();
    for (let sample = 0; sample < 20; sample += 1) latency.add(2, 0);
    latency.add(22, 0);
    assert.equal(Math.round(latency.valueMs(0)), 8);
  });

  it('halves in each second without a sample', () => {
    const latency = new SmoothedLatency();
    latency.add(100, 5_000);
    const valueMs = latency.valueMs(5_000);
    assert.equal(latency.valueMs(6_000), valueMs / 2);
    assert.equal(latency.valueMs(8_000), valueMs / 8);
  });
});
