import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Gate } from '../src/gate.ts';

describe('a gate', () => {
  /** Work that records when it begins and ends on request. */
  function work(name: string, log: string[]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    return {
      end: resolve,
      run: async () => {
        log.push(`+${name}`);
        await promise;
        log.push(`-${name}`);
      },
    };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('lets shared work run side by side and exclusive work alone, in the order it came', async () => {
    const gate = new Gate();
    const log: string[] = [];
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => work(name, log));
    assert.ok(a && b && c && d && e);
    const all = [
      gate.shared(a.run),
      gate.shared(b.run),
      gate.alone(c.run),
      gate.shared(d.run),
      gate.alone(e.run),
    ];
    await turn();
    assert.deepEqual(log, ['+a', '+b']);
    a.end();
    await turn();
    assert.deepEqual(log, ['+a', '+b', '-a']);
    b.end();
    await turn();
    assert.deepEqual(log.slice(3), ['-b', '+c']);
    c.end();
    await turn();
    assert.deepEqual(log.slice(5), ['-c', '+d']);
    d.end();
    e.end();
    await Promise.all(all);
    assert.deepEqual(log.slice(7), ['-d', '+e', '-e']);
  });

  it('goes on after work that failed', async () => {
    const gate = new Gate();
    await assert.rejects(
      gate.alone(() => Promise.reject(new Error('planned'))),
      /planned/,
    );
    assert.equal(await gate.shared(() => Promise.resolve(7)), 7);
  });
});
