import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { selfTestResult } from '../../src/verify/self-test-result.ts';

describe('selfTestResult', () => {
  const clean = { name: 'no fault' };
  const loss = { name: 'a loss' };
  const double = { name: 'a double' };
  const result = (misses: ReadonlyMap<{ name: string }, readonly string[]>) =>
    selfTestResult({ clean, faults: [loss, double], where: 'in both lanes' }, misses);

  it('counts the faults that were reported as they are', () => {
    const { found, planted, lines } = result(
      new Map([
        [clean, []],
        [loss, []],
        [double, ['kafka reported nothing']],
      ]),
    );
    assert.deepEqual([found, planted], [1, 2]);
    assert.deepEqual(lines, [
      'no fault  exact in both lanes',
      'a loss    reported in both lanes',
      'a double  MISSED: kafka reported nothing',
    ]);
  });

  it('counts none when a lane without a fault was not exact', () => {
    const { found } = result(
      new Map([
        [clean, ['rabbitmq reported lost 1']],
        [loss, []],
        [double, []],
      ]),
    );
    assert.equal(found, 0);
  });

  it('does not count a fault that was not looked at', () => {
    assert.equal(result(new Map([[clean, []]])).found, 0);
  });
});
