import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom, planFaults } from '../../src/chaos/plan-faults.ts';

describe('planFaults', () => {
  const plan = (seed: string) =>
    planFaults({
      seed,
      services: ['ingest-api-1'],
      servers: ['valkey', 'kafka'],
      proxied: ['valkey'],
      misbehaviours: ['mailbox-refuses'],
      kills: 2,
      stops: 1,
      networkFaults: 3,
    });

  it('plans each fault as often as asked for', () => {
    const faults = plan('1').map(({ action, target }) => `${action} ${target}`);
    const count = (name: string) => faults.filter((fault) => fault === name).length;
    assert.equal(faults.length, 3 * 2 + 3 + 6 + 3);
    assert.deepEqual(
      [
        'kill ingest-api-1',
        'kill kafka',
        'stop valkey',
        'swallow-replies valkey',
        'reset valkey',
        'misbehave mailbox-refuses',
      ].map(count),
      [2, 2, 1, 3, 3, 3],
    );
  });

  it('is the same for the same seed and another for another', () => {
    assert.deepEqual(plan('1'), plan('1'));
    assert.notDeepEqual(plan('1'), plan('2'));
    const random = createRandom('x');
    const numbers = Array.from({ length: 1_000 }, random);
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    assert.ok(Math.abs(numbers.reduce((sum, number) => sum + number, 0) / 1_000 - 0.5) < 0.05);
  });
});
